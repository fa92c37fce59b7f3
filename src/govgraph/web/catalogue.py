"""/catalog: the data sets with their files and services, as DCAT 3 says."""

from typing import Any

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.store.remote_generations import AnyGeneration
from govgraph.web.dumping import Dumped
from govgraph.web.dumps import place_of
from govgraph.web.state import Site
from govgraph.web.statements import Statements, given

__all__ = ["describe", "router"]

router = APIRouter()

_SETS = f"""
SELECT ?set ?title ?description ?licence ?status ?source ?document ?issued WHERE {{
  GRAPH <{GRAPH}catalog> {{
    ?set a dcat:Dataset ; dct:title ?title .
    OPTIONAL {{ ?set dct:description ?description }}
    OPTIONAL {{ ?set dct:license ?licence }}
    OPTIONAL {{ ?set gov:revisionStatus ?status }}
  }}
  OPTIONAL {{
    GRAPH <{GRAPH}catalog> {{ ?set dct:source ?source }}
    OPTIONAL {{ ?source gov:versionOf ?document }}
    OPTIONAL {{ ?source dct:issued ?issued }}
  }}
}} ORDER BY ?set
"""
_TYPES = "https://www.iana.org/assignments/media-types/"
_SHA256 = "spdx:checksumAlgorithm_sha256"


async def catalogue(request: Request) -> Response:
    """The catalogue, in the form that the client wants."""
    site: Site = request.app.state.site
    generation = site.latest
    dumped = await site.dumps.of(generation)
    sets = (await site.table(_SETS)).rows
    made = describe(str(request.base_url), sets, dumped, generation, await site.licence())
    return given(request, made, generation.number)


def describe(
    host: str, sets: list[dict[str, Any]], dumped: Dumped, generation: AnyGeneration, licence: str
) -> Statements:
    """What DCAT tells of the data sets.

    Parameters
    ----------
    host : address of the site, with a slash at its end.
    sets : rows of the catalogue that the graph holds.
    """
    made, number = Statements(), generation.number
    catalog, whole, service = f"{host}catalog", f"{host}catalog#govgraph", f"{host}catalog#sparql"
    modified = ox.Literal(generation.manifest["created"], datatype=ox.NamedNode(PREFIXES["xsd"] + "dateTime"))
    names = [str(row["set"]) for row in sets]
    free: dict[str, Any] = {"dct:license": licence} if licence else {}
    made.say(
        catalog,
        {
            "rdf:type": "dcat:Catalog",
            "dct:title": ox.Literal("govgraph catalogue", language="en"),
            "dct:description": ox.Literal("Who answers to whom in local government, by which clause.", language="en"),
            "dct:modified": modified,
            "foaf:homepage": host,
            "dcat:dataset": [whole, *names],
            "dcat:service": service,
            **free,
        },
    )
    made.say(
        service,
        {
            "rdf:type": "dcat:DataService",
            "dct:title": ox.Literal("SPARQL endpoint of govgraph", language="en"),
            "dcat:endpointURL": f"{host}sparql",
            "dcat:endpointDescription": [f"{host}sparql", f"{host}openapi.json", f"{host}.well-known/void"],
            "dct:conformsTo": "https://www.w3.org/TR/sparql11-protocol/",
            "dcat:servesDataset": [whole, *names],
            **free,
        },
    )
    made.say(
        whole,
        {
            "rdf:type": "dcat:Dataset",
            "dct:title": ox.Literal("govgraph, whole", language="en"),
            "dct:description": ox.Literal(
                "All graphs, and in the default graph the current facts with what is derived from them.", language="en"
            ),
            "dcat:version": ox.Literal(str(number)),
            "dct:modified": modified,
            **free,
        },
    )
    _files(made, host, whole, dumped, number, None)
    current = {row["document"]: row["set"] for row in sets if _is(row, "Current") and row["document"]}
    for row in sets:
        name = str(row["set"])
        told: dict[str, Any] = {
            "rdf:type": "dcat:Dataset",
            "dct:title": ox.Literal(str(row["title"]), language="en"),
            "dct:identifier": ox.Literal(name),
            "dcat:version": ox.Literal(str(row["source"] or name).rpartition("/")[2]),
            "dcat:landingPage": f"{host}graph/{name.removeprefix(GRAPH)}",
        }
        if row["description"]:
            told["dct:description"] = ox.Literal(str(row["description"]), language="en")
        if row["licence"]:
            told["dct:license"] = str(row["licence"])
        if row["source"]:
            told["dct:source"] = str(row["source"])
        if row["issued"]:
            told["dct:issued"] = ox.Literal(str(row["issued"]), datatype=ox.NamedNode(PREFIXES["xsd"] + "date"))
        if _is(row, "Superseded") and (newer := current.get(row["document"])):
            made.say(str(newer), {"dcat:previousVersion": name})
            told["dct:isReplacedBy"] = str(newer)
        made.say(name, told)
        _files(made, host, name, dumped, number, name)
    return made


def _is(row: dict[str, Any], status: str) -> bool:
    return str(row["status"]).endswith("/" + status)


def _files(made: Statements, host: str, dataset: str, dumped: Dumped, generation: int, graph: str | None) -> None:
    """The distributions of a data set."""
    for file in dumped.index["files"]:
        if file["graph"] != graph:
            continue
        address = f"{host[:-1]}{place_of(generation, file['name'])}"
        made.say(dataset, {"dcat:distribution": f"{address}#file"})
        made.say(
            f"{address}#file",
            {
                "rdf:type": "dcat:Distribution",
                "dct:title": ox.Literal(file["name"]),
                "dcat:downloadURL": address,
                "dcat:accessURL": address,
                "dcat:mediaType": _TYPES + file["form"],
                "dcat:compressFormat": _TYPES + "application/gzip",
                "dcat:byteSize": file["size"],
                "spdx:checksum": f"{address}#checksum",
            },
        )
        made.say(
            f"{address}#checksum",
            {
                "rdf:type": "spdx:Checksum",
                "spdx:algorithm": _SHA256,
                "spdx:checksumValue": ox.Literal(file["sha256"], datatype=ox.NamedNode(PREFIXES["xsd"] + "hexBinary")),
            },
        )


router.add_route("/catalog", catalogue, methods=["GET", "HEAD"], include_in_schema=False)
