"""Where the data under review is: a store here, or a SPARQL endpoint elsewhere."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import pyoxigraph as ox

from govgraph.rdf.files import serialise
from govgraph.review.triples import Term
from govgraph.store.base import Request
from govgraph.store.endpoint import Endpoint
from govgraph.store.opened import Elsewhere, Opened
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import FOREIGN, RemoteGeneration

__all__ = ["IN_MEMORY", "SHAPES_GRAPH", "Data", "EndpointData", "Row", "StoreData", "data_of"]

Row = tuple[Term | None, ...]

IN_MEMORY = 2_500_000
"""So many statements are judged in memory, where queries take a third of the time: the memory that their build took."""

_REPAID = 100
"""Shapes, those of properties counted, from which on that is worth the copying."""

SHAPES_GRAPH = "https://w3id.org/govgraph/graph/shapes-under-review"
"""Name of the graph that a query of a shape knows as $shapesGraph (SHACL §5.3.1)."""


class Data(Protocol):
    """Answers SELECT queries, and hands out statements for the reference engine.

    `local` : a query costs no journey, so that one query for each node is acceptable.
    `entailed` : an instance of a class is stated to be one of every class above it too (RDFS entailment, rule 9).
    `several` : every predicate of which something has more than one value is among these; None is not known.
    """

    local: bool
    entailed: bool
    several: frozenset[str] | None

    @property
    def merges_integers(self) -> bool:
        """Whether every kind of integer comes back as xsd:integer."""
        ...

    def select(self, text: str) -> Sequence[Row]:
        """Solutions in the order of the projection; None is unbound."""
        ...

    def partition(self, predicates: set[str] | None) -> bytes:
        """N-Triples of the statements with these predicates; None is every statement."""
        ...


class StoreData:
    """The default graph of an embedded store.

    Parameters
    ----------
    entailed, several : see `Data`; a build knows of what it made.
    on_disk : number of its statements, where the store is on disk.

    >>> store = ox.Store()
    >>> StoreData(store).select("SELECT ?s WHERE { ?s ?p ?o }")
    []
    """

    local = True
    merges_integers = True

    def __init__(
        self, store: ox.Store, entailed: bool = False, several: frozenset[str] | None = None, *, on_disk: int = 0
    ) -> None:
        self.store = store
        self.entailed = entailed
        self.several = several
        self._on_disk = on_disk

    def near(self, shapes: int) -> "StoreData":
        """The same statements, in memory if they are judged by so many shapes that this takes less time."""
        if not 0 < self._on_disk <= IN_MEMORY or shapes < _REPAID:
            return self
        store = ox.Store()
        store.bulk_extend(self.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        return StoreData(store, self.entailed, self.several)

    def select(self, text: str) -> Sequence[Row]:
        """Solutions, whole: they are made in the thread that asks, and may then go to another."""
        solutions = self.store.query(text)
        assert isinstance(solutions, ox.QuerySolutions)
        width = range(len(solutions.variables))
        return [tuple([row[place] for place in width]) for row in solutions]

    def partition(self, predicates: set[str] | None) -> bytes:
        """N-Triples of the statements with these predicates."""
        return serialise(self._statements(predicates), "application/n-triples")

    def beside(self, shapes: bytes) -> "StoreData":
        """The same statements in a store that also holds the shapes, in the graph `SHAPES_GRAPH`."""
        store = ox.Store()
        store.bulk_extend(ox.Quad(*statement) for statement in self._statements(None))
        store.bulk_load(shapes, ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(SHAPES_GRAPH))
        return StoreData(store)

    def _statements(self, predicates: set[str] | None) -> Iterable[ox.Triple]:
        here = ox.DefaultGraph()
        wanted = [None] if predicates is None else [ox.NamedNode(predicate) for predicate in sorted(predicates)]
        for predicate in wanted:
            for quad in self.store.quads_for_pattern(None, predicate, None, here):
                yield quad.triple


class EndpointData:
    """What a SPARQL 1.1 endpoint says, validated where it is.

    Parameters
    ----------
    url : address of the endpoint; its default graph is validated.
    seconds : how long to wait for one answer.
    merges_integers : see `Data`; None is what is known of its engine.
    reader : of one generation in an endpoint, instead of an address.
    """

    local = False
    entailed = False
    several: frozenset[str] | None = None

    def __init__(
        self,
        url: str,
        seconds: float = 300,
        merges_integers: bool | None = None,
        *,
        reader: RemoteReader | None = None,
    ) -> None:
        if reader is None:
            endpoint = Endpoint(url, seconds=seconds)
            reader = RemoteReader(endpoint, RemoteGeneration(FOREIGN, {}, endpoint))
        self._reader = reader
        self._merges_integers = merges_integers

    @property
    def url(self) -> str:
        """Address of the endpoint."""
        return self._reader.endpoint.url

    @property
    def requests(self) -> int:
        """Requests that were sent to it."""
        return self._reader.endpoint.requests

    @property
    def merges_integers(self) -> bool:
        """Whether every kind of integer comes back as xsd:integer."""
        told = self._merges_integers
        return self._reader.endpoint.engine.merges_integers if told is None else told

    def select(self, text: str) -> Sequence[Row]:
        """Solutions, whole.

        Raises
        ------
        StoreFailed : the endpoint cannot be reached, refuses the query or sends only a part.
        """
        return [tuple(row) for row in self._reader.solutions(Request(text))]

    def partition(self, predicates: set[str] | None) -> bytes:
        """N-Triples of the statements with these predicates, in one request where the endpoint gives them in one."""
        statements = self._reader.copies.statements(predicates)
        return serialise((quad.triple for quad in statements), "application/n-triples")


def data_of(opened: Opened) -> Data:
    """A generation that is open for reading, as data under review."""
    if isinstance(opened, Elsewhere):
        return EndpointData(opened.reader.endpoint.url, reader=opened.reader)
    derived = not opened.manifest.get("plain")  # a build and a write derive all classes, but for a plain dataset
    return StoreData(opened.store(), entailed=derived, on_disk=opened.manifest["statements"])
