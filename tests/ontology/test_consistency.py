"""A reasoner finds no contradiction in the ontology and the data, and finds one where there is one.

HermiT (OWL 2 DL, through owlready2) where there is Java; owlrl (OWL 2 RL) otherwise. What HermiT cannot take is
left out, see `logical`: annotations, and values whose datatype is not in the OWL 2 datatype map (xsd:date).
"""

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import owlready2
import owlrl
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

ROOT = Path(__file__).parents[2]
GOV = "https://w3id.org/govgraph/def/"
ID = "https://w3id.org/govgraph/id/example/body/"
DATATYPES = {XSD.boolean, XSD.decimal, XSD.integer, XSD.string}
SCHEMA = {
    RDF.type,
    OWL.disjointWith,
    RDFS.domain,
    RDFS.range,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
}
PROPERTY_KINDS = {OWL.ObjectProperty, OWL.DatatypeProperty}

Reasoner = Callable[[Graph], bool]


def gov(local: str) -> URIRef:
    return URIRef(GOV + local)


def read(*folders: str) -> Graph:
    """All Turtle files below the folders, as one graph."""
    graph = Graph()
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.ttl")):
            graph.parse(path, format="turtle")
    return graph


def of_two_classes(one: str, other: str) -> Graph:
    thing = URIRef(ID + "impossible")
    return Graph().add((thing, RDF.type, gov(one))).add((thing, RDF.type, gov(other)))


def logical(graph: Graph) -> Graph:
    """The part of a graph that has a meaning in OWL 2 DL, with the classes and properties of others declared.

    Left out: annotations (labels, notes, citations and every other property that no module declares), ontology
    headers, and values of datatypes outside the OWL 2 datatype map, of which the data may hold xsd:date.
    """
    ours = {prop for kind in PROPERTY_KINDS for prop in graph.subjects(RDF.type, kind)}
    kept = Graph()
    for subject, predicate, value in graph:
        if value == OWL.Ontology or (isinstance(value, Literal) and value.datatype not in DATATYPES):
            continue
        if predicate in SCHEMA or predicate in ours:
            kept.add((subject, predicate, value))
    for predicate in (RDFS.subClassOf, OWL.disjointWith, RDFS.domain):
        for kind in set(kept.objects(None, predicate)):
            kept.add((kind, RDF.type, OWL.Class))
    for subject, kind in list(kept.subject_objects(RDF.type)):
        if kind not in PROPERTY_KINDS and kind != OWL.Class:
            kept.add((kind, RDF.type, OWL.Class))
            kept.add((subject, RDF.type, OWL.NamedIndividual))
    for prop, wider in list(kept.subject_objects(RDFS.subPropertyOf)):
        kept.add((wider, RDF.type, kept.value(prop, RDF.type) or OWL.ObjectProperty))
    for prop in set(kept.subjects(RDF.type, OWL.ObjectProperty)):
        for kind in set(kept.objects(prop, RDFS.range)):
            kept.add((kind, RDF.type, OWL.Class))
    return kept


def hermit_agrees(graph: Graph) -> bool:
    """True if HermiT finds the graph consistent and no class of it empty."""
    world = owlready2.World()
    triples = logical(graph).serialize(format="nt", encoding="utf-8")
    world.get_ontology("https://w3id.org/govgraph/reasoning#").load(fileobj=BytesIO(triples), format="ntriples")
    try:
        owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return False
    finally:
        empty = list(world.inconsistent_classes())
        world.close()
    return not empty


def owlrl_agrees(graph: Graph) -> bool:
    """True if applying the OWL 2 RL rules meets no contradiction."""
    closed = logical(graph)
    semantics = owlrl.OWLRL_Semantics(closed, axioms=False, daxioms=False, rdfs=False)
    semantics.closure()
    return not semantics.error_messages


def available() -> list[Reasoner]:
    return [hermit_agrees, owlrl_agrees] if shutil.which("java") else [owlrl_agrees]


best = available()[0]
each_reasoner = pytest.mark.parametrize("agrees", available(), ids=lambda reasoner: reasoner.__name__)


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return read("ontology")


def test_the_ontology_and_the_data_do_not_contradict_themselves() -> None:
    assert best(read("ontology", "data"))


@each_reasoner
def test_the_ontology_alone_does_not_contradict_itself(agrees: Reasoner, ontology: Graph) -> None:
    assert agrees(ontology)


@each_reasoner
def test_a_delivery_group_that_is_a_clause_is_reported(agrees: Reasoner, ontology: Graph) -> None:
    assert not agrees(ontology + of_two_classes("DeliveryGroup", "Clause"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Party", "Clause"),
        ("Party", "AccountabilityLine"),
        ("Party", "Matter"),
        ("Party", "Seat"),
        ("Council", "Partnership"),
        ("PartnershipGroup", "Council"),
        ("Body", "Post"),
        ("AccountabilityLine", "IndependenceStatement"),
        ("Responsibility", "DocumentVersion"),
        ("PostHolding", "Party"),
        ("Portfolio", "Responsibility"),
        ("Rule", "Clause"),
        ("DecisionRule", "Party"),
        ("Theme", "Matter"),
        ("Meeting", "Party"),
        ("Target", "Document"),
    ],
)
def test_a_thing_of_two_disjoint_classes_is_reported(one: str, other: str, ontology: Graph) -> None:
    assert not owlrl_agrees(ontology + of_two_classes(one, other))


@each_reasoner
def test_a_basis_that_is_a_council_is_reported(agrees: Reasoner, ontology: Graph) -> None:
    council, line = URIRef(ID + "council"), URIRef(ID + "line")
    muddled = ontology + Graph().add((council, RDF.type, gov("Council"))).add((line, gov("basis"), council))
    assert not agrees(muddled)


@pytest.mark.skipif(hermit_agrees not in available(), reason="owlrl does not check datatypes, and there is no Java")
def test_a_seat_count_in_words_is_reported(ontology: Graph) -> None:
    words = Literal("three", datatype=XSD.string)
    assert not hermit_agrees(ontology + Graph().add((URIRef(ID + "seat"), gov("seatCount"), words)))


def test_what_no_reasoner_can_take_is_left_out_and_nothing_else() -> None:
    line, board, label = URIRef(ID + "line"), URIRef(ID + "board"), Literal("board", lang="en")
    graph = read("ontology")
    graph.add((line, gov("accountableParty"), board))
    graph.add((line, gov("validFrom"), Literal("2026-01-01", datatype=XSD.date)))
    graph.add((board, gov("isGeneric"), Literal(True)))
    graph.add((board, RDFS.label, label))
    kept = logical(graph)
    assert (line, gov("accountableParty"), board) in kept
    assert (board, gov("isGeneric"), Literal(True)) in kept
    assert (line, gov("validFrom"), None) not in kept
    assert (board, RDFS.label, None) not in kept
    assert (gov("Party"), OWL.disjointWith, gov("Clause")) in kept
