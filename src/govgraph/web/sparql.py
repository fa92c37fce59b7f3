"""/sparql: answer queries in a reader process, in the form that the client wants."""

import asyncio
import functools
import hashlib
import re
from urllib.parse import urlencode

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from govgraph.errors import BadInput, ClientGone, GovgraphError
from govgraph.store.base import GRAPH_TYPES, Answer, Request
from govgraph.web.client import Client, Presences
from govgraph.web.explain import emptied_by, explain, shown
from govgraph.web.negotiate import negotiated
from govgraph.web.pages import editor
from govgraph.web.problems import problem_of, respond
from govgraph.web.protocol import (
    FORMATS,
    METHODS,
    Asked,
    accepted,
    endpoint_of,
    failure,
    fields_of,
    read_address,
    read_request,
    wants_page,
)
from govgraph.web.service_description import service_description
from govgraph.web.state import Site
from govgraph.web.update import Writing, refusal

__all__ = ["OPEN", "Sparql", "answered", "content_type"]

OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Content-Length, Govgraph-Generation, Govgraph-Complete, Govgraph-Rows,"
    " Govgraph-Note",
}
"""Headers that let pages of other sites read an answer; never with credentials."""

_ALWAYS = [
    (name.lower().encode(), value.encode())
    for name, value in ({"Vary": "Accept", "Cache-Control": "no-cache"} | OPEN).items()
]
_PARAMETERS = {
    "text/csv": "; charset=utf-8; header=present",  # RFC 4180 §3
    "text/tab-separated-values": "; charset=utf-8",
    "text/turtle": "; charset=utf-8",
}
_VARYING = re.compile(r"\b(now|rand|uuid|struuid)\s*\(", re.IGNORECASE)
_LONGEST_LINK = 4_000  # characters of an address in a Link header


class Sparql:
    """The endpoint as an ASGI application, so that the framework validates nothing before us.

    Parameters
    ----------
    site : its state.
    writing : takes the updates that are sent here instead of to /update.
    """

    def __init__(self, site: Site, writing: Writing) -> None:
        self._site = site
        self._writing = writing
        self._presences = Presences()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._respond(scope, receive)
        except GovgraphError as error:
            allow = {"Allow": "POST"} if error.status == 405 else {}
            response = refusal(HttpRequest(scope), error, {"Vary": "Accept", **OPEN, **allow})
        await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        client, limits = Client(scope), self._site.limits
        request: HttpRequest | None = None
        if client.method == "GET":
            asked = read_address("GET", client.query_string, limits, lambda: self._may_write(HttpRequest(scope)))
        elif client.method == "OPTIONS":
            return Response(status_code=204, headers=_preflight())
        elif client.method in METHODS:
            request = HttpRequest(scope, receive)
            asked = await read_request(request, limits, lambda: self._may_write(HttpRequest(scope)))
        else:
            error = BadInput(f"{client.method} is not offered here", "Use GET or POST.")
            error.status, error.code = 405, "method-not-allowed"
            return respond(HttpRequest(scope), problem_of(error), {"Allow": ", ".join(METHODS), **OPEN})
        page = wants_page(client.accept, asked)
        if asked.query is not None and not page and not asked.explain:
            return await self._data(client, asked, receive)
        request = request or HttpRequest(scope, receive)
        if asked.update is not None:
            return await self._writing.update(request, asked)
        if page:
            return await self._page(request, asked)
        if asked.query is None:
            return self._description(request, asked)
        wanted = Request(asked.query, {}, (), asked.default_graphs, asked.named_graphs, base=client.endpoint)
        return shown(request, await explain(self._site, wanted, asked.generation), asked.format, OPEN)

    def _may_write(self, request: HttpRequest) -> None:
        self._writing.door.who(request)

    def _description(self, request: HttpRequest, asked: Asked) -> Response:
        """What the endpoint can do, for a client that asks nothing."""
        if asked.default_graphs or asked.named_graphs:
            raise BadInput("the request has no query", "Ask as /sparql?query=… or send the query by POST.")
        offered = negotiated(request.headers.get("accept"), GRAPH_TYPES)
        fitting = [name for name in FORMATS.get(asked.format, offered) if name in GRAPH_TYPES]
        if not fitting:
            raise failure(
                406, "not-acceptable", "the description of the endpoint is RDF",
                f"Ask for one of: {', '.join(GRAPH_TYPES)}.",
            )  # fmt: skip
        generation, address = self._site.latest, endpoint_of(request)
        body = service_description(address, generation, self._writing.door.is_open, fitting[0])
        told = hashlib.sha256(f"{address} {fitting[0]}".encode()).hexdigest()[:24]
        return Response(
            body,
            headers={
                "Content-Type": content_type(fitting[0]),
                "ETag": f'"g{generation.number}-{told}"',
                "Govgraph-Generation": str(generation.number),
                "Vary": "Accept",
                "Cache-Control": "no-cache",
                **OPEN,
            },
        )

    async def _data(self, client: Client, asked: Asked, receive: Receive) -> Response:
        """The answer in a standard form."""
        assert asked.query is not None
        accept = accepted(client.accept, asked)
        base = client.endpoint
        wanted = Request(asked.query, {}, accept, asked.default_graphs, asked.named_graphs, base=base, most=asked.cut)
        told = None if _varies(asked.query) else _digest(wanted)
        if told and client.tags:
            current = self._site.generation(asked.generation) if asked.generation else self._site.latest
            if (tag := f'"g{current.number}-{told}"') in client.tags:
                return Response(status_code=304, headers={"ETag": tag, "Vary": "Accept", **OPEN})
        presence = self._presences.add(receive)
        try:
            answer = await self._site.query(wanted, asked.generation)
        except asyncio.CancelledError:
            if not presence.lost:
                raise
            raise ClientGone("the client went away, and its query was stopped", "") from None
        finally:
            presence.end()
        known = {"ETag": f'"g{answer.generation}-{told}"'} if told else {}
        if (not answer.complete or not answer.rows) and client.method in ("GET", "HEAD"):
            known["Link"] = _further(client.query_string, answer.complete)
        return answered(answer, known)

    async def _page(self, request: HttpRequest, asked: Asked) -> Response:
        """The answer, or what each pattern finds, on the page of the editor."""
        if asked.query is None:
            return await editor.blank(request, self._site)
        site, base = self._site, endpoint_of(request)
        wanted = Request(
            asked.query, {}, editor.ACCEPTED, asked.default_graphs, asked.named_graphs, base=base, most=asked.cut
        )
        try:
            if asked.explain:
                return await editor.explained(request, site, asked, await explain(site, wanted, asked.generation))
            answer = await site.query(wanted, asked.generation)
        except GovgraphError as error:
            return await editor.refused(request, site, asked, error)
        emptied = "" if answer.rows else await emptied_by(site, wanted, asked.generation)
        return await editor.found(request, site, asked, answer, emptied)


