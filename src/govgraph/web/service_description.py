"""What the endpoint can do, as SPARQL 1.1 Service Description (sd:), made from the manifest of the generation."""

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import serialise
from govgraph.store.remote_generations import AnyGeneration

__all__ = ["service_description"]

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")
_RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
)
_INPUTS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads")


def service_description(endpoint: str, generation: AnyGeneration, writable: bool, media_type: str) -> bytes:
    """The description of an endpoint.

    Parameters
    ----------
    endpoint : the address that was asked.
    generation : what its queries read.
    writable : whether updates are taken.
    media_type : one of `rdf.files.GRAPH_FORMATS`.
    """
    service, dataset, default = (_part(endpoint, name) for name in ("service", "dataset", "default-graph"))
    graphs: dict[str, int] = generation.manifest["graphs"]
    told: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = [
        (service, "endpoint", ox.NamedNode(endpoint)),
        (service, "supportedLanguage", _sd("SPARQL11Query")),
        (service, "feature", _sd("EmptyGraphs")),
        (service, "defaultDataset", dataset),
        (dataset, "defaultGraph", default),
    ]
    told += [(service, "resultFormat", ox.NamedNode(_FORMATS + name)) for name in _RESULTS]
    if writable:
        told.append((service, "supportedLanguage", _sd("SPARQL11Update")))
        told += [(service, "inputFormat", ox.NamedNode(_FORMATS + name)) for name in _INPUTS]
    kinds = {service: "Service", dataset: "Dataset", default: "Graph"}
    sizes = {default: generation.manifest["statements"]}
    for number, (name, size) in enumerate(sorted(graphs.items()), 1):
        listed, graph = _part(endpoint, f"named-graph-{number}"), _part(endpoint, f"graph-{number}")
        told += [(dataset, "namedGraph", listed), (listed, "name", ox.NamedNode(name)), (listed, "graph", graph)]
        kinds |= {listed: "NamedGraph", graph: "Graph"}
        sizes[graph] = size
    statements = [ox.Triple(node, _TYPE, _sd(kind)) for node, kind in kinds.items()]
    statements += [ox.Triple(subject, _sd(term), value) for subject, term, value in told]
    counted = ox.NamedNode(_VOID + "triples")
    statements += [ox.Triple(node, counted, ox.Literal(str(n), datatype=_INTEGER)) for node, n in sizes.items()]
    return serialise(statements, media_type)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)


def _part(endpoint: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{endpoint}#{name}")
