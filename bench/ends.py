"""Whom everybody answers to in the end, over a nation: edges that a build derives, and a walk of one day.

One graph, one run. The peers answer the same question as SPARQL puts it: a path over the direct edges, and a test that
the end answers to nobody. Today's answer must be equal whoever gives it; a path has no day, so the walk of another day
is beside the same path. rdflib is given up on after `--rdflib` seconds; it and Virtuoso (where it is installed) are
given the direct edges alone, since reading the rest would only make them wait longer.
"""

import argparse
import datetime
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from tests.engines.servers import missing_virtuoso, virtuoso

from bench.measure import table
from bench.national import nation, write
from govgraph.knowledge.ends import ends_on
from govgraph.knowledge.merge import merge, write_merged
from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import read_file, serialise
from govgraph.resources import packaged
from govgraph.settings import Credentials
from govgraph.store.endpoint import Endpoint

__all__ = ["main"]

DERIVED = "SELECT ?party ?end WHERE { ?party gov:ultimatelyAnswersTo ?end }"
PATH = """
PREFIX gov: <https://w3id.org/govgraph/def/>
SELECT DISTINCT ?party ?end WHERE { ?party gov:answersTo+ ?end FILTER NOT EXISTS { ?end gov:answersTo ?higher } }"""
VIRTUOSO_PATH = """
PREFIX gov: <https://w3id.org/govgraph/def/>
SELECT DISTINCT ?party ?end WHERE {
  { SELECT DISTINCT ?party WHERE { ?party gov:answersTo ?first } }
  ?party gov:answersTo+ ?end FILTER NOT EXISTS { ?end gov:answersTo ?higher }
}"""
EDGES_GRAPH = "https://example.org/edges"
JSON = "application/sparql-results+json"
TIMES = 5
OTHER_DAY = datetime.date(2021, 5, 1)

Pairs = set[tuple[str, str]]


def main(words: list[str] | None = None) -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(prog="python -m bench ends")
    options.add_argument("--councils", type=int, default=205, help="205 councils are a million statements")
    options.add_argument("--rdflib", type=float, default=60.0, help="seconds that rdflib may take; 0 leaves it out")
    given = options.parse_args(words or [])
    with tempfile.TemporaryDirectory(prefix="govgraph-bench-") as folder:
        place = _built(Path(folder), given.councils)
        store = ox.Store.read_only(str(place))
        print(f"{len(store):,} statements, {given.councils} councils; median of {TIMES}\n")
        ways: dict[str, Callable[[], Pairs]] = {
            "govgraph, derived edges": lambda: _asked(store, DERIVED),
            "govgraph, walk of today": lambda: _walked(store, datetime.date.today()),
            f"govgraph, walk of {OTHER_DAY}": lambda: _walked(store, OTHER_DAY),
            "Oxigraph, path": lambda: _asked(store, PATH),
        }
        found = {name: _timed(way) for name, way in ways.items()}
        rows = [[name, f"{seconds * 1000:,.0f}", f"{len(pairs):,}"] for name, (seconds, pairs) in found.items()]
        today = [pairs for name, (_, pairs) in found.items() if str(OTHER_DAY) not in name]
        if any(pairs != today[0] for pairs in today):
            sys.exit("bench: the ways do not give the same ends")
        if missing_virtuoso():
            print(f"{missing_virtuoso()}\n", file=sys.stderr)
        else:
            rows.append(_virtuoso(place, Path(folder), today[0]))
        if given.rdflib:
            rows.append(_rdflib(place, given.rdflib, today[0]))
    print(table(["way", "ms", "ends"], rows))
    derived, path = found["govgraph, derived edges"][0], found["Oxigraph, path"][0]
    print(f"\nderived edges: {path / derived:.1f} times as fast as the path in Oxigraph")


def _built(scratch: Path, councils: int) -> Path:
    """A store with the nation as a build lays it out."""
    statements = scratch / "nation.nq"
    write(nation(councils), statements)
    ontology = [quad for path in sorted(packaged("ontology").rglob("*.ttl")) for quad in read_file(path)]
    quads = list(ox.parse(path=str(statements), format=ox.RdfFormat.N_QUADS))
    merged = merge({"https://example.org/nation": [*ontology, *quads]}, (), datetime.date.today())
    write_merged(merged, scratch, scratch / "built")
    return scratch / "built" / "store"


def _timed(way: Callable[[], Pairs]) -> tuple[float, Pairs]:
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        pairs = way()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), pairs


def _asked(store: ox.Store, query: str) -> Pairs:
    found: Any = store.query(query, prefixes=PREFIXES)
    return {(party.value, end.value) for party, end in found}


def _walked(store: ox.Store, day: datetime.date) -> Pairs:
    return {(party.value, end.value) for party, ends in ends_on(store, day).items() for end in ends}


def _virtuoso(place: Path, scratch: Path, wanted: Pairs) -> list[str]:
    """Virtuoso, asked for parties first: it follows no path that is open at both ends."""
    edges = serialise(_edges(place), "application/n-triples")
    (scratch / "virtuoso").mkdir()
    with virtuoso(scratch / "virtuoso") as served:
        endpoint = Endpoint(
            served.url, update_url=served.update_url, graph_store_url=served.graph_store_url,
            engine="virtuoso", credentials=Credentials(user=served.user, password=served.password),
        )  # fmt: skip
        endpoint.put_graph(EDGES_GRAPH, edges)

        def asked() -> Pairs:
            _, answer = endpoint.query(VIRTUOSO_PATH, (JSON,), (EDGES_GRAPH,))
            rows = json.loads(answer)["results"]["bindings"]
            return {(row["party"]["value"], row["end"]["value"]) for row in rows}

        seconds, pairs = _timed(asked)
    if pairs != wanted:
        sys.exit("bench: Virtuoso does not give the same ends")
    return ["Virtuoso, path over the edges alone", f"{seconds * 1000:,.0f}", f"{len(pairs):,}"]


def _edges(place: Path) -> Iterator[ox.Triple]:
    """The direct edges."""
    edge = ox.NamedNode(PREFIXES["gov"] + "answersTo")
    for quad in ox.Store.read_only(str(place)).quads_for_pattern(None, edge, None, ox.DefaultGraph()):
        yield quad.triple


def _rdflib(place: Path, most: float, wanted: Pairs) -> list[str]:
    """rdflib in a process of its own."""
    answers: Any = multiprocessing.get_context("spawn").SimpleQueue()
    process = multiprocessing.get_context("spawn").Process(target=_ask_rdflib, args=(str(place), answers))
    process.start()
    process.join(most + 60)
    if process.is_alive():
        process.kill()
        return ["rdflib, path", f"over {most * 1000:,.0f}", ""]
    seconds, pairs = answers.get()
    if pairs != wanted:
        sys.exit("bench: rdflib does not give the same ends")
    return ["rdflib, path over the edges alone", f"{seconds * 1000:,.0f}", f"{len(pairs):,}"]


def _ask_rdflib(place: str, answers: Any) -> None:
    import rdflib

    graph = rdflib.Graph()
    for triple in _edges(Path(place)):
        party, principal = triple.subject, triple.object
        assert isinstance(party, ox.NamedNode)
        assert isinstance(principal, ox.NamedNode)
        graph.add((rdflib.URIRef(party.value), rdflib.URIRef(triple.predicate.value), rdflib.URIRef(principal.value)))
    started = time.perf_counter()
    pairs = {(str(row[0]), str(row[1])) for row in graph.query(PATH)}  # type: ignore[index]
    answers.put((time.perf_counter() - started, pairs))
