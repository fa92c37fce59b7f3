"""Where the data under review is: a store here, or a SPARQL endpoint elsewhere."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import pyoxigraph as ox

from govgraph.errors import EnvironmentFailed, StoreFailed
from govgraph.rdf.files import serialise
from govgraph.rdf.terms import term
from govgraph.review.triples import Term

__all__ = ["SHAPES_GRAPH", "Data", "EndpointData", "Row", "StoreData"]

Row = tuple[Term | None, ...]

SHAPES_GRAPH = "https://w3id.org/govgraph/graph/shapes-under-review"
"""Name of the graph that a query of a shape knows as $shapesGraph (SHACL §5.3.1)."""


class Data(Protocol):
    """Answers SELECT queries, and hands out statements for the reference engine.

    `local` : a query costs no journey, so that one query for each node is acceptable.
    `merges_integers` : xsd:int, xsd:byte and the like come back as xsd:integer.
    """

    local: bool
    merges_integers: bool

    def select(self, text: str) -> Sequence[Row]:
        """Solutions in the order of the projection; None is unbound."""
        ...

    def partition(self, predicates: set[str] | None) -> bytes:
        """N-Triples of the statements with these predicates; None is every statement."""
        ...


class StoreData:
    """The default graph of an embedded store.

    >>> store = ox.Store()
    >>> StoreData(store).select("SELECT ?s WHERE { ?s ?p ?o }")
    []
    """

    local = True
    merges_integers = True

    def __init__(self, store: ox.Store) -> None:
        self.store = store

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
    """The default graph of a SPARQL 1.1 endpoint, validated where it is.

    Parameters
    ----------
    url : address of the endpoint.
    seconds : how long to wait for one answer.
    """

    local = False

    def __init__(self, url: str, seconds: int = 300, merges_integers: bool = False) -> None:
        self.url = url
        self.merges_integers = merges_integers
        self.requests = 0
        self._seconds = seconds

    def select(self, text: str) -> Sequence[Row]:
        """Solutions, whole.

        Raises
        ------
        StoreFailed : the endpoint cannot be reached, refuses the query or sends only a part.
        """
        content = self._ask(text, "json")
        names = content["head"]["vars"]
        return [
            tuple([_term(row[name]) if name in row else None for name in names])
            for row in content["results"]["bindings"]
        ]

    def partition(self, predicates: set[str] | None) -> bytes:
        """N-Triples of the statements with these predicates, in one request."""
        limit = ""
        if predicates is not None:
            listed = " ".join(f"<{predicate}>" for predicate in sorted(predicates))
            limit = f"VALUES ?p {{ {listed} }} "
        rows = self.select(f"SELECT ?s ?p ?o WHERE {{ {limit}?s ?p ?o }}")
        statements = [ox.Triple(*row) for row in rows]  # type: ignore[arg-type]
        return serialise(statements, "application/n-triples")

    def _ask(self, text: str, form: str) -> Any:
        try:
            from SPARQLWrapper import POST, SPARQLWrapper
            from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException
        except ImportError:
            raise EnvironmentFailed("SPARQLWrapper is not installed", 'pip install "govgraph[remote]"') from None
        endpoint = SPARQLWrapper(self.url, returnFormat=form)
        endpoint.setMethod(POST)
        endpoint.setTimeout(self._seconds)
        endpoint.setQuery(text)
        self.requests += 1
        try:
            answer = endpoint.query()
            sent = {str(header).lower() for header in answer.info()}
            content = answer.convert()
        except (SPARQLWrapperException, OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:300]
            raise StoreFailed(f"{self.url} did not answer: {reason}", "Check the address and try again.") from None
        # Virtuoso says in a header that it sent only a part.
        if sent & {"x-sql-state", "x-sparql-maxrows"}:
            raise StoreFailed(
                f"{self.url} sent only a part of the answer", "Raise the row and time limits of the endpoint."
            )
        return content


def _term(value: dict[str, str]) -> Term:
    if value["type"] == "bnode":
        return ox.BlankNode("b" + "".join(f"{ord(sign):x}" for sign in value["value"]))
    return term({**value, "type": "literal"} if value["type"] == "typed-literal" else value)
