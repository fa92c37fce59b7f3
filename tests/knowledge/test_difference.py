"""A difference tells by thing, in words, what one set of statements says and another does not."""

import pyoxigraph as ox

from govgraph.graph import Graph
from govgraph.knowledge.difference import difference
from govgraph.knowledge.facts import GOV, RDF_TYPE, SKOS, Statement

NAMES = {"board": "Partnership Board", "x": "Member X", "y": "Member Y", "twin": "Member Y"}


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"https://w3id.org/govgraph/id/test/{name}")


def english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")


BASE: list[Statement] = [
    (GOV.chairedBy, SKOS.prefLabel, english("chaired by")),
    (GOV.Body, SKOS.prefLabel, english("body")),
    *((node(name), SKOS.prefLabel, english(label)) for name, label in NAMES.items()),
    *((node(name), RDF_TYPE, GOV.Body) for name in NAMES),
]


def told(before: list[Statement], after: list[Statement]) -> list[str]:
    return [str(change) for change in difference(BASE + before, BASE + after)]


def chaired(name: str) -> Statement:
    return node("board"), GOV.chairedBy, node(name)


def test_what_is_the_same_is_no_difference() -> None:
    assert told([chaired("x")], [chaired("x"), chaired("x")]) == []


def test_a_value_that_was_replaced_is_told_with_both_names() -> None:
    assert told([chaired("x")], [chaired("y")]) == ["Partnership Board: chaired by Member X → Member Y"]


def test_a_value_that_came_or_went_is_told_so() -> None:
    assert told([], [chaired("x")]) == ["Partnership Board: chaired by Member X (added)"]
    assert told([chaired("x"), chaired("y")], [chaired("y")]) == ["Partnership Board: chaired by Member X (removed)"]


def test_two_things_of_one_name_are_told_apart() -> None:
    [change] = told([chaired("y")], [chaired("twin")])
    assert "/y> → " in change
    assert "/twin>" in change


def test_a_thing_that_came_or_went_is_told_whole() -> None:
    new: list[Statement] = [(node("n"), RDF_TYPE, GOV.Body), (node("n"), SKOS.prefLabel, english("New"))]
    assert told([], new) == ["New: added"]
    assert told(new, []) == ["New: removed"]
    [change] = difference(BASE, BASE + new)
    assert (change.kind, change.change) == ("body", "added")
    assert {each.label: each.after for each in change.properties} == {"kind": ("body",), "name": ("New",)}


def test_a_property_without_a_label_is_told_by_its_name_in_words() -> None:
    found = (node("board"), ox.NamedNode("http://example.org/shortName"), ox.Literal("PB"))
    assert told([], [found]) == ["Partnership Board: short name PB (added)"]


def test_the_reverse_difference_swaps_the_sides() -> None:
    there, back = (
        difference([*BASE, a], [*BASE, b]) for a, b in [(chaired("x"), chaired("y")), (chaired("y"), chaired("x"))]
    )
    assert [(p.before, p.after) for c in there for p in c.properties] == [
        (p.after, p.before) for c in back for p in c.properties
    ]


def test_evidence_can_be_left_out() -> None:
    clause: list[Statement] = [(node("c"), RDF_TYPE, GOV.Clause), (node("board"), GOV.basis, node("c"))]
    assert len(difference(BASE, BASE + clause)) == 2
    assert difference(BASE, BASE + clause, evidence=False) == []


def test_versions_differ_by_the_groups_that_were_struck(graph: Graph) -> None:
    changes = graph.at(version="handbook-earlier").changes_to(graph.at(version="handbook-current"), evidence=False)
    kinds = {change.label: change.change for change in changes}
    assert kinds["Adult Health and Well Being Management Group"] == "removed"
    assert "Partnership Board" not in {c.label for c in changes if c.change in ("added", "removed")}
    assert graph.changes_to(graph) == []


def test_two_days_can_be_compared_too(graph: Graph) -> None:
    assert graph.at("2004-12-31").changes_to(graph.at("2004-12-31")) == []
