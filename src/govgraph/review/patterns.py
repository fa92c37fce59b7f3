"""What the query of a shape reads, and how each piece of it hangs together with `$this`.

A statement can change the solutions for a focus node only by matching a triple pattern, and then every pattern that is
joined with that one has to match as well. What is optional joins nothing; a variable counts as joined only where it is
bound for certain. So each pattern comes with the links that lead from it to `$this`, and fewer links than there are
means only that more nodes are looked at again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from govgraph.review.grammar import Parser
from govgraph.review.groups import Group, Joined, Part, all_followed, bound, choices, joined
from govgraph.review.links import SAME, Link, Node
from govgraph.review.sparql import Query
from govgraph.review.tokens import expanded, tokens_of

__all__ = ["Read", "query_reads"]


@dataclass(frozen=True)
class Read:
    """A link that is read, and what holds with it: one of several sets.

    `plain` : one more statement that matches it can bring solutions, and can take none away.
    """

    link: Link
    contexts: tuple[Joined, ...] = ((),)
    plain: bool = False


def query_reads(query: Query, names: Mapping[str, Node], fresh: Callable[[], str], context: Joined = ()) -> list[Read]:
    """What a query reads.

    Parameters
    ----------
    names : nodes that stand for its variables; others get names of their own.
    context : links that lead from the focus node to those.

    Raises
    ------
    ValueError : the query holds something that is not followed here.
    """
    text = "".join(token.spaced for token in query.tokens)
    group = Parser(expanded(tokens_of(text, "a query"), {}, "a query")).query()
    plain = not query.ask and not query.aggregates and all_followed(group)
    known: dict[str, Node] = {f"?{variable}": node for variable, node in names.items()}
    for variable in sorted(group.variables - known.keys()):
        known[variable] = fresh()
    pinned = {node for node in names.values() if isinstance(node, str)}
    return list(_Walk(fresh, pinned).visit(group.renamed(known), (context,), frozenset(), plain))


class _Walk:
    """Goes through the groups of a query."""

    def __init__(self, fresh: Callable[[], str], pinned: set[str]) -> None:
        self._fresh = fresh
        self._pinned = frozenset(pinned)

    def visit(
        self, group: Group, outer: tuple[Joined, ...], visible: frozenset[str], plain: bool = False
    ) -> Iterator[Read]:
        """What a group reads.

        Parameters
        ----------
        outer : what holds outside it.
        visible : variables that the conditions in it see from outside.
        plain : it is no part of a condition and not optional.
        """
        links = [choices(part) for part in group.parts]
        seen = bound(joined(links)) | visible
        either = [self._condition(part, seen) if part.kind == "condition" else own
                  for part, own in zip(group.parts, links, strict=True)]  # fmt: skip
        for place, part in enumerate(group.parts):
            before = [outer, *either[:place]]
            beside = joined([*before, *either[place + 1 :]])
            match part.kind:
                case "links":
                    for link in part.links:
                        if link.way is not SAME:
                            others = tuple(other for other in part.links if other is not link)
                            yield Read(link, joined([beside, (others,)]), plain)
                case "group" | "union":
                    for inner in part.groups:
                        yield from self.visit(inner, beside, frozenset(), plain)
                case "optional":
                    # What comes later joins with it only through what came before.
                    earlier = bound(joined(links[:place]))
                    yield from self.visit(self._local(part.groups[0], earlier), joined(before), earlier)
                case "condition":
                    for inner in part.groups:
                        yield from self.visit(self._local(inner, seen), beside, seen)

    def _condition(self, part: Part, seen: frozenset[str]) -> tuple[Joined, ...]:
        """A condition, if each variable in it is bound for certain where it is judged."""
        condition = part.condition
        return ((condition,),) if condition and condition.variables <= seen | self._pinned else ((),)

    def _local(self, group: Group, shared: frozenset[str]) -> Group:
        """A group whose variables are its own but for the shared ones."""
        own = group.variables - shared - self._pinned
        return group.renamed({variable: self._fresh() for variable in sorted(own)})
