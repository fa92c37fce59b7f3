"""Validation reports as rows that compare across engines (SHACL §3.6).

What two correct engines may spell differently is spelled one way here: a path as rdflib writes it, a blank node as `_:`
(its name belongs to one run), and a literal as both rdflib and the embedded store keep it, which is by its value:
`80.0` is `80`.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import pyoxigraph as ox
import rdflib
from rdflib import RDF, SH, XSD, Graph
from rdflib.collection import Collection
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery

from govgraph.review.results import Result

__all__ = ["UNDESCRIBED", "Row", "as_pyshifty", "report_rows", "result_rows", "row_of", "without_paths"]


UNDESCRIBED = rdflib.Variable("path")
"""Stands for a path that a report only names: pyshifty does not describe compound paths."""


class Row(NamedTuple):
    """One validation result; every part as text, "" where there is none."""

    focus: str
    path: str
    value: str
    component: str
    shape: str
    severity: str


def as_pyshifty(rows: Iterable[Row]) -> set[Row]:
    """Rows as pyshifty spells them.

    It names the node of a compound path without describing it. And where the query of a property shape gives no
    ?value it writes the focus node, which is not a value node there: the specification has "1. The binding for the
    variable value 2. The value node" (SHACL §5.3.2), and of several value nodes none is the one.
    """
    found = set()
    for row in rows:
        if not _PLAIN.fullmatch(row.path):
            row = row._replace(path=UNDESCRIBED.n3())
        if row.component == "SPARQLConstraintComponent" and not row.value:
            row = row._replace(value=row.focus)
        found.add(row)
    return found


def without_paths(rows: Iterable[Row]) -> list[Row]:
    """Rows without their compound paths, for an engine that does not describe them."""
    return [row if _PLAIN.fullmatch(row.path) else row._replace(path=UNDESCRIBED.n3()) for row in rows]


def result_rows(results: Iterable[Result]) -> list[Row]:
    """The rows of our own results."""
    return [row_of(result) for result in results]


def row_of(result: Result) -> Row:
    """The row of one of our own results."""
    return Row(
        _spelled(result.focus),
        _spelled_path(result.path) if result.path else "",
        _spelled(result.value) if result.value is not None else "",
        _local(result.component),
        _named(result.shape),
        _local(result.severity),
    )


def report_rows(report: Graph) -> list[Row]:
    """The rows of a standard report; also of the part of a test's manifest that states the expected one."""
    rows = []
    for result in report.objects(None, SH.result):

        def one(predicate: rdflib.URIRef, result: Any = result) -> Any:
            return report.value(result, predicate)

        value, path = one(SH.value), one(SH.resultPath)
        rows.append(
            Row(
                _from_rdflib(one(SH.focusNode)),
                "" if path is None else _path(report, path).n3(),
                "" if value is None else _from_rdflib(value),
                _local(str(one(SH.sourceConstraintComponent))),
                _from_rdflib(one(SH.sourceShape)).strip("<>") if one(SH.sourceShape) is not None else "",
                _local(str(one(SH.resultSeverity))),
            )
        )
    return rows


_PLAIN = re.compile(r"(<[^>]*>)?")
"""One property, or none."""


def _local(name: str) -> str:
    return name.removeprefix(str(SH))


def _named(shape: str) -> str:
    """The IRI of a shape, or `_:`."""
    return "_:" if shape.startswith("_:") or "/.well-known/genid/" in shape else shape.strip("<>")


def _spelled(term: Any) -> str:
    """One of our own terms."""
    if isinstance(term, ox.BlankNode):
        return "_:"
    if isinstance(term, ox.Literal):
        if term.language:
            return _kept(term)
        return _from_rdflib(rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value)))
    return str(term)


def _from_rdflib(term: Any) -> str:
    if isinstance(term, rdflib.BNode):
        return "_:"
    if not isinstance(term, rdflib.Literal):
        return f"<{term}>"
    if term.language:
        return _kept(ox.Literal(str(term), language=term.language))
    return _kept(ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or XSD.string))))


@cache
def _kept(term: ox.Literal) -> str:
    """A literal as the store gives it back."""
    store = ox.Store()
    thing = ox.NamedNode("urn:x")
    store.add(ox.Quad(thing, thing, term))
    return str(next(iter(store)).object)


@cache
def _spelled_path(path: str) -> str:
    """A path in SPARQL syntax, spelled as rdflib does."""
    query: Any = prepareQuery(f"SELECT * WHERE {{ ?x {path} ?y }}")
    (triple,) = _triples(query.algebra)
    return str(triple[1].n3())


def _triples(part: Any) -> list[Any]:
    """The triple patterns of a parsed query of one group; a sequence has become several again."""
    if part.name == "BGP":
        return list(part.triples)
    return _triples(part.p)


def _path(graph: Graph, node: Any) -> Any:
    """A path as SHACL writes it in RDF (§2.3.1)."""
    if isinstance(node, rdflib.URIRef):
        return node
    if graph.value(node, RDF.first) is not None:
        return SequencePath(*(_path(graph, step) for step in Collection(graph, node)))
    for predicate, build in _BUILD.items():
        inner = graph.value(node, predicate)
        if inner is not None:
            return build(graph, inner)
    return UNDESCRIBED


_BUILD: dict[Any, Any] = {
    SH.inversePath: lambda graph, inner: InvPath(_path(graph, inner)),
    SH.alternativePath: lambda graph, inner: AlternativePath(*(_path(graph, way) for way in Collection(graph, inner))),
    SH.zeroOrMorePath: lambda graph, inner: MulPath(_path(graph, inner), "*"),
    SH.oneOrMorePath: lambda graph, inner: MulPath(_path(graph, inner), "+"),
    SH.zeroOrOnePath: lambda graph, inner: MulPath(_path(graph, inner), "?"),
}
