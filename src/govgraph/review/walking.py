"""Walks from changed statements to the nodes that they can matter to, over the data before and after at once."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import islice

import pyoxigraph as ox

from govgraph.review.checks import Probe
from govgraph.review.groups import Condition
from govgraph.review.links import INSTANCE, Link, Node, Way, along
from govgraph.review.model import Target
from govgraph.review.triples import Term, name

__all__ = ["FAR", "TooFar", "View"]

FAR = 2000
"""So many nodes are walked over at one step; beyond, a check is cheaper to run whole."""


_TRIED = 50
"""So many statements are tried for a link, and that many again for the next."""


class TooFar(Exception):
    """A walk came to more nodes than are worth it."""


class View:
    """Statements of several stores as if they were one.

    Parameters
    ----------
    stores : the data after the change, and what came or went.
    added : statements that were not there before.
    """

    def __init__(self, *stores: ox.Store, added: Collection[ox.Triple] = ()) -> None:
        self._stores = stores
        self._added = added
        self._classes: dict[Term, set[Term]] = {}

    def follow(self, nodes: Collection[Term], way: Way, forward: bool = True) -> set[Term]:
        """Nodes that a path leads to, or with forward=False comes from.

        Raises
        ------
        TooFar : there are very many.
        """
        found: set[Term]
        match way.kind:
            case "step" | "any":
                predicate = ox.NamedNode(way.predicate) if way.kind == "step" else None
                found = set()
                for node in nodes:
                    self._step(node, predicate, forward, found)
                return found
            case "^":
                return self.follow(nodes, way.parts[0], not forward)
            case "/":
                found = set(nodes)
                for part in way.parts if forward else reversed(way.parts):
                    found = self.follow(found, part, forward)
                return found
            case "|":
                return set().union(*(self.follow(nodes, part, forward) for part in way.parts))
            case "same":
                return set(nodes)
        found = set() if way.kind == "+" else set(nodes)
        waiting = set(nodes)
        while waiting := self.follow(waiting, way.parts[0], forward) - found:
            found |= waiting
            if len(found) > FAR:
                raise TooFar
            if way.kind == "?":
                break
        return found

    def reached(self, probe: Probe, statement: ox.Triple) -> set[Term] | None:
        """Nodes that a statement can matter to by a probe; None if to all.

        Raises
        ------
        TooFar : there are very many.
        """
        known: dict[str, Term] = {}
        step = probe.step
        ends = ((step.start, statement.subject), (step.label or statement.predicate, statement.predicate),
                (step.end, statement.object))  # fmt: skip
        for end, term in ends:
            assert not isinstance(term, ox.Triple)
            if (known.setdefault(end, term) if isinstance(end, str) else end) != term:
                return set()
        if not all(self._holds(link, known) for link in probe.filters):
            return set()
        if probe.walk is None:
            return None if all(self._may_hold(condition, known) for condition in probe.conditions) else set()
        nodes = {known[probe.start]}
        for way, forward, variable, filters in probe.walk:
            nodes = self.follow(nodes, way, forward)
            if filters:
                nodes = {node for node in nodes if self._all_hold(filters, {**known, variable: node})}
        return nodes

    def classes(self, node: Term) -> set[Term]:
        """Classes of a node and those above them; a class without a name counts for none."""
        if node not in self._classes:
            kind, above = INSTANCE.parts
            named = {found for found in self.follow({node}, kind) if isinstance(found, ox.NamedNode)}
            self._classes[node] = self.follow(named, above)
        return self._classes[node]

    def meets(self, node: Term, target: Target) -> bool:
        """Whether a node is one that a target is about."""
        match target.kind:
            case "class":
                return target.term in self.classes(node)
            case "node":
                return node == target.term
        way = along("step", name(target.term))
        return bool(self.follow({node}, way, forward=target.kind == "subjects"))

    def _all_hold(self, filters: tuple[Link, ...], known: dict[str, Term]) -> bool:
        return all(self._holds(link, known) for link in filters)

    def _holds(self, link: Link, known: dict[str, Term]) -> bool:
        start, end = _term(link.start, known), _term(link.end, known)
        if link.way is INSTANCE:
            return end in self.classes(start)
        if link.way.kind == "step" and not isinstance(start, ox.Literal):
            predicate = ox.NamedNode(link.way.predicate)
            return any(True for _ in self._quads(start, predicate, end))
        return end in self.follow({start}, link.way)

    def _may_hold(self, condition: Condition, known: dict[str, Term]) -> bool:
        """Whether a condition may be met, before the change or after it."""
        if condition.absent:
            return not self._stays(condition.absent, known)
        terms = {name: str(_term(node, known)) for name, node in condition.nodes}
        written = (terms[t.text[1:]] if t.kind == "variable" else t.text for t in condition.tokens)
        return _true(" ".join(written))

    def _stays(self, links: tuple[Link, ...], known: dict[str, Term]) -> bool:
        """Whether links are there before and after the change."""
        if not links:
            return True
        link, *rest = links
        start, end = (known.get(node) if isinstance(node, str) else node for node in (link.start, link.end))
        if isinstance(start, ox.Literal):
            return False
        quads = self._stores[0].quads_for_pattern(start, ox.NamedNode(link.way.predicate), end, ox.DefaultGraph())
        for quad in islice(quads, _TRIED):
            found = dict(known)
            for node, term in ((link.start, quad.subject), (link.end, quad.object)):
                if isinstance(node, str) and not isinstance(term, ox.Triple):
                    found[node] = term
            if quad.triple not in self._added and self._stays(tuple(rest), found):
                return True
        return False

    def _quads(
        self, subject: ox.NamedNode | ox.BlankNode | None, predicate: ox.NamedNode | None, value: Term | None
    ) -> Iterable[ox.Quad]:
        for store in self._stores:
            yield from store.quads_for_pattern(subject, predicate, value, ox.DefaultGraph())

    def _step(self, node: Term, predicate: ox.NamedNode | None, forward: bool, found: set[Term]) -> None:
        if not forward:
            steps = (quad.subject for quad in self._quads(None, predicate, node))
        elif isinstance(node, ox.Literal):
            return
        else:
            steps = (quad.object for quad in self._quads(node, predicate, None))  # type: ignore[misc]
        for other in steps:
            if not isinstance(other, ox.Triple):
                found.add(other)
                if len(found) > FAR:
                    raise TooFar


@lru_cache(1000)
def _true(expression: str) -> bool:
    """Whether an expression without variables is true; also if that cannot be said."""
    try:
        return bool(ox.Store().query(f"ASK {{ FILTER {expression} }}"))
    except SyntaxError:
        return True


def _term(node: Node, known: dict[str, Term]) -> Term:
    return known[node] if isinstance(node, str) else node
