"""The namespaces that govgraph writes and reads, defined once (DESIGN.md §2.1)."""

__all__ = ["BASE", "DEF", "GRAPH", "ID", "MODE", "PREFIXES", "QUESTION", "SHAPE", "curie"]

BASE = "https://w3id.org/govgraph/"
DEF = BASE + "def/"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
SHAPE = BASE + "shape/"
QUESTION = BASE + "question/"
MODE = DEF + "mode/"

PREFIXES: dict[str, str] = {
    "gov": DEF,
    "mode": MODE,
    "id": ID,
    "graph": GRAPH,
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "eli-dl": "http://data.europa.eu/eli/eli-draft-legislation-ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def curie(iri: str) -> str:
    """Shorten an IRI by the longest prefix that fits, for people to read.

    >>> curie("https://w3id.org/govgraph/def/mode/accountability")
    'mode:accountability'
    >>> curie("http://example.org/x")
    'http://example.org/x'
    """
    matches = [(len(base), name, base) for name, base in PREFIXES.items() if iri.startswith(base)]
    if not matches:
        return iri
    _, name, base = max(matches)
    return f"{name}:{iri[len(base) :]}"
