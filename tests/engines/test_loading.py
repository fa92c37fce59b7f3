"""A load into an endpoint is whole or not there: killed anywhere it leaves old or new, then only the rest is sent."""

import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.engines.conftest import ENGINES, endpoint_of, needs
from tests.engines.servers import Served, missing_oxigraph, missing_virtuoso, oxigraph, virtuoso

from govgraph.errors import EndpointFailed, GenerationChanged, StoreInUse
from govgraph.knowledge.build import build
from govgraph.limits import LIMITS
from govgraph.namespaces import DEF, GRAPH
from govgraph.resources import packaged
from govgraph.store import batches
from govgraph.store.base import Request
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generation, Generations
from govgraph.store.lease import Lease
from govgraph.store.publishing import publish
from govgraph.store.remote_generations import GENERATIONS, RemoteGenerations, generation_graph, rows_of, staging_graph
from govgraph.store.remote_worker import SettledReader

SMALL = 700  # statements in a batch, so that a small council has many
JSON = ("application/sparql-results+json",)
BOTH = """SELECT ?label ?inGraph WHERE {
  <https://w3id.org/govgraph/id/example/marker> skos:prefLabel ?label
  GRAPH ?g { <https://w3id.org/govgraph/id/example/marker> skos:prefLabel ?inGraph } }"""
KILLED = """
import os, signal, sys
from pathlib import Path
from govgraph.settings import Credentials
from govgraph.store import batches, transport
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generations
from govgraph.store.publishing import publish
url, store, point, after, small = sys.argv[1:]
batches.BATCH = int(small)
sent, send = 0, transport.Transport.send
def counted(*given, **named):
    global sent
    sent += 1
    if sent == int(point) and after == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = send(*given, **named)
    if sent == int(point):
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
transport.Transport.send = counted
publish(Endpoint(url, engine="oxigraph"), Generations(Path(store)).current(), place="this test")
"""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", SMALL)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, Generation]:
    """Two generations of the example council: what the merged facts and a named graph say of a marker differs."""
    folder = tmp_path_factory.mktemp("two")
    built = []
    for name in ("old", "new"):
        data = folder / f"{name}-data"
        shutil.copytree(packaged("data") / "examples" / "sound", data)
        bodies = data / "constitution" / "bodies.ttl"
        marker = "<https://w3id.org/govgraph/id/example/marker> <http://www.w3.org/2004/02/skos/core#prefLabel>"
        more = "".join(f'{marker[:-1]}{n}> "{name} {n}"@en .\n' for n in range(2000)).replace("prefLabel", "altLabel")
        bodies.write_text(bodies.read_text(encoding="utf-8") + f'\n{marker} "{name}"@en .\n{more}', encoding="utf-8")
        built.append(build(Generations(folder / name), data).generation)
    return built[0], built[1]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """An empty Oxigraph server."""
    needs(missing_oxigraph())
    with oxigraph(tmp_path / "server") as served:
        yield served


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Endpoint]:
    """One empty engine after the other."""
    needs(missing_oxigraph() if request.param == "oxigraph" else missing_virtuoso())
    folder = tmp_path / "engine"
    folder.mkdir()
    with (oxigraph if request.param == "oxigraph" else virtuoso)(folder) as served:
        yield endpoint_of(served)


def total(generation: Generation) -> int:
    named: dict[str, int] = generation.manifest["graphs"]
    return int(generation.manifest["statements"]) + sum(named.values())


def said(endpoint: Endpoint) -> set[tuple[str, str]]:
    """What the merged facts and the named graphs say of the marker, in one answer."""
    reader = SettledReader(RemoteGenerations(endpoint).latest())
    answer = reader.answer(Request(BOTH, accept=JSON), 30)
    return {(row["label"], row["inGraph"]) for row in rows_of(answer.body)}


