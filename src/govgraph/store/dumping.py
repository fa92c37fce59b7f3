"""Dumps and statistics of a generation, made once, in a process of their own.

Run as ``python -I -m govgraph.store.dumping GENERATION FOLDER``. In the folder there is then ``index.json``,
which names every file with its media type, size, SHA-256, graph and number of statements, and holds
the counts by class and by property for VoID. The folder appears by one rename, when everything in it is flushed.
Files are compressed without a time stamp, so the same generation gives the same bytes.
"""

import contextlib
import gzip
import json
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyoxigraph as ox

from govgraph.namespaces import BASE, GRAPH, PREFIXES
from govgraph.store.generations import file_digest

__all__ = ["INDEX", "dump", "name_of"]

INDEX = "index.json"
_TYPE = PREFIXES["rdf"] + "type"


def name_of(graph: str) -> str:
    """Name of a graph's dump, without its ending.

    >>> name_of("https://w3id.org/govgraph/graph/harrow/handbook-current")
    'harrow-handbook-current'
    """
    return re.sub(r"[^a-z0-9]+", "-", graph.removeprefix(GRAPH).lower()).strip("-")[:100]


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
    scratch = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        files = [_whole(scratch / name, store, form) for name, form in _WHOLE]
        graphs = sorted(node.value for node in store.named_graphs() if isinstance(node, ox.NamedNode))
        for number, graph in enumerate(graphs):
            quads = store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
            name = name_of(graph)
            if not name or (scratch / f"{name}.ttl.gz").exists():  # two names that differ in other letters only
                name = f"{name}-{number}"
            files.append(_one(scratch / f"{name}.ttl.gz", [quad.triple for quad in quads], graph))
        told = {"generation": manifest["generation"], "files": files, **_counts(store)}
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


_WHOLE = (("govgraph.nq.gz", ox.RdfFormat.N_QUADS), ("govgraph.trig.gz", ox.RdfFormat.TRIG))


def _whole(path: Path, store: ox.Store, form: ox.RdfFormat) -> dict[str, Any]:
    """Every graph of the store and its default graph, the merged current facts."""
    with _compressed(path) as output:
        store.dump(output, form)
    return _told(path, form, len(store), None)


def _one(path: Path, triples: Iterable[ox.Triple], graph: str) -> dict[str, Any]:
    listed = sorted(triples, key=str)
    with _compressed(path) as output:
        ox.serialize(listed, output, ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    return _told(path, ox.RdfFormat.TURTLE, len(listed), graph)


@contextlib.contextmanager
def _compressed(path: Path) -> Iterator[BinaryIO]:
    with path.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as output:
        yield cast(BinaryIO, output)


def _told(path: Path, form: ox.RdfFormat, statements: int, graph: str | None) -> dict[str, Any]:
    return {
        "name": path.name,
        "form": form.media_type,
        "size": path.stat().st_size,
        "sha256": file_digest(path),
        "graph": graph,
        "statements": statements,
    }


def _counts(store: ox.Store) -> dict[str, Any]:
    """What VoID tells of the default graph (§4.3): things, subjects, objects, classes and properties."""
    properties: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    subjects: set[Any] = set()
    objects: set[Any] = set()
    links: Counter[str] = Counter()
    for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        properties[quad.predicate.value] += 1
        subjects.add(quad.subject)
        objects.add(quad.object)
        if isinstance(quad.object, ox.NamedNode):
            if quad.predicate.value == _TYPE:
                classes[quad.object.value] += 1
            elif (
                isinstance(quad.subject, ox.NamedNode)
                and quad.subject.value.startswith(BASE)
                and quad.predicate.value in _LINKS
            ):
                links[f"{quad.predicate.value} {_home(quad.object.value)}"] += not quad.object.value.startswith(BASE)
    entities = sum(1 for subject in subjects if isinstance(subject, ox.NamedNode) and subject.value.startswith(BASE))
    return {
        "triples": sum(properties.values()),
        "entities": entities,
        "subjects": len(subjects),
        "objects": len(objects),
        "classes": dict(sorted(classes.items())),
        "properties": dict(sorted(properties.items())),
        "links": {name: count for name, count in sorted(links.items()) if count},
    }


_LINKS = {
    PREFIXES["owl"] + "sameAs",
    PREFIXES["rdfs"] + "seeAlso",
    *(PREFIXES["skos"] + name for name in ("exactMatch", "closeMatch", "broadMatch", "relatedMatch")),
    PREFIXES["dct"] + "source",
}
"""Properties whose values in other data sets are link sets."""


def _home(iri: str) -> str:
    """Scheme and host of an address."""
    found = re.match(r"[a-z][a-z0-9+.-]*://[^/?#]+/?", iri)
    return found[0] if found else iri


if __name__ == "__main__":
    dump(Path(sys.argv[1]), Path(sys.argv[2]))
