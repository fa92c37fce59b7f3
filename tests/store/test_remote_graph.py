"""A graph in an endpoint does what the same graph does here, or says why it cannot."""

from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.store.playing import Played
from tests.store.reading import EARLIER, numbers

import govgraph
from govgraph.errors import BadInput
from govgraph.graph import Graph
from govgraph.notebook import frame
from govgraph.review.findings import Finding
from govgraph.store.endpoint import Endpoint
from govgraph.store.remote_generations import FOREIGN, RemoteGeneration, RemoteGenerations

pytestmark = pytest.mark.usefixtures("cache")


def test_a_graph_elsewhere_does_what_a_graph_here_does(elsewhere: Graph, graph: Graph) -> None:
    body = "Partnership Board"
    assert elsewhere.find(body) == graph.find(body)
    assert elsewhere.describe(body).rows == graph.describe(body).rows
    assert elsewhere.options("on-theme", "theme") == graph.options("on-theme", "theme")
    assert elsewhere.ends("2011-04-17").rows == graph.ends("2011-04-17").rows
    labels = [graph.find(name).iri for name in (body, "Harrow Council")]
    assert elsewhere.labels([*labels, "http://e/none"]) == graph.labels([*labels, "http://e/none"])
    assert elsewhere.decide("revenue spend", 600_000).decider == graph.decide("revenue spend", 600_000).decider
    assert elsewhere.deadlines("notice", "2024-02-19") == graph.deadlines("notice", "2024-02-19")
    assert set(elsewhere.to_rdflib()) == set(graph.to_rdflib())
    assert set(elsewhere.to_networkx().edges) == set(graph.to_networkx().edges)


def test_a_day_a_version_a_trial_and_a_comparison_are_made_from_a_copy(elsewhere: Graph, graph: Graph) -> None:
    for day, version in (("2011-04-17", None), (None, "handbook-earlier")):
        there, here = elsewhere.at(day, version), graph.at(day, version)
        assert there.ask("ends").rows == here.ask("ends").rows
        assert there.notes == here.notes
    changes = [side.at(version="handbook-earlier").changes_to(side) for side in (elsewhere, graph)]
    assert changes[0] == changes[1] != []
    trials = [side.whatif(remove=["Harrow Chief Executives"]) for side in (elsewhere, graph)]
    assert trials[0].effects == trials[1].effects != []
    assert elsewhere.changes_to(graph) == []


def test_the_review_of_an_endpoint_finds_what_the_review_of_the_store_finds(elsewhere: Graph, graph: Graph) -> None:
    there, here = elsewhere.validate(), graph.validate()
    assert list(map(_told, there.findings)) == list(map(_told, here.findings)) != []


def _told(finding: Finding) -> tuple[object, ...]:
    """A finding without the order in which SPARQL leaves it open to put clauses together."""
    return finding.id, finding.rule, finding.severity, finding.label, sorted(finding.clauses), finding.value_label


def test_our_own_service_is_an_endpoint_too(site: str, graph: Graph) -> None:
    elsewhere = govgraph.open(f"{site}/sparql")
    assert elsewhere.generation == FOREIGN
    told: Mapping[str, str] = {"body": "Partnership Board"}
    assert elsewhere.ask("who-chairs", **told).rows == graph.ask("who-chairs", **told).rows
    assert elsewhere.ends("2011-04-17").rows == graph.ends("2011-04-17").rows
    assert elsewhere.at("2011-04-17").ask("ends").rows == graph.at("2011-04-17").ask("ends").rows
    trials = [side.whatif(remove=["Harrow Chief Executives"]) for side in (elsewhere, graph)]
    assert trials[0].effects == trials[1].effects != []


def test_graphs_can_be_named_as_the_default_graph(played: Played) -> None:
    graph = govgraph.open(played.url, engine="generic", default_graphs=[EARLIER])
    assert graph.generation == FOREIGN
    assert {row["s"] for row in graph.select("SELECT ?s { ?s a gov:DocumentVersion }")} == {
        row["s"] for row in graph.select(f"SELECT ?s {{ GRAPH <{EARLIER}> {{ ?s a gov:DocumentVersion }} }}")
    }
    with pytest.raises(BadInput, match=r"union of all graphs.*--default-graph IRI"):
        govgraph.open(played.url, engine="generic", default_graphs=["union"])


def test_a_day_is_refused_where_the_graphs_that_tell_it_are_not_there(played: Played, small: Played) -> None:
    endpoint = Endpoint(played.url, engine="generic")
    latest = RemoteGenerations(endpoint).latest()
    earlier = RemoteGeneration(latest.number, latest.manifest, endpoint, whole=False)
    with pytest.raises(BadInput, match="merged facts only"):
        Graph(earlier).at("2011-04-17")
    small.store.load(numbers(3), ox.RdfFormat.TURTLE)
    with pytest.raises(BadInput, match="no catalogue"):
        govgraph.open(small.url, engine="generic").at("2011-04-17")


def test_what_is_said_of_an_endpoint_is_refused_of_a_folder(store_folder: Path) -> None:
    with pytest.raises(BadInput, match="Name the address of the endpoint"):
        govgraph.open(store_folder, engine="oxigraph")


def test_a_frame_in_a_notebook_shows_labels(elsewhere: Graph, graph: Graph) -> None:
    there, here = (frame(each.ask("who-chairs", body="Partnership Board"), each) for each in (elsewhere, graph))
    assert there.to_dict() == here.to_dict()
