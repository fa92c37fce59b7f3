"""A text for an engine elsewhere: parameters mean what they mean here, and whatever a person types stays text."""

import json
import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.questions.test_any_value import TYPED

from govgraph.errors import BadParameter
from govgraph.namespaces import DEF
from govgraph.rdf.terms import JsonTerm, iri, literal, sparql_form, term
from govgraph.store.base import Answer, Request
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.hints import Terms
from govgraph.store.phrasing import Phrase
from govgraph.store.predicates import predicates_of

JSON = ("application/sparql-results+json",)


def test_two_thousand_texts_come_back_as_they_were_typed() -> None:
    store = ox.Store()

    @settings(max_examples=2_000, deadline=None, database=None)
    @given(text=TYPED)
    def holds(text: str) -> None:
        for query in ("SELECT ?text { }", 'SELECT ?text { { FILTER(?text != "") } UNION { FILTER(?text = "") } }'):
            found = store.query(Phrase(query).bound({"text": literal(text)}).text())
            assert isinstance(found, ox.QuerySolutions)
            assert [row["text"].value for row in found] == [text]

    holds()


def test_two_thousand_texts_are_legal_iris_or_refused() -> None:
    store = ox.Store()

    @settings(max_examples=2_000, deadline=None, database=None)
    @given(text=TYPED.map(lambda text: f"http://example.org/{text}") | TYPED)
    def holds(text: str) -> None:
        try:
            term(iri(text))
        except BadParameter:
            with pytest.raises(BadParameter):
                Phrase("SELECT ?thing { }").bound({"thing": iri(text)})
            return
        found = store.query(Phrase("SELECT ?thing { }").bound({"thing": iri(text)}).text())
        assert isinstance(found, ox.QuerySolutions)
        assert [row["thing"].value for row in found] == [text]

    holds()


def test_an_engine_that_undoes_codepoint_escapes_before_it_reads_a_text_reads_the_same() -> None:
    store = ox.Store()

    @settings(max_examples=2_000, deadline=None, database=None)
    @given(text=st.lists(st.sampled_from([*'\\uU"n\x01', "0022", "000A", "\n"]), max_size=12).map("".join))
    def holds(text: str) -> None:
        written = sparql_form(literal(text))
        hasty = re.sub(
            r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})", lambda found: chr(int(found[1] or found[2], 16)), written
        )
        for form in (written, hasty):
            found = store.query(f"SELECT ({form} AS ?text) {{ }}")
            assert isinstance(found, ox.QuerySolutions)
            assert [row["text"].value for row in found] == [text]

    holds()


