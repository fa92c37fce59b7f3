"""What is told of a term that a store does not know, and that finding it out does not read a whole nation."""

import pyoxigraph as ox
import pytest

from govgraph.namespaces import DEF, GRAPH, ID, PREFIXES
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generation
from govgraph.store.hints import Terms

LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
ASKED = "SELECT * { ?s gov:mood ?o }"
MEANT = ("the ontology has no gov:mood; did you mean gov:mode?",)


def labelled(iri: str, graph: str = "") -> ox.Quad:
    where = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    return ox.Quad(ox.NamedNode(iri), LABEL, ox.Literal("a label"), where)


def test_a_store_without_a_graph_of_the_ontology_knows_what_its_default_graph_labels() -> None:
    store = ox.Store()
    store.extend([labelled(DEF + "mode"), labelled(ID + "harrow/body/cabinet")])
    assert Terms.of_store(store).unknown(ASKED) == MEANT


def test_a_store_with_a_graph_of_the_ontology_knows_what_that_declares() -> None:
    store = ox.Store()
    store.extend([labelled(DEF + "mode", GRAPH + "ontology"), labelled(DEF + "mood")])
    assert Terms.of_store(store).unknown(ASKED) == MEANT


@pytest.mark.parametrize("term", ["accountableTo", "AccountabilityLine", "mode/scrutiny", "Explicit"])
def test_the_packaged_graph_knows_its_classes_properties_and_codes(generation: Generation, term: str) -> None:
    terms = Terms.of_store(EmbeddedReader(generation.store, generation.number).store)
    assert terms.unknown(f"SELECT * {{ ?s ?p <{DEF}{term}> }}") == ()
    assert terms.unknown(f"SELECT * {{ ?s ?p <{DEF}{term}x> }}")
