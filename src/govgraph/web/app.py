"""The site: routes, error answers, and the headers that every answer carries."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import govgraph
from govgraph.errors import GovgraphError
from govgraph.limits import LIMITS, Limits
from govgraph.web import linked_data
from govgraph.web.pages import chart, home, questions, search, thing
from govgraph.web.problems import on_anything, on_error, on_http, problem_of
from govgraph.web.render import asset
from govgraph.web.sparql import Sparql
from govgraph.web.state import Site

__all__ = ["create_app"]

_SAFE = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        b" frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_ASSETS = {"site.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


class SafeHeaders:
    """Adds to every answer the headers that keep a browser from running or embedding anything.

    Parameters
    ----------
    app : the application that answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_SAFE]
            await send(message)

        await self._app(scope, receive, with_headers)


def create_app(store: Path, limits: Limits = LIMITS) -> FastAPI:
    """The site over the current generation of a store.

    Parameters
    ----------
    store : folder of a store that has been built.
    limits : of the readers that run queries from outside.

    Examples
    --------
    ``uvicorn.run(create_app(Path("store")))``
    """
    site = Site(store, limits)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with site.running():
            yield

    app = FastAPI(
        title="govgraph",
        version=govgraph.__version__,
        description="Who answers to whom in local government, by which clause, and how sure the text is.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers={GovgraphError: on_error, HTTPException: on_http, Exception: on_anything},
    )
    app.state.site = site
    app.router.routes.append(Route("/sparql", Sparql(site)))
    for part in (home, search, chart, questions, thing, linked_data):
        app.include_router(part.router)

    @app.get("/healthz", summary="Whether a reader answers")
    async def health() -> Response:
        try:
            return JSONResponse({"status": "ok", "generation": await site.alive()}, headers={"Cache-Control": "no-store"})
        except GovgraphError as error:
            return JSONResponse({"status": "failed", "problem": problem_of(error)}, 503)

    @app.get("/assets/{name}", include_in_schema=False)
    async def assets(name: str, request: Request) -> Response:
        if name not in _ASSETS:
            raise HTTPException(404)
        content, version = asset(name)
        lasting = request.query_params.get("v") == version
        age = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return Response(content, headers={"Content-Type": _ASSETS[name], "Cache-Control": age})

    app.add_middleware(SafeHeaders)
    return app
