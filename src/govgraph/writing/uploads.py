"""Uploaded bytes become RDF here, in the writer process only: some inputs end the process that parses them."""

import json
import re
from collections.abc import Iterator

import pyoxigraph as ox

from govgraph.errors import BadInput, BadRdf
from govgraph.writing.request import Part

__all__ = ["DATASET_TYPES", "UPLOAD_TYPES", "read_upload"]

UPLOAD_TYPES: dict[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
"""Media types that can be uploaded."""

DATASET_TYPES = ("application/trig", "application/n-quads")
"""Those that name graphs of their own."""

_ENTITY = re.compile(rb"<!ENTITY[^>]{0,2000}?[&%]", re.IGNORECASE)


def read_upload(part: Part, content: bytes, base: str, graph: str | None) -> Iterator[ox.Quad]:
    """The statements of one uploaded file, its blank nodes renamed so that they meet no others.

    Parameters
    ----------
    base : base of relative IRIs.
    graph : IRI of the graph that receives them, "" for the default graph; None keeps the graphs that the file names.

    Raises
    ------
    BadRdf : with line and column; also where a file names graphs and a single one is meant.
    """
    form = UPLOAD_TYPES[part.media_type]
    _check(part, content)
    target = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    try:
        for quad in ox.parse(input=content, format=form, base_iri=base or None, rename_blank_nodes=True):
            if graph is None:
                if isinstance(quad.graph_name, ox.BlankNode):
                    raise BadRdf(f"{part.name} has a graph whose name is a blank node", "Name it by an IRI.")
                yield quad
                continue
            if not isinstance(quad.graph_name, ox.DefaultGraph) and quad.graph_name != target:
                raise BadRdf(
                    f"{part.name} names the graph {quad.graph_name}, and the request another",
                    "Send a file without graphs, or send it to the dataset: /graphs.",
                )
            yield ox.Quad(quad.subject, quad.predicate, quad.object, target)
    except SyntaxError as error:
        raise BadRdf(_where(part, content, error), "Mend it and send it again; nothing was changed.") from None
    except (OSError, ValueError) as error:
        raise BadRdf(f"{part.name} cannot be read: {error}", "Mend it and send it again.") from None


def _check(part: Part, content: bytes) -> None:
    """Refuse what would need more stack or memory than the writer has, before the parser sees it."""
    if part.media_type == "application/ld+json":
        try:
            json.loads(content)
        except RecursionError:
            raise BadRdf(f"{part.name} nests too deep", "Write it with fewer levels.") from None
        except ValueError as error:
            raise BadRdf(f"{part.name} is not JSON: {error}", "Mend it and send it again.") from None
    if part.media_type == "application/rdf+xml" and _ENTITY.search(content):
        raise BadInput(f"{part.name} has entities that are made of others", "Write their text out.")


def _where(part: Part, content: bytes, error: SyntaxError) -> str:
    reason = str(error.msg)
    if place := re.match(r"Parser error (?:at|between) line \d+ column \d+(?: and [^:]*)?: (.*)", reason, re.DOTALL):
        reason = place[1]
    if not error.lineno:
        return f"{part.name} cannot be read: {reason[:300]}"
    lines = content.decode("utf-8", "replace").splitlines()
    shown = lines[error.lineno - 1].strip()[:100] if error.lineno <= len(lines) else "end of file"
    return f"{part.name} cannot be read at line {error.lineno}, column {error.offset}: {reason[:300]}, at: {shown}"
