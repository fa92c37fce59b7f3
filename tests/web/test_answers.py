"""An answer that was given once is given again, until the generation changes; never more is kept than is allowed."""

import concurrent.futures
import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from govgraph.knowledge.build import build
from govgraph.limits import LIMITS
from govgraph.store.generations import Generations
from govgraph.web.bounded import Bounded

SMALL = "SELECT ?label WHERE { ?body a gov:PartnershipBoard ; skos:prefLabel ?label }"
TURTLE = {"Accept": "text/turtle"}


@pytest.fixture(scope="module")
def web(serve: Callable[..., str], store_folder: Path) -> Iterator[httpx.Client]:
    """Asks a site that nobody else asks, so that what it counts is what these tests did."""
    with httpx.Client(base_url=serve(store_folder), timeout=30) as client:
        yield client


def repeated(client: httpx.Client) -> float:
    """How many answers were given from memory."""
    return number(client, "govgraph_repeated_answers_total")


def number(client: httpx.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))


@pytest.mark.parametrize(
    ("path", "params"), [("/sparql", {"query": SMALL}), ("/data/harrow/body/partnership-board.ttl", {}), ("/def/", {})]
)
def test_the_second_answer_is_the_first_one(web: httpx.Client, path: str, params: dict[str, str]) -> None:
    first = web.get(path, params=params)
    before = repeated(web)
    second = web.get(path, params=params)
    assert repeated(web) == before + 1
    assert second.content == first.content
    for name in set(first.headers) - {"date"}:
        assert second.headers[name] == first.headers[name]


def test_what_is_kept_answers_head_and_conditions_too(web: httpx.Client) -> None:
    first = web.get("/sparql", params={"query": SMALL})
    before = repeated(web)
    head = web.head("/sparql", params={"query": SMALL})
    assert head.content == b""
    assert head.headers["content-length"] == first.headers["content-length"]
    unchanged = web.get("/sparql", params={"query": SMALL}, headers={"If-None-Match": first.headers["etag"]})
    assert unchanged.status_code == 304
    assert unchanged.content == b""
    assert unchanged.headers["govgraph-generation"] == first.headers["govgraph-generation"]
    assert repeated(web) == before + 2


def test_another_form_is_another_answer(web: httpx.Client) -> None:
    kinds = ["application/sparql-results+json", "text/csv", "application/sparql-results+xml"]
    for _ in range(2):
        for kind in kinds:
            answer = web.get("/sparql", params={"query": SMALL}, headers={"Accept": kind})
            assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?x) {}", "SELECT (NOW() AS ?x) {}", "SELECT (STRUUID() AS ?x) {}", "SELECT broken"]
)
def test_what_differs_each_time_and_what_failed_is_not_kept(web: httpx.Client, query: str) -> None:
    before = repeated(web)
    for _ in range(3):
        web.get("/sparql", params={"query": query})
    assert repeated(web) == before


def test_the_framework_is_told_apart_by_host_and_credentials(web: httpx.Client) -> None:
    here = web.get("/.well-known/void")
    there = web.get("/.well-known/void", headers={"Host": "data.example.org"})
    assert b"http://data.example.org/sparql" in there.content
    assert b"data.example.org" not in here.content
    before = repeated(web)
    for _ in range(2):
        web.get("/.well-known/void", headers={"Authorization": "Bearer x"})
    assert repeated(web) == before


def test_another_generation_gets_its_own_answers(serve: Callable[..., str], tmp_path: Path) -> None:
    generations = Generations(tmp_path / "store")
    build(generations)
    with httpx.Client(base_url=serve(tmp_path / "store"), timeout=30) as client:
        for _ in range(2):
            assert client.get("/sparql", params={"query": SMALL}).headers["govgraph-generation"] == "1"
        build(generations, force=True)
        for _ in range(2):
            answer = client.get("/sparql", params={"query": SMALL})
            assert answer.headers["govgraph-generation"] == "2"
            assert answer.headers["etag"].startswith('"g2-')
        for _ in range(2):
            earlier = client.get("/sparql", params={"query": SMALL, "generation": "1"})
            assert earlier.headers["govgraph-generation"] == "1"
            assert earlier.headers["etag"].startswith('"g1-')
        assert client.get("/sparql", params={"query": SMALL, "generation": "3"}).status_code == 404
        assert client.get("/sparql", params={"query": SMALL, "generation": "one"}).status_code == 404


def test_a_swap_drops_no_request_and_no_answer_is_of_two_generations(serve: Callable[..., str], tmp_path: Path) -> None:
    generations = Generations(tmp_path / "store")
    build(generations)
    address = serve(tmp_path / "store", dataclasses.replace(LIMITS, client_waiting=1_000))
    done = threading.Event()

    def ask(worker: int) -> list[tuple[int, int]]:
        seen = []
        with httpx.Client(base_url=address, timeout=60) as client:
            turn = 0
            while not done.is_set():
                turn += 1
                query = f"{SMALL} # {worker} {turn % 40}"
                answer = client.get("/sparql", params={"query": query})
                seen.append((answer.status_code, int(answer.headers["govgraph-generation"])))
        return seen

    with concurrent.futures.ThreadPoolExecutor() as threads:
        asking = [threads.submit(ask, worker) for worker in range(4)]
        for _ in range(3):
            build(Generations(tmp_path / "store"), force=True)
        done.set()
        seen: list[list[tuple[int, int]]] = [each.result() for each in asking]
    for each in seen:
        assert {status for status, _ in each} == {200}
        numbers = [number for _, number in each]
        assert numbers == sorted(numbers), "a client went back to an earlier generation"
    assert max(number for each in seen for _, number in each) >= 3


def test_the_memory_of_answers_is_bounded(serve: Callable[..., str], store_folder: Path) -> None:
    limits = dataclasses.replace(LIMITS, cache_bytes=60_000, cached_answer_bytes=30_000)
    with httpx.Client(base_url=serve(store_folder, limits), timeout=30) as client:
        for turn in range(40):
            client.get("/sparql", params={"query": f"{SMALL} # {turn}"})
        assert number(client, "govgraph_kept_bytes") <= 60_000
        assert 5 < number(client, "govgraph_kept_answers") < 40
        for _ in range(2):
            large = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o } LIMIT 5000"})
            assert large.status_code == 200
        assert number(client, "govgraph_kept_bytes") <= 60_000


def test_what_was_used_last_stays() -> None:
    kept = Bounded[str, int](most=30, each=20)
    for name in "abc":
        kept.put(name, 1, 10)
    kept.get("a")
    kept.put("d", 1, 10)
    assert [kept.get(name) is not None for name in "abcd"] == [True, False, True, True]
    kept.put("d", 2, 20)
    assert kept.size <= 30
    kept.put("e", 1, 21)
    assert kept.get("e") is None


def test_many_clients_with_one_question_cost_one_query(serve: Callable[..., str], store_folder: Path) -> None:
    heavy = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o . ?o ?q ?r . ?r ?t ?u }"
    with httpx.Client(base_url=serve(store_folder), timeout=60) as client:

        def ask(_: Any) -> httpx.Response:
            return client.get("/sparql", params={"query": heavy}, headers={"Accept": "application/json"})

        with concurrent.futures.ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(ask, range(6)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        asked = next(
            float(line.split()[-1])
            for line in client.get("/metrics").text.splitlines()
            if line.startswith('govgraph_queries_total{form="select",outcome="ok"}')
        )
        assert asked < 6
