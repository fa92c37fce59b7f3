"""A graph of a store in batches of N-Triples: always the same ones for the same statements."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from govgraph.rdf.files import serialise

__all__ = ["BATCH", "batches", "digest_of"]

BATCH = 20_000
"""Statements in one batch at most."""


def batches(store: ox.Store, graph: str, most_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Number of statements and N-Triples of each batch of a graph, in the order of the store.

    The order follows from the statements, so that a load which was stopped after some batches can go on.

    Parameters
    ----------
    graph : its name; empty for the default graph.
    most_bytes : of one batch; a statement that is longer goes alone.

    >>> store = ox.Store()
    >>> store.add(ox.Quad(*[ox.NamedNode("http://e/")] * 3))
    >>> list(batches(store, "", 1 << 20))
    [(1, b'<http://e/> <http://e/> <http://e/> .\\n')]
    """
    name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, name))
    while portion := list(islice(triples, BATCH)):
        text = serialise(portion, "application/n-triples")
        if len(text) <= most_bytes:
            yield len(portion), text
        else:
            yield from _cut(text.splitlines(keepends=True), most_bytes)


def _cut(lines: Iterable[bytes], most_bytes: int) -> Iterator[tuple[int, bytes]]:
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) > most_bytes:
            yield len(held), b"".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    if held:
        yield len(held), b"".join(held)


def digest_of(store: ox.Store, graph: str) -> tuple[int, str]:
    """Number of statements of a graph, and a SHA-256 over them in the order of the store."""
    total, count = hashlib.sha256(), 0
    for statements, text in batches(store, graph, 1 << 40):
        count += statements
        total.update(text)
    return count, total.hexdigest()
