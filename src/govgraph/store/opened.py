"""What a generation gives to those who read it, whether it lies here or in an endpoint elsewhere."""

from collections.abc import Iterable
from typing import Any, Protocol

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.store.base import Answer, Request
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generation
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import RemoteGeneration

__all__ = ["Elsewhere", "Here", "Opened", "opened"]

_LABEL = PREFIXES["skos"] + "prefLabel"
_AT_ONCE = 500  # things named in one query


class Opened(Protocol):
    """One generation, open for reading.

    `endpoint` : where it is, if it is not here.
    `manifest` : what is known of it.
    """

    endpoint: Endpoint | None
    manifest: dict[str, Any]

    def answer(self, request: Request) -> Answer:
        """Answer one query whole."""
        ...

    def store(self, by_graph: bool = False) -> ox.Store:
        """All its statements, in its default graph and its named graphs.

        Parameters
        ----------
        by_graph : the named graphs are needed, and the catalogue that says what they are.

        Raises
        ------
        BadInput : they are not there.
        """
        ...

    def part(self, predicates: set[str]) -> ox.Store:
        """A store whose default graph holds at least the statements with these properties."""
        ...

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Preferred labels of the things that have one, by IRI."""
        ...


class Here:
    """A generation of a store on disk, or a store in memory that was made from one.

    Parameters
    ----------
    generation : whose number and manifest count.
    store : instead of the generation's own.
    """

    endpoint: Endpoint | None = None

    def __init__(self, generation: Generation | RemoteGeneration, store: ox.Store | None = None) -> None:
        self.manifest = generation.manifest
        self._reader = EmbeddedReader(generation.store if store is None else store, generation.number)

    def answer(self, request: Request) -> Answer:
        """Answer one query whole."""
        return self._reader.answer(request)

    def store(self, by_graph: bool = False) -> ox.Store:
        """The store itself."""
        return self._reader.store

    def part(self, predicates: set[str]) -> ox.Store:
        """The store itself: nothing is won by taking a part of it."""
        return self._reader.store

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Preferred labels of the things that have one, by IRI."""
        store, label = self._reader.store, ox.NamedNode(_LABEL)
        found = {}
        for thing in dict.fromkeys(iris):
            for quad in store.quads_for_pattern(ox.NamedNode(thing), label, None, None):
                found[thing] = quad.object.value if isinstance(quad.object, ox.Literal) else thing
                break
        return found


class Elsewhere:
    """A generation in an endpoint.

    Parameters
    ----------
    generation : from `RemoteGenerations`.
    """

    def __init__(self, generation: RemoteGeneration) -> None:
        self.endpoint: Endpoint | None = generation.endpoint
        self.manifest = generation.manifest
        self._of = generation
        self.reader = RemoteReader(generation.endpoint, generation)

    def answer(self, request: Request) -> Answer:
        """Answer one query whole."""
        return self.reader.answer(request)

    def store(self, by_graph: bool = False) -> ox.Store:
        """A copy, fetched when it is first needed.

        Raises
        ------
        StoreFailed : there are too many statements to copy.
        BadInput : its graphs are needed, and are not there.
        """
        if by_graph and not self._of.whole:
            raise BadInput(
                f"of generation {self._of.number} the endpoint keeps the merged facts only",
                "A day or a version is told by the current generation.",
            )
        if by_graph and self._of.foreign and GRAPH + "catalog" not in self.manifest.get("graphs", {}):
            raise BadInput(
                f"{self._of.endpoint.url} has no catalogue that says which of its graphs are current",
                "Load it with govgraph build --store URL, or leave day and version out.",
            )
        return self.reader.copies.store()

    def part(self, predicates: set[str]) -> ox.Store:
        """A copy of the statements with these properties."""
        return self.reader.copies.store(predicates, named=False)

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Preferred labels of the things that have one, by IRI, in whatever graph they stand."""
        known = [ox.NamedNode(iri) for iri in dict.fromkeys(iris)]
        found: dict[str, str] = {}
        for start in range(0, len(known), _AT_ONCE):
            listed = " ".join(map(str, known[start : start + _AT_ONCE]))
            pattern = f"?thing <{_LABEL}> ?label"
            query = (
                f"SELECT ?thing ?label WHERE {{ VALUES ?thing {{ {listed} }}"
                f" {{ {pattern} }} UNION {{ GRAPH ?graph {{ {pattern} }} }} }}"
            )
            for row in self.reader.solutions(Request(query)):
                found.setdefault(row["thing"].value, row["label"].value)
        return found


def opened(generation: Generation | RemoteGeneration) -> Opened:
    """A generation, open for reading."""
    return Elsewhere(generation) if isinstance(generation, RemoteGeneration) else Here(generation)
