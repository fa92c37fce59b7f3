"""Every rule of the review alone over two synthetic nations, one twice the other: which are slow, and which grow.

The nations hold what a build derives. A rule that takes longer than `--slow` seconds at the larger size, or whose time
grows by more than `--growth` when the councils double, is listed.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from bench.measure import table
from bench.nation.derived import ontology
from bench.national import nation
from govgraph.namespaces import PREFIXES
from govgraph.resources import packaged
from govgraph.review.data import StoreData
from govgraph.review.engine import judge
from govgraph.review.model import Shape, Shapes
from govgraph.review.shapes import read_shapes

__all__ = ["alone", "made", "main", "seconds"]

SIZES = (15, 30)
SLOW = 0.2
GROWTH = 2.6
"""Twice the data may take twice the time, and as much again by a third for what the machine does beside."""

NOTICEABLE = 0.02
"""Growth is judged of rules that take so many seconds at least: below, the clock says little."""

_IDENTIFIER = PREFIXES["dct"] + "identifier"


def alone(shapes: Shapes) -> Iterator[tuple[str, Shapes]]:
    """Each rule by itself, with its identifier: a shape with a target and one of its property shapes."""
    for shape in shapes.targeted:
        own = tuple(each for each in shape.constraints if each.kind != "Property")
        inner = [each for each in shape.constraints if each.kind == "Property"]
        if own:
            yield _identifier(shapes, shape), replace(shapes, targeted=[replace(shape, constraints=own)])
        for each in inner:
            yield _identifier(shapes, each.shapes[0]), replace(shapes, targeted=[replace(shape, constraints=(each,))])


def _identifier(shapes: Shapes, shape: Shape) -> str:
    """The identifier of a rule; the name of a shape that is none."""
    found = shapes.graph.one(shape.node, _IDENTIFIER)
    return found.value if isinstance(found, ox.Literal) else shape.name


def made(councils: int, faulty: float = 0.01) -> ox.Store:
    """A nation with ontology and all that a build derives, in memory."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(*statement) for statement in ontology())
    for part in nation(councils, faulty=faulty, derive=True):
        lines = "".join(f"{' '.join(statement)} .\n" for statement in part.statements)
        store.bulk_load(lines.encode(), ox.RdfFormat.N_TRIPLES)
    return store


def seconds(store: ox.Store, shapes: Shapes, times: int = 2) -> dict[str, float]:
    """CPU seconds of each rule alone, the least of several runs; a slow one is run once."""
    data, found = StoreData(store), dict[str, float]()
    for rule, part in alone(shapes):
        taken: list[float] = []
        while len(taken) < times and sum(taken) < 1:
            started = time.process_time()
            judge(data, part)
            taken.append(time.process_time() - started)
        found[rule] = found.get(rule, 0.0) + min(taken)
    return found


def _whole(store: ox.Store, shapes: Shapes) -> str:
    """All rules in one review."""
    started = time.process_time()
    judged = judge(StoreData(store), shapes)
    cpu = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{len(store):,} statements, all rules: {cpu:.1f} CPU s, {len(judged.results):,} results, {memory:,.0f} MiB"


def main(words: Sequence[str] | None = None) -> None:
    """Measure every rule at two sizes, print those that are slow or grow, and end with 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m bench.shapes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--councils", type=int, nargs="+", default=SIZES, help="sizes of the nation")
    parser.add_argument("--slow", type=float, default=SLOW, help="seconds that a rule may take at the last size")
    parser.add_argument("--growth", type=float, default=GROWTH, help="most growth of the time from size to size")
    parser.add_argument("--whole", action="store_true", help="only all rules together")
    parser.add_argument("--shapes", type=Path, default=packaged("shapes"), help="folder of the shapes")
    chosen = parser.parse_args(words or [])
    shapes = read_shapes(sorted(chosen.shapes.rglob("*.ttl")))
    measured: list[dict[str, float]] = []
    for councils in chosen.councils:
        store = made(councils)
        print(f"{councils} councils, {_whole(store, shapes)}", flush=True)
        if not chosen.whole:
            measured.append(seconds(store, shapes))
    if not measured:
        return
    first, last = measured[0], measured[-1]
    rows = []
    for rule, most in sorted(last.items(), key=lambda each: -each[1]):
        growth = most / first[rule]
        if most > chosen.slow or (most > NOTICEABLE and len(measured) > 1 and growth > chosen.growth):
            rows.append([rule, f"{first[rule]:.3f}", f"{most:.3f}", f"{growth:.1f}"])
    sizes = [f"CPU s, {councils} councils" for councils in (chosen.councils[0], chosen.councils[-1])]
    print(f"{len(last)} rules, {sum(last.values()):.1f} CPU s one by one; slow or growing: {len(rows)}\n")
    if rows:
        print(table(["rule", *sizes, "times"], rows))
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
