"""Results of a validation, and the standard report that holds them (SHACL §3.6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import serialise
from govgraph.review.triples import SH, TYPE, Term

__all__ = ["Result", "key", "to_turtle"]


@dataclass(frozen=True)
class Result:
    """One validation result.

    Parameters
    ----------
    focus : the node that was validated.
    path : property path in SPARQL syntax with whole IRIs; empty if there is none.
    value : the value found; None if there is no single one.
    component, shape, severity : IRIs; a blank shape is written `_:label`.
    messages : of the constraint or else the shape, their `{?variables}` filled in.
    constraint : the sh:SPARQLConstraint, if it is one.
    bindings : what else the solution holds, by name of variable.
    """

    focus: Term
    path: str
    value: Term | None
    component: str
    shape: str
    severity: str
    messages: tuple[ox.Literal, ...] = ()
    constraint: str = ""
    bindings: tuple[tuple[str, Term], ...] = ()


def key(result: Result) -> tuple[Term, str, Term | None, str, str, str]:
    """What two reports must agree on to be equal."""
    return result.focus, result.path, result.value, result.component, result.shape, result.severity


def to_turtle(results: Iterable[Result], conforms: bool) -> bytes:
    """A standard sh:ValidationReport.

    >>> b"sh:conforms true" in to_turtle([], conforms=True)
    True
    """
    report = ox.BlankNode()
    boolean = ox.NamedNode(PREFIXES["xsd"] + "boolean")
    statements = [
        _triple(report, TYPE, ox.NamedNode(SH + "ValidationReport")),
        _triple(report, SH + "conforms", ox.Literal(str(conforms).lower(), datatype=boolean)),
    ]
    for result in results:
        node = ox.BlankNode()
        statements += [
            _triple(report, SH + "result", node),
            _triple(node, TYPE, ox.NamedNode(SH + "ValidationResult")),
            _triple(node, SH + "focusNode", result.focus),
            _triple(node, SH + "resultSeverity", ox.NamedNode(result.severity)),
            _triple(node, SH + "sourceConstraintComponent", ox.NamedNode(result.component)),
            _triple(node, SH + "sourceShape", _node(result.shape)),
        ]
        if result.path:
            statements += _path(node, SH + "resultPath", result.path)
        if result.value is not None:
            statements.append(_triple(node, SH + "value", result.value))
        if result.constraint:
            statements.append(_triple(node, SH + "sourceConstraint", _node(result.constraint)))
        statements += [_triple(node, SH + "resultMessage", message) for message in result.messages]
    return serialise(statements, "text/turtle")


def _triple(subject: ox.NamedNode | ox.BlankNode, predicate: str, value: Term) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), value)


def _node(text: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(text[2:]) if text.startswith("_:") else ox.NamedNode(text)


# Path texts are read back into the nodes that stand for them in RDF (SHACL §2.3.1).

_PIECE = re.compile(r"<[^>]*>|[()^/|*+?]")
_REPEAT = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}


def _path(subject: ox.NamedNode | ox.BlankNode, predicate: str, text: str) -> list[ox.Triple]:
    statements: list[ox.Triple] = []
    pieces = _PIECE.findall(text)
    place = 0

    def add(predicate: str, inner: Term) -> ox.BlankNode:
        node = ox.BlankNode()
        statements.append(_triple(node, predicate, inner))
        return node

    def listed(members: list[Term]) -> Term:
        head: Term = ox.NamedNode(PREFIXES["rdf"] + "nil")
        for member in reversed(members):
            rest, head = head, add(PREFIXES["rdf"] + "first", member)
            statements.append(_triple(head, PREFIXES["rdf"] + "rest", rest))
        return head

    def element() -> Term:
        nonlocal place
        piece = pieces[place]
        place += 1
        node: Term
        if piece == "^":
            return add(SH + "inversePath", element())
        if piece == "(":
            node = whole()
            place += 1
        else:
            node = ox.NamedNode(piece[1:-1])
        while place < len(pieces) and pieces[place] in _REPEAT:
            node = add(SH + _REPEAT[pieces[place]], node)
            place += 1
        return node

    def whole() -> Term:
        nonlocal place
        members = [element()]
        sign = ""
        while place < len(pieces) and pieces[place] in "/|":
            sign = pieces[place]
            place += 1
            members.append(element())
        if not sign:
            return members[0]
        return listed(members) if sign == "/" else add(SH + "alternativePath", listed(members))

    node = whole()
    statements.append(_triple(subject, predicate, node))
    return statements
