"""/catalog: the data sets with their files and services, as DCAT 3 says.

While the dumps are being made it says where they will be; their sizes and checksums come when they are there.
"""

from typing import Any

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import BeingMade
from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.store.dumping import WHOLE, file_names
from govgraph.store.remote_generations import AnyGeneration
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
    sets = (await site.table(_SETS)).rows
    try:
        files, complete = (await site.dumps.of(generation)).index["files"], True
    except BeingMade:
        files, complete = _to_come(generation), False
    made = describe(str(request.base_url), sets, files, generation, await site.licence())
    return given(request, made, generation.number, complete=complete)


def _to_come(generation: AnyGeneration) -> list[dict[str, Any]]:
    """The files of a generation whose dumps are being made: not their sizes and checksums."""
    whole = [{"name": name, "form": form.media_type, "graph": None} for name, form in WHOLE.items()]
    graphs = file_names(generation.manifest.get("graphs", {}))
    return [*whole, *({"name": name, "form": "text/turtle", "graph": graph} for name, graph in graphs.items())]


def describe(
    host: str, sets: list[dict[str, Any]], files: list[dict[str, Any]], generation: AnyGeneration, licence: str
) -> Statements:
    """What DCAT tells of the data sets.

    Parameters
    ----------
    host : address of the site, with a slash at its end.
    sets : rows of the catalogue that the graph holds.
    files : the dumps, those of each graph with its name.
    """
    made, number = Statements(), generation.number
    of_graph: dict[str | None, list[dict[str, Any]]] = {}
    for file in files:
        of_graph.setdefault(file["graph"], []).append(file)
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
    _files(made, host, whole, of_graph.get(None, []), number)
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
        _files(made, host, name, of_graph.get(name, []), number)
    return made


def _is(row: dict[str, Any], status: str) -> bool:
    return str(row["status"]).endswith("/" + status)


def _files(made: Statements, host: str, dataset: str, files: list[dict[str, Any]], generation: int) -> None:
    """The distributions of a data set."""
    for file in files:
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
            },
        )
        if "sha256" not in file:
            continue
        made.say(f"{address}#file", {"dcat:byteSize": file["size"], "spdx:checksum": f"{address}#checksum"})
        made.say(
            f"{address}#checksum",
            {
                "rdf:type": "spdx:Checksum",
                "spdx:algorithm": _SHA256,
                "spdx:checksumValue": ox.Literal(file["sha256"], datatype=ox.NamedNode(PREFIXES["xsd"] + "hexBinary")),
            },
        )


router.add_route("/catalog", catalogue, methods=["GET", "HEAD"], include_in_schema=False)
