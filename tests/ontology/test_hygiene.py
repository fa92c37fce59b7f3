"""The ontology is linted like code: every term declared once, named, defined, and nothing else used."""

import re
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS
from rdflib.plugins.sparql import prepareQuery

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
GOV = "https://w3id.org/govgraph/def/"
MODULE = GOV + "module/"
CC_BY = URIRef("https://creativecommons.org/licenses/by/4.0/")
DECLARING = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, SKOS.Concept, SKOS.ConceptScheme)

FILES = sorted(ONTOLOGY.rglob("*.ttl"))
TURTLE = sorted(path for folder in ("ontology", "shapes", "data") for path in (ROOT / folder).rglob("*.ttl"))
QUERIES = sorted((ROOT / "queries").glob("*.rq"))
GOV_TERM = re.compile(re.escape(GOV) + r"[\w/.-]+")
LIST_PREFIXES = {
    "attendance",
    "appointment",
    "base",
    "change",
    "comparison",
    "councilType",
    "decision",
    "event",
    "fundrole",
}
LIST_PREFIXES |= {
    "form",
    "holding",
    "majority",
    "mode",
    "reference",
    "role",
    "rounding",
    "rule",
    "status",
    "succession",
    "unit",
    "subject",
    "task",
    "urgency",
}
PROPER_NAMES = {"London", "Northern", "Ireland", "Scottish", "Welsh", "GSS"}

OWN_STATEMENTS = {
    *("BridgeService", "Contribution", "CrossReference", "FundRole", "IndependenceStatement", "Option", "Portfolio"),
    *("PortfolioRelation", "Priority", "Recommendation", "Risk", "Servicing", "SignOff", "StatedCount", "UsedTerm"),
    *("Announcement", "Reading", "UsedName", "Waiver"),
}
"""Classes without a counterpart in any standard that we know."""

UNUSED = {
    "scheme/subjects": "shapes name one of its concepts with dct:subject, and no data do",
    **dict.fromkeys(
        (
            *("changingTo", "currentGeneration", "loadedBatches", "loadedFrom", "loader", "loaderUntil"),
            *("manifest", "reportPart", "toBeRemoved"),
        ),
        "an endpoint tells of its generations with it, beside the graph (govgraph.store.remote_generations)",
    ),
    "deputyChairedBy": "the build derives it, for those who write SPARQL of their own (DESIGN.md §2.3)",
}
"""Terms that nothing uses, and why they are there."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def graph(path: Path) -> Graph:
    return Graph().parse(path, format="turtle")


def module(path: Path) -> URIRef:
    """The IRI that a file's ontology must have: its own name, alignments marked as such."""
    mark = "alignment-" if path.parent.name == "alignments" else ""
    return URIRef(MODULE + mark + path.stem)


def terms(path: Path) -> set[URIRef]:
    """The terms that a file declares."""
    declared = {subject for kind in DECLARING for subject in graph(path).subjects(RDF.type, kind)}
    assert all(isinstance(term, URIRef) for term in declared)
    return {term for term in declared if isinstance(term, URIRef)}


@cache
def declared() -> frozenset[str]:
    return frozenset(str(term) for path in FILES for term in terms(path))


TERMS = [(path, term) for path in FILES for term in sorted(terms(path))]
each_file = pytest.mark.parametrize("path", FILES, ids=name)
each_term = pytest.mark.parametrize(("path", "term"), TERMS, ids=[term.removeprefix(GOV) for _, term in TERMS])


def test_there_are_modules_code_lists_and_alignments() -> None:
    folders = {path.parent.name for path in FILES}
    assert folders == {"ontology", "codelists", "alignments"}


@pytest.mark.parametrize("path", TURTLE, ids=name)
def test_both_parsers_read_the_same_from_a_file(path: Path) -> None:
    strict = {str(quad.triple) for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)}
    assert len(strict) == len(graph(path))


@each_file
def test_a_module_says_what_it_is_and_under_which_licence(path: Path) -> None:
    content, header = graph(path), module(path)
    assert list(content.subjects(RDF.type, OWL.Ontology)) == [header]
    for fact in (DCTERMS.title, DCTERMS.description, DCTERMS.created, DCTERMS.license, OWL.versionInfo):
        assert len(list(content.objects(header, fact))) == 1, fact
    version = content.value(header, OWL.versionInfo)
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(version))
    assert list(content.objects(header, OWL.versionIRI)) == [URIRef(f"{header}/{version}")]
    assert content.value(header, DCTERMS.license) == CC_BY
    assert re.fullmatch(re.escape(MODULE) + r"[a-z-]+", header)


