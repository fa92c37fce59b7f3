"""Statements that the site makes about itself, and the forms in which it gives them."""

from collections.abc import Mapping
from typing import TypeAlias

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import BadInput
from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import GRAPH_FORMATS, serialise
from govgraph.web.negotiate import negotiated
from govgraph.web.reading import conditional
from govgraph.web.sparql import OPEN, content_type

__all__ = ["Statements", "given"]

Value: TypeAlias = "ox.NamedNode | ox.Literal | str | int"

_NAMES = PREFIXES | {
    "void": "http://rdfs.org/ns/void#",
    "spdx": "http://spdx.org/rdf/terms#",
    "formats": "http://www.w3.org/ns/formats/",
}


class Statements:
    """Collects statements written with short names.

    >>> made = Statements()
    >>> made.say("http://e/x", {"rdf:type": "dcat:Catalog", "dct:title": ox.Literal("x")})
    >>> len(made.all)
    2
    """

    def __init__(self) -> None:
        self.all: list[ox.Triple] = []

    def say(self, subject: str, told: Mapping[str, "Value | list[Value]"]) -> None:
        """Say something about a thing.

        Parameters
        ----------
        subject : IRI.
        told : values by property; a text is an IRI or a short name of one, a number an xsd:nonNegativeInteger.
        """
        for name, values in told.items():
            for value in values if isinstance(values, list) else [values]:
                self.all.append(ox.Triple(ox.NamedNode(subject), _named(name), _term(value)))


def _named(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(_NAMES[prefix] + local if prefix in _NAMES else name)


def _term(value: Value) -> ox.NamedNode | ox.Literal:
    if isinstance(value, int):
        return ox.Literal(str(value), datatype=ox.NamedNode(PREFIXES["xsd"] + "nonNegativeInteger"))
    return _named(value) if isinstance(value, str) else value


def given(request: Request, statements: Statements, generation: int, *, complete: bool = True) -> Response:
    """Statements in the form that the client wants.

    Parameters
    ----------
    complete : whether nothing is to be added to them for this generation later.

    Raises
    ------
    BadInput : none of ours is wanted (406).
    """
    wanted = negotiated(request.headers.get("accept"), [*GRAPH_FORMATS])
    if not wanted:
        error = BadInput("none of the forms asked for can be given", f"Ask for one of: {', '.join(GRAPH_FORMATS)}.")
        error.status, error.code = 406, "not-acceptable"
        raise error
    body = serialise(statements.all, wanted[0])
    headers = {
        "Content-Type": content_type(wanted[0]),
        "Vary": "Accept",
        "Govgraph-Generation": str(generation),
        "Govgraph-Complete": "true" if complete else "false",
        "Cache-Control": "no-cache",
        **OPEN,
    }
    return conditional(request, body, headers)
