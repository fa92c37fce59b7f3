"""Answer queries over one generation in a SPARQL endpoint elsewhere.

The endpoint is asked for results in JSON and for statements in N-Triples; what the asker gets is written here, so it
is the same bytes whatever the engine. What an engine is known not to answer rightly is answered here, over the
statements that the query can be about, and the answer says so.

A query may thus run in this process, which has a network: whoever takes query text from outside has that done apart,
by a process without one, and gives each query a process of its own, as with an embedded generation.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pyoxigraph as ox

from govgraph.errors import BadInput, EndpointFailed, PartOfAnswer, QueryRefused
from govgraph.limits import LIMITS, Limits
from govgraph.namespaces import DEF, PREFIXES
from govgraph.store.answering import of_solutions, of_statements
from govgraph.store.apart import answered_apart
from govgraph.store.base import Answer, Request
from govgraph.store.copying import Copies
from govgraph.store.embedded import EmbeddedReader, syntax_error
from govgraph.store.endpoint import UNION, Endpoint
from govgraph.store.hints import Terms
from govgraph.store.phrasing import Phrase
from govgraph.store.predicates import predicates_of
from govgraph.store.remote_generations import RemoteGeneration
from govgraph.store.results import may_be_cut, read_graph, read_results

__all__ = ["RemoteReader"]

Given = TypeVar("Given")
_JSON = ("application/sparql-results+json",)
_LONGER = 4  # times as long as other forms that say the same: results in JSON
_RDF = ("application/n-triples", "text/turtle", "application/rdf+xml")
_OUR_TERMS = f"""SELECT DISTINCT ?term WHERE {{
  ?term <{PREFIXES["skos"]}prefLabel> ?label . FILTER(STRSTARTS(STR(?term), "{DEF}")) }}"""


class RemoteReader:
    """Reads one generation in an endpoint.

    Parameters
    ----------
    endpoint, generation : where it is.
    limits : bounds on rows and bytes.
    apart : what has to be answered here is answered by a process that has no network (see `apart`).

    Examples
    --------
    ``RemoteReader(endpoint, RemoteGenerations(endpoint).latest()).answer(Request("ASK {}"))``
    """

    def __init__(
        self, endpoint: Endpoint, generation: RemoteGeneration, limits: Limits = LIMITS, *, apart: bool = False
    ) -> None:
        self.endpoint = endpoint
        self.generation = generation.number
        self.copies = Copies(endpoint, generation, limits)
        self._of = generation
        self._limits = limits
        self._apart = apart
        self._terms = Terms(self._our_terms)
        if UNION in endpoint.default_graphs and not endpoint.engine.can_union:
            raise BadInput(
                f"{endpoint.engine.title} cannot be asked over the union of all graphs",
                "Name its graphs: --default-graph IRI, once for each.",
            )

    def answer(self, request: Request, seconds: float | None = None) -> Answer:
        """Answer one query whole.

        Parameters
        ----------
        seconds : a deadline that is earlier than the endpoint's.

        Raises
        ------
        QuerySyntax, QueryRefused, BadParameter, BadInput, AnswerTooLarge
        PartOfAnswer : the endpoint did not send all.
        EndpointFailed : what else went wrong there.
        """
        if request.whole:
            return self._whole(request)
        phrase = Phrase(request.text).bound(request.bindings)
        answer = self._there_or_here(
            phrase,
            request,
            lambda: self._answered_there(phrase, request, seconds),
            lambda reason: self._answered_here(request, reason),
        )
        nothing = not answer.rows or (answer.kind == "boolean" and b"false" in answer.body)
        notes = self._terms.unknown(request.text) if nothing else ()
        return replace(answer, notes=tuple(dict.fromkeys((*notes, *answer.notes))))

    def solutions(self, request: Request) -> list[ox.QuerySolution]:
        """The solutions of a SELECT, for use in this process.

        Raises
        ------
        What `answer` raises.
        """
        phrase = Phrase(request.text).bound(request.bindings)

        def there() -> list[ox.QuerySolution]:
            rows = _rows(self._results(phrase, request, None))
            self._check_count(len(rows), phrase, request)
            return rows

        def here(reason: str) -> list[ox.QuerySolution]:
            answer = self._answered_here(replace(request, accept=_JSON), reason)
            return _rows(ox.parse_query_results(answer.body, ox.QueryResultsFormat.JSON))

        return self._there_or_here(phrase, request, there, here)

    def _there_or_here(
        self, phrase: Phrase, request: Request, there: Callable[[], Given], here: Callable[[str], Given]
    ) -> Given:
        """Have a query answered there, unless its engine is known not to answer it rightly, or gives up on it."""
        engine = self.endpoint.engine
        if engine.leaves_queries:
            _check_syntax(request)  # such an engine may be sent a part of the query only
        if reason := engine.must_fetch(phrase.text(request.base)):
            return here(reason)
        try:
            return there()
        except (EndpointFailed, QueryRefused) as error:
            if isinstance(error, QueryRefused):
                _check_syntax(request)
            if reason := engine.gives_up(error.message):
                return here(reason)
            raise

    def _answered_there(self, phrase: Phrase, request: Request, seconds: float | None) -> Answer:
        if phrase.form in ("construct", "describe"):
            return self._graph(phrase, request, seconds)
        asked = phrase.limited(request.most + 1) if request.most else phrase
        answer = of_solutions(self._results(asked, request, seconds), request, self.generation, self._limits)
        if answer.complete and asked.form == "select":
            self._check_count(answer.rows, phrase, request)
        return answer

    def _results(self, phrase: Phrase, request: Request, seconds: float | None) -> ox.QuerySolutions | ox.QueryBoolean:
        text = phrase.text(request.base)
        _, body = self._sent(phrase, text, request, _JSON, seconds)
        return read_results(body, self.endpoint.engine, self.endpoint.url, text)

    def _graph(self, phrase: Phrase, request: Request, seconds: float | None) -> Answer:
        media_type, body = self._sent(phrase, phrase.text(request.base), request, _RDF, seconds)
        statements = read_graph(media_type, body, self.endpoint.engine, self.endpoint.url)
        self._check_count(len(statements), phrase, request)
        return of_statements(iter(statements), request, self.generation, self._limits)

    def _check_count(self, rows: int, phrase: Phrase, request: Request) -> None:
        """Ask how many there are, where a number of rows looks like a limit."""
        if not may_be_cut(rows, self.endpoint.engine.row_caps) or not (counting := phrase.counting()):
            return
        found = self._results(Phrase(counting), request, None)
        counted = int(_rows(found)[0]["n"].value)
        if counted > rows:
            raise PartOfAnswer(
                f"{self.endpoint.url} sent {rows:,} of {counted:,} rows and said nothing of it",
                "Raise its row limit, or ask for less with LIMIT and OFFSET.",
            )

    def _sent(
        self, phrase: Phrase, text: str, request: Request, accept: tuple[str, ...], seconds: float | None
    ) -> tuple[str, bytes]:
        default, named = self._dataset(phrase, request)
        return self.endpoint.query(
            self.endpoint.engine.rewrite(text),
            accept,
            default,
            named,
            seconds=seconds,
            most_bytes=_LONGER * self._limits.answer_bytes,
        )

    def _dataset(self, asked: Phrase, request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Default and named graphs: the request's, else the query's own, else those of the generation."""
        if request.default_graphs or request.named_graphs:
            return tuple(request.default_graphs), tuple(request.named_graphs)
        if asked.names_dataset or (self._of.foreign and not self._of.default_graphs):
            return (), ()
        return self._of.default_graphs, self._of.named_graphs if asked.reads_graphs else ()

    def _whole(self, request: Request) -> Answer:
        return of_statements(iter(self.copies.store()), request, self.generation, self._limits)

    def _answered_here(self, request: Request, reason: str) -> Answer:
        """Fetch what the query can be about, and answer it with the engine here."""
        phrase = Phrase(request.text)
        chosen = phrase.names_dataset or bool(request.default_graphs or request.named_graphs)
        store = None if chosen else self.copies.nearby(phrase.bound(request.bindings).text(request.base))
        around = "of the endpoint" if store is None else "around what it names"
        if store is None:
            store = self.copies.store(predicates_of(request.text), named=phrase.reads_graphs or chosen)
        reader = EmbeddedReader(store, self.generation, self._limits)
        if self._apart:
            answer = answered_apart(lambda: reader.answer(request), self.generation)
        else:
            answer = reader.answer(request)
        note = f"answered here over {len(store):,} statements {around}, because {reason}"
        return replace(answer, notes=(*answer.notes, note))

    def _our_terms(self) -> list[str]:
        return [row["term"].value for row in self.solutions(Request(_OUR_TERMS))]


def _rows(found: object) -> list[ox.QuerySolution]:
    assert isinstance(found, ox.QuerySolutions)
    return list(found)


def _check_syntax(request: Request) -> None:
    """Tell what is wrong with a text as it is told of one that is read here; it is read, and not run."""
    name, value = ox.Variable("govgraph_unasked"), ox.Literal("")  # no query has it, as is found when it has been read
    try:
        ox.Store().query(
            request.text, base_iri=request.base or None, prefixes=PREFIXES, substitutions={name: value}
        )  # fmt: skip
    except SyntaxError as error:
        raise syntax_error(request.text, error) from None
    except (ValueError, OSError, RuntimeError):
        return