@each_file
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    longest, most = (400, 50) if path.parent.name == "codelists" else (200, 25)  # a list is looked up, not read
    assert len(path.read_text(encoding="utf-8").splitlines()) <= longest
    assert len(terms(path)) <= most


@each_file
def test_an_alignment_declares_nothing_and_every_other_module_declares_something(path: Path) -> None:
    assert bool(terms(path)) == (path.parent.name != "alignments")


def test_each_term_is_declared_in_one_file() -> None:
    homes: dict[str, list[str]] = {}
    for path, term in TERMS:
        homes.setdefault(str(term), []).append(name(path))
    assert {term: files for term, files in homes.items() if len(files) > 1} == {}


@each_term
def test_a_term_is_in_our_namespace_and_says_which_module_defines_it(path: Path, term: URIRef) -> None:
    assert term.startswith(GOV)
    assert list(graph(path).objects(term, RDFS.isDefinedBy)) == [module(path)]


@each_term
def test_a_term_has_one_english_name_in_natural_lower_case(path: Path, term: URIRef) -> None:
    names = list(graph(path).objects(term, SKOS.prefLabel))
    assert names == list(graph(path).objects(term, RDFS.label))
    assert [label.language for label in names if isinstance(label, Literal)] == ["en"]
    assert all(word == word.lower() or word in PROPER_NAMES for word in str(names[0]).split())
    assert "_" not in str(names[0])


@each_term
def test_a_definition_starts_with_the_genus_and_has_no_full_stop(path: Path, term: URIRef) -> None:
    (definition,) = graph(path).objects(term, SKOS.definition)
    assert isinstance(definition, Literal)
    assert definition.language == "en"
    assert not re.match(r"(?i)(a|an|the)\b", definition), "starts with an article"
    assert definition[0].isupper()
    assert not definition.endswith(".")


@each_term
def test_classes_are_upper_camel_and_properties_lower_camel(path: Path, term: URIRef) -> None:
    local = term.removeprefix(GOV)
    kinds = set(graph(path).objects(term, RDF.type))
    if OWL.Class in kinds:
        assert re.fullmatch(r"([A-Z][a-z]+)+", local)
    elif OWL.ObjectProperty in kinds or OWL.DatatypeProperty in kinds:
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]*)*", local)
    else:
        assert re.fullmatch(r"[a-z]+(Type)?/[a-z-]+|[A-Z][a-z]+", local)


def test_every_listed_concept_is_in_the_scheme_of_its_file() -> None:
    for path in sorted((ONTOLOGY / "codelists").glob("*.ttl")):
        scheme = URIRef(f"{GOV}scheme/{path.stem}")
        assert list(graph(path).subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
        concepts = list(graph(path).subjects(RDF.type, SKOS.Concept))
        assert concepts
        for concept in concepts:
            assert list(graph(path).objects(concept, SKOS.inScheme)) == [scheme], concept
            on_top = (concept, SKOS.topConceptOf, scheme) in graph(path)
            assert on_top != ((concept, SKOS.broader, None) in graph(path)), concept


def test_an_ordered_list_numbers_its_concepts_from_one_without_gaps() -> None:
    for stem in ("modes", "obligations", "strengths"):
        content = graph(ONTOLOGY / "codelists" / f"{stem}.ttl")
        numbers = sorted(int(str(number)) for number in content.objects(None, SKOS.notation))
        assert numbers == list(range(1, len(set(content.subjects(RDF.type, SKOS.Concept))) + 1))


def test_exactly_accountability_acting_for_and_reporting_carry_accountability() -> None:
    content = graph(ONTOLOGY / "codelists" / "modes.ttl")
    carries = {
        str(mode).rpartition("/")[2]: value.toPython()
        for mode, value in content.subject_objects(URIRef(GOV + "carriesAccountability"))
        if isinstance(value, Literal)
    }
    assert len(carries) == len(set(content.subjects(RDF.type, SKOS.Concept)))
    assert {mode for mode, does in carries.items() if does} == {"accountability", "acting-for", "reporting"}


@pytest.mark.parametrize("path", TURTLE, ids=name)
def test_nothing_published_is_a_blank_node(path: Path) -> None:
    assert not [node for triple in graph(path) for node in triple if isinstance(node, BNode)]


@pytest.mark.parametrize("path", TURTLE, ids=name)
def test_every_term_of_ours_that_a_file_uses_is_declared(path: Path) -> None:
    used = {str(node) for triple in graph(path) for node in triple if isinstance(node, URIRef)}
    ours = {iri for iri in used if iri.startswith(GOV) and iri != GOV and not iri.startswith(MODULE)}
    assert ours - declared() == set()


@pytest.mark.parametrize("path", QUERIES, ids=name)
def test_every_term_of_ours_that_a_question_uses_is_declared(path: Path) -> None:
    parsed = repr(prepareQuery(path.read_text(encoding="utf-8")).algebra)
    used = set(GOV_TERM.findall(parsed))
    assert used, "the question asks about nothing of ours"
    assert used - declared() == set()


def test_every_term_of_ours_that_the_query_of_a_shape_uses_is_declared() -> None:
    shapes = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "shapes").glob("*.ttl")))
    used = {GOV + local for local in re.findall(r"(?<![\w:])gov:(\w+)", shapes)}
    listed = re.findall(r"(?<![\w:/-])(\w+):([\w-]+)", re.sub(r'@en|"[^"\n]*"', "", shapes))
    used |= {f"{GOV}{prefix}/{local}" for prefix, local in listed if prefix in LIST_PREFIXES}
    assert f"{GOV}succession/new" in used
    assert used - declared() == set()


