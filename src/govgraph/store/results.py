"""Results that an engine elsewhere sent, as the engine here would give them; whether they may have been cut."""

import contextlib
import json
from collections.abc import Collection

import pyoxigraph as ox

from govgraph.errors import EndpointFailed, NotAnEndpoint, PartOfAnswer
from govgraph.store.engines import Engine

__all__ = ["may_be_cut", "read_graph", "read_results"]

_FORMS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/x-turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/plain": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "text/x-nquads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "text/n3": ox.RdfFormat.TURTLE,
    "text/rdf+n3": ox.RdfFormat.TURTLE,
}
_LEAST = 1_000  # no engine is known that cuts an answer shorter than this unasked


def read_results(body: bytes, engine: Engine, url: str, text: str | None = None) -> ox.QuerySolutions | ox.QueryBoolean:
    """SPARQL results in JSON, with terms as the standard writes them.

    Parameters
    ----------
    text : the query before its adapter rewrote it; None where it was sent as it was.

    Raises
    ------
    PartOfAnswer : they end in the middle.
    NotAnEndpoint : they are something else.
    EndpointFailed : a term in them is none.
    """
    if _as_it_is(engine, body):
        with contextlib.suppress(SyntaxError, ValueError):
            return _read(body)
    try:
        content = json.loads(body)
    except ValueError:
        if body.lstrip()[:1] == b"{":
            raise PartOfAnswer(
                f"{url} broke off in the middle of its answer ({len(body):,} bytes)",
                "Look for a time limit in its settings, or ask for less.",
            ) from None
        raise NotAnEndpoint(f"{url} answers a query with something else than results", _ADDRESS) from None
    if not isinstance(content, dict) or not ("boolean" in content or "results" in content):
        raise NotAnEndpoint(f"{url} answers a query with JSON that holds no results", _ADDRESS)
    try:
        content = engine.normalise(content) if text is None else engine.finish(text, content)
        for row in content.get("results", {}).get("bindings", ()):
            for term in row.values():
                if term["type"] == "bnode":
                    term["value"] = _label(term["value"])
                elif term["type"] == "typed-literal":  # SPARQL 1.0 wrote them so
                    term["type"] = "literal"
        return _read(json.dumps(content).encode())
    except (SyntaxError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EndpointFailed(
            f"{url} sent results that cannot be read ({reason})", "Choose the adapter of its engine with --engine."
        ) from None


def _as_it_is(engine: Engine, body: bytes) -> bool:
    """Whether nothing is to be done about results but to read them."""
    own = type(engine)
    standard = own.finish is Engine.finish and own.normalise is Engine.normalise
    return standard and b"bnode" not in body and b"typed-literal" not in body


def _read(body: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    """Results that have been read to their end, so that what is wrong with them is known now."""
    found = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QueryBoolean):
        return found
    whole = found.serialize(format=ox.QueryResultsFormat.JSON)
    assert whole is not None
    return ox.parse_query_results(whole, ox.QueryResultsFormat.JSON)


def read_graph(media_type: str, body: bytes, engine: Engine, url: str) -> list[ox.Triple]:
    """Statements that an engine sent, each once.

    Raises
    ------
    NotAnEndpoint : they are in no form of RDF.
    PartOfAnswer : they cannot be read to the end.
    """
    form = _FORMS.get(media_type)
    if form is None:
        raise NotAnEndpoint(f"{url} answers with {media_type} where RDF was asked for", _ADDRESS)
    if form == ox.RdfFormat.N_TRIPLES:
        body = engine.normalise_statements(body)
    try:
        return list(dict.fromkeys(quad.triple for quad in ox.parse(body, form, base_iri=url)))
    except (SyntaxError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise PartOfAnswer(
            f"{url} sent RDF that cannot be read to the end ({reason})",
            "Look for a time limit in its settings, or ask for less.",
        ) from None


def may_be_cut(rows: int, caps: Collection[int] = ()) -> bool:
    """Whether a number of rows is such as limits are: round, or known to be one.

    >>> may_be_cut(10_000), may_be_cut(65_536), may_be_cut(8_191)
    (True, True, False)
    """
    return rows >= _LEAST and (rows in caps or rows % 1_000 == 0 or rows % 1_024 == 0)


def _label(text: str) -> str:
    """A label for a blank node that every parser takes."""
    return "b" + "".join(sign if sign.isascii() and sign.isalnum() else f"x{ord(sign):x}" for sign in text)


_ADDRESS = "Give the address of the endpoint itself, such as …/sparql."
