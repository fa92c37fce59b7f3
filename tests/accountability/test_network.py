"""Single points, distances and the middle, on graphs small enough to see the answer."""

import itertools
import random
import time
from collections.abc import Sequence

import httpx
import networkx as nx
import pyoxigraph as ox
import pytest

from govgraph.accountability.network import RESOLVERS, Row, centrality, distance, network, single_points
from govgraph.errors import BadInput
from govgraph.graph import Graph
from govgraph.questions.library import find, library
from govgraph.questions.runner import ask, prepare
from govgraph.questions.table import Table
from govgraph.store.embedded import EmbeddedReader

CHAIN = "ab bc cd"
DIAMOND = "ab ac bd cd de fb"
TWO_ENDS = "ab bc bd eb"
CIRCLE = "ab bc cb da"


def lines(drawing: str) -> list[Row]:
    """Rows of direct lines: "ab" says that A answers to B, by the clause of its place."""
    return [
        {"from": hop[0], "fromLabel": hop[0].upper(), "to": hop[1], "toLabel": hop[1].upper(), "clause": f"1.{place}"}
        for place, hop in enumerate(drawing.split(), 1)
    ]


def points(drawing: str, body: str = "") -> dict[str, str]:
    """Each single point with those that depend on it."""
    found: dict[str, str] = {}
    for row in single_points(lines(drawing), body, body.upper()).terms:
        found[row["point"]["value"]] = found.get(row["point"]["value"], "") + row["body"]["value"]
    return found


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        (CHAIN, {"c": "ab"}),  # b is on the chain of a alone, d is the end
        (DIAMOND, {"d": "abcf"}),  # a has two ways to d; b is on the chain of f alone
        (TWO_ENDS, {"b": "ae"}),
        (CIRCLE, {}),  # nobody reaches an end
        ("ab", {}),
        ("ab ac db dc", {}),
        ("", {}),
    ],
)
def test_a_single_point_is_on_every_chain_of_two_or_more(drawing: str, expected: dict[str, str]) -> None:
    assert points(drawing) == expected


def test_a_single_point_says_how_many_depend_on_it_and_by_which_clauses() -> None:
    [row] = single_points(lines(DIAMOND), "f", "F").terms
    assert row["dependants"]["value"] == "4"
    assert row["path"]["value"] == "F → B → D"
    assert row["clause"]["value"] == "1.6; 1.3"


def test_the_first_line_of_an_edge_gives_its_clause() -> None:
    rows = [*lines("ab"), {**lines("ab")[0], "clause": "9.9"}]
    assert network(rows).clauses == {("a", "b"): "1.1"}


def hops(drawing: str, body: str = "") -> list[tuple[str, str, str]]:
    terms = distance(lines(drawing), body, body.upper()).terms
    return [(row["body"]["value"], row["end"]["value"], row["hops"]["value"]) for row in terms]


def test_distance_counts_the_hops_of_the_shortest_chain_to_each_end() -> None:
    assert hops(CHAIN) == [("a", "d", "3"), ("b", "d", "2"), ("c", "d", "1")]
    assert hops("ab bc ac", "a") == [("a", "c", "1")]
    assert hops(TWO_ENDS, "e") == [("e", "c", "2"), ("e", "d", "2")]
    assert hops(CIRCLE) == []


def test_centrality_counts_who_is_below_and_above() -> None:
    rows = {row["body"]["value"]: row for row in centrality(lines(CHAIN)).terms}
    columns = ("answering", "below", "above")
    counts = {name: tuple(row[column]["value"] for column in columns) for name, row in rows.items()}
    assert counts == {"a": ("0", "0", "3"), "b": ("1", "1", "2"), "c": ("1", "2", "1"), "d": ("1", "3", "0")}
    assert list(rows) == ["d", "c", "b", "a"]
    assert rows["b"]["between"]["value"] == "0.333"  # of the six ordered pairs of others, a to c and a to d
    assert rows["d"]["between"]["value"] == "0.000"


def test_members_of_a_circle_are_below_one_another() -> None:
    [row] = centrality(lines(CIRCLE), "b", "B").terms
    assert (row["below"]["value"], row["above"]["value"]) == ("3", "1")


@pytest.mark.parametrize("resolver", RESOLVERS.values(), ids=RESOLVERS)
def test_a_party_without_a_line_is_told_from_one_without_a_finding(resolver: object) -> None:
    assert callable(resolver)
    assert resolver(lines(CHAIN), "x", "X").notes == ["Not stated: no clause says to whom X answers."]


def test_nothing_found_says_why() -> None:
    assert single_points(lines("ab"), "a", "A").notes == ["A: no single point lies on its chains."]
    assert distance(lines(CIRCLE), "a", "A").notes == ["A: its chains lead into a circle."]


def test_being_between_is_a_share_of_those_whom_lines_connect_whoever_else_there_is() -> None:
    alone, beside = centrality(lines(CHAIN)), centrality(lines(f"{CHAIN} xy yz"))
    rows = {row["body"]["value"]: row for row in beside.terms}
    assert [rows[row["body"]["value"]] for row in alone.terms] == alone.terms
    assert rows["y"]["between"]["value"] == "0.500"  # of x to z and z to x, the first


