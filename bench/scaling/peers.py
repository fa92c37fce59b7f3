"""The same questions about one body, asked of the peers: rdflib in memory, and endpoints over HTTP."""

import json
import re
import shutil
import signal
import socket
import statistics
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from tests.engines.servers import virtuoso

from bench.measure import installed
from bench.scaling.asking import ENDS
from bench.scaling.things import sampled, thing
from govgraph.namespaces import PREFIXES
from govgraph.questions.library import find
from govgraph.settings import Credentials
from govgraph.store.batches import batches
from govgraph.store.endpoint import Endpoint

__all__ = ["COMPARED", "Times", "endpoint_times", "oxigraph_server", "rdflib_times", "virtuoso_server"]

COMPARED = ("seats", "rules", "who-chairs", "who-answers-to", "ultimately-accountable-to", "groups")
"""Questions about a body that every peer can answer as they stand."""

ALL = "ends of all"
FACTS = "https://example.org/facts"
MOST = 20.0
"""Seconds after which one answer, or the answers to one question, are enough."""
Times = dict[str, float | str]
"""Medians in ms by question; a text says why there is none."""


def about(name: str, body: str) -> str:
    """A question with its body put in as VALUES, since not every engine is told parameters."""
    return re.sub(r"WHERE \{", f"WHERE {{ VALUES ?body {{ <{body}> }}", find(name).text, count=1)


def endpoint_times(url: str, store: Path, councils: int) -> Times:
    """Medians in ms of an endpoint over the same facts as a store."""

    def ask(query: str) -> int:
        form = urllib.parse.urlencode({"query": query}).encode()
        wanted = {"Accept": "application/sparql-results+json"}
        request = urllib.request.Request(url, form, wanted)
        with urllib.request.urlopen(request, timeout=MOST) as answer:
            return len(json.load(answer)["results"]["bindings"])

    return _times(ask, store, councils)


@contextmanager
def oxigraph_server(store: Path) -> Iterator[str]:
    """The native server over a store, as long as it is needed; gives its endpoint."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    program = installed("oxigraph", "oxigraph")
    command = [str(program), "serve-read-only", "--location", str(store), "--bind", place]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(place.rpartition(":")[2]))) == 0:
                    break
            time.sleep(0.05)
        yield f"http://{place}/query"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def virtuoso_server(store: Path, scratch: Path) -> Iterator[tuple[str, float]]:
    """Virtuoso with the current facts of a store, as long as it is needed; its endpoint, and the seconds of loading."""
    (scratch / "virtuoso").mkdir()
    with virtuoso(scratch / "virtuoso") as served:
        endpoint = Endpoint(
            served.url, update_url=served.update_url, graph_store_url=served.graph_store_url,
            engine="virtuoso", credentials=Credentials(user=served.user, password=served.password),
        )  # fmt: skip
        started = time.perf_counter()
        for _, text in batches(ox.Store.read_only(str(store)), "", endpoint.engine.batch_bytes):
            endpoint.post_graph(FACTS, text)
        seconds = time.perf_counter() - started
        yield f"{served.url}?{urllib.parse.urlencode({'default-graph-uri': FACTS})}", seconds
    shutil.rmtree(scratch / "virtuoso")


def rdflib_times(store: Path, councils: int) -> Times:
    """Medians in ms of rdflib, over the current facts in memory."""
    import rdflib

    graph = rdflib.Graph()
    facts = (
        quad.triple for quad in ox.Store.read_only(str(store)).quads_for_pattern(None, None, None, ox.DefaultGraph())
    )
    graph.parse(data=ox.serialize(facts, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")
    return _times(lambda query: len(list(graph.query(query))), store, councils)


def _times(ask: Callable[[str], int], store: Path, councils: int) -> Times:
    codes = sampled(councils)
    asked = {name: [about(name, thing(name, "body", code)) for code in codes] for name in COMPARED}
    asked[ALL] = [f"PREFIX gov: <{PREFIXES['gov']}> {ENDS}"]
    ours = ox.Store.read_only(str(store))
    return {name: _median(ask, ours, queries) for name, queries in asked.items()}


def _median(ask: Callable[[str], int], ours: ox.Store, queries: list[str]) -> float | str:
    """The median in ms, or why there is none."""
    signal.signal(signal.SIGALRM, _give_up)
    taken = []
    for query in queries:
        signal.setitimer(signal.ITIMER_REAL, MOST)
        started = time.perf_counter()
        try:
            rows = ask(query)
        except urllib.error.HTTPError as error:
            return f"refused ({error.code})"
        except (TimeoutError, OSError):
            return "given up"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        taken.append((time.perf_counter() - started) * 1000)
        expected: Any = ours.query(query)
        if rows != sum(1 for _ in expected):
            return "other rows"
        if sum(taken) > MOST * 1000:
            break
    return statistics.median(taken)


def _give_up(*_: object) -> None:
    raise TimeoutError
