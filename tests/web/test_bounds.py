"""Nobody's query stops the site for the others."""

import concurrent.futures
import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from govgraph.limits import LIMITS

KILLER = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def hurried(serve: Callable[..., str], store_folder: Path) -> Iterator[httpx.Client]:
    """A site whose readers are killed after one second."""
    limits = dataclasses.replace(LIMITS, query_seconds=1.0, queue_seconds=4.0, readers=2)
    with httpx.Client(base_url=serve(store_folder, limits), timeout=30) as client:
        yield client


def answers(client: httpx.Client) -> bool:
    return bool(client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"])


def test_a_query_without_an_end_is_stopped_at_the_deadline(hurried: httpx.Client) -> None:
    started = time.monotonic()
    answer = hurried.get("/sparql", params={"query": KILLER})
    assert answer.status_code == 504
    assert answer.json()["code"] == "deadline-passed"
    assert time.monotonic() - started < 8
    assert answers(hurried)


def test_pages_are_answered_while_every_public_reader_is_busy(hurried: httpx.Client) -> None:
    with concurrent.futures.ThreadPoolExecutor() as threads:
        costly = [threads.submit(hurried.get, "/sparql", params={"query": KILLER}) for _ in range(4)]
        time.sleep(0.3)
        started = time.monotonic()
        page = hurried.get("/page/harrow/body/partnership-board")
        health = hurried.get("/healthz")
        took = time.monotonic() - started
        assert [answer.result().status_code for answer in costly] == [504] * 4
    assert page.status_code == health.status_code == 200
    assert took < 4
    assert answers(hurried)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER(" + "+".join(["1"] * 8000) + ") }",
        "ASK { " + "{" * 5000 + "}" * 5000 + " }",
        "SELECT * WHERE { ?s " + "/".join(["<http://e/p>"] * 5000) + " ?o }",
        "ASK { FILTER(" + "!" * 9000 + "true) }",
        "ASK { ?s ?p '" + "x" * 100_000 + "' }",
    ],
)
def test_a_query_that_would_break_the_engine_is_refused(hurried: httpx.Client, query: str) -> None:
    answer = hurried.post("/sparql", data={"query": query})
    assert answer.status_code == 400
    assert answer.json()["code"] == "query-refused"
    assert answers(hurried)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * WHERE { ?s ?p ?o . SERVICE SILENT <http://169.254.169.254/> { ?a ?b ?c } }",
    ],
)
def test_a_query_may_not_reach_the_network(hurried: httpx.Client, query: str) -> None:
    answer = hurried.get("/sparql", params={"query": query})
    assert answer.status_code == 400
    assert "SERVICE" in answer.json()["detail"]


def test_an_answer_that_is_too_large_is_no_answer(web: httpx.Client) -> None:
    query = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } LIMIT 600000"
    answer = web.get("/sparql", params={"query": query, "format": "json"})
    assert answer.status_code == 413
    assert answer.json()["code"] == "answer-too-large"


def test_a_search_for_a_long_text_is_cut(hurried: httpx.Client) -> None:
    assert hurried.get("/search", params={"q": "harrow " * 3000}).status_code == 200


def test_a_new_generation_is_served_without_a_restart(
    serve: Callable[..., str], tmp_path: Path, store_folder: Path
) -> None:
    from govgraph.knowledge.build import build
    from govgraph.store.generations import Generations

    generations = Generations(tmp_path / "store")
    build(generations)
    with httpx.Client(base_url=serve(tmp_path / "store"), timeout=30) as client:
        assert client.get("/healthz").json()["generation"] == 1
        assert client.get("/").headers["govgraph-generation"] == "1"
        build(generations, force=True)
        assert client.get("/healthz").json()["generation"] == 2
        page = client.get("/questions/who-chairs")
        assert page.headers["govgraph-generation"] == "2"
        assert client.get("/sparql", params={"query": "ASK {}"}).headers["govgraph-generation"] == "2"
