"""A SPARQL endpoint elsewhere, as the protocols speak to it: query, update, and graphs by address.

Requests are made by SPARQLWrapper and sent by `transport`. What is too busy is asked again after a while; what fails
is an error that says which address, what is wrong and what to do.
"""

import random
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from govgraph.errors import (
    EndpointBusy,
    EndpointFailed,
    EnvironmentFailed,
    NotAnEndpoint,
    PartOfAnswer,
)
from govgraph.limits import LIMITS, Limits
from govgraph.settings import Credentials
from govgraph.store.base import GRAPH_TYPES, SOLUTION_TYPES
from govgraph.store.engines import Engine, engine_named, recognise
from govgraph.store.refusals import NotThere, of_change, of_query
from govgraph.store.transport import Failure, Received, Transport, checked_address

__all__ = ["UNION", "Endpoint"]

UNION = "union"
"""What names all graphs of an endpoint together as its default graph."""

_BY_GET = 2_000  # a longer address is cut or refused by some servers, so a longer query goes as a form
_NOT_BY_GET = (405, 414, 431)  # some servers take forms only, or only shorter addresses
_BUSY = (429, 503)
_TYPES = {*SOLUTION_TYPES, *GRAPH_TYPES, "application/trig", "application/n-quads", "application/json", "text/plain"}
_TYPES |= {"application/x-turtle", "text/rdf+n3", "text/n3", "application/xml", "text/xml", "text/x-nquads"}


