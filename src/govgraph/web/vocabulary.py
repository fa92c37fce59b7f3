"""/def/, /graph/… and /shape/…: what the names of the ontology, of the graphs and of the shapes lead to."""

import asyncio
import functools
from urllib.parse import quote

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from govgraph.errors import UnknownThing
from govgraph.namespaces import DEF, GRAPH, SHAPE
from govgraph.rdf.files import GRAPH_FORMATS, READABLE, read_file, serialise
from govgraph.resources import packaged
from govgraph.store.base import Request as Query
from govgraph.web.glossary import terms_of
from govgraph.web.linked_data import METHODS, forms_wanted, preflight
from govgraph.web.links import href
from govgraph.web.overview_diagram import draw_overview, joints
from govgraph.web.reading import conditional, moment
from govgraph.web.render import drawing, page
from govgraph.web.sparql import OPEN, content_type
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_ONTOLOGY = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH}ontology> {{ ?s ?p ?o }} }}"


async def ontology(request: Request) -> Response:
    """The whole ontology: a page, or every statement of it."""
    if request.method == "OPTIONS":
        return preflight()
    site: Site = request.app.state.site
    generation = site.latest
    wanted = forms_wanted(request, ["text/turtle", "application/ld+json", "text/html", *GRAPH_FORMATS])[0]
    headers = {
        "Vary": "Accept",
        "Cache-Control": "no-cache",
        "Govgraph-Generation": str(generation.number),
        "Link": f'<{DEF}>; rel="cite-as", </.well-known/void>; rel="describedby"; type="text/turtle"',
        **OPEN,
    }
    if wanted == "text/html":
        part = "codes" if request.query_params.get("part") == "codes" else "terms"
        kinds = await terms_of(site, part)
        found = joints(kinds)
        uncounted = any(term.uses is None for terms in kinds.values() for term in terms)
        if uncounted and part == "terms":
            headers["Govgraph-Complete"] = "false"  # not to be kept: the counts are being made
        return page(
            request, "ontology.html", headers=headers, part=part, kinds=kinds, joints=found,
            overview=drawing(draw_overview(found, href)), uncounted=uncounted,
            generation=generation.number, licence=await site.licence(),
        )  # fmt: skip
    answer = await site.answer(Query(_ONTOLOGY, accept=(wanted,)))
    told = {
        "Content-Type": content_type(answer.media_type),
        "Last-Modified": moment(generation.manifest["created"]),
        "Govgraph-Rows": str(answer.rows),
    }
    return conditional(request, answer.body, headers | told)


async def graph(request: Request) -> Response:
    """303 to the statements of a named graph, or for a browser to the list of files."""
    if request.method == "OPTIONS":
        return preflight()
    site: Site = request.app.state.site
    name = GRAPH + request.path_params["path"]
    if name not in site.latest.manifest.get("graphs", {}):
        raise UnknownThing(request.path_params["path"][:300])
    wanted = forms_wanted(request, [*GRAPH_FORMATS, "text/html"])[0]
    place = "/dumps/" if wanted == "text/html" else f"/graphs?graph={quote(name, safe='')}"
    return RedirectResponse(place, 303, {"Vary": "Accept", **OPEN})


async def shape(request: Request) -> Response:
    """The statements of a shape that the graph is checked by."""
    if request.method == "OPTIONS":
        return preflight()
    site: Site = request.app.state.site
    known = await asyncio.to_thread(_shapes)
    name = SHAPE + request.path_params["path"]
    if name not in known:
        raise UnknownThing(request.path_params["path"][:300])
    wanted = forms_wanted(request, list(GRAPH_FORMATS))[0]
    headers = {
        "Content-Type": content_type(wanted),
        "Vary": "Accept",
        "Cache-Control": "no-cache",
        "Govgraph-Generation": str(site.latest.number),
        "Link": f'<{quote(name, safe=":/-._~%")}>; rel="cite-as"',
        **OPEN,
    }
    return conditional(request, serialise(known[name], wanted), headers)


@functools.cache
def _shapes() -> dict[str, list[ox.Triple]]:
    """The shapes that ship with govgraph, each with what hangs on it."""
    files = sorted(path for path in packaged("shapes").rglob("*") if path.suffix in READABLE)
    about: dict[str, list[ox.Triple]] = {}
    for path in files:
        for quad in read_file(path):
            about.setdefault(str(quad.subject.value), []).append(quad.triple)  # type: ignore[union-attr]
    return {name: _with_parts(name, about) for name in about if name.startswith(SHAPE)}


def _with_parts(name: str, about: dict[str, list[ox.Triple]]) -> list[ox.Triple]:
    """The statements about a shape, and about its unnamed parts."""
    found: dict[ox.Triple, None] = {}
    waiting, seen = [name], set()
    while waiting:
        subject = waiting.pop()
        if subject in seen:
            continue
        seen.add(subject)
        for triple in about.get(subject, []):
            found[triple] = None
            if isinstance(triple.object, ox.NamedNode) and "/.well-known/genid/" in triple.object.value:
                waiting.append(triple.object.value)
    return list(found)


router.add_route("/def", ontology, methods=METHODS, include_in_schema=False)
router.add_route("/def/", ontology, methods=METHODS, include_in_schema=False)
router.add_route("/graph/{path:path}", graph, methods=METHODS, include_in_schema=False)
router.add_route("/shape/{path:path}", shape, methods=METHODS, include_in_schema=False)
