"""The site over an endpoint: the same answers, nothing beside the generation, and plain words when it is away."""

import gzip
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from tests.engines.conftest import endpoint_of, needs
from tests.engines.servers import Served, free_port, missing_oxigraph, oxigraph

from govgraph.knowledge.build import build
from govgraph.limits import LIMITS
from govgraph.namespaces import GRAPH
from govgraph.review.gate import gate
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generation, Generations
from govgraph.store.publishing import publish

BOARD = "harrow/body/partnership-board"
SECRET = "http://example.org/secret"
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . FILTER(?c = ?f) }"
PAGES = (
    "/",
    f"/page/{BOARD}",
    "/questions",
    "/questions/ultimately-accountable-to?body=Delivery+groups",
    "/questions/who-chairs.csv?body=Partnership+Board",
    f"/chart/{BOARD}",
    "/decide?kind=revenue+spend&amount=600000",
    "/search?q=board",
    "/search?q=social+care",
    "/documents",
    "/councils",
    "/about",
    f"/data/{BOARD}.trig?_profile=govgraph",
    f"/data/{BOARD}.nt",
    "/def/PartnershipBoard",
    "/compare",
    "/sparql?query=SELECT+*+%7B+%3Fs+a+gov%3APartnershipBoard%3B+skos%3AprefLabel+%3Flabel+%7D",
    "/graphs?graph=" + GRAPH + "harrow/documents",
)


@pytest.fixture(scope="module", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept of endpoints goes into a folder of the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    needs(missing_oxigraph())
    with oxigraph(tmp_path_factory.mktemp("remote") / "store") as served:
        yield served


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the packaged graph with its review, so that pages tell findings in both places."""
    folder = tmp_path_factory.mktemp("reviewed") / "store"
    build(Generations(folder), gate=gate)
    return folder


@pytest.fixture(scope="module")
def generation(reviewed: Path) -> Generation:
    return Generations(reviewed).current()


@pytest.fixture(scope="module")
def web(reviewed: Path, serve: Callable[..., str]) -> Iterator[httpx.Client]:
    """Asks the site over the store on disk."""
    with httpx.Client(base_url=serve(reviewed), timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def endpoint(server: Served, generation: Generation) -> Endpoint:
    """The packaged graph, and beside it a graph that is nobody's business."""
    found = endpoint_of(server)
    publish(found, generation)
    found.put_graph(SECRET, f'<{SECRET}> <{SECRET}> "a secret" .\n'.encode())
    return found


@pytest.fixture(scope="module")
def away(endpoint: Endpoint, serve: Callable[..., str]) -> Iterator[httpx.Client]:
    """Asks the site over the endpoint."""
    with httpx.Client(base_url=serve(endpoint), timeout=60) as client:
        yield client


def plain(answer: httpx.Response) -> str:
    """What an answer says, without the address of the site, the time, and the order, which a store may choose."""
    text = answer.text.replace(str(answer.url.copy_with(raw_path=b"/")).rstrip("/"), "http://site")
    text = re.sub(r"127\.0\.0\.1(:|%3A)\d+", "site", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]00:00", "a time", text)
    if answer.headers.get("content-type", "").startswith(("application/trig", "text/turtle")):
        parsed = ox.parse(input=text.encode(), format=ox.RdfFormat.TRIG, base_iri=str(answer.url))
        return "\n".join(sorted(map(str, parsed)))
    return "\n".join(sorted(text.splitlines()))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_what_it_says_over_a_store_of_its_own(away: httpx.Client, web: httpx.Client, address: str) -> None:
    here, there = web.get(address), away.get(address)
    kinds = [answer.headers.get("content-type") for answer in (here, there)]
    assert (there.status_code, kinds[1]) == (here.status_code, kinds[0])
    assert there.status_code in (200, 303)
    assert plain(there) == plain(here)


def test_the_dumps_hold_the_same_statements(away: httpx.Client, web: httpx.Client) -> None:
    files = [client.get("/dumps/", headers={"Accept": "application/json"}).json()["files"] for client in (web, away)]
    here, there = ({(file["name"], file["graph"], file["statements"]) for file in each} for each in files)
    assert there == here
    whole = [gzip.decompress(client.get("/dumps/1/govgraph.nq.gz").content) for client in (web, away)]
    assert sorted(whole[0].splitlines()) == sorted(whole[1].splitlines())


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("SELECT ?o { GRAPH ?g { ?s ?p ?o FILTER(STR(?o) = 'a secret') } }", {}),
        (f"SELECT ?o {{ GRAPH <{SECRET}> {{ ?s ?p ?o }} }}", {}),
        (f"SELECT ?o FROM <{SECRET}> {{ ?s ?p ?o }}", {}),
        (f"SELECT ?o FROM NAMED <{SECRET}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", {}),
        (f"PREFIX s: <{SECRET[:-6]}> SELECT ?o FROM s:secret {{ ?s ?p ?o }}", {}),
        ("SELECT ?o { ?s ?p ?o }", {"default-graph-uri": SECRET}),
        ("SELECT ?o { GRAPH ?g { ?s ?p ?o } }", {"named-graph-uri": SECRET}),
        (f"SELECT ?o {{ GRAPH <{GRAPH}generations> {{ ?s ?p ?o }} }}", {}),
        (f"SELECT ?o FROM <{GRAPH}generation/1> {{ ?s ?p ?o }}", {}),
    ],
)
def test_what_the_endpoint_holds_beside_the_generation_is_not_shown(
    away: httpx.Client, query: str, more: dict[str, str]
) -> None:
    answer = away.get("/sparql", params={"query": query, **more})
    assert answer.status_code == 200
    assert answer.json()["results"]["bindings"] == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
        ("DEFINE get:soft 'replace' SELECT * { ?s ?p ?o }", "DEFINE"),
        ("SELECT (bif:system('x') AS ?x) {}", "bif"),
    ],
)
def test_a_query_that_would_reach_beyond_the_endpoint_is_refused(away: httpx.Client, query: str, words: str) -> None:
    answer = away.get("/sparql", params={"query": query})
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_writing_is_off_and_says_what_to_do_instead(away: httpx.Client, endpoint: Endpoint) -> None:
    before = endpoint.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", ["text/csv"])
    for answer in (
        away.post("/update", data={"update": "CLEAR ALL"}),
        away.delete("/graphs", params={"graph": GRAPH + "uk"}),
        away.put("/graphs", params={"graph": GRAPH + "uk"}, content="", headers={"Content-Type": "text/turtle"}),
    ):
        assert answer.status_code == 403
        assert "govgraph build --store URL" in answer.json()["detail"]
    assert endpoint.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", ["text/csv"]) == before


