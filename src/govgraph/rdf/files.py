"""The only place where bytes become RDF or RDF becomes bytes.

Nothing here reaches the network: JSON-LD with a remote context is refused by
the parser, and RDF/XML is not read at all (its entities are a memory bomb).
"""

import io
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from govgraph.errors import BadRdf
from govgraph.namespaces import PREFIXES
from govgraph.rdf.skolem import skolemised

__all__ = ["GRAPH_FORMATS", "READABLE", "read_file", "read_lines", "serialise"]

READABLE: dict[str, ox.RdfFormat] = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""File endings that a data folder may hold."""

GRAPH_FORMATS: dict[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media types in which a graph can be written."""


def read_file(path: Path, graph: str | None = None) -> list[ox.Quad]:
    """Read one RDF file.

    Parameters
    ----------
    path : a file with an ending of `READABLE`.
    graph : IRI of the named graph that receives the statements; None is the default graph.

    Returns
    -------
    The statements in file order, blank nodes replaced by stable IRIs.

    Raises
    ------
    BadRdf : names the file, line and column, the line itself and what was expected.
    """
    kind = READABLE.get(path.suffix)
    if kind is None:
        raise BadRdf(f"{path}: unknown kind of file", f"Data files end in {', '.join(READABLE)}.")
    name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    try:
        content = path.read_bytes()
        parsed = ox.parse(input=content, format=kind, base_iri=f"file:///{quote(path.name)}")
        placed = (ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in parsed)
        quads = list(skolemised(placed, f"{graph or ''} {path.name}"))
    except SyntaxError as error:
        raise BadRdf(*_where(path, content, error)) from None
    except OSError as error:
        raise BadRdf(f"{path}: cannot be read ({error.strerror or error})", "Check the file.") from None
    for quad in quads:
        if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
            raise BadRdf(
                f"{path}: holds an RDF 1.2 triple term: {quad.object}", "Use a node for the statement instead."
            )
    return quads


def read_lines(path: Path, graph: str | None = None) -> list[bytes]:
    """Read one RDF file as lines of N-Triples, without their line ends: what `read_file` reads, several times quicker.

    Parameters
    ----------
    path, graph : as for `read_file`.

    Raises
    ------
    BadRdf : as `read_file` does.
    """
    if kind := READABLE.get(path.suffix):
        try:
            parsed = ox.parse(input=path.read_bytes(), format=kind, base_iri=f"file:///{quote(path.name)}")
            lines = ox.serialize(parsed, format=ox.RdfFormat.N_TRIPLES)
        except (SyntaxError, OSError):
            lines = None  # `read_file` says what is wrong
        if lines is not None and b"_:" not in lines and b"<<" not in lines:  # no blank node and no triple term
            return lines.splitlines()
    return serialise((quad.triple for quad in read_file(path, graph)), "application/n-triples").splitlines()


def _where(path: Path, content: bytes, error: SyntaxError) -> tuple[str, str]:
    """Message and next step for a syntax error: file, line, column, and the line itself."""
    reason = str(error.msg).rpartition(": ")[2] if "between line" in str(error.msg) else str(error.msg)
    line, column = error.lineno or 1, error.offset or 1
    lines = content.decode("utf-8", "replace").splitlines()
    shown = lines[line - 1].strip()[:100] if line <= len(lines) else "end of file"
    return f"{path}, line {line}, column {column}: {reason}, at: {shown}", "Mend that line and build again."


def serialise(statements: Iterable[ox.Triple] | Iterable[ox.Quad], media_type: str) -> bytes:
    """Write statements in one of `GRAPH_FORMATS`, with our prefixes where the format has prefixes."""
    output = io.BytesIO()
    form = GRAPH_FORMATS[media_type]
    ox.serialize(statements, output, form, prefixes=PREFIXES)
    return output.getvalue()
