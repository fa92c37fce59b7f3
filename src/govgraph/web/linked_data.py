"""Linked data: what an IRI leads to (303 to a page or to data), and the data of a thing."""

import asyncio
from collections.abc import Iterable

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from govgraph.errors import BadInput, ThingGone, UnknownThing
from govgraph.limits import LIMITS
from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.rdf.files import GRAPH_FORMATS
from govgraph.rdf.terms import JsonTerm, iri, term
from govgraph.store.base import Request as Query
from govgraph.store.names import Names
from govgraph.store.remote_pool import RemoteSource
from govgraph.web.links import data_of, href, iri_of
from govgraph.web.negotiate import negotiated
from govgraph.web.places import Place, links, place_of
from govgraph.web.profiles import ALTERNATES, ORG, Profile, chosen, within
from govgraph.web.reading import conditional, moment
from govgraph.web.sparql import OPEN, content_type
from govgraph.web.state import Site
from govgraph.web.statements import Statements

__all__ = ["DESCRIPTION", "FORMS", "dataset_of", "known", "router"]

router = APIRouter()

FORMS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "trig": "application/trig",
    "rdf": "application/rdf+xml",
}
"""Endings of data addresses."""

METHODS = ["GET", "HEAD", "OPTIONS"]

DESCRIPTION = """
CONSTRUCT { ?s ?p ?o } WHERE {
  SELECT DISTINCT ?thing ?s ?p ?o WHERE {
    { ?thing ?p ?o BIND(?thing AS ?s) }
    UNION
    { ?s ?p ?thing BIND(?thing AS ?o) }
  }
}
"""
"""What is said about a thing, and what points to it."""

_LABELS = "CONSTRUCT {{ ?one skos:prefLabel ?label }} WHERE {{ VALUES ?one {{ {} }} ?one skos:prefLabel ?label }}"
"""Labels of what is mentioned; named one by one, since a query that finds it out goes through all labels there are."""

_AT_ONCE = 300  # things named in one query

_CLASSES = """
CONSTRUCT { ?thing a ?class } WHERE {
  SELECT DISTINCT ?thing ?class WHERE { ?thing a/rdfs:subClassOf* ?class }
}
"""

_PLACES = "SELECT DISTINCT ?thing ?graph WHERE { GRAPH ?graph { ?thing ?p ?o } }"
_MERGED = "SELECT DISTINCT ?thing WHERE { ?thing ?p ?o }"
_ABOUT = """
SELECT DISTINCT ?thing ?graph ?s ?p ?o WHERE {
  GRAPH ?graph { { ?thing ?p ?o BIND(?thing AS ?s) } UNION { ?s ?p ?thing BIND(?thing AS ?o) } }
}
"""


async def known(site: Site, thing: str, generation: str = "") -> list[str]:
    """The graphs that say something about a thing; an empty name is that of the merged facts of an endpoint.

    There they may be all that is left of an earlier generation, or all that there ever was.

    Raises
    ------
    ThingGone : none does, but one of an earlier generation did.
    UnknownThing : none does; with names that are close.
    """
    thing = thing[: 10 * LIMITS.name_characters]
    try:
        answer = await site.answer(Query(_PLACES, {"thing": iri(thing)}), generation)
        places = site.read(answer).rows
        if not places and isinstance(site.generations, RemoteSource):
            answer = await site.answer(Query(_MERGED, {"thing": iri(thing)}), generation)
            places = [{"graph": ""} for _ in site.read(answer).rows]
    except BadInput as error:  # not a legal IRI
        if error.status == 404:
            raise
        places = []
    if places:
        return [str(row["graph"]) for row in places]
    await asyncio.to_thread(_raise_if_gone, site, thing)
    name = thing.rpartition("/")[2].replace("-", " ")[: LIMITS.name_characters]
    close = [hit.label for hit in await site.named("search", name)][: LIMITS.suggestions]
    if not close:
        exact = await site.named("exact", name)
        close = [exact.label] if exact else await site.named("close_to", name)
    raise UnknownThing(name, list(dict.fromkeys(close)))


