"""/.well-known/void: the graph described with the Vocabulary of Interlinked Datasets, counted once per generation."""

import re
from typing import Any

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.namespaces import BASE, ID
from govgraph.store.dumping import WHOLE
from govgraph.web.dumps import place_of
from govgraph.web.state import Site
from govgraph.web.statements import Statements, given

__all__ = ["describe", "router"]

router = APIRouter()

EXAMPLE = ID + "harrow/body/partnership-board"


async def void(request: Request) -> Response:
    """The description, in the form that the client wants."""
    site: Site = request.app.state.site
    generation = site.latest
    counts = await site.dumps.counts(generation)
    made = describe(str(request.base_url), counts, generation.number, await site.licence())
    return given(request, made, generation.number)


def describe(host: str, told: dict[str, Any], generation: int, licence: str) -> Statements:
    """What VoID tells of the graph.

    Parameters
    ----------
    host : address of the site, with a slash at its end.
    told : counts of the generation.
    """
    made = Statements()
    about, dataset = f"{host}.well-known/void", f"{host}.well-known/void#govgraph"
    made.say(
        about,
        {
            "rdf:type": "void:DatasetDescription",
            "foaf:primaryTopic": dataset,
            "dct:title": ox.Literal("Description of govgraph", language="en"),
        },
    )
    made.say(
        dataset,
        {
            "rdf:type": "void:Dataset",
            "dct:title": ox.Literal("govgraph", language="en"),
            "dct:hasVersion": ox.Literal(str(generation)),
            **({"dct:license": licence} if licence else {}),
            "foaf:homepage": host,
            "void:sparqlEndpoint": f"{host}sparql",
            "void:uriSpace": ox.Literal(BASE),
            "void:dataDump": [f"{host[:-1]}{place_of(generation, name)}" for name in WHOLE],
            "void:exampleResource": EXAMPLE,
            "void:feature": [f"formats:{name}" for name in ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")],
            "void:vocabulary": sorted({_vocabulary(name) for name in (*told["classes"], *told["properties"])}),
            "void:triples": told["triples"],
            "void:entities": told["entities"],
            "void:distinctSubjects": told["subjects"],
            "void:distinctObjects": told["objects"],
            "void:classes": len(told["classes"]),
            "void:properties": len(told["properties"]),
        },
    )
    for number, (name, count) in enumerate(told["classes"].items()):
        part = f"{dataset}-class-{number}"
        made.say(dataset, {"void:classPartition": part})
        made.say(part, {"rdf:type": "void:Dataset", "void:class": name, "void:entities": count})
    for number, (name, count) in enumerate(told["properties"].items()):
        part = f"{dataset}-property-{number}"
        made.say(dataset, {"void:propertyPartition": part})
        made.say(part, {"rdf:type": "void:Dataset", "void:property": name, "void:triples": count})
    for number, (name, count) in enumerate(told["links"].items()):
        predicate, _, home = name.partition(" ")
        links, target = f"{dataset}-links-{number}", f"{dataset}-target-{number}"
        made.say(dataset, {"void:subset": links})
        made.say(target, {"rdf:type": "void:Dataset", "void:uriSpace": ox.Literal(home)})
        made.say(
            links,
            {
                "rdf:type": "void:Linkset",
                "void:linkPredicate": predicate,
                "void:subjectsTarget": dataset,
                "void:objectsTarget": target,
                "void:triples": count,
            },
        )
    return made


def _vocabulary(term: str) -> str:
    """Namespace of a term."""
    return re.sub(r"[^/#]*$", "", term)


router.add_route("/.well-known/void", void, methods=["GET", "HEAD"], include_in_schema=False)
