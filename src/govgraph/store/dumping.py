"""Dumps of a generation, made once, in a process of their own.

Run as ``python -I -m govgraph.store.dumping GENERATION FOLDER``. In the folder there is then ``index.json``,
which names every file with its media type, size, SHA-256, graph and number of statements. The folder appears by one
rename, when everything in it is flushed. Files are compressed without a time stamp, so the same generation gives the
same bytes.

Reading the store takes longer than anything that is then done with a statement, so each is read once and goes into all
files that hold it.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.store.beside import make_beside

__all__ = ["INDEX", "WHOLE", "dump", "file_names", "name_of"]

INDEX = "index.json"

WHOLE = {"govgraph.nq.gz": ox.RdfFormat.N_QUADS, "govgraph.trig.gz": ox.RdfFormat.TRIG}
"""Names of the files with every graph and the default graph, the merged current facts; and their forms."""

_TOGETHER = 20_000
"""Statements that are in memory at one time; those of a graph with fewer are sorted."""

_EFFORT = 6
"""Of the compression: more takes as long again as all of the reading, and saves a twentieth."""


def name_of(graph: str) -> str:
    """Name of a graph's dump, without its ending.

    >>> name_of("https://w3id.org/govgraph/graph/harrow/handbook-current")
    'harrow-handbook-current'
    """
    return re.sub(r"[^a-z0-9]+", "-", graph.removeprefix(GRAPH).lower()).strip("-")[:100]


def file_names(graphs: Collection[str]) -> dict[str, str]:
    """The graphs by the names of their files, which are known before there are files.

    >>> file_names(["https://e/A", "https://w3id.org/govgraph/graph/ontology", "https://e/a"])
    {'https-e-a.ttl.gz': 'https://e/A', 'https-e-a-1.ttl.gz': 'https://e/a', 'ontology.ttl.gz': \
'https://w3id.org/govgraph/graph/ontology'}
    """
    named: dict[str, str] = {}
    for number, graph in enumerate(sorted(graphs)):
        name = name_of(graph)
        if not name or f"{name}.ttl.gz" in named:  # two names that differ in other letters only
            name = f"{name}-{number}"
        named[f"{name}.ttl.gz"] = graph
    return named


def dump(generation: Path, folder: Path) -> None:
    """Write the dumps of a generation into a folder that is not there yet.

    Parameters
    ----------
    generation : folder with ``store/`` and ``manifest.json``.
    folder : to be made.
    """
    store = ox.Store.read_only(str(generation / "store"))
    manifest = json.loads((generation / "manifest.json").read_text())
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"building-{os.getpid()}-", dir=folder.parent))
    try:
        told = {"generation": manifest["generation"], "files": _written(store, scratch)}
        (scratch / INDEX).write_text(json.dumps(told))
        for path in (*scratch.iterdir(), scratch):
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
        scratch.chmod(0o755)
        scratch.rename(folder)
    except OSError:
        if not (folder / INDEX).exists():  # another process was first
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _written(store: ox.Store, folder: Path) -> list[dict[str, Any]]:
    """Write all files, and say what is in each."""
    files = []
    whole = [_File(folder / name, form, None) for name, form in WHOLE.items()]
    nodes = list(store.named_graphs())
    names = {graph: name for name, graph in file_names([node.value for node in nodes if _is_iri(node)]).items()}
    for node in [ox.DefaultGraph(), *sorted(nodes, key=str)]:
        alone = None
        if isinstance(node, ox.NamedNode):
            alone = _File(folder / names[node.value], ox.RdfFormat.TURTLE, node.value)
        for quads in _portions(store, node):
            for file in whole:
                file.write(quads)
            if alone:
                alone.write([quad.triple for quad in quads])
        if alone:
            files.append(alone.close())
    return [*(file.close() for file in whole), *files]


def _is_iri(node: ox.NamedNode | ox.BlankNode) -> bool:
    return isinstance(node, ox.NamedNode)


def _portions(store: ox.Store, graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> Iterator[list[ox.Quad]]:
    """The statements of a graph, those of each subject together."""
    quads = store.quads_for_pattern(None, None, None, graph)
    while portion := list(islice(quads, _TOGETHER)):
        yield sorted(portion, key=str) if len(portion) < _TOGETHER else portion


class _File:
    """A compressed file that is written portion by portion."""

    def __init__(self, path: Path, form: ox.RdfFormat, graph: str | None) -> None:
        self._path, self._form, self._graph = path, form, graph
        self._statements = 0
        self._head = _serialised([], form)  # the prefixes, which the first portion alone has to declare
        self._raw = path.open("wb")
        self._packed = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0, compresslevel=_EFFORT)
        self._packed.write(self._head)

    def write(self, statements: "list[ox.Quad] | list[ox.Triple]") -> None:
        """Add statements."""
        self._statements += len(statements)
        self._packed.write(_serialised(statements, self._form).removeprefix(self._head))

    def close(self) -> dict[str, Any]:
        """Finish the file, and say what is in it."""
        self._packed.close()
        self._raw.close()
        with self._path.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        return {
            "name": self._path.name,
            "form": self._form.media_type,
            "size": self._path.stat().st_size,
            "sha256": digest,
            "graph": self._graph,
            "statements": self._statements,
        }


def _serialised(statements: "list[ox.Quad] | list[ox.Triple]", form: ox.RdfFormat) -> bytes:
    written = ox.serialize(statements, format=form, prefixes=PREFIXES)
    assert written is not None
    return written


if __name__ == "__main__":
    make_beside(dump)
