"""SPARQL constraints: asked for all focus nodes at once as if for each, and refused where they are not safe."""

import pyoxigraph as ox
import pytest
from tests.review.test_engine import EX, judged, node

from govgraph.errors import BadShapes
from govgraph.review.engine import Judgement
from govgraph.review.triples import SH

DATA = """
ex:a a ex:T ; ex:p 1 . ex:b a ex:T ; ex:p 1, 2, 3 . ex:c a ex:T . ex:x ex:p 1 ; ex:q ex:a .
"""
DECLARED = """ ex:Pre sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] . """


def asked(query: str, more: str = "", focus: list[ox.NamedNode] | None = None) -> Judgement:
    shapes = f'ex:S sh:targetClass ex:T ; sh:sparql ex:Q . ex:Q sh:prefixes ex:Pre ; sh:select """{query}""" {more} .'
    return judged(DATA, DECLARED + shapes, focus)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT $this WHERE { $this ex:p ?v }", {"a", "b"}),
        ("SELECT $this WHERE { FILTER ($this = ex:c) }", {"c"}),
        ("SELECT $this WHERE { BIND ($this AS ?that) FILTER (?that = ex:c) }", {"c"}),
        ("SELECT $this WHERE { FILTER NOT EXISTS { $this ex:p ?v } }", {"c"}),
        ("SELECT $this WHERE { { FILTER ($this = ex:a) } UNION { FILTER NOT EXISTS { $this ex:p ?v } } }", {"a", "c"}),
        ("SELECT $this WHERE { OPTIONAL { ?v ex:q ?o FILTER (?o = $this) } FILTER (bound(?v)) }", {"a"}),
        ("SELECT $this WHERE { OPTIONAL { $this ex:p ?v } FILTER (!bound(?v)) }", {"c"}),
        ("SELECT $this (COUNT(?v) AS ?n) WHERE { $this ex:p ?v } GROUP BY $this HAVING (COUNT(?v) > 1)", {"b"}),
        (
            "SELECT $this WHERE { { SELECT $this WHERE { $this ex:p ?v } GROUP BY $this HAVING (COUNT(?v) > 1) } }",
            {"b"},
        ),
        (
            "SELECT $this WHERE { { SELECT $this (SUM(?v) AS ?n) WHERE { ?s ex:p ?v FILTER (?s = $this) } "
            "GROUP BY $this } FILTER (?n > 5) }",
            {"b"},
        ),
        ("SELECT $this ?v WHERE { $this ex:p ?v } ORDER BY ?v LIMIT 1", {"a", "b"}),
        ("SELECT $this WHERE { $this ex:p ?v } HAVING (COUNT(?v) = 3)", {"b"}),
        ("SELECT $this WHERE { ?x ex:p/ex:q $this }", set()),
        ("SELECT * WHERE { $this ex:p ?value FILTER (?value > 2) }", {"b"}),
    ],
)
def test_a_query_finds_what_it_finds_for_each_node_alone(query: str, expected: set[str]) -> None:
    together = asked(query)
    assert {result.focus for result in together.results} == {node(name) for name in expected}
    assert together.passed_on == []
    for name in ("a", "b", "c"):
        alone = asked(query, focus=[node(name)])
        assert {result.focus for result in alone.results} == ({node(name)} if name in expected else set())


def test_a_limit_counts_for_each_focus_node() -> None:
    found = asked("SELECT $this ?value WHERE { $this ex:p ?value } ORDER BY DESC(?value) LIMIT 1")
    assert {(r.focus.value, r.value.value) for r in found.results if r.value} == {(EX + "a", "1"), (EX + "b", "3")}