GRAPH = """@prefix e: <http://e/> .
e:a e:p e:b, e:c, "t" ; e:q 1 . e:b e:p e:c ; e:q 2 . e:c e:q "t" . e:d e:p e:a ; e:r "t"@en, "t" . e:b a e:K .
e:p e:x e:y ."""
SHAPES = [
    "SELECT ?x ?y { ?x e:p ?y }",
    "SELECT ?x ?y { ?y e:p ?x }",
    "SELECT ?x ?y { ?y e:p+ ?x }",
    "SELECT ?x ?y { ?y e:p ?z OPTIONAL { ?z e:p ?x } }",
    "SELECT ?x ?y { ?x e:p ?y OPTIONAL { ?y e:q ?z FILTER(?x != ?z) } }",
    "SELECT ?x ?y { { ?x e:p ?y } UNION { ?y e:p ?x } UNION { ?y e:q ?z FILTER(?x = ?z) } }",
    "SELECT ?x ?y { ?y e:p ?z FILTER NOT EXISTS { ?z e:p ?x } }",
    "SELECT ?x ?y { ?x e:p ?z . ?y e:p ?w FILTER EXISTS { ?y e:p ?x } }",
    "SELECT ?x ?y { ?x e:p ?y MINUS { ?x e:q 2 } }",
    "SELECT ?x ?y { ?x e:p ?y MINUS { ?y e:q ?z . ?x e:p ?y } }",
    "SELECT ?x ?y { ?x e:p ?y { SELECT ?y (COUNT(*) AS ?n) { ?y ?r ?x } GROUP BY ?y } }",
    "SELECT ?x ?n { { SELECT ?x (COUNT(*) AS ?n) { ?x e:p ?y } GROUP BY ?x } }",
    "SELECT ?x ?y { { SELECT DISTINCT ?x { ?x e:p ?y } } ?x e:q ?y }",
    "SELECT ?x (COUNT(?y) AS ?n) { ?x e:p ?y } GROUP BY ?x HAVING(COUNT(?y) > 0) ORDER BY ?x",
    "SELECT ?x ?y ?z { ?x e:p ?y BIND(STR(?x) AS ?z) FILTER(?x IN (?x, ?y)) }",
    "SELECT ?x ?y { ?x ?x2 ?y FILTER(?x2 = e:p) }",
    "SELECT ?x ?y { VALUES (?y) { (e:b) (e:c) } ?x e:p ?y }",
    "SELECT * { ?x (e:p|^e:p) ?y }",
    "SELECT ?x { }",
    "SELECT ?x { SELECT ?x { ?x e:p ?y } }",
    "SELECT DISTINCT ?x ?k { ?x ?k [] } ORDER BY DESC(?x) ?k LIMIT 3",
]
VALUES: list[JsonTerm] = [iri(f"http://e/{name}") for name in ("a", "b", "c", "d", "p", "none")]
VALUES += [literal("t"), {**literal("t"), "xml:lang": "en"}, literal("2", "integer"), literal('"} #')]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_parameter_means_there_what_it_means_here(shape: str) -> None:
    store = ox.Store()
    store.load(GRAPH.encode(), ox.RdfFormat.TURTLE)
    reader = EmbeddedReader(store, 1)
    text = f"PREFIX e: <http://e/> {shape}"
    for value in VALUES:
        bound = Phrase(text).bound({"x": value}).text()
        here = reader.answer(Request(text, {"x": value}, JSON))
        there = reader.answer(Request(bound, accept=JSON))
        assert _sorted(there) == _sorted(here), bound


def _sorted(answer: Answer) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in json.loads(answer.body)["results"]["bindings"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT * { ?s a ?c ; <http://e/p>/^<http://e/q> ?o, ?v . ?v <http://e/r>+ 'x'@en }", "a p q r"),
        ("PREFIX e: <http://e/> SELECT * { ?s e:p ?o FILTER(!BOUND(?o) || !(?o = ?s)) }", "p"),
        (
            "PREFIX e: <http://e/> SELECT ?a ?b ?c { { SELECT ?a ?b ?c { ?a e:p ?b . ?b e:q ?c } GROUP BY ?a ?b ?c } }",
            "p q",
        ),
        ("SELECT * { ?s ?p ?o }", None),
        ("SELECT * { ?s <http://e/p> ?o ; ?p ?v }", None),
        ("SELECT * { [] ?p ?v }", None),
        ("SELECT * { [ ?p ?v ] <http://e/p> 1 }", None),
        ("SELECT * { ?s !<http://e/p> ?o }", None),
        ("SELECT * { ?s !(<http://e/p>|^<http://e/q>) ?o }", None),
        ("SELECT * { ?s !a ?o }", None),
        ("DESCRIBE <http://e/a>", None),
        ("BASE <http://e/> SELECT * { ?s <p> ?o }", None),
        ("SELECT * { ?s <p> ?o }", None),
        ("SELECT * { ?s <http://e/\\u0070> ?o }", None),
        ("PREFIX e: <http://e/> SELECT * { ?s e:p\\-q ?o }", None),
    ],
)
def test_the_properties_of_a_query_are_known_or_all_are_meant(text: str, found: str | None) -> None:
    known = predicates_of(text)
    if found is None:
        assert known is None
        return
    assert known is not None
    assert {name.rpartition("/")[2].rpartition("#")[2].replace("type", "a") for name in known} >= set(found.split())


def test_a_path_is_not_taken_for_a_term_that_is_not_there() -> None:
    assert Terms(lambda: [DEF + "mode"]).unknown("SELECT * { ?s gov:mode/skos:prefLabel ?o }") == ()
