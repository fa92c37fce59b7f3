"""The reference engine, pySHACL, for the shapes that were not planned (SHACL Core and SHACL-SPARQL).

No rules, no JavaScript, no imports: `advanced`, `js` and `do_owl_imports` are off, and the engine is given graphs,
never names of files or addresses. Its queries were checked when the shapes were read.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import pyoxigraph as ox

from govgraph.errors import BadShapes, EnvironmentFailed
from govgraph.namespaces import PREFIXES
from govgraph.review.data import Data
from govgraph.review.model import Shape, Shapes
from govgraph.review.paths import read_path
from govgraph.review.results import Result
from govgraph.review.triples import RDFS, SH, TYPE, Term, Triples, name
from govgraph.review.vocabulary import TARGETS

__all__ = ["ask_oracle"]

_CLASSES = {ox.NamedNode(RDFS + "Class"), ox.NamedNode(PREFIXES["owl"] + "Class")}


def ask_oracle(data: Data, shapes: Shapes, wanted: Sequence[Shape], focus: Collection[Term] | None) -> list[Result]:
    """Results of some shapes by pySHACL, on the statements that they need.

    Raises
    ------
    EnvironmentFailed : pySHACL is not installed.
    BadShapes : pySHACL cannot run a shape.
    """
    try:
        import pyshacl
    except ImportError:
        raise EnvironmentFailed("pySHACL is not installed", 'Install it: pip install "govgraph[review]"') from None
    from govgraph.rdf.memory import ReadyGraph

    terms = _Terms()
    asked = _filled(ReadyGraph(), terms, (quad.triple for quad in _parsed(data.partition(_needed(wanted)))))
    rules = _filled(ReadyGraph(), terms, _only(shapes, {shape.node for shape in wanted}))
    options: dict[str, Any] = {} if focus is None else {"focus_nodes": [terms.theirs(node) for node in focus]}
    logging.getLogger("pyshacl").setLevel(logging.ERROR)
    try:
        _, report, text = pyshacl.validate(
            asked, shacl_graph=rules, advanced=False, js=False, do_owl_imports=False, inplace=True, **options
        )
    except RuntimeError as error:
        raise BadShapes(f"pySHACL cannot run the shapes: {error}", "Mend them.") from None
    if not hasattr(report, "objects"):
        raise BadShapes(f"pySHACL cannot run the shapes: {text}", "Mend them.")
    graph = Triples(ox.Triple(*(terms.ours(term) for term in statement)) for statement in report)
    return list(_results(graph))


def _parsed(content: bytes) -> Iterator[ox.Quad]:
    return ox.parse(content, format=ox.RdfFormat.N_TRIPLES)


def _filled(graph: Any, terms: "_Terms", statements: Any) -> Any:
    for statement in statements:
        graph.add(tuple(terms.theirs(term) for term in statement))
    return graph


def _needed(wanted: Sequence[Shape]) -> set[str] | None:
    """Predicates that the shapes look at; None if they may look at any."""
    found = {TYPE, RDFS + "subClassOf"}
    waiting = list(wanted)
    seen: set[int] = set()
    while waiting:
        shape = waiting.pop()
        if id(shape) in seen:
            continue
        seen.add(id(shape))
        found |= shape.path.predicates if shape.path else set()
        found |= {name(target.term) for target in shape.targets if target.kind in ("subjects", "objects")}
        for constraint in shape.constraints:
            if constraint.kind in ("Closed", "Custom"):
                return None
            if constraint.query:
                if constraint.query.predicates is None:
                    return None
                found |= constraint.query.predicates
            if constraint.kind in ("Equals", "Disjoint", "LessThan", "LessThanOrEquals"):
                found.add(name(constraint.value))
            waiting += (*constraint.shapes, *constraint.siblings)
    return found


def _only(shapes: Shapes, wanted: set[Term]) -> Iterator[ox.Triple]:
    """The shapes, with the targets of the wanted ones only."""
    for quad in _parsed(shapes.content):
        aims = quad.predicate.value in TARGETS or (quad.predicate.value == TYPE and quad.object in _CLASSES)
        if not aims or quad.subject in wanted or quad.subject not in shapes.all:
            yield quad.triple


def _results(report: Triples) -> Iterator[Result]:
    for node in report.subjects():
        if not report.objects(node, SH + "resultSeverity"):
            continue

        def one(local: str, node: Term = node) -> Term | None:
            return report.one(node, SH + local)

        def text(local: str, one: Callable[[str], Term | None] = one) -> str:
            term = one(local)
            return "" if term is None else name(term)

        path, focus = one("resultPath"), one("focusNode")
        assert focus is not None
        yield Result(
            focus,
            read_path(report, path).text if path is not None else "",
            one("value"),
            text("sourceConstraintComponent"),
            text("sourceShape"),
            text("resultSeverity"),
            tuple(m for m in report.objects(node, SH + "resultMessage") if isinstance(m, ox.Literal)),
            text("sourceConstraint"),
        )


class _Terms:
    """Terms of the store as terms of rdflib, and back."""

    def __init__(self) -> None:
        import rdflib

        self._rdflib = rdflib

    def theirs(self, term: Term) -> Any:
        """A term for rdflib, its spelling kept."""
        if isinstance(term, ox.NamedNode):
            return self._rdflib.URIRef(term.value)
        if isinstance(term, ox.BlankNode):
            return self._rdflib.BNode(term.value)
        if term.language:
            return self._rdflib.Literal(term.value, lang=term.language)
        plain = term.datatype.value == PREFIXES["xsd"] + "string"
        return self._rdflib.Literal(term.value, datatype=None if plain else term.datatype.value, normalize=False)

    def ours(self, term: Any) -> Any:
        """A term of rdflib for us."""
        if isinstance(term, self._rdflib.URIRef):
            return ox.NamedNode(str(term))
        if isinstance(term, self._rdflib.BNode):
            return ox.BlankNode(str(term))
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)
