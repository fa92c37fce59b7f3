"""Write a generation to a file, in any form of RDF."""

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyoxigraph as ox

from govgraph.errors import BadInput, EnvironmentFailed
from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.store.generations import Generation

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


def export_to(generation: Generation, file: Path | None, form: str, graph: str | None = None) -> int:
    """Write a generation, and give the number of statements written.

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
    store = ox.Store.read_only(str(generation.store))
    quads_too = form in ("nq", "trig")
    named: ox.NamedNode | ox.DefaultGraph = ox.DefaultGraph()
    if graph is not None:
        try:
            named = ox.NamedNode(graph if ":" in graph else GRAPH + graph)
        except ValueError:
            named = ox.NamedNode(GRAPH)
        if not store.contains_named_graph(named):
            names = ", ".join(
                sorted(str(node.value) for node in store.named_graphs() if isinstance(node, ox.NamedNode))
            )
            raise BadInput(f"there is no graph {graph}", f"There are: {names.replace(GRAPH, '')}.")
    quads = iter(store) if quads_too and graph is None else store.quads_for_pattern(None, None, None, named)
    counted = _Counted(quads)
    try:
        with _opened(file) as output:
            statements: Iterator[Any] = iter(counted) if quads_too else (quad.triple for quad in counted)
            ox.serialize(statements, output, FORMS[form], prefixes=PREFIXES)
    except OSError as error:
        raise EnvironmentFailed(f"{file} cannot be written ({error.strerror or error})", "Name another file.") from None
    return counted.count


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
