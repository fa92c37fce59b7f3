"""Focus nodes as patterns of SPARQL: the targets of shapes, and the value nodes that nested shapes are about."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import count

import pyoxigraph as ox

from govgraph.review.data import Data
from govgraph.review.model import Shape, Target
from govgraph.review.paths import Path
from govgraph.review.triples import RDFS, TYPE, Term, name

__all__ = ["Classes", "Focus", "Targets", "along", "listed"]

_NUMBERS = count()


@dataclass(frozen=True)
class Focus:
    """A set of nodes.

    Parameters
    ----------
    write : gives the pattern that binds a variable to each node; with True no node comes twice.
    """

    write: Callable[[str, bool], str]

    def bind(self, once: bool = False) -> str:
        """The pattern that binds ?this."""
        return self.write("?this", once)

    def reach(self, path: Path, value: str = "?value", once: bool = False, start: str = "?this") -> str:
        """The pattern that binds ?this and its value nodes.

        A path of no length leads to the node itself (SPARQL 1.1 §18.4), which stores forget where the data do not
        mention the node.
        """
        pattern = f"{self.write(start, once)} {start} {path.text} {value} ."
        if not path.nullable:
            return pattern
        return f"{{ {pattern} }} UNION {{ {self.write(start, once)} BIND({start} AS {value}) }}"


def along(focus: Focus, path: Path) -> Focus:
    """The value nodes of a path from other focus nodes."""

    def write(variable: str, once: bool) -> str:
        pattern = focus.reach(path, variable, start=f"?_from{next(_NUMBERS)}")
        return f"{{ SELECT DISTINCT {variable} WHERE {{ {pattern} }} }}"

    return Focus(write)


class Classes:
    """Classes with their subclasses, asked for once (SHACL §1.1, "SHACL instance").

    Parameters
    ----------
    data : where they are; `Data.entailed` makes one class do for all below it.
    wanted : IRIs of the classes that the shapes name.
    """

    def __init__(self, data: Data, wanted: Collection[str]) -> None:
        below: dict[Term, list[Term]] = {}
        for child, parent in data.select(f"SELECT ?a ?b WHERE {{ ?a <{RDFS}subClassOf> ?b }}"):
            if child is not None and parent is not None:
                below.setdefault(parent, []).append(child)
        self._closed = {iri: _closure(iri, below) for iri in wanted}
        every = sorted(set().union(*self._closed.values())) if self._closed else []
        listed = " ".join(f"<{iri}>" for iri in every)
        rows = data.select(
            f"SELECT ?class WHERE {{ VALUES ?class {{ {listed} }} FILTER EXISTS {{ ?thing <{TYPE}> ?class }} }}"
        )
        self._present = {name(row[0]) for row in rows if row[0] is not None}
        self._entailed = data.entailed

    def present(self, iri: str) -> list[str]:
        """The class and its subclasses, as far as they have instances and are needed to find all."""
        if self._entailed and iri in self._present:
            return [iri]
        return [found for found in sorted(self._closed[iri]) if found in self._present]

    def together(self, iris: Iterable[str]) -> list[str]:
        """What `present` gives for each, without what is below another of them where that finds the same."""
        every = list(dict.fromkeys(found for iri in iris for found in self.present(iri)))
        return [one for one in every if not any(self._covers(other, one) for other in every)]

    def _covers(self, upper: str, lower: str) -> bool:
        """Whether every instance of the one is stated to be one of the other too; of two such, the first in order."""
        if not self._entailed or upper == lower or lower not in self._closed.get(upper, ()):
            return False
        return upper not in self._closed.get(lower, ()) or upper < lower


def _closure(iri: str, below: dict[Term, list[Term]]) -> set[str]:
    found: set[Term] = set()
    waiting: list[Term] = [ox.NamedNode(iri)]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += below.get(one, [])
    return {term.value for term in found if isinstance(term, ox.NamedNode)}


class Targets:
    """Focus nodes of shapes.

    Parameters
    ----------
    only : the nodes to look at; None is all. Blank nodes cannot be named in a query.
    """

    def __init__(self, data: Data, classes: Classes, shapes: Iterable[Shape], only: Collection[Term] | None) -> None:
        self._classes = classes
        self._only = None if only is None else list(dict.fromkeys(only))
        self._types: dict[str, set[Term]] = {}
        self._starts: dict[str, set[Term]] = {}
        self._ends: dict[str, set[Term]] = {}
        if self._only:
            self._look_up(data, shapes)

    def of(self, shape: Shape) -> Focus | None:
        """Focus nodes of a shape; None if there are none for certain."""
        if self._only is not None:
            return listed([node for node in self._only if any(self._meets(node, t) for t in shape.targets)])
        named = [name(target.term) for target in shape.targets if target.kind == "class"]
        classes = self._classes.together(named)
        nodes = [target.term for target in shape.targets if target.kind == "node"]
        edges = [target for target in shape.targets if target.kind in ("subjects", "objects")]
        parts = [part for part in (_instances(classes), listed(nodes), *map(_edge, edges)) if part]
        return parts[0] if len(parts) == 1 else _union(parts)

    def _look_up(self, data: Data, shapes: Iterable[Shape]) -> None:
        """Find out with three queries which targets the given nodes meet."""
        assert self._only is not None
        listed = " ".join(str(node) for node in self._only)
        kinds = {target.kind for shape in shapes for target in shape.targets}
        edges = {t.term: t.kind for shape in shapes for t in shape.targets if t.kind in ("subjects", "objects")}
        predicates = " ".join(str(term) for term in edges)
        if "class" in kinds:
            rows = data.select(f"SELECT ?this ?class WHERE {{ VALUES ?this {{ {listed} }} ?this <{TYPE}> ?class }}")
            _index(rows, self._types)
        for kind, pattern, index in (("subjects", "?this ?p ?x", self._starts), ("objects", "?x ?p ?this", self._ends)):
            if kind in kinds:
                values = f"VALUES ?this {{ {listed} }} VALUES ?p {{ {predicates} }}"
                rows = data.select(f"SELECT ?this ?p WHERE {{ {values} FILTER EXISTS {{ {pattern} }} }}")
                _index(rows, index)

    def _meets(self, node: Term, target: Target) -> bool:
        iri = name(target.term)
        match target.kind:
            case "class":
                return any(node in self._types.get(found, ()) for found in self._classes.present(iri))
            case "subjects":
                return node in self._starts.get(iri, ())
            case "objects":
                return node in self._ends.get(iri, ())
        return node == target.term


def _index(rows: Sequence[Sequence[Term | None]], index: dict[str, set[Term]]) -> None:
    for node, other in rows:
        if node is not None and other is not None:
            index.setdefault(name(other), set()).add(node)


def _instances(classes: list[str]) -> Focus | None:
    if not classes:
        return None
    listed = " ".join(f"<{iri}>" for iri in classes)

    def write(variable: str, once: bool) -> str:
        if len(classes) == 1:
            return f"{variable} <{TYPE}> <{classes[0]}> ."
        kind = f"?_class{next(_NUMBERS)}"
        pattern = f"VALUES {kind} {{ {listed} }} {variable} <{TYPE}> {kind} ."
        return f"{{ SELECT DISTINCT {variable} WHERE {{ {pattern} }} }}" if once else pattern

    return Focus(write)


def listed(nodes: Sequence[Term]) -> Focus | None:
    """These nodes; None if there are none."""
    if not nodes:
        return None
    listed = " ".join(str(node) for node in nodes)
    return Focus(lambda variable, once: f"VALUES {variable} {{ {listed} }}")


def _edge(target: Target) -> Focus:
    def write(variable: str, once: bool) -> str:
        end = f"?_end{next(_NUMBERS)}"
        pattern = f"{variable} {target.term} {end}" if target.kind == "subjects" else f"{end} {target.term} {variable}"
        return f"{{ SELECT DISTINCT {variable} WHERE {{ {pattern} }} }}"

    return Focus(write)


def _union(parts: Sequence[Focus]) -> Focus | None:
    if not parts:
        return None

    def write(variable: str, once: bool) -> str:
        either = " UNION ".join(f"{{ {part.write(variable, False)} }}" for part in parts)
        return f"{{ SELECT DISTINCT {variable} WHERE {{ {either} }} }}"

    return Focus(write)
