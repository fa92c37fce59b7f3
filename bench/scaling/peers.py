"""The same questions about one body, asked of the peers: rdflib in memory, and endpoints over HTTP."""

import json
import re
import signal
import socket
import statistics
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from bench.measure import installed
from bench.scaling.asking import ENDS
from bench.scaling.things import sampled, thing
from govgraph.namespaces import PREFIXES
from govgraph.questions.library import find

__all__ = ["COMPARED", "endpoint_times", "oxigraph_server", "rdflib_times"]

COMPARED = ("seats", "rules", "who-chairs", "who-answers-to", "ultimately-accountable-to", "groups")
"""Questions about a body that every peer can answer as they stand."""

ALL = "ends of all"
MOST = 20.0
"""Seconds after which one answer, or the answers to one question, are enough."""
Times = dict[str, float | None]


def about(name: str, body: str) -> str:
    """A question with its body put in as VALUES, since not every engine is told parameters."""
    return re.sub(r"WHERE \{", f"WHERE {{ VALUES ?body {{ <{body}> }}", find(name).text, count=1)


def endpoint_times(url: str, councils: int) -> Times:
    """Medians in ms of an endpoint."""

    def ask(query: str) -> int:
        form = urllib.parse.urlencode({"query": query}).encode()
        wanted = {"Accept": "application/sparql-results+json"}
        request = urllib.request.Request(url, form, wanted)
        with urllib.request.urlopen(request, timeout=MOST) as answer:
            return len(json.load(answer)["results"]["bindings"])

    return _times(ask, councils)


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


def rdflib_times(store: Path, councils: int) -> Times:
    """Medians in ms of rdflib, over the current facts in memory."""
    import rdflib

    graph = rdflib.Graph()
    facts = (
        quad.triple for quad in ox.Store.read_only(str(store)).quads_for_pattern(None, None, None, ox.DefaultGraph())
    )
    graph.parse(data=ox.serialize(facts, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")
    return _times(lambda query: len(list(graph.query(query))), councils)


def _times(ask: Callable[[str], int], councils: int) -> Times:
    codes = sampled(councils)
    found: Times = {name: _median(ask, [about(name, thing(name, "body", code)) for code in codes]) for name in COMPARED}
    path = f"PREFIX gov: <{PREFIXES['gov']}> "
    return found | {ALL: _median(ask, [path + ENDS])}


def _median(ask: Callable[[str], int], queries: list[str]) -> float | None:
    """None where one answer took too long, or there was none."""
    signal.signal(signal.SIGALRM, _give_up)
    taken = []
    for query in queries:
        signal.setitimer(signal.ITIMER_REAL, MOST)
        started = time.perf_counter()
        try:
            ask(query)
        except (TimeoutError, OSError):
            return None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        taken.append((time.perf_counter() - started) * 1000)
        if sum(taken) > MOST * 1000:
            break
    return statistics.median(taken)


def _give_up(*_: object) -> None:
    raise TimeoutError