def test_the_deadline_is_kept_and_others_are_answered_meanwhile(serve: Callable[..., str], endpoint: Endpoint) -> None:
    limits = replace(LIMITS, query_seconds=2.0)
    with httpx.Client(base_url=serve(endpoint, limits), timeout=60) as client:
        client.get("/sparql", params={"query": "ASK {}"})
        started = time.monotonic()
        answer = client.get("/sparql", params={"query": HEAVY})
        assert answer.status_code == 504
        assert answer.json()["code"] == "deadline-passed"
        assert 1 < answer.json()["elapsed"] < 5
        assert time.monotonic() - started < 10
        assert client.get("/sparql", params={"query": "ASK { ?s a gov:PartnershipBoard }"}).json()["boolean"] is True


def await_review(client: httpx.Client) -> None:
    """Ask for the review until it has been made; whoever asks before is told to come back."""
    deadline = time.monotonic() + 300
    while (answer := client.get("/review.json")).status_code == 503:
        assert answer.json()["code"] == "store-failed"
        assert "Come back" in answer.json()["detail"]
        assert time.monotonic() < deadline
        time.sleep(1)
    assert answer.status_code == 200
    assert answer.json()["findings"]


def test_an_endpoint_without_a_report_is_reviewed_when_somebody_asks_and_the_report_is_kept(
    away: httpx.Client, endpoint: Endpoint
) -> None:
    await_review(away)
    asked = away.get("/review", headers={"Accept": "text/html"})
    assert asked.status_code == 200
    assert "No review is kept" not in asked.text


def test_a_large_review_of_an_endpoint_is_read_by_places_and_tells_the_same(
    away: httpx.Client, endpoint: Endpoint, serve: Callable[..., str]
) -> None:
    await_review(away)
    with httpx.Client(base_url=serve(endpoint, replace(LIMITS, report_bytes=1_000)), timeout=60) as large:
        for asked in ({"council": "harrow"}, {"rule": "GOV-CHAIN-002"}, {"council": "none", "severity": "info"}):
            parts = [client.get("/review.json", params=asked).json()["findings"] for client in (large, away)]
            assert parts[0] == parts[1]
            assert parts[0]
        page = large.get("/page/harrow/body/partnership-board", headers={"Accept": "text/html"})
        assert "What the review found" in page.text


