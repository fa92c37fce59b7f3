"""Errors as answers: problem details for programs (RFC 9457), a page with the same facts for browsers."""

import json
import math
import re
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import (
    AnswerTooLarge,
    BeingMade,
    DeadlinePassed,
    GovgraphError,
    MakingFailed,
    QuerySyntax,
    ThingGone,
)
from govgraph.namespaces import BASE
from govgraph.web.negotiate import prefers_html
from govgraph.web.render import page

__all__ = ["on_anything", "on_error", "on_http", "problem_of", "respond"]

_PLACE = re.compile(r"line (\d+), column (\d+)")
_NARROWER = "Ask /sparql with cut=1000 for the first rows, or with explain for the cost of each pattern."
_HINTS = {
    404: "Nothing is kept at this address. Look for it by name, or start at the home page.",
    405: "This address does not take that kind of request.",
    500: "Something went wrong on our side. It has been noted; try again later.",
}


def problem_of(error: GovgraphError) -> dict[str, Any]:
    """The members of a problem document.

    >>> problem_of(GovgraphError("the reader is gone", "Try again."))["detail"]
    'the reader is gone. Try again.'
    """
    problem: dict[str, Any] = {
        "type": f"{BASE}problem/{error.code}",
        "title": error.code.replace("-", " ").capitalize(),
        "status": error.status,
        "detail": str(error),
        "code": error.code,
    }
    if error.code == QuerySyntax.code:
        problem["detail"] = error.message
        if place := _PLACE.search(error.message):
            problem |= {"line": int(place[1]), "column": int(place[2]), "excerpt": error.next_step.strip("\n")}
    if isinstance(error, DeadlinePassed) and error.elapsed:
        problem["elapsed"] = error.elapsed
    if isinstance(error, MakingFailed):
        problem["wait"] = max(1, math.ceil(error.wait))
    if isinstance(error, AnswerTooLarge | DeadlinePassed):
        problem["hint"] = _NARROWER
    if isinstance(error, ThingGone):
        problem["generation"] = error.generation
    if close := getattr(error, "close", None):
        problem["suggestions"] = close
    return problem


def respond(request: Request, problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A problem in the form that the client prefers."""
    headers = {"Vary": "Accept", "Cache-Control": "no-store", **(headers or {})}
    if problem["status"] in (429, 503, 504):
        headers["Retry-After"] = str(problem.get("wait", 5))
    if "format" not in request.query_params and prefers_html(request.headers.get("accept")):
        if problem["code"] == BeingMade.code:
            headers["Refresh"] = headers["Retry-After"]
        return page(request, "problem.html", status=problem["status"], headers=headers, problem=problem)
    headers["Access-Control-Allow-Origin"] = "*"
    body = json.dumps(problem, indent=1, ensure_ascii=False)
    return Response(body, problem["status"], headers, "application/problem+json")


async def on_error(request: Request, error: Exception) -> Response:
    """For errors that govgraph raises on purpose."""
    assert isinstance(error, GovgraphError)
    return respond(request, problem_of(error))


async def on_http(request: Request, error: Exception) -> Response:
    """For errors of the framework: no such address, or not this method."""
    assert isinstance(error, HTTPException)
    return respond(request, _plain(error.status_code), dict(error.headers or {}))


def on_anything(request: Request) -> Response:
    """For a mistake of ours; the traceback goes to the log, not to the client."""
    return respond(request, _plain(500))


def _plain(status: int) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    code = title.lower().replace(" ", "-")
    detail = _HINTS.get(status, title + ".")
    return {"type": f"{BASE}problem/{code}", "title": title, "status": status, "detail": detail, "code": code}