def _varies(query: str) -> bool:
    """Whether a query may give something else each time."""
    lowered = query.lower()
    return ("now" in lowered or "rand" in lowered or "uuid" in lowered) and bool(_VARYING.search(query))


def _digest(request: Request) -> str:
    """What tells requests apart in an entity tag: the same generation and request give the same answer."""
    rest = _told(request.accept, request.default_graphs, request.named_graphs, request.base, request.most)
    return hashlib.sha256(request.text.encode("utf-8", "surrogatepass") + rest).hexdigest()[:24]


@functools.lru_cache(maxsize=256)
def _told(*rest: object) -> bytes:
    """What a request says beside its query; clients say the same again and again."""
    return f"\n{rest!r}".encode("utf-8", "surrogatepass")


def _further(query_string: bytes, complete: bool) -> str:
    """Where the whole of a cut answer is, or what explains an empty one."""
    fields = [pair for pair in fields_of(query_string) if pair[0] not in ("cut", "max-rows")]
    relation = "help" if complete else "full"
    address = "/sparql?" + urlencode([*fields, ("explain", "")] if complete else fields)
    return f'<{address}>; rel="{relation}"' if len(address) < _LONGEST_LINK else '</dumps/>; rel="full"'


class Whole(Response):
    """An answer whose headers are bytes already.

    Parameters
    ----------
    body, headers : of the answer; its length is added.
    """

    def __init__(self, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self.status_code, self.body, self.background = 200, body, None
        self.raw_headers = [*headers, (b"content-length", b"%d" % len(body))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def answered(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    """A whole answer with what is needed to check and cite it; further headers go before the usual ones."""
    known = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    names = {name for name, _ in known}
    usual = _usual(answer.generation, answer.complete, answer.rows, answer.media_type)
    if not names.isdisjoint(_USUAL):
        usual = tuple(pair for pair in usual if pair[0] not in names)
    if answer.notes:
        known.append((b"govgraph-note", "; ".join(answer.notes).encode("latin-1")))
    return Whole(answer.body, [*usual, *known])


@functools.lru_cache(maxsize=256)
def _usual(generation: int, complete: bool, rows: int, media_type: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of every answer; small ones have few different ones."""
    return (
        (b"govgraph-generation", b"%d" % generation),
        (b"govgraph-complete", b"true" if complete else b"false"),
        (b"govgraph-rows", b"%d" % rows),
        (b"content-type", content_type(media_type).encode()),
        *_ALWAYS,
    )


def content_type(media_type: str) -> str:
    """A media type with the parameters that its registration asks for."""
    return media_type + _PARAMETERS.get(media_type, "")


_USUAL = {name for name, _ in _usual(0, True, 0, "text/csv")}


def _preflight() -> dict[str, str]:
    return {
        "Allow": ", ".join(METHODS),
        "Access-Control-Allow-Methods": ", ".join(METHODS),
        "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
        "Access-Control-Max-Age": "86400",
        **OPEN,
    }
