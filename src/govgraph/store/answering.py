"""Answers of the engine's results, whole and within bounds, in every form of `base`; whichever store they came from."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyoxigraph as ox

from govgraph.errors import AnswerTooLarge, BadInput
from govgraph.limits import Limits
from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import GRAPH_FORMATS
from govgraph.store.base import DATASET_TYPES, GRAPH_TYPES, SOLUTION_TYPES, Answer, Request
from govgraph.store.cutting import first_rows

__all__ = ["of_solutions", "of_statements"]

_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_BEGINS, _ENDS = (b',{"', b'[{"'), (b',{",', b',{"}', b'[{",', b'[{"}')
"""Where a solution begins in what the engine writes as JSON, or else a text has ended: no name follows it."""

_GRAPHS = GRAPH_FORMATS | {"application/trig": ox.RdfFormat.TRIG, "application/n-quads": ox.RdfFormat.N_QUADS}


class _Bounded:
    """Collects an answer and stops it at the byte limit."""

    __slots__ = ("limit", "parts", "size")

    def __init__(self, limit: int) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.limit = limit

    def write(self, data: Any) -> int:
        chunk = bytes(data)
        self.size += len(chunk)
        if self.size > self.limit:
            raise AnswerTooLarge(
                f"the answer is larger than {self.limit:,} bytes", "Ask for less with LIMIT, or take a dump."
            )
        self.parts.append(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Nothing is held back."""


def of_statements(
    result: Iterator[ox.Triple] | Iterator[ox.Quad], request: Request, generation: int, limits: Limits
) -> Answer:
    """An answer that is a graph, or a whole dataset where the request wants that."""
    offered = DATASET_TYPES if request.whole else GRAPH_TYPES
    media_type = _first(request.accept, offered)
    most = request.most
    first: Any = islice(result, most) if most else result
    counted = _Counted(first, limits.answer_rows)
    output = _Bounded(limits.answer_bytes)
    ox.serialize(counted, output, _GRAPHS[media_type], prefixes=PREFIXES)  # type: ignore[arg-type]
    complete = not most or next(iter(result), None) is None
    return Answer("graph", media_type, b"".join(output.parts), counted.rows, generation, complete=complete)


def of_solutions(
    result: ox.QuerySolutions | ox.QueryBoolean, request: Request, generation: int, limits: Limits
) -> Answer:
    """An answer to SELECT or ASK."""
    boolean = isinstance(result, ox.QueryBoolean)
    media_type = _first(request.accept, SOLUTION_TYPES[:2] if boolean else SOLUTION_TYPES)
    output = _Bounded(limits.answer_bytes)
    if request.most and isinstance(result, ox.QuerySolutions):
        body, rows, complete = first_rows(result, request.most, media_type)
        output.write(body)
        return Answer("solutions", media_type, body, rows, generation, complete=complete)
    result.serialize(output, format=_RESULTS[media_type])  # type: ignore[arg-type]
    body = b"".join(output.parts)
    rows = 1 if boolean else _count(body, media_type)
    if rows > limits.answer_rows:
        raise AnswerTooLarge(
            f"the answer has {rows:,} rows, more than {limits.answer_rows:,}", "Ask for less with LIMIT."
        )
    return Answer("boolean" if boolean else "solutions", media_type, body, rows, generation)


class _Counted:
    """Counts the statements of a graph as they pass, and stops at the row limit."""

    def __init__(self, statements: Iterator[ox.Triple] | Iterator[ox.Quad], limit: int) -> None:
        self._statements = statements
        self._limit = limit
        self.rows = 0

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> Any:
        statement = next(self._statements)
        self.rows += 1
        if self.rows > self._limit:
            raise AnswerTooLarge(f"the answer has more than {self._limit:,} statements", "Ask for less with LIMIT.")
        return statement


def _first(accept: Any, offered: tuple[str, ...]) -> str:
    for media_type in accept:
        if media_type in offered:
            return str(media_type)
    error = BadInput("this answer cannot be given in the form asked for", f"Ask for one of: {', '.join(offered)}.")
    error.code, error.status = "not-acceptable", 406
    raise error


def _count(body: bytes, media_type: str) -> int:
    """Number of solutions in a serialised result."""
    if media_type.endswith("+json"):
        if b"{}" in body:  # perhaps a solution that binds nothing
            return len(json.loads(body)["results"]["bindings"])
        return sum(map(body.count, _BEGINS)) - sum(map(body.count, _ENDS))
    if media_type.endswith("+xml"):
        return body.count(b"<result>")  # text is escaped, so only a tag reads so
    if media_type == "text/tab-separated-values":
        return body.count(b"\n") - 1  # line ends inside values are escaped
    return sum(1 for _ in csv.reader(io.StringIO(body.decode(), newline=""))) - 1
