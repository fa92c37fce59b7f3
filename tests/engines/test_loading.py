"""A load into an endpoint is whole or not there: killed anywhere it leaves old or new, then only the rest is sent."""

import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from tests.engines.conftest import ENGINES, endpoint_of, needs
from tests.engines.servers import Served, missing_oxigraph, missing_virtuoso, oxigraph, virtuoso

from govgraph.errors import EndpointFailed, GenerationChanged, StoreInUse
from govgraph.limits import LIMITS
from govgraph.namespaces import DEF, GRAPH
from govgraph.store import batches
from govgraph.store.base import Request
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generation, Generations
from govgraph.store.lease import Lease
from govgraph.store.publishing import publish
from govgraph.store.remote_generations import GENERATIONS, RemoteGenerations, generation_graph, rows_of, staging_graph
from govgraph.store.remote_worker import SettledReader

SMALL = 50  # statements in a batch, so that a small graph has many
MARKER = "https://w3id.org/govgraph/id/example/marker"
JSON = ("application/sparql-results+json",)
BOTH = """SELECT ?label ?inGraph WHERE {
  <https://w3id.org/govgraph/id/example/marker> skos:prefLabel ?label
  GRAPH ?g { <https://w3id.org/govgraph/id/example/marker> skos:prefLabel ?inGraph } }"""
LABEL, ALSO, NOTE = (f"http://www.w3.org/2004/02/skos/core#{name}" for name in ("prefLabel", "altLabel", "note"))


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", SMALL)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, Generation]:
    """Two small generations: what the merged facts and a named graph say of a marker differs, and the rest does not."""
    folder = tmp_path_factory.mktemp("two")
    return written(folder / "old", "old"), written(folder / "new", "new")


def written(folder: Path, word: str, notes: Sequence[str] = ()) -> Generation:
    """A generation with the marker, of which the notes are, some facts that others have too, and two named graphs."""
    same = {
        name: [(f"{GRAPH}{name}/{number}", ALSO, f"{name} {number}") for number in range(size)]
        for name, size in (("ontology", 230), ("documents", 170))
    }
    own = [(MARKER, LABEL, word), *((MARKER, ALSO, f"{word} {number}") for number in range(190))]
    own += [(MARKER, NOTE, note) for note in notes]
    graphs = {"": [*own, *same["ontology"], *same["documents"]], GRAPH + "council": own}
    graphs |= {GRAPH + name: facts for name, facts in same.items()}
    folder.mkdir()
    store = ox.Store(str(folder / "working"))
    for graph, facts in graphs.items():
        place = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        store.bulk_extend(
            ox.Quad(ox.NamedNode(thing), ox.NamedNode(what), ox.Literal(value, language="en"), place)
            for thing, what, value in facts
        )
    sizes = {name: len(facts) for name, facts in graphs.items() if name}
    generations = Generations(folder / "store")
    with generations.writing() as scratch:
        built = scratch / "generation"
        built.mkdir()
        (built / "names.sqlite").touch()
        store.backup(str(built / "store"))
        told: dict[str, Any] = {
            "inputs": word,
            "data": "a test",
            "govgraph": "0",
            "day": None,
            "things": 1,
            "superseded": [],
        }
        return generations.publish(built, {**told, "statements": len(graphs[""]), "graphs": sizes})


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Served]]:
    """Gives one engine or the other; each is started when it is first needed."""
    with ExitStack() as running:
        started: dict[str, Served] = {}

        def start(engine: str) -> Served:
            if engine not in started:
                needs(missing_oxigraph() if engine == "oxigraph" else missing_virtuoso())
                folder = tmp_path_factory.mktemp("loading") / engine
                folder.mkdir()
                started[engine] = running.enter_context((oxigraph if engine == "oxigraph" else virtuoso)(folder))
            return started[engine]

        yield start


