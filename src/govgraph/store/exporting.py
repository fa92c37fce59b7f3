"""Write a generation to a file, in any form of RDF."""

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyoxigraph as ox

from govgraph.errors import BadInput, EnvironmentFailed, GenerationChanged
from govgraph.limits import LIMITS
from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.store.copying import Copies
from govgraph.store.remote_generations import AnyGeneration, RemoteGeneration, RemoteGenerations

__all__ = ["FORMS", "export_to"]

FORMS = {
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
"""File endings of the forms; the first two hold all graphs."""


def export_to(generation: AnyGeneration, file: Path | None, form: str, graph: str | None = None) -> int:
    """Write a generation, and give the number of statements written.

    One in an endpoint is read and written page by page, so its size does not matter.

    Parameters
    ----------
    file : to be written whole or not at all; None is standard output.
    form : one of `FORMS`.
    graph : one named graph only, by its IRI or what follows ``graph/``.

    Raises
    ------
    BadInput : there is no such graph.
    EnvironmentFailed : the file cannot be written.
    """
    quads_too = form in ("nq", "trig")
    wanted = None if graph is None else graph if ":" in graph else GRAPH + graph
    known = _graphs(generation)
    if wanted is not None and wanted not in known:
        names = ", ".join(sorted(known))
        raise BadInput(f"there is no graph {graph}", f"There are: {names.replace(GRAPH, '')}.")
    counted = _Counted(_quads(generation, wanted, whole=quads_too and graph is None))
    try:
        with _opened(file) as output:
            statements: Iterator[Any] = iter(counted) if quads_too else (quad.triple for quad in counted)
            ox.serialize(statements, output, FORMS[form], prefixes=PREFIXES)
    except OSError as error:
        raise EnvironmentFailed(f"{file} cannot be written ({error.strerror or error})", "Name another file.") from None
    return counted.count


def _graphs(generation: AnyGeneration) -> set[str]:
    """Names of the named graphs."""
    if isinstance(generation, RemoteGeneration):
        return set(generation.named_graphs)
    nodes = ox.Store.read_only(str(generation.store)).named_graphs()
    return {str(node.value) for node in nodes if isinstance(node, ox.NamedNode)}


def _quads(generation: AnyGeneration, graph: str | None, *, whole: bool) -> Iterator[ox.Quad]:
    """The statements of one graph (None is the default graph), or of all."""
    if not isinstance(generation, RemoteGeneration):
        store = ox.Store.read_only(str(generation.store))
        here = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
        yield from iter(store) if whole else store.quads_for_pattern(None, None, None, here)
        return
    copies = Copies(generation.endpoint, generation, replace(LIMITS, copied_statements=sys.maxsize))
    if whole or graph is None:
        yield from copies.statements()
    for name in generation.named_graphs if whole else [graph] if graph else ():
        yield from copies.statements(graphs=(name,))
    if not RemoteGenerations(generation.endpoint).settled(generation.number):
        raise GenerationChanged(f"generation {generation.number} was replaced while it was read", "Export it again.")


class _Counted:
    """Counts statements as they pass."""

    def __init__(self, quads: Iterator[ox.Quad]) -> None:
        self._quads = quads
        self.count = 0

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> ox.Quad:
        quad = next(self._quads)
        self.count += 1
        return quad


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    """A stream that becomes the file when all is written; an ending in .gz compresses it."""
    if file is None:
        yield sys.stdout.buffer
        return
    handle, partial = tempfile.mkstemp(prefix=file.name, dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as raw:
            if file.name.endswith(".gz"):
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, file)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
