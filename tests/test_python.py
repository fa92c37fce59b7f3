"""The Python door: what a thing is, what the review says, and the graph in other libraries."""

import subprocess
import sys

import pytest
import rdflib

from govgraph.errors import UnknownThing
from govgraph.graph import Graph
from govgraph.namespaces import DEF, ID
from govgraph.store.generations import Generation

BOARD = ID + "harrow/body/partnership-board"


@pytest.fixture
def earlier(graph: Graph) -> Graph:
    return graph.at(version="handbook-earlier")


def test_a_description_says_what_a_thing_states_and_what_points_to_it(graph: Graph) -> None:
    table = graph.describe("Partnership Board")
    said = {(row["way"], row["propertyLabel"], row["valueLabel"]) for row in table}
    assert ("out", "answers to", "Harrow Strategic Partnership") in said
    assert ("in", "answers to", "Harrow Chief Executives") in said
    assert {row["thing"] for row in table} == {BOARD}
    assert table.generation == graph.generation


def test_a_thing_is_described_by_any_of_its_names(graph: Graph) -> None:
    assert graph.describe(BOARD).rows == graph.describe("partnership board").rows


def test_an_unknown_thing_is_answered_with_close_ones(graph: Graph) -> None:
    with pytest.raises(UnknownThing, match="Partnership Board"):
        graph.describe("Partnership Bord")


def test_a_description_of_a_version_says_which(earlier: Graph) -> None:
    table = earlier.describe("Partnership Board")
    assert table.parameters == {"version": "handbook-earlier"}
    assert "earlier revision" in table.notes[0]
    assert ("in", "in body") in {(row["way"], row["propertyLabel"]) for row in table}


def test_the_review_of_the_packaged_graph_finds_faults_in_the_texts_and_none_in_the_data(graph: Graph) -> None:
    report = graph.validate()
    assert report.summary["violation"] > 20
    assert {finding.subject for finding in report.at_least("warning")} == {"text"}
    assert report.summary["rules"] > 100
    assert report.generation == graph.generation


def test_rdflib_gets_every_statement_and_answers_the_same(graph: Graph) -> None:
    copy = graph.to_rdflib()
    assert isinstance(copy, rdflib.Graph)
    [counted] = graph.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows
    assert len(copy) == counted["n"]
    ends = {str(row) for row in copy.objects(rdflib.URIRef(BOARD), rdflib.URIRef(DEF + "answersTo"))}
    assert ends == {row["to"] for row in graph.select(f"SELECT ?to {{ <{BOARD}> gov:answersTo ?to }}")}


def test_networkx_gets_every_line_with_its_clause(graph: Graph) -> None:
    network = graph.to_networkx()
    assert network.nodes[BOARD]["label"] == "Partnership Board"
    [both] = graph.select("SELECT (COUNT(*) AS ?n) { ?l gov:accountableParty ?a ; gov:accountableTo ?b }").rows
    assert network.number_of_edges() == both["n"]
    group = ID + "harrow/body/task-and-finish-groups"
    told = [(line["mode"], line["carries"], line["clause"]) for line in network.get_edge_data(group, BOARD).values()]
    assert ("reporting", True, "22.73 b3") in told


def test_networkx_of_a_day_has_what_stood_on_it(graph: Graph) -> None:
    assert set(graph.to_networkx("2011-04-17")) == set(graph.at("2011-04-17").to_networkx())


def test_labels_are_given_for_what_has_one(graph: Graph) -> None:
    assert graph.labels([BOARD, "http://example.org/"]) == {BOARD: "Partnership Board"}


def test_rdflib_and_pandas_are_loaded_only_when_they_are_asked_for(generation: Generation) -> None:
    code = (
        "import sys, govgraph.notebook; from govgraph.graph import Graph; from govgraph.opening import open;"
        f"graph = open({str(generation.folder.parents[1])!r}); graph.ask('who-chairs'); graph.to_networkx();"
        "print([name for name in ('rdflib', 'pandas', 'IPython', 'pyshacl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
