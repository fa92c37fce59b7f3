"""The site: routes, error answers, and the headers that every answer carries."""

import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import BinaryIO

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import govgraph
from govgraph.errors import GovgraphError
from govgraph.limits import LIMITS, Limits
from govgraph.store.endpoint import Endpoint
from govgraph.web import catalogue, diff, dumps, linked_data, operate, vocabulary, void
from govgraph.web.answers import Answers
from govgraph.web.authorisation import Door
from govgraph.web.description import Described
from govgraph.web.graph_store import GraphStore
from govgraph.web.pages import (
    chart,
    compare,
    councils,
    data,
    decide,
    documents,
    examples,
    home,
    questions,
    review,
    search,
    terms,
    thing,
)
from govgraph.web.problems import on_anything, on_error, on_http
from govgraph.web.render import POLICY, asset
from govgraph.web.sparql import Sparql
from govgraph.web.state import Site
from govgraph.web.update import Update, Writing
from govgraph.writing.client import Writer

__all__ = ["create_app"]

_LOG = logging.getLogger(__name__)
_POLICY = b"content-security-policy"
_SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_SAFE_WITH_POLICY = [(_POLICY, POLICY.encode()), *_SAFE]
_PARTS = (
    home,
    search,
    chart,
    councils,
    data,
    decide,
    questions,
    examples,
    documents,
    compare,
    review,
    thing,
    vocabulary,
    terms,
    linked_data,
    dumps,
    diff,
    void,
    catalogue,
    operate,
)
_ASSETS = {
    "site.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "chart.js": "text/javascript; charset=utf-8",
    "editor.js": "text/javascript; charset=utf-8",
    "editor.licences.txt": "text/plain; charset=utf-8",
}


class SafeHeaders:
    """Adds to every answer the headers that keep a browser from running or embedding anything.

    Parameters
    ----------
    app : the application that answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a mistake of ours becomes a page that says so, and a line in the log."""
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = message.get("headers", ())
                own = _POLICY in [name for name, _ in headers]  # a page with a script has one
                message["headers"] = [*headers, *(_SAFE if own else _SAFE_WITH_POLICY)]
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            _LOG.exception("%s %s failed", scope["method"], scope["path"])
            await on_anything(Request(scope))(scope, receive, with_headers)


class Straight:
    """Leads requests to some paths past the framework, which costs them more than their answers do.

    Parameters
    ----------
    app : the application for all other paths.
    paths : applications by path.
    """

    def __init__(self, app: ASGIApp, paths: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = self._paths.get(scope["path"], self._app) if scope["type"] == "http" else self._app
        await found(scope, receive, send)


def create_app(
    store: Path | Endpoint,
    limits: Limits = LIMITS,
    log: BinaryIO | None = None,
    tokens: Mapping[str, str] | None = None,
) -> FastAPI:
    """The site over the current generation of a store.

    Parameters
    ----------
    store : folder of a store that has been built, or an endpoint; then writing is off.
    limits : of the readers that run queries from outside.
    log : where the line of each request goes; None for nowhere.
    tokens : secrets, by name, of those who may write; None where writing is off.

    Examples
    --------
    ``uvicorn.run(create_app(Path("store")))``
    """
    site = Site(store, limits, log)
    remote = isinstance(store, Endpoint)
    writer = Writer(site.generations.folder, limits)
    door = Door(None, "Change the data folder and load it: govgraph build --store URL.") if remote else Door(tokens)
    writing = Writing(door, writer, limits)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with site.running(), writer:
            yield

    app = Described(
        title="govgraph",
        version=govgraph.__version__,
        description="Who answers to whom in local government, by which clause, and how sure the text is.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers={GovgraphError: on_error, HTTPException: on_http},
    )
    app.state.site = site
    sparql, graphs = Sparql(site, writing), GraphStore(site, writing)
    app.router.routes += [Route("/sparql", sparql), Route("/update", Update(writing))]
    app.router.routes += [Route("/graphs", graphs), Route("/graphs/{path:path}", graphs)]
    for part in _PARTS:
        app.include_router(part.router)
    app.add_route("/assets/{name}", assets, include_in_schema=False)
    safe = SafeHeaders(Straight(app.framework, {"/sparql": sparql}))
    app.front = Answers(safe, lambda: site.lasting, site.recorder, site.kept)
    return app


async def assets(request: Request) -> Response:
    """A file of `assets/`; kept for a year where its address carries the hash of its content."""
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise HTTPException(404)
    try:
        content, version = asset(name)
    except FileNotFoundError:  # an installation that was made where npm could not be reached
        raise HTTPException(404) from None
    lasting = request.query_params.get("v") == version
    age = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return Response(content, headers={"Content-Type": _ASSETS[name], "Cache-Control": age})