def test_the_prefixes_of_the_lists_are_those_of_their_concepts() -> None:
    concepts = {term.removeprefix(GOV) for _, term in TERMS if "/" in term.removeprefix(GOV)}
    assert {concept.partition("/")[0] for concept in concepts} - {"scheme"} == LIST_PREFIXES


def used_somewhere() -> set[str]:
    """Terms of ours that data state something with, a shape checks, or a question asks about.

    Citing a term as the source of a shape (dct:source) is not using it.
    """
    used: set[str] = set()
    for path in TURTLE:
        if path.is_relative_to(ONTOLOGY):
            continue
        for _, predicate, value in graph(path):
            used.add(str(predicate))
            if predicate != DCTERMS.source:
                used.add(str(value))
            if predicate == SH.select:
                used |= {GOV + local for local in re.findall(r"(?<![\w:])gov:(\w+)", str(value))}
    for path in QUERIES:
        used |= set(GOV_TERM.findall(repr(prepareQuery(path.read_text(encoding="utf-8")).algebra)))
    return used


def test_every_term_is_used_by_data_a_shape_or_a_question_or_says_why_it_is_there() -> None:
    """A listed concept is used where a shape holds values to its list."""
    used = used_somewhere()
    lists = {path: str(module(path)).replace("/module/", "/scheme/") for path in FILES}
    unused = {str(term) for path, term in TERMS if str(term) not in used and lists[path] not in used}
    assert {term.removeprefix(GOV) for term in unused} == UNUSED.keys()


def test_what_is_said_to_be_unused_is_declared_and_has_a_reason() -> None:
    assert {GOV + local for local in UNUSED} <= declared()
    assert all(len(reason) > 20 for reason in UNUSED.values())


def test_an_alignment_only_matches_terms_of_ours_with_terms_of_others() -> None:
    matches = {SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch, SKOS.exactMatch}
    for path in sorted((ONTOLOGY / "alignments").glob("*.ttl")):
        for subject, predicate, value in graph(path):
            if subject != module(path):
                assert predicate in matches, (name(path), predicate)
                assert str(subject) in declared()
                assert not str(value).startswith(GOV)


def test_every_class_of_ours_says_something_to_a_client_that_knows_only_the_standards() -> None:
    """Each is below a class of W3C ORG, ELI or SKOS, or matched with one, or is a statement of our own."""
    own_statements = {GOV + local for local in OWN_STATEMENTS}
    whole = Graph()
    for path in FILES:
        whole += graph(path)
    for kind in set(whole.subjects(RDF.type, OWL.Class)):
        above = set(whole.transitive_objects(kind, RDFS.subClassOf))
        known = {str(one) for one in above if not str(one).startswith(GOV)}
        known |= {str(one) for term in above for one in whole.objects(term, SKOS.closeMatch)}
        known |= {str(one) for term in above for one in whole.objects(term, SKOS.relatedMatch)}
        assert known or str(kind) in own_statements, kind


def test_the_readme_lists_every_module_with_its_version_and_number_of_terms() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| `([^`]+)` \| ([\d.]+) \| (\d+) \|", (ONTOLOGY / "README.md").read_text("utf-8"), re.M
    )
    wanted = {
        (
            path.relative_to(ONTOLOGY).as_posix(),
            str(module(path)).removeprefix(GOV),
            str(graph(path).value(module(path), OWL.versionInfo)),
            str(len(terms(path))),
        )
        for path in FILES
    }
    assert set(rows) == wanted