@pytest.fixture
def server(engines: Callable[[str], Served]) -> Iterator[Served]:
    """An empty Oxigraph server."""
    served = engines("oxigraph")
    yield served
    emptied(endpoint_of(served))


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, engines: Callable[[str], Served]) -> Iterator[Endpoint]:
    """One empty engine after the other."""
    endpoint = endpoint_of(engines(request.param))
    yield endpoint
    emptied(endpoint)


def emptied(endpoint: Endpoint) -> None:
    """Leave nothing of ours in an endpoint."""
    for name in [*counts(endpoint), GENERATIONS]:
        endpoint.update(f"DROP SILENT GRAPH <{name}>", repeatable=True)
    assert counts(endpoint) == {}


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


def test_long_texts_and_a_large_report_are_loaded_as_they_are(empty: Endpoint, tmp_path: Path) -> None:
    texts = ["a" * 9, *(sign * 30_000 for sign in "bcd"), "e" * 70_000, "f" * 300_000]
    built = written(tmp_path / "long", "old", texts)
    report = secrets.token_hex(100_000).encode()  # it cannot be packed into less than 100 KB
    (built.folder / "report.json").write_bytes(report)
    publish(empty, built)
    assert RemoteGenerations(empty).report(1) == report
    asked = f"SELECT ?text {{ GRAPH <{GRAPH}council> {{ <{MARKER}> <{NOTE}> ?text }} }}"
    assert sorted(row["text"] for row in rows_of(empty.query(asked, JSON)[1])) == texts


def test_only_so_many_generations_are_kept(server: Served, two: tuple[Generation, Generation]) -> None:
    endpoint = endpoint_of(server)
    for place in range(4):
        publish(endpoint, two[place % 2], keep=2)
    assert RemoteGenerations(endpoint).numbers() == [3, 4]
    assert counts(endpoint) == {**held(two[1], 4), generation_graph(3): two[0].manifest["statements"]}
    assert LIMITS.generations_kept > 1


def test_a_load_that_is_killed_anywhere_leaves_old_or_new_and_only_the_rest_is_sent_then(
    server: Served, two: tuple[Generation, Generation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("govgraph.store.lease._SETTLE", 0)  # nobody else loads
    endpoint = endpoint_of(server)
    publish(endpoint, two[0])
    before = endpoint.requests
    sent = {"new": publish(endpoint, two[1]).sent}
    requests = endpoint.requests - before
    sent["old"] = publish(endpoint, two[0]).sent
    words, rests, left = ("old", "new"), set(), set()
    with killing(server) as kill:
        for number, point in enumerate(range(2, requests + 2), 1):
            wanted, word, other = two[number % 2], words[number % 2], words[1 - number % 2]
            assert kill(wanted, point, "before" if number % 3 else "after") in (-signal.SIGKILL, 0)
            assert said(endpoint) in ({(word, word)}, {(other, other)}), f"killed at request {point}"
            left |= said(endpoint)
            loaded = there(endpoint, wanted)
            rest = publish(endpoint, wanted, place="this test")
            if rest.fresh:
                assert rest.sent == sent[word] - loaded, f"killed at request {point}"
                rests.add(rest.sent)
            assert said(endpoint) == {(word, word)}
            assert named(counts(endpoint)) == named(held(wanted, 0))
    assert requests > 20
    assert len(rests) > 8, "few kills left anything to go on with"
    assert len(left) == 2, "every kill left the same"


@contextmanager
def killing(server: Served) -> Iterator[Callable[[Generation, int, str], int]]:
    """Loads a generation in a process that is killed at one of its requests; gives how it ended."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("loading_process.py")), server.url, str(SMALL)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    asking, telling = process.stdin, process.stdout
    assert asking is not None
    assert telling is not None

    def kill(wanted: Generation, point: int, when: str) -> int:
        asking.write(f"{wanted.folder.parents[1]}\t{point}\t{when}\n")
        asking.flush()
        return int(telling.readline())

    with process:
        yield kill
        asking.close()


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
