"""The groups of a SPARQL pattern, as far as they say what joins with what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import TypeAlias

from govgraph.review.links import Link, Node
from govgraph.review.tokens import Token

__all__ = ["Condition", "Group", "Joined", "Part", "all_followed", "bound", "choices", "joined"]

_BRANCHES = 24
"""So many ways through the alternatives of a query are followed; beyond, alternatives count as joining nothing."""


@dataclass(frozen=True)
class Condition:
    """What a solution has to meet: an expression, or that some links are absent.

    Parameters
    ----------
    tokens : the expression.
    nodes : the variables in it by their names, with the nodes that they stand for.
    absent : links, if it is FILTER NOT EXISTS.
    own : variables that stand nowhere else.
    """

    tokens: tuple[Token, ...]
    nodes: tuple[tuple[str, Node], ...]
    absent: tuple[Link, ...] = ()
    own: frozenset[str] = frozenset()

    @property
    def variables(self) -> set[str]:
        """Variables that have to be known before it can be judged."""
        return {node for _, node in self.nodes if isinstance(node, str)} - self.own


Joined: TypeAlias = tuple[Link | Condition, ...]


@dataclass
class Part:
    """`kind` is "links", "group", "union", "optional" or "condition" (with the groups of EXISTS)."""

    kind: str
    links: tuple[Link, ...] = ()
    groups: tuple["Group", ...] = ()
    condition: Condition | None = None


@dataclass
class Group:
    """A `{ … }`: its parts in order."""

    parts: list[Part] = field(default_factory=list)

    @property
    def variables(self) -> set[str]:
        """Variables of its patterns."""
        own = {variable for part in self.parts for link in part.links for variable in link.variables}
        return own.union(*(inner.variables for part in self.parts for inner in part.groups))

    def renamed(self, names: Mapping[str, Node]) -> "Group":
        """The group with nodes in the place of variables."""

        def named(node: Node) -> Node:
            return names.get(node, node) if isinstance(node, str) else node

        def link(old: Link) -> Link:
            label = named(old.label)
            return Link(named(old.start), old.way, named(old.end), label if isinstance(label, str) else "")

        def condition(old: Condition) -> Condition:
            nodes = tuple((variable, named(node)) for variable, node in old.nodes)
            own = frozenset(new for new in map(named, old.own) if isinstance(new, str))
            return replace(old, nodes=nodes, absent=tuple(map(link, old.absent)), own=own)

        return Group(
            [
                Part(
                    part.kind,
                    tuple(map(link, part.links)),
                    tuple(inner.renamed(names) for inner in part.groups),
                    condition(part.condition) if part.condition else None,
                )
                for part in self.parts
            ]
        )


def choices(part: Part) -> tuple[Joined, ...]:
    """The sets of links one of which holds wherever a part does."""
    match part.kind:
        case "links":
            return (part.links,)
        case "group" | "union":
            return tuple(links for group in part.groups for links in joined([choices(inner) for inner in group.parts]))
    return ((),)


def joined(several: Sequence[tuple[Joined, ...]]) -> tuple[Joined, ...]:
    """One set out of each, in every combination."""
    whole: tuple[Joined, ...] = ((),)
    for either in several:
        if len(whole) * len(either) <= _BRANCHES:
            whole = tuple((*links, *more) for links in whole for more in either)
    return whole


def all_followed(group: Group) -> bool:
    """Whether every way through the alternatives of a group is followed."""
    return _branches(group) <= _BRANCHES


def _branches(group: Group) -> int:
    return prod(sum(map(_branches, part.groups)) for part in group.parts if part.kind in ("group", "union"))


def bound(either: tuple[Joined, ...]) -> frozenset[str]:
    """Variables that are bound in any case."""
    return frozenset.intersection(
        *(frozenset(name for link in links if isinstance(link, Link) for name in link.variables) for links in either)
    )
