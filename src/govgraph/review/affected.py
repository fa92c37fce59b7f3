"""A change judged again: exactly the nodes that it can affect, with the report that judging everything would give."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from govgraph.review.checks import Check, Probe, Route, checks_of, sign_of
from govgraph.review.components import Conditions, NotPlanned
from govgraph.review.data import StoreData
from govgraph.review.engine import Judgement, classes_of
from govgraph.review.model import Shape, Shapes
from govgraph.review.planning import Runner
from govgraph.review.results import Result
from govgraph.review.targets import Classes, Focus, Targets, along, listed
from govgraph.review.triples import Term, name
from govgraph.review.walking import TooFar, View

__all__ = ["affected", "focus_of", "rejudge", "run_check"]

MANY = 500
"""A check that a change may matter to at so many nodes is run whole."""

Nodes = set[Term] | None
"""Nodes to be judged again; None is all of them."""


def affected(
    shapes: Shapes, store: ox.Store, added: Iterable[ox.Triple], removed: Iterable[ox.Triple]
) -> dict[Check, Nodes]:
    """The checks that a change can affect, each with the nodes at which it can.

    Parameters
    ----------
    store : after the change.
    added, removed : statements of the default graph.
    """
    return _affected(_index(shapes), store, _Change(added, removed))


def rejudge(
    shapes: Shapes,
    store: ox.Store,
    earlier: Judgement,
    added: Iterable[ox.Triple],
    removed: Iterable[ox.Triple],
) -> Judgement:
    """Judge a store after a change, by what was found before and what the change can affect.

    The results are those that `judge` would give. `focus_nodes` is the number of nodes that were judged again, or None
    if a check had to be run at all of its nodes.

    Parameters
    ----------
    store : after the change.
    earlier : of the whole store before the change.
    added, removed : statements of the default graph.
    """
    index = _index(shapes)
    change = _Change(added, removed)
    return _Again(index, shapes, store, earlier).run(_affected(index, store, change))


class _Change:
    """Statements that came and went, as the store keeps them."""

    def __init__(self, added: Iterable[ox.Triple], removed: Iterable[ox.Triple]) -> None:
        self.store = ox.Store()
        self.store.extend(ox.Quad(*statement) for statement in added)
        self.added = {quad.triple for quad in self.store}
        self.store.extend(ox.Quad(*statement) for statement in removed)
        self.statements = [quad.triple for quad in self.store]


@dataclass
class _Index:
    """Checks and routes by what they read; "" stands for any predicate."""

    checks: list[Check]
    routes: dict[Route, list[Check]] = field(default_factory=dict)
    probes: dict[str, list[tuple[Probe, Check | Route]]] = field(default_factory=dict)


_INDEXES: WeakKeyDictionary[Shapes, _Index] = WeakKeyDictionary()


def _index(shapes: Shapes) -> _Index:
    if shapes not in _INDEXES:
        index = _INDEXES[shapes] = _Index(checks_of(shapes))
        for check in index.checks:
            for route in check.routes:
                index.routes.setdefault(route, []).append(check)
        parts: list[Check | Route] = [*index.checks, *index.routes]
        for part in parts:
            for probe in part.probes:
                index.probes.setdefault(probe.step.way.predicate, []).append((probe, part))
    return _INDEXES[shapes]


def _affected(index: _Index, store: ox.Store, change: _Change) -> dict[Check, Nodes]:
    view = View(store, change.store, added=change.added)
    found: dict[Check | Route, Nodes] = {}
    for statement in change.statements:
        probes = [*index.probes.get(statement.predicate.value, ()), *index.probes.get("", ())]
        for probe, part in probes:
            before = found.get(part, set())
            if before is None:
                continue
            try:
                reached = view.reached(probe, statement)
            except TooFar:
                reached = None
            found[part] = _limited(before, reached)
    nodes: dict[Check, Nodes] = dict.fromkeys(check for check in index.checks if check.opaque and change.statements)
    for part, own in found.items():
        for check in index.routes[part] if isinstance(part, Route) else [part]:
            nodes[check] = _limited(nodes.get(check, set()), own)
    # A query cannot name a blank node: its check is run whole.
    named = {
        check: None if any(isinstance(n, ox.BlankNode) for n in own or ()) else own for check, own in nodes.items()
    }
    return {check: own for check, own in named.items() if own is None or own}


def _limited(one: Nodes, other: Nodes) -> Nodes:
    both = None if one is None or other is None else one | other
    return None if both is None or len(both) > MANY else both


class _Passed(Exception):
    """A check has to go to the reference engine after all."""

    def __init__(self, check: Check, reason: str) -> None:
        super().__init__(reason)
        self.check = check


class _Again:
    """One run of the checks that a change affects."""

    def __init__(self, index: _Index, shapes: Shapes, store: ox.Store, earlier: Judgement) -> None:
        self._index = index
        self._shapes = shapes
        self._data = StoreData(store)
        self._view = View(store)
        self._earlier = earlier
        self._meets: dict[tuple[Route, Term], bool] = {}

    def run(self, nodes: dict[Check, Nodes]) -> Judgement:
        """The judgement after the change."""
        reasons = dict(self._earlier.passed_on)
        while True:
            try:
                return self._judged(dict(nodes), reasons)
            except _Passed as passed:
                reasons |= {owner.name: str(passed) for owner in passed.check.owners}

    def _judged(self, nodes: dict[Check, Nodes], reasons: dict[str, str]) -> Judgement:
        passed_on = self._passed_on(nodes, reasons)
        shared = {c for c in self._index.checks if passed_on.intersection(c.owners)} if passed_on else set()
        nodes |= dict.fromkeys(shared)
        ours = {check: own for check, own in nodes.items() if not all(owner.name in reasons for owner in check.owners)}
        results = self._kept(nodes, {check.sign[0] for check in shared}) + self._found(ours)
        if passed_on:
            from govgraph.review.oracle import ask_oracle

            results += ask_oracle(self._data, self._shapes, list(passed_on), None)
        whole = any(own is None for own in nodes.values())
        again = set().union(*(own for own in nodes.values() if own))
        return replace(
            self._earlier,
            results=results,
            conforms=not results,
            focus_nodes=None if whole else len(again),
            planned=self._earlier.shapes - len(reasons),
            passed_on=list(reasons.items()),
        )

    def _passed_on(self, nodes: dict[Check, Nodes], reasons: Mapping[str, str]) -> set[Shape]:
        """Shapes for the reference engine, and all that share a check with one of them."""
        found: set[Shape] = set()
        more = {owner for check in nodes for owner in check.owners if owner.name in reasons}
        while more:
            found |= more
            beside = (check.owners for check in self._index.checks if more.intersection(check.owners))
            more = {owner for owners in beside for owner in owners if owner.name in reasons} - found
        return found

    def _kept(self, nodes: Mapping[Check, Nodes], shared: Collection[str]) -> list[Result]:
        """Earlier results that the change cannot have touched."""
        again = {check.sign: own for check, own in nodes.items()}
        touched = {sign[0] for sign in again}
        nothing: set[Term] = set()

        def stands(result: Result) -> bool:
            own = again.get(sign_of(result), nothing)
            return result.shape not in shared and own is not None and result.focus not in own

        return [result for result in self._earlier.results if result.shape not in touched or stands(result)]

    def _found(self, nodes: Mapping[Check, Nodes]) -> list[Result]:
        """Results of the checks at the nodes, as far as these are still to be checked."""
        whole: list[Check] = []
        several: dict[tuple[str, frozenset[Term]], list[Check]] = {}
        for check, own in nodes.items():
            members = None if own is None else self._members(check, own)
            if members is None:
                whole.append(check)
            elif members:
                several.setdefault((check.sign[0], members), []).append(check)
        parts = [_together(checks) for checks in several.values()]
        targets = {route.target for check in whole for route in check.routes}
        wanted = classes_of([*parts, *(check.shape for check in whole)])
        wanted |= {name(target.term) for target in targets if target.kind == "class"}
        classes = Classes(self._data, wanted)
        runner = Runner(self._data, Conditions(classes.present, True), self._shapes.content)
        start = Targets(self._data, classes, (), None)
        found: list[Result] = []
        for (_, members), checks, part in zip(several, several.values(), parts, strict=True):
            found += run_check(runner, checks[0], part, [listed(list(members))])
        for check in whole:
            found += run_check(runner, check, check.shape, [focus_of(start, route) for route in check.routes])
        return found

    def _members(self, check: Check, nodes: set[Term]) -> frozenset[Term] | None:
        """The nodes that the check is about; None if that is hard to say of one."""
        try:
            return frozenset(node for node in nodes if any(self._leads(route, node) for route in check.routes))
        except TooFar:
            return None

    def _leads(self, route: Route, node: Term) -> bool:
        """Whether a node is found by a route."""
        if (route, node) not in self._meets:
            starts = {node}
            for way in reversed(route.ways):
                starts = self._view.follow(starts, way, forward=False)
            self._meets[route, node] = any(self._view.meets(start, route.target) for start in starts)
        return self._meets[route, node]


def _together(checks: Sequence[Check]) -> Shape:
    """Checks of one shape as one, so that they take one query where they can."""
    constraints = tuple(constraint for check in checks for constraint in check.shape.constraints)
    return replace(checks[0].shape, constraints=constraints)


def focus_of(start: Targets, route: Route) -> Focus | None:
    """The nodes that a route leads to."""
    focus = start.of(Shape(route.target.term, targets=(route.target,)))
    for path in route.paths:
        focus = along(focus, path) if focus else None
    return focus


def run_check(runner: Runner, check: Check, shape: Shape, where: Iterable[Focus | None]) -> list[Result]:
    """Results of one check, or of several of its shape together, at some nodes."""
    try:
        found = [result for focus in where if focus for _, result in runner.run(shape, focus)]
    except NotPlanned as reason:
        raise _Passed(check, str(reason)) from None
    return list(dict.fromkeys(found))