def at_random(seed: int) -> str:
    """A drawing of a few parts with circles, short cuts and several ways of the same length."""
    chance = random.Random(seed)
    parts = ("abcdefgh", "ijklm", "no")
    return " ".join(sorted({"".join(chance.sample(part, 2)) for part in parts for _ in range(2 * len(part) - 2)}))


@pytest.mark.parametrize("seed", range(20))
def test_standing_is_that_of_the_part_that_lines_connect(seed: int) -> None:
    drawing = at_random(seed)
    whole = nx.DiGraph([(hop[0], hop[1]) for hop in drawing.split()])
    expected = {}
    for part in nx.weakly_connected_components(whole):
        shares = nx.betweenness_centrality(whole.subgraph(part))
        for party in part:
            counts = (len(nx.ancestors(whole, party)), len(nx.descendants(whole, party)))
            expected[party] = (*map(str, counts), f"{shares[party]:.3f}")
    columns = ("below", "above", "between")
    rows = {row["body"]["value"]: row for row in centrality(lines(drawing)).terms}
    assert {party: tuple(row[column]["value"] for column in columns) for party, row in rows.items()} == expected
    for party, row in rows.items():
        assert centrality(lines(drawing), party, party.upper()).terms == [row]


def test_equal_shares_stand_in_the_order_of_labels() -> None:
    rows = centrality(lines("ea da ce bd gc fb")).terms  # two arms of equal length, the later in the alphabet first
    assert [row["body"]["value"] for row in rows] == ["a", "d", "e", "b", "c", "f", "g"]


def test_a_nation_of_councils_is_told_in_no_time() -> None:
    rows = []
    for council, place in itertools.product(range(1_000), range(1, 19)):
        lower, higher = f"{council} {place}", f"{council} {(place - 1) // 3}"
        rows.append({"from": lower, "fromLabel": lower, "to": higher, "toLabel": higher, "clause": "1"})
    before = time.process_time()
    assert len(centrality(rows).terms) == 19_000
    assert time.process_time() - before < 5


RESOLVED = [name for name, question in library().items() if question.resolver]


def test_every_resolver_that_a_question_names_is_there() -> None:
    assert sorted(library()[name].resolver for name in RESOLVED) == sorted(RESOLVERS)


def test_a_question_that_names_an_unknown_resolver_is_refused(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RESOLVERS, "network.distance")
    with pytest.raises(BadInput, match=r'names the resolver "network\.distance"'):
        prepare(find("distance"), {}, graph._names)


@pytest.mark.parametrize("name", RESOLVED)
def test_the_site_and_python_give_the_same_answer(name: str, graph: Graph, web: httpx.Client) -> None:
    for asked in ({}, {"body": "Delivery groups"}):
        answer = web.get(f"/questions/{name}.json", params=asked).json()
        table = graph.ask(name, **asked)
        assert answer["rows"] == table.rows
        assert answer["notes"] == list(table.notes)
    page = web.get(f"/questions/{name}", params={"body": "Delivery groups"}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Delivery groups" in page.text


def test_an_earlier_version_has_a_structure_of_its_own(graph: Graph) -> None:
    asked: Sequence[Table] = [
        view.ask("single-points", body="Delivery groups") for view in (graph, graph.at(version="handbook-earlier"))
    ]
    assert asked[0].rows != asked[1].rows
    assert asked[1].parameters["version"] == "handbook-earlier"


def test_self_review_is_found_through_the_post_that_holds_both_chairs(graph: Graph) -> None:
    for row in graph.ask("self-review").rows:
        assert row["chairLabel"] == "Leader of Harrow Council"
        assert {row["bodyLabel"], row["checkerLabel"]} == {"Partnership Board", "The Assembly"}


def test_a_true_circle_is_found_with_its_hops_and_makes_dead_ends(graph: Graph) -> None:
    trial = graph.whatif(
        "PREFIX b: <https://w3id.org/govgraph/id/harrow/body/>"
        " DELETE { ?line ?property ?value } WHERE { ?line gov:accountableParty b:harrow-strategic-partnership ;"
        " a gov:AccountabilityLine ; ?property ?value } ;"
        " INSERT DATA { id:x a gov:AccountabilityLine ; gov:mode mode:accountability ; gov:strength gov:Explicit ;"
        " gov:accountableParty b:harrow-strategic-partnership ; gov:accountableTo b:partnership-board ;"
        " gov:basis <https://w3id.org/govgraph/id/harrow/clause/handbook-22-12> }"
    )
    store = ox.Store()
    store.bulk_extend(ox.Quad(*statement) for statement in trial.after)
    reader = EmbeddedReader(store, 1)
    circles = ask(find("circles"), {"body": "Harrow Strategic Partnership"}, reader, graph._names)
    assert [(row["part"], row["fromLabel"], row["toLabel"], row["clause"]) for row in circles.rows] == [
        ("closing line", "Harrow Strategic Partnership", "Partnership Board", "22.12"),
        ("way back", "Partnership Board", "Harrow Strategic Partnership", "22.12"),
    ]
    assert {row["carries"] for row in circles.rows} == {True}
    dead = {row["bodyLabel"]: row["why"] for row in ask(find("dead-ends"), {}, reader, graph._names).rows}
    assert dead["Partnership Board"] == dead["Safer Harrow Management Group"] == "its chain leads into a circle"
    assert dead["Harrow Senior Residents Assembly"] == "stated to be independent"
