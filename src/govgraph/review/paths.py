"""Property paths of shapes, as SPARQL 1.1 property paths (SHACL §2.3.1)."""

from dataclasses import dataclass

import pyoxigraph as ox

from govgraph.review.triples import FIRST, SH, BrokenList, Term, Triples, name

__all__ = ["BadPath", "Path", "read_path"]

_REPEATS = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}


class BadPath(ValueError):
    """A node is not a property path."""


@dataclass(frozen=True)
class Path:
    """A property path.

    Parameters
    ----------
    text : SPARQL syntax with whole IRIs; every part that is not a plain predicate stands in brackets.
    predicates : IRIs that the path goes along.
    simple : it is one predicate.
    nullable : it may have no length, and then leads from a node to itself.
    """

    text: str
    predicates: frozenset[str]
    simple: bool = False
    nullable: bool = False

    @property
    def part(self) -> str:
        """The text as it stands inside a larger path."""
        return self.text if self.simple else f"({self.text})"


def read_path(graph: Triples, node: Term, above: frozenset[Term] = frozenset()) -> Path:
    """The path that a node of a shapes graph or report stands for.

    Raises
    ------
    BadPath : it is none.

    >>> read_path(Triples([]), ox.NamedNode("http://e/p")).text
    '<http://e/p>'
    """
    if isinstance(node, ox.NamedNode) and not graph.objects(node, FIRST):
        kinds = [key for key in graph.facts(node) if key in _KEYS]
        if not kinds:
            return Path(f"<{node.value}>", frozenset({node.value}), simple=True)
    if node in above:
        raise BadPath("a path that holds itself")
    above |= {node}
    if graph.objects(node, FIRST):
        parts = [read_path(graph, member, above) for member in _members(graph, node)]
        if len(parts) < 2:
            raise BadPath("a sequence path with fewer than two members")
        return _joined("/", parts)
    kinds = [key for key in graph.facts(node) if key in _KEYS]
    if len(kinds) != 1 or len(graph.objects(node, kinds[0])) != 1:
        raise BadPath(f"{name(node)} is not a property path")
    kind, inner = kinds[0].removeprefix(SH), graph.objects(node, kinds[0])[0]
    if kind == "alternativePath":
        parts = [read_path(graph, member, above) for member in _members(graph, inner)]
        if len(parts) < 2:
            raise BadPath("an alternative path with fewer than two members")
        return _joined("|", parts)
    path = read_path(graph, inner, above)
    text = f"^{path.part}" if kind == "inversePath" else path.part + _REPEATS[kind]
    return Path(text, path.predicates, nullable=path.nullable or _REPEATS.get(kind, "+") != "+")


_KEYS = {SH + "inversePath", SH + "alternativePath", *(SH + key for key in _REPEATS)}


def _members(graph: Triples, head: Term) -> list[Term]:
    try:
        return graph.members(head)
    except BrokenList as error:
        raise BadPath(str(error)) from None


def _joined(sign: str, parts: list[Path]) -> Path:
    some = all if sign == "/" else any
    return Path(
        sign.join(part.part for part in parts),
        frozenset().union(*(part.predicates for part in parts)),
        nullable=some(part.nullable for part in parts),
    )
