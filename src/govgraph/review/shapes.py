"""Shapes read from files, checked before any is run (SHACL §2)."""

from collections.abc import Mapping, Sequence
from pathlib import Path as File

import pyoxigraph as ox

from govgraph.errors import BadRdf, BadShapes
from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import read_file, serialise
from govgraph.review.model import Constraint, Shape, Shapes, Target
from govgraph.review.parameters import Parameters
from govgraph.review.paths import BadPath, read_path
from govgraph.review.triples import RDFS, SH, Term, Triples, name
from govgraph.review.vocabulary import IMPORTS, KNOWN, TARGETS, UNSAFE

__all__ = ["Constraint", "Shape", "Shapes", "Target", "read_shapes"]


def read_shapes(sources: Sequence[File | bytes]) -> Shapes:
    """Read and check shapes.

    Parameters
    ----------
    sources : Turtle files, folders of them, or Turtle as bytes.

    Raises
    ------
    BadShapes : names the shape, its file where there is one, and what is wrong.
    BadRdf : a file is not Turtle.

    >>> len(read_shapes([b"@prefix sh: <http://www.w3.org/ns/shacl#> . <http://e/S> a sh:NodeShape ."]).all)
    1
    """
    statements: list[ox.Triple] = []
    homes: dict[Term, str] = {}
    for source in sources:
        for file in _files(source):
            found = _statements(file)
            statements += found
            if isinstance(file, File):
                homes.update({subject: str(file) for subject in Triples(found).subjects()})
    statements = list(dict.fromkeys(statements))
    graph = Triples(statements)
    reader = _Reader(graph, homes)
    reader.read_all()
    content = serialise(statements, "application/n-triples")
    return Shapes(graph, reader.shapes, reader.targeted(), reader.unreached(), content)


def _files(source: File | bytes) -> list[File | bytes]:
    if isinstance(source, bytes):
        return [source]
    if source.is_dir():
        files = sorted(source.rglob("*.ttl"))
        if not files:
            raise BadShapes(f"{source} holds no Turtle file", "Name a folder with shapes.")
        return list(files)
    return [source]


def _statements(source: File | bytes) -> list[ox.Triple]:
    if isinstance(source, File):
        return [quad.triple for quad in read_file(source)]
    try:
        return [quad.triple for quad in ox.parse(source, format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise BadRdf(f"the shapes are not Turtle: {error}", "Mend them.") from None


class _Reader:
    """Reads each shape once; a shape that refers to itself is refused."""

    def __init__(self, graph: Triples, homes: Mapping[Term, str]) -> None:
        self.shapes: dict[Term, Shape] = {}
        self._graph = graph
        self._parameters = Parameters(graph, homes, self._refer)
        self._refuse = self._parameters.refuse
        self._open: list[Term] = []
        self._referred: set[Term] = set()

    def read_all(self) -> None:
        """Every node that is a shape by its type or its target."""
        for subject in list(self._graph.subjects()):
            facts = self._graph.facts(subject)
            for predicate in facts.keys() & UNSAFE.keys():
                self._refuse(subject, f"has {UNSAFE[predicate]}, which is not run here", "Remove it.")
            for imported in facts.get(IMPORTS, []):
                if not self._graph.facts(imported):
                    self._refuse(subject, f"imports {name(imported)}", "Give that file too, and remove owl:imports.")
        for subject in list(self._graph.subjects()):
            typed = self._graph.is_a(subject, SH + "NodeShape", SH + "PropertyShape")
            if typed or self._graph.facts(subject).keys() & TARGETS.keys():
                self._shape(subject)

    def targeted(self) -> list[Shape]:
        """Shapes with a target, that are not switched off."""
        return [shape for shape in self.shapes.values() if shape.targets and not shape.deactivated]

    def unreached(self) -> list[str]:
        """Node shapes that no target and no other shape reaches."""
        return [
            shape.name
            for node, shape in self.shapes.items()
            if not shape.targets and shape.path is None and not shape.deactivated and node not in self._referred
        ]

    def _refer(self, node: Term) -> Shape:
        self._referred.add(node)
        return self._shape(node)

    def _shape(self, node: Term) -> Shape:
        if node in self._open:
            circle = " → ".join(name(n) for n in [*self._open[self._open.index(node) :], node])
            self._refuse(node, f"refers to itself ({circle}), and SHACL does not say what that means", "Break it up.")
        if node not in self.shapes:
            if isinstance(node, ox.Literal):
                raise BadShapes(f"the literal {node} stands where a shape is needed", "Name a shape.")
            self._open.append(node)
            self.shapes[node] = self._read(node)
            self._open.pop()
        return self.shapes[node]

    def _read(self, node: Term) -> Shape:
        shape = Shape(node)
        facts = self._graph.facts(node)
        for predicate in facts:
            if predicate.startswith(SH) and predicate not in KNOWN and predicate not in TARGETS:
                self._refuse(node, f"uses sh:{predicate.removeprefix(SH)}, which is no term for a shape", "Mend it.")
        paths = facts.get(SH + "path", [])
        if len(paths) > 1 or (not paths and self._graph.is_a(node, SH + "PropertyShape")):
            self._refuse(node, f"has {len(paths)} sh:path", "Give a property shape exactly one.")
        if paths:
            try:
                shape.path = read_path(self._graph, paths[0])
            except BadPath as error:
                self._refuse(node, f"has a path that cannot be read: {error}", "Mend sh:path.")
        shape.severity = self._severity(node)
        shape.deactivated = self._parameters.flag(node, SH + "deactivated")
        shape.messages = self._parameters.messages(node)
        shape.targets = self._targets(node)
        shape.constraints = tuple(self._parameters.constraints(shape))
        return shape

    def _severity(self, node: Term) -> str:
        given = self._graph.objects(node, SH + "severity")
        if not given:
            return SH + "Violation"
        text = name(given[0])
        known = not text.startswith(SH) or text in {SH + level for level in ("Violation", "Warning", "Info")}
        if len(given) > 1 or not known or not isinstance(given[0], ox.NamedNode):
            listed = ", ".join(name(term) for term in given)
            self._refuse(node, f"has the unknown severity {listed}", "Use one of sh:Violation, sh:Warning and sh:Info.")
        return text

    def _targets(self, node: Term) -> tuple[Target, ...]:
        found = [Target(TARGETS[key], term) for key in TARGETS for term in self._graph.objects(node, key)]
        for target in found:
            named = isinstance(target.term, ox.NamedNode)
            if not named and not (target.kind == "node" and isinstance(target.term, ox.Literal)):
                self._refuse(node, f"has the target {target.term}", "Name the target by an IRI.")
        if isinstance(node, ox.NamedNode) and self._graph.is_a(node, RDFS + "Class", PREFIXES["owl"] + "Class"):
            found.append(Target("class", node))
        return tuple(found)