def test_what_a_query_projects_comes_with_the_finding() -> None:
    [result] = asked(
        "SELECT $this ?value ?path (COUNT(?v) AS ?found) (1 AS ?expected) WHERE { $this ex:p ?v BIND (ex:p AS ?path) "
        "BIND (ex:x AS ?value) } GROUP BY $this ?value ?path HAVING (COUNT(?v) > 1)",
        '; sh:message "{?found} found, {$expected} wanted, of {?value}, {?nothing}"@en',
    ).results
    assert (result.path, result.value, result.constraint) == (f"<{EX}p>", node("x"), EX + "Q")
    assert {name: term.value for name, term in result.bindings} == {"found": "3", "expected": "1"}
    assert [message.value for message in result.messages] == [f"3 found, 1 wanted, of {EX}x, {{?nothing}}"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT $this WHERE { $this ex:p ?v MINUS { $this ex:q ?o } }", "MINUS"),
        ("SELECT $this WHERE { VALUES ?v { 1 } $this ex:p ?v }", "VALUES"),
        ("SELECT $this WHERE { SERVICE <http://example.org/s> { $this ex:p ?v } }", "SERVICE"),
        ("SELECT $this WHERE { sErViCe/**/SILENT<http://example.org/s> { $this ex:p ?v } }", "SERVICE|read"),
        ("SELECT $this WHERE { $this ex:p ?v #\\n} SERVICE ex:s {\\n } } ", "SERVICE|read"),
        (r"SELECT $this WHERE { \\u0053ERVICE <http://example.org/s> { $this ex:p ?v } }", "escape"),
        (r"SELECT $this WHERE { $this ex:p '\\u0027 } SERVICE' }", "escape"),
        ("SELECT $this WHERE { FILTER (1<2)SERVICE<http://example.org/s>{ $this ex:p ?v } }", "SERVICE"),
        ("SELECT $this FROM <http://example.org/g> WHERE { $this ex:p ?v }", "FROM"),
        ("SELECT $this WHERE { GRAPH ?g { $this ex:p ?v } }", "named graph"),
        ("SELECT $this WHERE { BIND (1 AS $this) }", "AS"),
        ("SELECT $this WHERE { { SELECT ?v WHERE { $this ex:p ?v } } }", "sub-select"),
        ("SELECT ?v WHERE { $this ex:p ?v }", "project"),
        ("ASK { $this ex:p ?v", "read"),
        ("SELECT $this WHERE { $this no:p ?v }", "prefix"),
        ("LOAD <http://example.org/file>", "neither"),
        ("INSERT DATA { ex:a ex:p 9 }", "neither"),
    ],
)
def test_a_query_that_breaks_the_rules_is_refused_by_name(query: str, word: str) -> None:
    with pytest.raises(BadShapes, match=word) as refused:
        asked(query)
    assert EX + "Q" in str(refused.value)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT $this WHERE { $this ex:p 3 FILTER (STR($this) != "SERVICE <x> { }") }',
        "SELECT $this WHERE { $this ex:p 3 # SERVICE <http://example.org/s> { }\n }",
        "SELECT $this WHERE { $this ex:p ?service FILTER (?service = 3) }",
        "SELECT $this WHERE { $this ex:p 3 FILTER ($this != ex:values && ex:minus != $this) }",
    ],
)
def test_a_forbidden_word_in_a_string_comment_or_name_is_harmless(query: str) -> None:
    assert {result.focus for result in asked(query).results} == {node("b")}


ASKING = (
    DECLARED
    + """
ex:Component a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ], [ sh:path ex:most ; sh:optional true ] ;
  sh:validator [ a sh:SPARQLAskValidator ; sh:prefixes ex:Pre ; sh:message "at least {$least}" ;
    sh:ask "ASK { FILTER ($value >= $least && (!bound(?most) || $value <= ?most)) }" ] .
"""
)


def test_a_component_of_ones_own_is_planned_for_values_and_inside_other_shapes() -> None:
    plain = judged(DATA, ASKING + "ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; ex:least 2 ] .")
    assert {(r.component, r.value.value) for r in plain.results if r.value} == {(EX + "Component", "1")}
    assert (len(plain.results), plain.passed_on) == (2, [])
    bounded = judged(
        DATA, ASKING + "ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; ex:least 1 ; ex:most 2 ] ."
    )
    assert [r.value.value for r in bounded.results if r.value] == ["3"]
    inside = judged(DATA, ASKING + "ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:node [ ex:least 2 ] ] .")
    assert {r.component for r in inside.results} == {SH + "NodeConstraintComponent"}
    assert len(inside.results) == 2


def test_a_query_with_a_count_inside_another_shape_is_judged_apart() -> None:
    found = judged(
        DATA,
        DECLARED + "ex:S sh:targetObjectsOf ex:q ; sh:targetNode ex:b ; sh:not ex:Many . "
        "ex:Many sh:sparql ex:Q . ex:Q sh:prefixes ex:Pre ; "
        'sh:select "SELECT $this WHERE { $this ex:p ?v } GROUP BY $this HAVING (COUNT(?v) > 1)" .',
    )
    assert [result.focus for result in found.results] == [node("a")]
    assert found.passed_on == []