def _raise_if_gone(site: Site, thing: str) -> None:
    """Say that a thing was removed, where an earlier generation still has its name."""
    for number in reversed(site.generations.numbers()):
        if number >= site.latest.number:
            continue
        before = site.generation(str(number))
        if not before.names.exists():  # it is in an endpoint, and was never read from here
            continue
        names = Names(before.names)
        try:
            label = names.label(thing)
        finally:
            names.close()
        if label:
            gone = ThingGone(
                f'"{label}" has been removed; generation {number} was the last to have it',
                f"Read it there: {data_of(thing)}.ttl?generation={number}",
            )
            gone.generation = number
            raise gone


def dataset_of(site: Site, graphs: list[str]) -> list[str]:
    """Where to read about a thing: the default graph (no names), or the superseded revisions that alone have it."""
    return [] if set(graphs) - set(site.superseded) else graphs


async def dereference(request: Request) -> Response:
    """303 to the page or to the data of a thing (httpRange-14; RFC 9110 §15.4.4)."""
    if request.method == "OPTIONS":
        return preflight()
    site: Site = request.app.state.site
    prefix = "def/" if request.url.path.startswith("/def/") else ""
    thing = iri_of(prefix + request.path_params["path"])
    named = request.query_params.get("generation", "")
    await known(site, thing, named)
    place = place_of(request, thing)
    places = {media_type: place.path(ending) for ending, media_type in FORMS.items()}
    places["text/html"] = href(thing)
    wanted = forms_wanted(request, list(places))
    headers = {"Vary": "Accept", "Link": links(place, FORMS, described=True), **OPEN}
    query = f"?{request.scope['query_string'].decode('ascii', 'replace')}" if request.scope["query_string"] else ""
    return RedirectResponse(places[wanted[0]] + query, 303, headers)


async def data(request: Request) -> Response:
    """The data of a thing: in the form that the address ends in, or in the one that the client wants."""
    if request.method == "OPTIONS":
        return preflight()
    site: Site = request.app.state.site
    path, _, ending = request.path_params["path"].rpartition(".")
    named = request.query_params.get("generation", "")
    if ending in FORMS and path:
        media_type = FORMS[ending]
    else:
        path = request.path_params["path"]
        media_type = ""
    thing = iri_of(path)
    graphs = await known(site, thing, named)
    generation = site.generation(named) if named else site.latest
    if not media_type:
        media_type = forms_wanted(request, list(FORMS.values()))[0]
    profile, place = chosen(request), place_of(request, thing)
    dataset = [] if set(graphs) - set(generation.manifest.get("superseded", [])) else graphs
    if profile is ALTERNATES:
        triples = _alternates(place)
    else:
        triples = await _described(site, thing, dataset, profile, named)
    classes = _classes(thing, triples)
    facts = Statements()
    facts.say(
        place.document,
        {
            "rdf:type": "foaf:Document",
            "foaf:primaryTopic": thing,
            "dct:license": await site.licence() or [],
            "dct:modified": ox.Literal(
                generation.manifest["created"], datatype=ox.NamedNode(PREFIXES["xsd"] + "dateTime")
            ),
            "dcat:version": ox.Literal(str(generation.number)),
            "dct:conformsTo": profile.iri,
            "prov:wasDerivedFrom": [name for name in graphs if name.startswith(GRAPH)],
        },
    )
    statements: Iterable[ox.Triple | ox.Quad] = [*triples, *facts.all]
    if media_type == FORMS["trig"] and profile is not ALTERNATES:
        statements = [*facts.all, *await _by_graph(site, thing, profile, named)]
    body = await asyncio.to_thread(_written, statements, media_type)
    headers = {
        "Content-Type": content_type(media_type),
        "Content-Location": place.path(next(each for each, form in FORMS.items() if form == media_type)),
        "Link": links(place, FORMS, classes, profile),
        "Last-Modified": moment(generation.manifest["created"]),
        "Govgraph-Generation": str(generation.number),
        "Govgraph-Complete": "true",
        "Govgraph-Rows": str(len(list(statements))),
        "Cache-Control": "no-cache",
        "Vary": "Accept, Accept-Profile",
        **OPEN,
    }
    return conditional(request, body, headers)


