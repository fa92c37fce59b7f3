"""Addresses on this site: of a thing's page, of its data, and of a query in the editor."""

from urllib.parse import quote, urlencode, urlsplit

from govgraph.namespaces import DEF, ID
from govgraph.rdf.terms import JsonTerm

__all__ = ["chart_of", "data_of", "href", "iri_of", "query_link", "with_values"]


def _local(iri: str) -> str:
    """Path of one of our IRIs below /page/ and /data/, or nothing for an IRI of others."""
    if iri.startswith(ID) and len(iri) > len(ID):
        return iri[len(ID) :]
    if iri.startswith(DEF) and len(iri) > len(DEF):
        return "def/" + iri[len(DEF) :]
    return ""


def href(iri: str) -> str:
    """Where an IRI leads: our things to their pages, http(s) addresses to themselves, anything else nowhere.

    >>> href("https://w3id.org/govgraph/id/harrow/body/cabinet")
    '/page/harrow/body/cabinet'
    >>> href("javascript:alert(1)")
    ''
    """
    if local := _local(iri):
        return "/page/" + quote(local, safe="/-._~")
    try:
        address = urlsplit(iri)
    except ValueError:
        return ""
    return iri if address.scheme in ("http", "https") and address.netloc and iri.isprintable() else ""


def data_of(iri: str) -> str:
    """Address of the data of one of our things, without the ending that names the form."""
    return "/data/" + quote(_local(iri), safe="/-._~")


def chart_of(iri: str) -> str:
    """Address of the chart of one of our things."""
    return "/chart/" + quote(_local(iri), safe="/-._~")


def iri_of(path: str) -> str:
    """The IRI that a path below /id/, /page/, /data/ or /chart/ stands for.

    >>> iri_of("def/mode/accountability")
    'https://w3id.org/govgraph/def/mode/accountability'
    """
    return DEF + path[4:] if path.startswith("def/") else ID + path


def with_values(text: str, **things: JsonTerm) -> str:
    """A query whose variables are bound by a VALUES clause at its end, to be read and run by a person.

    >>> with_values("ASK { ?thing ?p ?o }", thing={"type": "uri", "value": "http://e/"})
    'ASK { ?thing ?p ?o }\\nVALUES ?thing { <http://e/> }'
    """
    lines = [line for line in text.strip().splitlines() if not line.startswith("#+")]
    for name, term in things.items():
        lines.append(f"VALUES ?{name} {{ {_written(term)} }}")
    return "\n".join(lines)


def _written(term: JsonTerm) -> str:
    """A term as SPARQL writes it (§4.1); the store holds only legal IRIs."""
    if term["type"] == "uri":
        return f"<{term['value']}>"
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
    text = "".join(escapes.get(letter, letter) for letter in term["value"])
    if "xml:lang" in term:
        return f'"{text}"@{term["xml:lang"]}'
    return f'"{text}"' + (f"^^<{term['datatype']}>" if "datatype" in term else "")


def query_link(text: str, **things: JsonTerm) -> str:
    """Address that runs a query and shows it with its answer, to be changed and run again."""
    return "/sparql?" + urlencode({"query": with_values(text, **things)})
