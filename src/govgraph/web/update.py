"""/update, and what every route that writes shares: who may, the answer when it is done, the problem when it is not."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from govgraph.errors import ChangeRefused, GovgraphError, NotAuthorised
from govgraph.limits import Limits
from govgraph.web.authorisation import CHALLENGE, Door
from govgraph.web.problems import problem_of, respond
from govgraph.web.protocol import Asked, endpoint_of, failure, read_request
from govgraph.writing.client import Writer
from govgraph.writing.request import Write, Written

__all__ = ["ACCEPT_VIOLATIONS", "Update", "Writing", "done", "refusal"]

ACCEPT_VIOLATIONS = "Govgraph-Accept-Violations"
"""Header that names who accepts violations which a change adds; it is recorded with the change."""


class Writing:
    """Changes from outside: who may make them, and the writer that does.

    Parameters
    ----------
    door : lets a request write, or not.
    writer : carries out changes.
    limits : on their size.
    """

    def __init__(self, door: Door, writer: Writer, limits: Limits) -> None:
        self.door = door
        self.writer = writer
        self.limits = limits

    async def update(self, request: Request, asked: Asked) -> Response:
        """Carry out the update that a request asks for."""
        assert asked.update is not None
        write = Write(
            "update",
            self.door.who(request),
            endpoint_of(request),
            using=asked.using,
            using_named=asked.using_named,
            accept=accepted_by(request),
        )
        return done(204, await self.writer.write(write, asked.update.encode()))


class Update:
    """The update endpoint as an ASGI application.

    Parameters
    ----------
    writing : who may write, and the writer.
    """

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing here is open to pages of other sites."""
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except GovgraphError as error:
            response = refusal(request, error, {"Allow": "POST, OPTIONS"} if error.status == 405 else {})
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": "POST, OPTIONS"})
        if request.method != "POST":
            raise failure(405, "method-not-allowed", f"{request.method} is not offered here", "Send an update by POST.")
        self._writing.door.who(request)
        asked = await read_request(request, self._writing.limits, lambda: None)
        if asked.update is None:
            raise failure(400, "bad-input", "the request has a query and no update", "Send queries to /sparql.")
        return await self._writing.update(request, asked)


def accepted_by(request: Request) -> str:
    """Who accepts violations that the change adds, as the request says."""
    return request.headers.get(ACCEPT_VIOLATIONS, "").strip()[:200]


def done(status: int, written: Written, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a change that is on disk."""
    told = {
        "Govgraph-Generation": str(written.generation),
        "Govgraph-Added": str(written.added),
        "Govgraph-Removed": str(written.removed),
        "Cache-Control": "no-store",
    }
    return Response(status_code=status, headers={**told, **(headers or {})})


def refusal(request: Request, error: GovgraphError, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a request that may have been a change; other sites are not let in."""
    problem = problem_of(error)
    if isinstance(error, ChangeRefused) and error.findings:
        problem["findings"] = error.findings
    known = CHALLENGE if isinstance(error, NotAuthorised) else {}
    response = respond(request, problem, {**known, **(headers or {})})
    if "Access-Control-Allow-Origin" not in (headers or {}) and "Access-Control-Allow-Origin" in response.headers:
        del response.headers["Access-Control-Allow-Origin"]
    return response
