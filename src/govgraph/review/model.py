"""Shapes as the engine sees them."""

from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from govgraph.review.paths import Path
from govgraph.review.sparql import Query
from govgraph.review.triples import SH, Term, Triples, name

__all__ = ["Constraint", "Shape", "Shapes", "Target"]


@dataclass(frozen=True)
class Target:
    """What a shape is about; `kind` is "class", "node", "subjects" or "objects"."""

    kind: str
    term: Term


@dataclass(eq=False)
class Shape:
    """A node shape, or with a path a property shape."""

    node: Term
    path: Path | None = None
    severity: str = SH + "Violation"
    messages: tuple[ox.Literal, ...] = ()
    targets: tuple[Target, ...] = ()
    constraints: tuple["Constraint", ...] = ()
    deactivated: bool = False

    @property
    def name(self) -> str:
        """IRI, or `_:label`."""
        return name(self.node)


@dataclass(frozen=True, eq=False)
class Constraint:
    """One constraint of a shape.

    Parameters
    ----------
    kind : local name of the component without "ConstraintComponent", or "SPARQL" or "Custom".
    component : its IRI.
    value : the parameter: a term, a number, terms, or a pattern with its flags.
    shapes : shapes that the constraint refers to; siblings: of a qualified value shape that is disjoint.
    query : of a SPARQL constraint or component.
    node : the sh:SPARQLConstraint.
    messages : the constraint's own.
    """

    kind: str
    component: str
    value: Any = None
    shapes: tuple[Shape, ...] = ()
    siblings: tuple[Shape, ...] = ()
    query: Query | None = None
    node: str = ""
    messages: tuple[ox.Literal, ...] = ()
    alien: str = ""


@dataclass(eq=False)
class Shapes:
    """Every shape of the files that were read.

    Parameters
    ----------
    graph : the statements, for what the engine does not read itself.
    all : every shape by its node.
    targeted : those with a target, in the order of the files.
    without_target : node shapes that no target and no other shape reaches.
    """

    graph: Triples
    all: dict[Term, Shape]
    targeted: list[Shape]
    without_target: list[str]
    content: bytes = field(repr=False, default=b"")
