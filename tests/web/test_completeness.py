"""An answer is whole, or says that it is not; an empty one can say why."""

import csv
import dataclasses
import io
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from govgraph.limits import LIMITS

ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
EMPTY = 'SELECT ?s WHERE { ?s a gov:PartnershipBoard . ?s skos:altLabel "no such name" }'


def rows(answer: httpx.Response) -> int:
    """Rows, counted in the answer itself."""
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "application/sparql-results+json":
        return len(json.loads(answer.content)["results"]["bindings"])
    if kind == "application/sparql-results+xml":
        return len(ElementTree.fromstring(answer.content).findall(".//{*}result"))
    delimiter = "," if kind == "text/csv" else "\t"
    return len(list(csv.reader(io.StringIO(answer.text, newline=""), delimiter=delimiter))) - 1


@pytest.mark.parametrize("name", ["cut", "max-rows"])
@pytest.mark.parametrize("form", ["json", "xml", "csv"])
def test_a_cut_is_given_when_it_is_asked_for_and_marked(web: httpx.Client, form: str, name: str) -> None:
    answer = web.get("/sparql", params={"query": ALL, name: "7", "format": form})
    assert answer.status_code == 200
    assert answer.headers["govgraph-complete"] == "false"
    assert answer.headers["govgraph-rows"] == "7"
    assert rows(answer) == 7
    assert 'rel="full"' in answer.headers["link"]
    head = web.head("/sparql", params={"query": ALL, name: "7", "format": form})
    assert head.headers["govgraph-complete"] == "false"
    assert head.headers["govgraph-rows"] == "7"


def test_the_link_of_a_cut_leads_to_the_whole(web: httpx.Client) -> None:
    query = "SELECT ?s WHERE { ?s a gov:ThematicGroup }"
    cut = web.get("/sparql", params={"query": query, "cut": "1"})
    whole = web.get(cut.headers["link"].partition("<")[2].partition(">")[0])
    assert whole.headers["govgraph-complete"] == "true"
    assert int(whole.headers["govgraph-rows"]) > 1


def test_a_cut_that_cuts_nothing_is_whole_and_says_the_same(web: httpx.Client) -> None:
    query = "SELECT ?label ?n WHERE { ?b a gov:PartnershipBoard ; skos:prefLabel ?label OPTIONAL { ?b gov:nope ?n } }"
    for form in ("json", "xml", "csv", "tsv"):
        cut = web.get("/sparql", params={"query": query, "cut": "1", "format": form})
        whole = web.get("/sparql", params={"query": query, "format": form})
        assert cut.headers["govgraph-complete"] == "true"
        assert rows(cut) == rows(whole) == 1
        assert "Partnership Board" in cut.text
        assert "Partnership Board" in whole.text
        if form == "json":
            assert cut.json() == whole.json()


def test_a_graph_can_be_cut_too(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }", "cut": "5", "format": "nt"})
    assert answer.headers["govgraph-complete"] == "false"
    assert len(list(ox.parse(input=answer.content, format=ox.RdfFormat.N_TRIPLES))) == 5


@pytest.mark.parametrize("value", ["0", "-1", "many", "", "99999999999", "１"])
def test_a_cut_is_a_number_within_the_limit(web: httpx.Client, value: str) -> None:
    assert web.get("/sparql", params={"query": ALL, "cut": value}).status_code == 400


def test_too_large_an_answer_is_a_problem_that_names_the_cut(serve: Callable[..., str], store_folder: Path) -> None:
    limits = dataclasses.replace(LIMITS, query_seconds=1.0)
    with httpx.Client(base_url=serve(store_folder, limits), timeout=30) as client:
        query = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } LIMIT 600000"
        late_or_large = client.get("/sparql", params={"query": query, "format": "json"})
        assert late_or_large.status_code in (413, 504)
        late = client.get("/sparql", params={"query": HEAVY})
        assert late.status_code == 504
        problem = late.json()
        assert 0.9 < problem["elapsed"] < 5
        assert "cut=" in problem["hint"]
        assert late.headers["retry-after"]
        assert client.head("/sparql", params={"query": HEAVY}).status_code == 504


def test_an_explanation_counts_each_pattern_alone_and_with_those_before_it(web: httpx.Client) -> None:
    told = web.get("/sparql", params={"query": EMPTY, "explain": ""}).json()
    first, second = told["patterns"]
    assert (first["alone"], first["together"]) == (1, 1)
    assert (second["alone"], second["together"]) == (0, 0)
    assert told["emptied by"] == second["pattern"]
    assert "no such name" in told["sentence"]
    assert told["generation"] == web.get("/healthz").json()["generation"]
    text = web.get("/sparql", params={"query": EMPTY, "explain": ""}, headers={"Accept": "text/plain"}).text
    assert "together" in text.splitlines()[0]
    assert len(text.splitlines()) == 4


def test_patterns_that_match_alone_may_leave_nothing_together(web: httpx.Client) -> None:
    query = "SELECT * { ?s a gov:PartnershipBoard . ?s a gov:Clause }"
    told = web.get("/sparql", params={"query": query, "explain": ""}).json()
    assert told["patterns"][1]["alone"] > 0
    assert told["emptied by"] == "?s a gov:Clause"


def test_an_empty_answer_leads_to_its_explanation(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": EMPTY})
    place = answer.headers["link"].partition("<")[2].partition(">")[0]
    assert 'rel="help"' in answer.headers["link"]
    assert web.get(place).json()["emptied by"]
    page = web.get("/sparql", params={"query": EMPTY}, headers={"Accept": "text/html"})
    assert "Nothing in the graph matches" in page.text


def test_a_query_that_cannot_be_explained_says_so(web: httpx.Client) -> None:
    assert web.get("/sparql", params={"query": "ASK {}", "explain": ""}).status_code == 400
    assert web.get("/sparql", params={"query": "SELECT nonsense { ?s ?p }", "explain": ""}).status_code == 400
    service = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    assert web.get("/sparql", params={"query": service, "explain": ""}).status_code == 400