def test_it_is_ready_and_counts_over_an_endpoint(away: httpx.Client) -> None:
    told = away.get("/readyz").json()
    assert (told["status"], told["generation"], told["verified"]) == ("ready", 1, 1)
    assert "govgraph_triples" in away.get("/metrics").text


@pytest.fixture
def own(tmp_path: Path) -> Iterator["Restarted"]:
    needs(missing_oxigraph())
    server = Restarted(tmp_path / "own", free_port())
    server.start()
    yield server
    server.stop()


class Restarted:
    """An Oxigraph server that can be stopped, and started again at the same address."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/query"
        self._running = ExitStack()
        self._folder, self._port = folder, port

    def start(self) -> None:
        self._running.enter_context(oxigraph(self._folder, port=self._port, kept=True))

    def stop(self) -> None:
        self._running.close()


def until(client: httpx.Client, address: str, status: int, seconds: float = 15) -> httpx.Response:
    """The answer that a browser gets, once it has this status."""
    deadline = time.monotonic() + seconds
    while (answer := client.get(address, headers={"Accept": "text/html"})).status_code != status:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)
    return answer


def test_an_endpoint_that_goes_away_is_told_plainly_and_noticed_when_it_is_back(
    own: Restarted, serve: Callable[..., str], generation: Generation
) -> None:
    publish(Endpoint(own.url), generation)
    with httpx.Client(base_url=serve(Endpoint(own.url)), timeout=60) as client:
        until(client, "/readyz", 200)
        assert client.get(f"/page/{BOARD}").status_code == 200
        own.stop()
        told = until(client, "/readyz", 503).json()["problem"]
        assert told["code"] == "endpoint-down"
        page = until(client, f"/page/{BOARD}", 503)
        assert page.headers["content-type"].startswith("text/html")
        assert "Check the address, and that the endpoint runs" in page.text
        data = client.get("/sparql", params={"query": "ASK {}"})
        assert (data.status_code, data.headers["content-type"]) == (503, "application/problem+json")
        assert client.get("/metrics").status_code == 200
        own.start()
        until(client, "/readyz", 200)
        assert client.get(f"/page/{BOARD}").status_code == 200


def test_a_generation_that_is_loaded_while_it_is_served_is_shown_within_seconds(
    own: Restarted, serve: Callable[..., str], generation: Generation
) -> None:
    publish(Endpoint(own.url), generation)
    with httpx.Client(base_url=serve(Endpoint(own.url)), timeout=60) as client:
        first = client.get(f"/data/{BOARD}.ttl")
        assert first.headers["govgraph-generation"] == "1"
        publish(Endpoint(own.url), generation, force=True)
        deadline = time.monotonic() + 20
        while (seen := client.get(f"/data/{BOARD}.ttl")).headers["govgraph-generation"] != "2":
            assert seen.status_code == 200
            assert time.monotonic() < deadline
            time.sleep(0.2)
        earlier = client.get(f"/data/{BOARD}.ttl", params={"generation": "1"})
        assert earlier.headers["govgraph-generation"] == "1"
        assert client.get("/sparql", params={"query": "ASK {}", "generation": "7"}).status_code == 404


def test_a_site_may_read_another_site(site: str, serve: Callable[..., str]) -> None:
    with httpx.Client(base_url=serve(Endpoint(f"{site}/sparql")), timeout=60) as client:
        answer = client.get(f"/data/{BOARD}.ttl")
        assert answer.status_code == 200
        assert answer.headers["govgraph-generation"] == "0"
        assert "Partnership Board" in client.get(f"/page/{BOARD}").text
        assert client.get("/readyz").status_code == 200


def test_secrets_of_the_endpoint_are_not_among_the_arguments_of_a_reader(
    away: httpx.Client, endpoint: Endpoint
) -> None:
    away.get("/sparql", params={"query": "ASK { ?s ?p 'readers run' }"})
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
    readers = [line for line in lines if b"govgraph.store.remote_worker" in line]
    assert readers
    assert all(line.rstrip(b"\0").endswith(b"govgraph.store.remote_worker") for line in readers)
