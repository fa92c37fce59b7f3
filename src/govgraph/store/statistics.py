"""What VoID tells of a generation in numbers, counted once, in a process of its own.

Run as ``python -I -m govgraph.store.statistics GENERATION FILE``. The engine counts, and only what it finds comes to
Python, so a nation takes seconds. The file appears by one rename.
"""

import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from govgraph.namespaces import BASE, PREFIXES
from govgraph.store.beside import make_beside

__all__ = ["count", "counted"]

_LINKS = (
    PREFIXES["owl"] + "sameAs",
    PREFIXES["rdfs"] + "seeAlso",
    *(PREFIXES["skos"] + name for name in ("exactMatch", "closeMatch", "broadMatch", "relatedMatch")),
    PREFIXES["dct"] + "source",
)
"""Properties whose values in other data sets are link sets."""

_CLASSES = f"""
SELECT ?name (COUNT(*) AS ?n) WHERE {{ ?thing <{PREFIXES["rdf"]}type> ?name FILTER(isIRI(?name)) }} GROUP BY ?name
"""
_PROPERTIES = "SELECT ?name (COUNT(*) AS ?n) WHERE { ?s ?name ?o } GROUP BY ?name"
_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }"
_OBJECTS = "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }"
_ENTITIES = f"""
SELECT (COUNT(*) AS ?n) WHERE {{
  {{ SELECT DISTINCT ?s WHERE {{ ?s ?p ?o }} }} FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{BASE}"))
}}
"""
_LINKED = f"""
SELECT ?name (COUNT(*) AS ?n) WHERE {{
  ?s <%s> ?name FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{BASE}") && isIRI(?name) && !STRSTARTS(STR(?name), "{BASE}"))
}} GROUP BY ?name
"""


def counted(store: ox.Store) -> dict[str, Any]:
    """What VoID tells of the default graph (§4.3): things, subjects, objects, classes, properties and links.

    >>> store = ox.Store()
    >>> store.load(b"<http://e/a> <http://e/p> 1, 2 .", format=ox.RdfFormat.TURTLE)
    >>> found = counted(store)
    >>> found["triples"], found["subjects"], found["objects"], found["properties"]
    (2, 1, 2, {'http://e/p': 2})
    """
    properties = dict(sorted(_numbers(store, _PROPERTIES)))
    links: Counter[str] = Counter()
    for name in _LINKS:
        for value, number in _numbers(store, _LINKED % name):
            links[f"{name} {_home(value)}"] += number
    return {
        "triples": sum(properties.values()),
        "entities": _number(store, _ENTITIES),
        "subjects": _number(store, _SUBJECTS),
        "objects": _number(store, _OBJECTS),
        "classes": dict(sorted(_numbers(store, _CLASSES))),
        "properties": properties,
        "links": dict(sorted(links.items())),
    }


def _numbers(store: ox.Store, query: str) -> Iterator[tuple[str, int]]:
    for row in _rows(store, query):
        yield row["name"].value, int(row["n"].value)


def _number(store: ox.Store, query: str) -> int:
    [row] = _rows(store, query)
    return int(row["n"].value)


def _rows(store: ox.Store, query: str) -> list[Any]:
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return list(found)


def _home(iri: str) -> str:
    """Scheme and host of an address."""
    found = re.match(r"[a-z][a-z0-9+.-]*://[^/?#]+/?", iri)
    return found[0] if found else iri


def count(generation: Path, file: Path) -> None:
    """Write the counts of a generation into a file, whole or not at all.

    Parameters
    ----------
    generation : folder with ``store/``.
    """
    told = counted(ox.Store.read_only(str(generation / "store")))
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(prefix=f"building-{os.getpid()}-", dir=file.parent)
    try:
        with os.fdopen(handle, "w") as output:
            json.dump(told, output)
            output.flush()
            os.fsync(output.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, file)
    finally:
        Path(partial).unlink(missing_ok=True)


if __name__ == "__main__":
    make_beside(count)