class Endpoint:
    """A SPARQL 1.1 endpoint.

    Parameters
    ----------
    url : where it takes queries.
    update_url, graph_store_url : where it takes updates and graphs; None is where its engine usually does.
    engine : the adapter, or its name; None is found out from what the endpoint says of itself.
    credentials : from `settings.credentials`; None where none are needed.
    seconds : how long to wait for one answer, with all that is tried again; None is the limit.
    default_graphs : graphs that are the default graph of what is read, instead of the endpoint's own; or `UNION`.
    limits : bounds on tries and on the size of answers.

    Raises
    ------
    BadInput : an address is none, or carries a password; or there is no such engine.

    Examples
    --------
    ``Endpoint("https://example.org/sparql").query("ASK {}", ["application/sparql-results+json"])``
    """

    def __init__(
        self,
        url: str,
        *,
        update_url: str | None = None,
        graph_store_url: str | None = None,
        engine: Engine | str | None = None,
        credentials: Credentials | None = None,
        seconds: float | None = None,
        default_graphs: Sequence[str] = (),
        limits: Limits = LIMITS,
    ) -> None:
        self.url = checked_address(url)
        self.seconds = seconds or limits.endpoint_seconds
        self.default_graphs = tuple(default_graphs)
        self.limits = limits
        self.requests = 0
        """Requests that were sent, tries counted."""
        self._named_update = checked_address(update_url, "--update-url") if update_url else ""
        self._named_graphs = checked_address(graph_store_url, "--graph-store-url") if graph_store_url else ""
        self._named_engine = engine_named(engine) if isinstance(engine, str) else engine
        self._transport = Transport(credentials, [a for a in (self.url, self._named_update, self._named_graphs) if a])
        self._credentials = credentials
        self._counting = threading.Lock()

    @property
    def parts(self) -> dict[str, Any]:
        """What another process makes the same endpoint from, credentials and all: for a pipe, never to be shown."""
        return {
            "url": self.url,
            "update_url": self._named_update or None,
            "graph_store_url": self._named_graphs or None,
            "engine": self.engine.name,
            "credentials": vars(self._credentials) if self._credentials else None,
            "seconds": self.seconds,
            "default_graphs": self.default_graphs,
        }

    @classmethod
    def of(cls, parts: dict[str, Any]) -> "Endpoint":
        """The endpoint that another process has told of by `parts`."""
        told = parts["credentials"]
        return cls(**parts | {"credentials": Credentials(**told) if told else None})

    @cached_property
    def engine(self) -> Engine:
        """The adapter of the engine behind the endpoint."""
        if self._named_engine:
            return self._named_engine
        request = _request(self.url, "GET", accept="text/turtle, application/rdf+xml;q=0.8, */*;q=0.1")
        try:
            told = self._sent(request, self.seconds)
        except Failure as failure:  # without a query many answer 400; the header tells the engine all the same
            told = failure.received
        return recognise(told.body[:100_000].decode("utf-8", "replace"), told.headers.get("server", ""))

    @property
    def update_url(self) -> str:
        """Where updates go."""
        return self._named_update or self.engine.update_url(self.url)

    @property
    def graph_store_url(self) -> str:
        """Where graphs are read and written; empty where the engine has no such place."""
        return self._named_graphs or self.engine.graph_store_url(self.url)

    def query(
        self,
        text: str,
        accept: Sequence[str],
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        *,
        seconds: float | None = None,
        most_bytes: int | None = None,
        on_open: Callable[[Callable[[], None]], None] | None = None,
    ) -> tuple[str, bytes]:
        """Send a query as it is, and give the media type and the bytes of the answer.

        Parameters
        ----------
        accept : media types, best first.
        default_graphs, named_graphs : the dataset of the SPARQL Protocol; with neither, the endpoint's own.
        seconds : instead of the endpoint's.
        most_bytes : instead of the limit on answers.
        on_open : called with a function that ends the request from another thread.

        Raises
        ------
        QueryRefused : the engine does not take the query; its own words are in the message.
        EndpointFailed : one of its kinds, each with what to do.
        AnswerTooLarge
        """
        allowed = min(seconds or self.seconds, self.seconds)
        wrapper = self._wrapper(text, "SELECT")
        for name, graphs in (("default-graph-uri", default_graphs), ("named-graph-uri", named_graphs)):
            for graph in graphs:
                if graph != UNION:  # that is what an engine reads for which `can_union` holds, and no dataset is named
                    wrapper.addParameter(name, graph)
        for name, value in self._parameters(allowed):
            wrapper.addParameter(name, value)
        wrapper.addCustomHttpHeader("Accept", _preferring(accept))
        request = wrapper._createRequest()
        wrapper.setMethod("POST")
        form = wrapper._createRequest()
        request.reads = form.reads = True
        if len(request.full_url) > _BY_GET or urlsplit(self.url).query:
            request = form
        try:
            try:
                answer = self._tried(request, allowed, most_bytes, on_open, repeatable=True)
            except Failure as failure:
                if request is form or failure.received.status not in _NOT_BY_GET:
                    raise
                answer = self._tried(form, allowed, most_bytes, on_open, repeatable=True)
        except Failure as failure:
            raise of_query(failure, self.url, self._credentials is not None) from None
        self._check_whole(answer)
        if answer.media_type not in _TYPES:
            kind = "a web page" if "html" in answer.media_type else (answer.media_type or "nothing that is named")
            raise NotAnEndpoint(
                f"{self.url} answers a query with {kind}", "Give the address of the endpoint itself, such as …/sparql."
            )
        return answer.media_type, answer.body

    def update(self, text: str, *, repeatable: bool = False, seconds: float | None = None) -> None:
        """Send an update.

        Parameters
        ----------
        repeatable : to send it twice is as good as once, so that it may be tried again.

        Raises
        ------
        EndpointReadOnly, CredentialsRefused, EndpointFailed
        """
        wrapper = self._wrapper(text, "INSERT")
        wrapper.updateEndpoint = self.update_url
        wrapper.setMethod("POST")
        self._changed(wrapper._createRequest(), repeatable, seconds)

    def put_graph(self, graph: str, content: bytes, media_type: str = "application/n-triples") -> None:
        """Make a graph hold these statements and no others."""
        self._changed(self._graph_request("PUT", graph, content, media_type), True, None)

    def post_graph(
        self,
        graph: str,
        content: bytes,
        media_type: str = "application/n-triples",
        *,
        repeatable: bool = False,
        unread: bool = False,
    ) -> None:
        """Add statements to a graph; see `update` for what may be tried again.

        Parameters
        ----------
        unread : nobody reads the graph yet, so that a part of the statements may be there before the others.
        """
        request = self._graph_request("POST", graph, content, media_type, unread=unread)
        self._changed(request, repeatable, None)

    def delete_graph(self, graph: str) -> None:
        """Remove a graph; one that is not there is no error."""
        try:
            self._changed(self._graph_request("DELETE", graph), True, None)
        except NotThere:
            return

    def get_graph(self, graph: str, accept: Sequence[str] = GRAPH_TYPES) -> tuple[str, bytes]:
        """Media type and statements of a graph; an empty name is the endpoint's own default graph."""
        request = self._graph_request("GET", graph)
        request.add_header("Accept", _preferring(accept))
        try:
            answer = self._tried(request, self.seconds, None, None, repeatable=True)
        except Failure as failure:
            raise of_query(failure, self.url, self._credentials is not None) from None
        self._check_whole(answer)
        return answer.media_type, answer.body

    def _parameters(self, seconds: float) -> Iterator[tuple[str, str]]:
        yield from self.engine.parameters(seconds).items()

    def _wrapper(self, text: str, kind: str) -> Any:
        """A SPARQLWrapper with a text; what kind it is is told, since it would be guessed from the text otherwise."""
        try:
            from SPARQLWrapper import SPARQLWrapper
        except ImportError:
            raise EnvironmentFailed("SPARQLWrapper is not installed", 'pip install "govgraph[remote]"') from None
        wrapper = SPARQLWrapper(self.url, agent="govgraph")
        wrapper.setOnlyConneg(True)
        wrapper.queryString, wrapper.queryType = text, kind
        return wrapper

    def _graph_request(
        self, method: str, graph: str, content: bytes | None = None, media_type: str = "", *, unread: bool = False
    ) -> urllib.request.Request:
        place = self.graph_store_url
        if not place:
            raise EndpointFailed(f"{self.url} has no graph store", "Name one: --graph-store-url.")
        if content and self.engine.opening and media_type == "application/n-triples":
            content, media_type = self.engine.opening + content, "text/turtle"
        address = self.engine.load_url if unread else self.engine.graph_url
        request = _request(address(place, graph), method, content)
        if media_type:
            request.add_header("Content-Type", media_type)
        return request

    def _changed(self, request: urllib.request.Request, repeatable: bool, seconds: float | None) -> None:
        try:
            self._tried(request, seconds or self.seconds, None, None, repeatable=repeatable)
        except Failure as failure:
            raise of_change(failure, request, self._credentials is not None) from None

    def _tried(
        self,
        request: urllib.request.Request,
        seconds: float,
        most_bytes: int | None,
        on_open: Callable[[Callable[[], None]], None] | None,
        *,
        repeatable: bool,
    ) -> Received:
        """Send a request, and again where the endpoint says that it is too busy, as long as the time allows it."""
        end = time.monotonic() + seconds
        tries = self.limits.endpoint_tries if repeatable else 1
        for number in range(1, tries + 1):
            try:
                return self._sent(request, end - time.monotonic(), most_bytes, on_open)
            except Failure as failure:
                if failure.received.status not in _BUSY:
                    raise
                pause = self._pause(failure.received, number)
                if number == tries or time.monotonic() + pause >= end:
                    raise EndpointBusy(
                        f"{self.url} takes no more requests just now (HTTP {failure.received.status}"
                        f" after {number} {'try' if number == 1 else 'tries'})",
                        "Ask again later.",
                    ) from None
                time.sleep(pause)
        raise AssertionError("the last try gives an answer or an error")

    def _pause(self, received: Received, number: int) -> float:
        """Seconds until the next try: what the endpoint asks for, else twice as long each time, give or take."""
        asked = received.headers.get("retry-after", "")
        if asked.isdigit():
            return float(asked)
        longest = min(2.0 ** (number - 2), self.limits.endpoint_wait)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)

    def _sent(
        self,
        request: urllib.request.Request,
        seconds: float,
        most_bytes: int | None = None,
        on_open: Callable[[Callable[[], None]], None] | None = None,
    ) -> Received:
        with self._counting:
            self.requests += 1
        return self._transport.send(request, max(seconds, 0.001), most_bytes or self.limits.answer_bytes, on_open)

    def _check_whole(self, answer: Received) -> None:
        for header, meaning in self.engine.partial_headers.items():
            if header in answer.headers:
                raise PartOfAnswer(
                    f"{self.url} sent only a part of the answer ({meaning})",
                    "Raise the row and time limits of the endpoint, or ask for less.",
                )


def _request(url: str, method: str, content: bytes | None = None, accept: str = "*/*") -> urllib.request.Request:
    headers = {"User-Agent": "govgraph", "Accept": accept}
    return urllib.request.Request(url, content, headers, method=method)  # noqa: S310 (checked_address saw it)


def _preferring(accept: Sequence[str]) -> str:
    """Media types as a header, each a little less wanted than the one before.

    >>> _preferring(["text/turtle", "text/csv"])
    'text/turtle, text/csv;q=0.9'
    """
    weights = ["", *(f";q={max(1, 10 - place) / 10}" for place in range(1, len(accept)))]
    return ", ".join(name + weight for name, weight in zip(accept, weights, strict=False))