def counts(endpoint: Endpoint) -> dict[str, int]:
    """Statements of every graph of ours that the endpoint holds."""
    rows = rows_of(endpoint.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g", JSON)[1])
    return {row["g"]: int(row["n"]) for row in rows if row["g"].startswith(GRAPH) and row["g"] != GENERATIONS}


def held(generation: Generation, number: int) -> dict[str, int]:
    """What an endpoint must hold of a generation."""
    graphs = {name: size for name, size in generation.manifest["graphs"].items() if size}
    return {**graphs, generation_graph(number): generation.manifest["statements"]}


def test_what_is_loaded_is_what_was_built_and_a_change_replaces_it(
    empty: Endpoint, two: tuple[Generation, Generation]
) -> None:
    old, new = two
    first = publish(empty, old)
    assert (first.generation.number, first.fresh, first.sent) == (1, True, total(old))
    assert counts(empty) == held(old, 1)
    assert said(empty) == {("old", "old")}
    again = publish(empty, old)
    assert (again.generation.number, again.fresh, again.sent) == (1, False, 0)
    second = publish(empty, new)
    assert second.generation.number == 2
    assert second.sent < total(new)  # named graphs that say the same are not sent
    assert said(empty) == {("new", "new")}
    assert counts(empty) == {**held(new, 2), generation_graph(1): old.manifest["statements"]}
    assert RemoteGenerations(empty).numbers() == [1, 2]
    assert RemoteGenerations(empty).open(1).manifest["statements"] == old.manifest["statements"]


def test_only_so_many_generations_are_kept(server: Served, two: tuple[Generation, Generation]) -> None:
    endpoint = endpoint_of(server)
    for place in range(4):
        publish(endpoint, two[place % 2], keep=2)
    assert RemoteGenerations(endpoint).numbers() == [3, 4]
    assert counts(endpoint) == {**held(two[1], 4), generation_graph(3): two[0].manifest["statements"]}
    assert LIMITS.generations_kept > 1


def test_a_load_that_is_killed_anywhere_leaves_old_or_new_and_only_the_rest_is_sent_then(
    server: Served, two: tuple[Generation, Generation]
) -> None:
    endpoint = endpoint_of(server)
    publish(endpoint, two[0])
    before = endpoint.requests
    sent = {"new": publish(endpoint, two[1]).sent}
    requests = endpoint.requests - before
    sent["old"] = publish(endpoint, two[0]).sent
    words, rests, left = ("old", "new"), set(), set()
    for number, point in enumerate(range(2, requests + 2, max(1, requests // 10)), 1):
        wanted, word, other = two[number % 2], words[number % 2], words[1 - number % 2]
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, server.url, str(wanted.folder.parents[1]), str(point),
             "before" if number % 3 else "after", str(SMALL)],
            capture_output=True, timeout=120,
        )  # fmt: skip
        assert killed.returncode in (-signal.SIGKILL, 0), killed.stderr.decode()
        assert said(endpoint) in ({(word, word)}, {(other, other)}), f"killed at request {point}"
        left |= said(endpoint)
        loaded = there(endpoint, wanted)
        rest = publish(endpoint, wanted, place="this test")
        if rest.fresh:
            assert rest.sent == sent[word] - loaded, f"killed at request {point}"
            rests.add(rest.sent)
        assert said(endpoint) == {(word, word)}
        assert named(counts(endpoint)) == named(held(wanted, 0))
    assert len(rests) > 2, "no kill left anything to go on with"
    assert len(left) == 2, "every kill left the same"


def there(endpoint: Endpoint, wanted: Generation) -> int:
    """Statements that an interrupted load has written down as sent."""
    sizes = {staging_graph(0, name).replace("/0/", "/"): n for name, n in wanted.manifest["graphs"].items()}
    found = 0
    query = f"SELECT ?t ?n {{ ?t <{DEF}loadedBatches> ?n }}"
    for row in rows_of(endpoint.query(query, JSON, (GENERATIONS,))[1]):
        merged = row["t"].startswith(GRAPH + "generation/")
        size = wanted.manifest["statements"] if merged else sizes[re.sub(r"(staging)/\d+/", r"\1/", row["t"])]
        found += min(int(row["n"]) * SMALL, size)
    return found


def named(counted: dict[str, int]) -> dict[str, int]:
    """Of graphs with their numbers of statements, those that the data speak of."""
    return {name: size for name, size in counted.items() if not name.startswith(GRAPH + "generation/")}


def test_a_resumed_load_sends_exactly_what_is_missing(
    server: Served, two: tuple[Generation, Generation], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, posts = endpoint_of(server), 0
    send = Endpoint.post_graph

    def broken(self: Endpoint, graph: str, content: bytes, *given: str, **named: Any) -> None:
        nonlocal posts
        posts += 1
        if posts == 4:
            raise KeyboardInterrupt
        send(self, graph, content, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Endpoint, "post_graph", broken)
        with pytest.raises(KeyboardInterrupt):
            publish(endpoint, two[0])
    published = publish(endpoint, two[0])
    assert published.sent == total(two[0]) - 3 * SMALL
    assert counts(endpoint) == held(two[0], 1)


def test_a_load_of_other_data_starts_anew_after_an_interruption(
    server: Served, two: tuple[Generation, Generation], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = endpoint_of(server)

    def interrupted(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("govgraph.store.publishing._Load._switch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            publish(endpoint, two[0])
    published = publish(endpoint, two[1])
    assert published.sent == total(two[1])
    assert counts(endpoint) == held(two[1], 1)
    assert said(endpoint) == {("new", "new")}


def test_readers_see_old_or_new_and_never_both_while_it_is_loaded(
    empty: Endpoint, two: tuple[Generation, Generation]
) -> None:
    publish(empty, two[0])
    seen: set[tuple[tuple[str, str], ...]] = set()
    stopped = threading.Event()
    failed: list[Exception] = []

    def read() -> None:
        own = Endpoint(empty.url, engine=empty.engine)
        while not stopped.is_set():
            try:
                seen.add(tuple(sorted(said(own))))
            except GenerationChanged:
                continue
            except Exception as error:
                failed.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, 4):
            publish(empty, two[number % 2])
    finally:
        stopped.set()
        for reader in readers:
            reader.join()
    assert not failed
    assert seen == {(("old", "old"),), (("new", "new"),)}


def test_a_second_loader_is_refused_while_the_first_holds_the_lease_and_let_in_when_it_runs_out(
    empty: Endpoint, two: tuple[Generation, Generation]
) -> None:
    publish(empty, two[0])
    lease = Lease(empty, "another folder")
    with pytest.raises(StoreInUse, match="is being loaded from"):
        publish(empty, two[1], place="this folder")
    assert said(empty) == {("old", "old")}
    lease.renew(-1.0)
    assert publish(empty, two[1], place="this folder").fresh
    taken = Lease(empty, "a third folder")
    with pytest.raises(StoreInUse):
        Lease(empty, "a fourth folder")
    taken.release()
    Lease(empty, "a fourth folder").release()


def test_a_loader_that_has_lost_its_lease_does_not_go_on(server: Served, two: tuple[Generation, Generation]) -> None:
    endpoint = endpoint_of(server)
    publish(endpoint, two[0])
    lease = Lease(endpoint, "one folder")
    lease.renew(-1.0)
    Lease(endpoint, "another folder").release()
    with pytest.raises(StoreInUse, match="meanwhile"):
        lease.renew(60.0)


def test_what_the_endpoint_does_not_hold_is_not_made_current(
    server: Served, two: tuple[Generation, Generation], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = endpoint_of(server)
    publish(endpoint, two[0])
    send = Endpoint.post_graph

    def lossy(self: Endpoint, graph: str, content: bytes, *given: str, **named: Any) -> None:
        lines = content.splitlines(keepends=True)
        send(self, graph, b"".join(lines[: max(1, len(lines) - 1)]), *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Endpoint, "post_graph", lossy)
        with pytest.raises(EndpointFailed, match=r"holds [\d,]+ of [\d,]+ statements"):
            publish(endpoint, two[1])
    assert said(endpoint) == {("old", "old")}
    publish(endpoint, two[1])
    assert said(endpoint) == {("new", "new")}


def test_what_others_left_under_a_name_of_ours_does_not_stay(
    server: Served, two: tuple[Generation, Generation]
) -> None:
    endpoint = endpoint_of(server)
    endpoint.post_graph(GRAPH + "ontology", b"<http://e/s> <http://e/p> <http://e/o> .\n")
    publish(endpoint, two[0])
    assert counts(endpoint) == held(two[0], 1)
