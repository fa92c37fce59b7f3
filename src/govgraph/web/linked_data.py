"""Linked data: what an IRI leads to (303 to a page or to data), and the data of a thing."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from govgraph.errors import BadInput, UnknownThing
from govgraph.limits import LIMITS
from govgraph.rdf.terms import iri
from govgraph.store.base import Request as Query
from govgraph.web.links import data_of, href, iri_of
from govgraph.web.negotiate import negotiated
from govgraph.web.problems import problem_of, respond
from govgraph.web.sparql import OPEN, answered, etag
from govgraph.web.state import Site

__all__ = ["DESCRIPTION", "FORMS", "dataset_of", "known", "router"]

router = APIRouter()

FORMS = {"ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples"}
"""Endings of data addresses."""

DESCRIPTION = """
CONSTRUCT { ?s ?p ?o } WHERE {
  SELECT DISTINCT ?thing ?s ?p ?o WHERE {
    { ?thing ?p ?o BIND(?thing AS ?s) }
    UNION
    { ?s ?p ?thing BIND(?thing AS ?o) }
    UNION
    { { ?thing ?a ?s } UNION { ?s ?b ?thing } UNION { ?thing ?s ?c } UNION { ?d ?s ?thing }
      ?s skos:prefLabel ?o BIND(skos:prefLabel AS ?p) }
  }
}
"""
"""What is said about a thing, what points to it, and labels of everything mentioned."""

_PLACES = "SELECT DISTINCT ?thing ?graph WHERE { GRAPH ?graph { ?thing ?p ?o } }"


async def known(site: Site, thing: str) -> list[str]:
    """The graphs that say something about a thing.

    Raises
    ------
    UnknownThing : none does; with names that are close.
    """
    try:
        places = await site.table(_PLACES, thing=iri(thing[: 10 * LIMITS.name_characters]))
    except BadInput:  # not a legal IRI
        places = None
    if not places:
        name = thing.rpartition("/")[2].replace("-", " ")[: LIMITS.name_characters]
        close = [hit.label for hit in await site.named("search", name)][: LIMITS.suggestions]
        if not close:
            try:
                close = [(await site.named("find", name)).label]
            except UnknownThing as error:
                close = error.close
        raise UnknownThing(name, list(dict.fromkeys(close)))
    return [row["graph"] for row in places.rows]


def dataset_of(site: Site, graphs: list[str]) -> list[str]:
    """Where to read about a thing: the default graph (no names), or the superseded revisions that alone have it."""
    return [] if set(graphs) - set(site.superseded) else graphs


async def dereference(request: Request) -> Response:
    """303 to the page or to the data of a thing (httpRange-14; RFC 9110 §15.4.4)."""
    site: Site = request.app.state.site
    prefix = "def/" if request.url.path.startswith("/def/") else ""
    thing = iri_of(prefix + request.path_params["path"])
    await known(site, thing)
    places = {media_type: f"{data_of(thing)}.{ending}" for ending, media_type in FORMS.items()}
    places["text/html"] = href(thing)
    wanted = negotiated(request.headers.get("accept"), list(places))
    if not wanted:
        error = BadInput("none of the forms asked for can be given", f"Ask for one of: {', '.join(places)}.")
        error.status, error.code = 406, "not-acceptable"
        return respond(request, problem_of(error))
    return RedirectResponse(places[wanted[0]], 303, {"Vary": "Accept", **OPEN})


async def data(request: Request) -> Response:
    """The data of a thing in one form."""
    site: Site = request.app.state.site
    path, _, ending = request.path_params["path"].rpartition(".")
    if ending not in FORMS or not path:
        error = BadInput("the address does not end in a form of data", f"End it in one of: .{', .'.join(FORMS)}.")
        error.status, error.code = 404, "not-found"
        return respond(request, problem_of(error))
    thing = iri_of(path)
    graphs = await known(site, thing)
    wanted = Query(DESCRIPTION, {"thing": iri(thing)}, (FORMS[ending],), dataset_of(site, graphs))
    answer = await site.answer(wanted)
    page = f'<{quote(href(thing), safe="/-._~%")}>; rel="alternate"; type="text/html"'
    headers = {"ETag": etag(answer.generation, wanted), "Link": page}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={**headers, **OPEN})
    return answered(answer, headers)


for _base in ("/id", "/def"):
    router.add_route(_base + "/{path:path}", dereference, include_in_schema=False)
router.add_route("/data/{path:path}", data, include_in_schema=False)
