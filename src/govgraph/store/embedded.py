"""Answer queries over one generation with pyoxigraph, in this process.

Used for the command line and Python, where the user runs their own queries, and
inside the reader processes of the service. It knows nothing of deadlines: a
running query cannot be interrupted from Python, so the service kills the process.
"""

import re
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import (
    BadInput,
    BadParameter,
    QueryRefused,
    QuerySyntax,
    ReaderFailed,
    StoreDamaged,
)
from govgraph.limits import LIMITS, Limits
from govgraph.namespaces import PREFIXES
from govgraph.rdf.terms import term
from govgraph.store.answering import of_solutions, of_statements
from govgraph.store.base import Answer, Request
from govgraph.store.hints import Terms, unknown_prefix

__all__ = ["EmbeddedReader", "reached_out", "syntax_error"]

_SIGNS = [(name, base, f"{name}:") for name, base in PREFIXES.items()]
_CONFINED = ("Too many open files", "Operation not permitted", "os error 1)", "os error 24)")


def reached_out(error: OSError) -> bool:
    """Whether the engine failed because a confined process may open no socket and no further file."""
    return any(sign in str(error) for sign in _CONFINED)


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
        self._terms = Terms.of_store(self.store)

    def answer(self, request: Request) -> Answer:
        """Answer one query whole.

        Raises
        ------
        QuerySyntax, BadParameter, BadInput, AnswerTooLarge, ReaderFailed
        """
        try:
            if request.whole:
                return of_statements(iter(self.store), request, self.generation, self._limits)
            result = self._result(request)
            if isinstance(result, ox.QueryTriples):
                answer = of_statements(result, request, self.generation, self._limits)
            else:
                answer = of_solutions(result, request, self.generation, self._limits)
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

    def _result(self, request: Request) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """What the engine finds; our prefixes are declared where the text does not do without."""
        if _declares(request.text):
            try:
                return self._asked(request, None)
            except SyntaxError:
                pass  # perhaps for want of a prefix
        return self._asked(request, _used(request.text))

    def _asked(
        self, request: Request, prefixes: dict[str, str] | None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        named = bool(request.default_graphs or request.named_graphs)  # then what is not named is empty
        bindings = request.bindings
        return self.store.query(
            request.text,
            base_iri=request.base or None,
            prefixes=prefixes,
            default_graph=[ox.NamedNode(name) for name in request.default_graphs] if named else None,
            named_graphs=[ox.NamedNode(name) for name in request.named_graphs] if named else None,
            substitutions={ox.Variable(name): term(value) for name, value in bindings.items()} if bindings else None,
        )


def _declares(text: str) -> bool:
    """Whether a text seems to declare prefixes; then it mostly declares all that it uses."""
    return "PREFIX" in text or "prefix" in text


def _used(text: str) -> dict[str, str]:
    """Those of our prefixes that a text may use; each one costs the parser time."""
    if "\\" in text:  # a name may be spelt with escapes
        return PREFIXES
    return {name: base for name, base, sign in _SIGNS if sign in text}


def _opened(folder: Path) -> ox.Store:
    try:
        return ox.Store.read_only(str(folder))
    except OSError as error:
        raise StoreDamaged(f"{folder} cannot be opened ({error})", "Build it again: govgraph build --force") from None


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
