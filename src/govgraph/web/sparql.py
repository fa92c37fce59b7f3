"""/sparql: answer queries in a reader process, in the form that the client wants."""

import hashlib
import json
import re
from urllib.parse import urlencode

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from govgraph.errors import BadInput, GovgraphError
from govgraph.limits import LIMITS
from govgraph.questions.table import read_table
from govgraph.store.base import Answer, Request
from govgraph.web.problems import problem_of, respond
from govgraph.web.protocol import METHODS, Asked, accepted, read_request, wants_page
from govgraph.web.render import page
from govgraph.web.state import Site

__all__ = ["OPEN", "Sparql", "answered", "content_type"]

OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Content-Length, Govgraph-Generation, Govgraph-Complete, Govgraph-Rows",
}
"""Headers that let pages of other sites read an answer; never with credentials."""

_PARAMETERS = {
    "text/csv": "; charset=utf-8; header=present",  # RFC 4180 §3
    "text/tab-separated-values": "; charset=utf-8",
    "text/turtle": "; charset=utf-8",
}
_VARYING = re.compile(r"\b(now|rand|uuid|struuid)\s*\(", re.IGNORECASE)
_ROWS_ON_PAGE = 500
_EXAMPLE = """# Every line of accountability, with the clause that states it and how sure the text is
SELECT ?partyLabel ?toLabel ?mode ?strength ?clause ?line
WHERE {
  ?line a gov:AccountabilityLine ; gov:accountableParty ?party ; gov:accountableTo ?to ;
        gov:mode/skos:prefLabel ?mode ; gov:strength/skos:prefLabel ?strength ;
        dct:bibliographicCitation ?clause .
  ?party skos:prefLabel ?partyLabel .
  ?to skos:prefLabel ?toLabel .
}
ORDER BY ?toLabel ?partyLabel
LIMIT 50
"""


class Sparql:
    """The endpoint as an ASGI application, so that the framework validates nothing before us.

    Parameters
    ----------
    site : its state.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = HttpRequest(scope, receive)
        try:
            response = await self._respond(request)
        except GovgraphError as error:
            response = respond(request, problem_of(error), {"Vary": "Accept", **OPEN})
        await response(scope, receive, send)

    async def _respond(self, request: HttpRequest) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_preflight())
        if request.method not in METHODS:
            error = BadInput(f"{request.method} is not offered here", "Use GET or POST.")
            error.status, error.code = 405, "method-not-allowed"
            return respond(request, problem_of(error), {"Allow": ", ".join(METHODS), **OPEN})
        asked = await read_request(request, self._site.limits)
        browser = wants_page(request, asked)
        if asked.query is None:
            if browser:
                return await self._form(request, _EXAMPLE)
            raise BadInput("the request has no query", "Ask as /sparql?query=… or send the query by POST.")
        if browser:
            return await self._results(request, asked)
        return await self._data(request, asked)

    async def _data(self, request: HttpRequest, asked: Asked) -> Response:
        """The answer in a standard form."""
        accept = accepted(request, asked)
        assert asked.query is not None
        wanted = Request(asked.query, {}, accept, asked.default_graphs, asked.named_graphs)
        tag = etag(self._site.latest.number, wanted) if not _VARYING.search(asked.query) else ""
        if tag and tag in _tags(request):
            return Response(status_code=304, headers={"ETag": tag, "Vary": "Accept", **OPEN})
        answer = await self._site.public.answer(wanted)
        known = {"ETag": etag(answer.generation, wanted)} if tag else {}
        return answered(answer, known)

    async def _form(self, request: HttpRequest, text: str, problem: GovgraphError | None = None) -> Response:
        status = problem.status if problem else 200
        return page(
            request,
            "sparql.html",
            status=status,
            generation=self._site.latest.number,
            licence=await self._site.licence(),
            query=text[: LIMITS.query_characters],
            problem=problem_of(problem) if problem else None,
            table=None,
            graph=None,
            total=0,
            links=[],
        )

    async def _results(self, request: HttpRequest, asked: Asked) -> Response:
        """The answer as a page, with links to the same answer as data."""
        assert asked.query is not None
        accept = ("application/sparql-results+json", "text/turtle")
        try:
            answer = await self._site.public.answer(
                Request(asked.query, {}, accept, asked.default_graphs, asked.named_graphs)
            )
        except GovgraphError as error:
            return await self._form(request, asked.query, error)
        fields = [("query", asked.query)]
        fields += [("default-graph-uri", name) for name in asked.default_graphs]
        fields += [("named-graph-uri", name) for name in asked.named_graphs]
        graph = answer.kind == "graph"
        forms = (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"), ("RDF/XML", "rdf"))
        if not graph:
            forms = (("JSON", "json"), ("CSV", "csv"), ("TSV", "tsv"), ("XML", "xml"))
        table = None if graph else read_table(answer.body, answer.generation)
        lines = answer.body.decode().splitlines() if graph else []
        return page(
            request,
            "sparql.html",
            generation=answer.generation,
            licence=await self._site.licence(),
            query=asked.query,
            problem=None,
            table=table,
            graph="\n".join(lines[: _ROWS_ON_PAGE * 4]) if graph else None,
            total=answer.rows,
            links=[(name, "/sparql?" + urlencode([*fields, ("format", form)])) for name, form in forms],
            shown=_ROWS_ON_PAGE,
            cut=len(lines) > _ROWS_ON_PAGE * 4 or (table is not None and len(table) > _ROWS_ON_PAGE),
        )


def etag(generation: int, request: Request) -> str:
    """Entity tag of an answer: the same generation and request give the same answer."""
    told = json.dumps(request.as_json(), sort_keys=True)
    return f'"g{generation}-{hashlib.sha256(told.encode()).hexdigest()[:24]}"'


def answered(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    """A whole answer with what is needed to check and cite it."""
    return Response(
        answer.body,
        headers={
            "Govgraph-Generation": str(answer.generation),
            "Govgraph-Complete": "true",
            "Govgraph-Rows": str(answer.rows),
            "Vary": "Accept",
            "Cache-Control": "no-cache",
            "Content-Type": content_type(answer.media_type),
            **OPEN,
            **(headers or {}),
        },
    )


def content_type(media_type: str) -> str:
    """A media type with the parameters that its registration asks for."""
    return media_type + _PARAMETERS.get(media_type, "")


def _tags(request: HttpRequest) -> list[str]:
    """The entity tags that the client has; a weak one counts like a strong one (RFC 9110 §13.1.2)."""
    return [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]


def _preflight() -> dict[str, str]:
    return {
        "Allow": ", ".join(METHODS),
        "Access-Control-Allow-Methods": ", ".join(METHODS),
        "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
        "Access-Control-Max-Age": "86400",
        **OPEN,
    }