async def _described(site: Site, thing: str, dataset: list[str], profile: Profile, named: str) -> list[ox.Triple]:
    """The statements of a view of a thing."""

    async def asked(text: str, **bound: str) -> list[ox.Triple]:
        bindings = {name: iri(value) for name, value in bound.items()}
        answer = await site.answer(Query(text, bindings, ("application/n-triples",), dataset), named)
        return await asyncio.to_thread(_parsed, answer.body)

    found = dict.fromkeys(await asked(DESCRIPTION, thing=thing))
    mentioned = list(dict.fromkeys(str(node) for triple in found for node in triple if isinstance(node, ox.NamedNode)))
    for start in range(0, len(mentioned), _AT_ONCE):
        found |= dict.fromkeys(await asked(_LABELS.format(" ".join(mentioned[start : start + _AT_ONCE]))))
    if profile is ORG:
        found |= dict.fromkeys(await asked(_CLASSES, thing=thing))
    return within(profile, found)


async def _by_graph(site: Site, thing: str, profile: Profile, named: str) -> list[ox.Quad]:
    """What each document version says about a thing, each in its graph."""
    wanted = Query(_ABOUT, {"thing": iri(thing)})
    rows = site.read(await site.answer(wanted, named)).terms
    quads = [ox.Quad(*(_node(row[name]) for name in ("s", "p", "o", "graph"))) for row in rows]  # type: ignore[arg-type]
    kept = set(within(profile, (quad.triple for quad in quads)))
    return [quad for quad in quads if quad.triple in kept]


def _node(value: JsonTerm) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    return ox.BlankNode(value["value"]) if value["type"] == "bnode" else term(value)


def _parsed(body: bytes) -> list[ox.Triple]:
    """Statements that a reader wrote."""
    return [quad.triple for quad in ox.parse(input=body, format=ox.RdfFormat.N_TRIPLES)]


def _written(statements: Iterable[ox.Triple | ox.Quad], media_type: str) -> bytes:
    form = ox.RdfFormat.TRIG if media_type == FORMS["trig"] else GRAPH_FORMATS[media_type]
    written = ox.serialize(statements, format=form, prefixes=PREFIXES)  # type: ignore[arg-type]
    assert written is not None
    return written


def _classes(thing: str, triples: Iterable[ox.Triple]) -> list[str]:
    """The classes of a thing."""
    kind, subject = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(thing)
    return sorted(t.object.value for t in triples if t.subject == subject and t.predicate == kind)  # type: ignore[union-attr]


def _alternates(place: Place) -> list[ox.Triple]:
    """The list of views and forms, as Content Negotiation by Profile models it (§ "alternate representations")."""
    made, altr = Statements(), "http://www.w3.org/ns/dx/connegp/altr#"
    for profile, ending, media_type in place.representations(FORMS):
        address = place.host + place.path(ending)[1:] + f"?_profile={profile.token}"
        made.say(place.thing, {altr + "hasRepresentation": address})
        made.say(
            address,
            {
                "rdf:type": altr + "Representation",
                "dct:conformsTo": profile.iri,
                "dct:format": ox.Literal(media_type),
            },
        )
    default = place.host + place.path("ttl")[1:] + "?_profile=govgraph"
    made.say(place.thing, {altr + "hasDefaultRepresentation": default})
    return made.all


def forms_wanted(request: Request, offered: list[str]) -> list[str]:
    """The forms that a request accepts, the most wanted first; `_mediatype` goes before the Accept header.

    Raises
    ------
    BadInput : none of ours is wanted (406), with the list.
    """
    named = request.query_params.get("_mediatype")
    wanted = [named] if named in offered else [] if named else negotiated(request.headers.get("accept"), offered)
    if not wanted:
        error = BadInput("none of the forms asked for can be given", f"Ask for one of: {', '.join(offered)}.")
        error.status, error.code = 406, "not-acceptable"
        raise error
    return [each for each in wanted if each]


def preflight() -> Response:
    """What other sites may do here: read, without credentials."""
    headers = {
        "Allow": ", ".join(METHODS),
        "Access-Control-Allow-Methods": ", ".join(METHODS),
        "Access-Control-Allow-Headers": "Accept, Accept-Profile, If-None-Match, If-Modified-Since",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=headers | OPEN)


for _base in ("/id", "/def"):
    router.add_route(_base + "/{path:path}", dereference, methods=METHODS, include_in_schema=False)
router.add_route("/data/{path:path}", data, methods=METHODS, include_in_schema=False)
