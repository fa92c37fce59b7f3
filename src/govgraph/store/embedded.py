"""Answer queries over one generation with pyoxigraph, in this process.

Used for the command line and Python, where the user runs their own queries, and
inside the reader processes of the service. It knows nothing of deadlines: a
running query cannot be interrupted from Python, so the service kills the process.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from govgraph.errors import (
    AnswerTooLarge,
    BadInput,
    BadParameter,
    QueryRefused,
    QuerySyntax,
    ReaderFailed,
    StoreDamaged,
)
from govgraph.limits import LIMITS, Limits
from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import GRAPH_FORMATS
from govgraph.rdf.terms import term
from govgraph.store.base import DATASET_TYPES, GRAPH_TYPES, SOLUTION_TYPES, Answer, Request
from govgraph.store.cutting import first_rows
from govgraph.store.hints import Terms, unknown_prefix

__all__ = ["EmbeddedReader", "reached_out", "syntax_error"]

_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_GRAPHS = GRAPH_FORMATS | {"application/trig": ox.RdfFormat.TRIG, "application/n-quads": ox.RdfFormat.N_QUADS}
_CONFINED = ("Too many open files", "Operation not permitted", "os error 1)", "os error 24)")


def reached_out(error: OSError) -> bool:
    """Whether the engine failed because a confined process may open no socket and no further file."""
    return any(sign in str(error) for sign in _CONFINED)


class _Bounded(io.RawIOBase):
    """Collects an answer and stops it at the byte limit."""

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


class EmbeddedReader:
    """Reads one generation, opened read-only, or a store that is open already.

    Parameters
    ----------
    source : the generation's store folder, or an open store, such as a snapshot of the generation.
    generation : its number, repeated in every answer.
    limits : bounds on rows and bytes.

    Raises
    ------
    StoreDamaged : the folder cannot be opened.
    """

    def __init__(self, source: Path | ox.Store, generation: int, limits: Limits = LIMITS) -> None:
        self.generation = generation
        self.store = source if isinstance(source, ox.Store) else _opened(source)
        self._limits = limits
        self._terms = Terms(self.store)

    def answer(self, request: Request) -> Answer:
        """Answer one query whole.

        Raises
        ------
        QuerySyntax, BadParameter, BadInput, AnswerTooLarge, ReaderFailed
        """
        try:
            if request.whole:
                return self._statements(iter(self.store), request, DATASET_TYPES)
            named = bool(request.default_graphs or request.named_graphs)  # then what is not named is empty
            result = self.store.query(
                request.text,
                base_iri=request.base or None,
                prefixes=_used(request.text),
                default_graph=[ox.NamedNode(name) for name in request.default_graphs] if named else None,
                named_graphs=[ox.NamedNode(name) for name in request.named_graphs] if named else None,
                substitutions={ox.Variable(name): term(value) for name, value in request.bindings.items()} or None,
            )
            if isinstance(result, ox.QueryTriples):
                answer = self._statements(result, request, GRAPH_TYPES)
            else:
                answer = self._solutions(result, request)
            empty = not answer.rows or (isinstance(result, ox.QueryBoolean) and not result)
            return replace(answer, notes=self._terms.unknown(request.text)) if empty else answer
        except SyntaxError as error:
            raise syntax_error(request.text, error) from None
        except RuntimeError as error:
            raise BadParameter(str(error), "A parameter must be a variable that the query projects.") from None
        except ValueError as error:
            raise BadInput(f"not a legal IRI: {error}", "Name graphs by absolute IRIs.") from None
        except OSError as error:
            if reached_out(error):
                raise QueryRefused(
                    "the query asks for a file or the network", "SERVICE and LOAD are not offered here."
                ) from None
            raise ReaderFailed(f"the query failed: {error}", "Try a simpler query.") from None

    def _statements(
        self, result: Iterator[ox.Triple] | Iterator[ox.Quad], request: Request, offered: tuple[str, ...]
    ) -> Answer:
        media_type = _first(request.accept, offered)
        most = request.most
        first: Any = islice(result, most) if most else result
        counted = _Counted(first, self._limits.answer_rows)
        output = _Bounded(self._limits.answer_bytes)
        ox.serialize(counted, output, _GRAPHS[media_type], prefixes=PREFIXES)  # type: ignore[arg-type]
        complete = not most or next(iter(result), None) is None
        return Answer("graph", media_type, b"".join(output.parts), counted.rows, self.generation, complete=complete)

    def _solutions(self, result: ox.QuerySolutions | ox.QueryBoolean, request: Request) -> Answer:
        boolean = isinstance(result, ox.QueryBoolean)
        media_type = _first(request.accept, SOLUTION_TYPES[:2] if boolean else SOLUTION_TYPES)
        output = _Bounded(self._limits.answer_bytes)
        if request.most and isinstance(result, ox.QuerySolutions):
            body, rows, complete = first_rows(result, request.most, media_type)
            output.write(body)
            return Answer("solutions", media_type, body, rows, self.generation, complete=complete)
        result.serialize(output, format=_RESULTS[media_type])  # type: ignore[arg-type]
        body = b"".join(output.parts)
        rows = 1 if boolean else _count(body, media_type)
        if rows > self._limits.answer_rows:
            raise AnswerTooLarge(
                f"the answer has {rows:,} rows, more than {self._limits.answer_rows:,}", "Ask for less with LIMIT."
            )
        return Answer("boolean" if boolean else "solutions", media_type, body, rows, self.generation)


def _used(text: str) -> dict[str, str]:
    """Those of our prefixes that a text may use; each one costs the parser time."""
    if "\\" in text:  # a name may be spelt with escapes
        return PREFIXES
    return {name: base for name, base in PREFIXES.items() if f"{name}:" in text}


def _opened(folder: Path) -> ox.Store:
    try:
        return ox.Store.read_only(str(folder))
    except OSError as error:
        raise StoreDamaged(f"{folder} cannot be opened ({error})", "Build it again: govgraph build --force") from None


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
        return len(json.loads(body)["results"]["bindings"])
    if media_type.endswith("+xml"):
        return body.count(b"<result>")  # text is escaped, so only a tag reads so
    if media_type == "text/tab-separated-values":
        return body.count(b"\n") - 1  # line ends inside values are escaped
    return sum(1 for _ in csv.reader(io.StringIO(body.decode(), newline=""))) - 1


def syntax_error(text: str, error: SyntaxError, what: str = "query") -> QuerySyntax:
    """Line, column, the line itself and a caret under the place."""
    found = re.match(r"error at (\d+):(\d+): (.*)", str(error.msg), re.DOTALL)
    if not found:
        return QuerySyntax(f"the {what} cannot be read: {error.msg}", "See the SPARQL 1.1 grammar.")
    line, column, reason = int(found[1]), int(found[2]), " ".join(found[3].split())[:300]
    if "Prefix not found" in found[3] and (prefix := unknown_prefix(text)):
        line, column, reason = prefix
    lines = text.splitlines() or [""]
    shown = lines[min(line, len(lines)) - 1]
    where = f"the {what} cannot be read at line {line}, column {column}: {reason}"
    return QuerySyntax(where, f"\n{shown[:200]}\n{' ' * (column - 1)}^")
