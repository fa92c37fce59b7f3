"""The judgement of data by shapes: planned as SPARQL, and by the reference engine where that is not possible."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyoxigraph as ox

from govgraph.review.components import Conditions, NotPlanned
from govgraph.review.data import Data
from govgraph.review.model import Shape, Shapes
from govgraph.review.planning import Found, Runner
from govgraph.review.results import Result
from govgraph.review.targets import Classes, Targets
from govgraph.review.triples import Term, name

__all__ = ["Judgement", "classes_of", "judge"]

_THREADS = 2
"""Queries at a time: two take two thirds of the time of one, for a little more work; more take no less."""


@dataclass(frozen=True)
class Judgement:
    """What a validation found.

    Parameters
    ----------
    shapes : number of shapes with a target that were run.
    focus_nodes : number of nodes that were asked for; None if all were.
    planned : number of those shapes that were run as queries.
    passed_on : shape and reason of those that the reference engine ran.
    without_target : node shapes that no target and no other shape reaches.
    """

    results: list[Result]
    conforms: bool
    shapes: int
    focus_nodes: int | None
    planned: int
    passed_on: list[tuple[str, str]]
    without_target: list[str]


def judge(
    data: Data,
    shapes: Shapes,
    focus: Collection[Term] | None = None,
    progress: Callable[[int, int], None] = lambda done, whole: None,
    threads: int = _THREADS,
) -> Judgement:
    """Validate data.

    Parameters
    ----------
    focus : look at these nodes only, as far as the targets include them; None is every target.
    progress : told after each shape how many are done, and how many there are.
    threads : queries at a time; an endpoint is asked one after the other.

    Raises
    ------
    EnvironmentFailed : a shape needs the reference engine, and pySHACL is not installed.
    StoreFailed : an endpoint does not answer.
    """
    targeted = shapes.targeted
    classes = Classes(data, classes_of(targeted))
    unnamed = focus is not None and any(isinstance(node, ox.BlankNode) for node in focus)
    targets = Targets(data, classes, targeted, None if unnamed else focus)
    runner = Runner(data, Conditions(classes.present, data.merges_integers, data.several), shapes.content)

    def run(shape: Shape) -> list[Found] | str:
        try:
            nodes = targets.of(shape)
            return runner.run(shape, nodes) if nodes else []
        except NotPlanned as reason:
            return str(reason)

    found: list[Found] = []
    passed_on: list[tuple[Shape, str]] = []
    with ThreadPoolExecutor(threads if data.local else 1) as pool:
        for done, (shape, outcome) in enumerate(zip(targeted, pool.map(run, targeted), strict=True), start=1):
            if isinstance(outcome, str):
                passed_on.append((shape, outcome))
            else:
                found += outcome
            progress(done, len(targeted))
    if unnamed and focus is not None:
        # No query can name a blank node: all are judged, and the others left out.
        wanted = set(focus)
        found = [(node, result) for node, result in found if node in wanted]
    results = [result for _, result in found]
    if passed_on:
        from govgraph.review.oracle import ask_oracle

        results += ask_oracle(data, shapes, [shape for shape, _ in passed_on], focus)
    return Judgement(
        results,
        not results,
        len(targeted),
        None if focus is None else len(focus),
        len(targeted) - len(passed_on),
        [(shape.name, reason) for shape, reason in passed_on],
        shapes.without_target,
    )


def classes_of(shapes: Collection[Shape]) -> set[str]:
    """Every class that the shapes name."""
    return {name(term) for shape in _reached(shapes, set()) for term in _named(shape)}


def _named(shape: Shape) -> Iterator[Term]:
    yield from (target.term for target in shape.targets if target.kind == "class")
    yield from (constraint.value for constraint in shape.constraints if constraint.kind == "Class")


def _reached(shapes: Collection[Shape], seen: set[int]) -> Iterator[Shape]:
    for shape in shapes:
        if id(shape) not in seen:
            seen.add(id(shape))
            yield shape
            for constraint in shape.constraints:
                yield from _reached((*constraint.shapes, *constraint.siblings), seen)
