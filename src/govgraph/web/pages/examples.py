"""/.well-known/sparql-examples: the saved questions as RDF, for SPARQL editors and catalogues."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.questions.library import library
from govgraph.questions.publishing import turtle
from govgraph.web.reading import conditional
from govgraph.web.sparql import OPEN, content_type

__all__ = ["router"]

router = APIRouter()


async def examples(request: Request) -> Response:
    """Every saved question as Turtle, with this site's endpoint as its target."""
    body = turtle(library().values(), f"{request.base_url}sparql")
    headers = {"Content-Type": content_type("text/turtle"), "Cache-Control": "no-cache", **OPEN}
    return conditional(request, body.encode(), headers)


router.add_route("/.well-known/sparql-examples", examples, include_in_schema=False)
