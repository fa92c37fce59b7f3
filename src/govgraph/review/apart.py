"""The review of what a build made, portion by portion: the report is the one that the review of the whole would give.

Most checks are confined to a portion (`confined`) and are run there, in memory and in the worker processes of the
build. The others are run over the store. Where some check cannot be run as a query, the whole is reviewed at once.
"""

import datetime
import functools
import pickle
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from govgraph.knowledge.making import Made
from govgraph.knowledge.scanning import split
from govgraph.review.affected import focus_of, run_check
from govgraph.review.checks import Check, checks_of, sign_of
from govgraph.review.components import Conditions, NotPlanned
from govgraph.review.confined import Outlook, Sign, gathered, scattered
from govgraph.review.data import IN_MEMORY, StoreData
from govgraph.review.engine import Judgement, classes_of, judge
from govgraph.review.findings import Finding, Report
from govgraph.review.model import Shapes
from govgraph.review.planning import Runner
from govgraph.review.results import Result
from govgraph.review.reviewing import Councils, by_name, joined, report_of, review, together
from govgraph.review.rulebook import Rulebook, shape_files
from govgraph.review.shapes import read_shapes
from govgraph.review.targets import Classes, Targets
from govgraph.review.triples import name
from govgraph.review.waivers import Waiver

__all__ = ["review_made"]

_THREADS = 2


def review_made(made: Made, *, waivers: Sequence[Waiver] = (), title: str = "") -> Report:
    """Review what a build made.

    Parameters
    ----------
    made : is read only.
    waivers, title : as for `review`.
    """
    if len(made.derived) < 2:
        small = made.statements <= IN_MEMORY
        return review(_in_memory(made) if small else made.store, waivers=waivers, title=title)
    shapes, book = _packaged()
    checks = checks_of(shapes)
    terms = frozenset(term[1:-1].decode() for term in made.terms)
    used = frozenset().union(*(one.used for one in made.derived))
    shared = frozenset().union(*(one.shared for one in made.derived))
    said = frozenset(quad.predicate.value for quad in ox.parse(path=str(made.folder / "facts-base.nt")))
    loose = frozenset(split(line)[1][1:-1].decode() for one in made.derived for line in one.common)
    abroad = frozenset().union(*(one.abroad for one in made.derived))
    outlook = Outlook(used, shared, abroad, terms, said, loose)
    apart, alone = frozenset(scattered(checks, outlook)), frozenset(gathered(checks, outlook))
    councils = by_name(council for one in made.derived for council in one.councils)
    strangers = {node for one in made.derived for node in one.strange}
    known = strangers & made.described() if strangers else set()
    closed = [known.isdisjoint(one.strange) for one in made.derived]
    of_portions = ((number, closed[number], one.several) for number, one in enumerate(made.derived))
    jobs = [
        (made.folder, number, apart, alone, councils, *known) for number, *known in ((None, True, None), *of_portions)
    ]
    scattered_checks = [check for check in checks if check.sign[0] in apart]
    packed: list[bytes] = []  # the engine still loads, and takes the memory
    results: list[Result] = []
    try:
        with ThreadPoolExecutor(1, "govgraph-review") as beside:
            whole = beside.submit(_judge_whole, shapes, scattered_checks, made)
            for found, left in made.workers.run(_judge_portion, jobs):
                packed.append(found)
                results += left
            results += whole.result()
    except NotPlanned:
        return review(made.store, waivers=waivers, title=title)
    data = StoreData(made.store, entailed=True)
    results = list(dict.fromkeys(results))  # several portions may have the same
    found_apart = (finding for some in packed for finding in _unpacked(some))
    findings = together(chain(found_apart, joined(results, book, data, councils)))
    judgement = Judgement(
        results, not findings, len(shapes.targeted), None, len(shapes.targeted), [], shapes.without_target
    )
    return report_of(findings, judgement, book, data, waivers, datetime.date.today(), title)


def _in_memory(made: Made) -> ox.Store:
    store = ox.Store()
    for part in ("base", "common", *range(len(made.derived))):
        _load(store, made.folder / f"facts-{part}.nt")
    return store


def _load(store: ox.Store, facts: Path) -> None:
    store.load(facts.read_bytes(), ox.RdfFormat.N_TRIPLES, lenient=True)  # a build wrote and so checked them


@functools.lru_cache(1)
def _packaged() -> tuple[Shapes, Rulebook]:
    files = shape_files()
    return read_shapes(files), Rulebook(files)


def _judge_portion(
    folder: Path,
    number: int | None,
    apart: frozenset[str],
    alone: frozenset[Sign],
    councils: Councils,
    closed: bool,
    several: frozenset[str] | None,
) -> tuple[bytes, list[Result]]:
    """What the confined checks find at the things of a portion; None is the vocabulary alone.

    Parameters
    ----------
    apart : shapes whose results are found otherwise.
    alone : checks whose results are put together with those of other portions.
    closed : whether all that a finding may tell is in the portion; else the results are given back for it.
    several : predicates of which something in the portion has more than one value; None is not known.
    """
    shapes, book = _packaged()
    store = ox.Store()
    _load(store, folder / "facts-base.nt")
    if number is not None:
        terms = set(_subjects(store))
        _load(store, folder / f"facts-{number}.nt")
    data = StoreData(store, entailed=True, several=several)
    judgement = judge(data, shapes, threads=1)  # the other processes have work for the other processors
    if judgement.passed_on:
        raise NotPlanned(judgement.passed_on[0][1])
    results = [result for result in judgement.results if result.shape not in apart]
    if number is not None:  # what the others find at terms is found in the vocabulary alone
        results = [result for result in results if result.focus not in terms or sign_of(result) in alone]
    if not closed:
        return _packed([]), results
    given = [result for result in results if sign_of(result) in alone]
    rest = [result for result in results if sign_of(result) not in alone]
    return _packed(joined(rest, book, data, councils)), given


def _packed(findings: list[Finding]) -> bytes:
    """Findings of a portion in a fraction of the memory."""
    return zlib.compress(pickle.dumps(findings), 1)


def _unpacked(packed: bytes) -> list[Finding]:
    findings: list[Finding] = pickle.loads(zlib.decompress(packed))  # noqa: S301 (made by our own worker)
    return findings


def _subjects(store: ox.Store) -> list[object]:
    return [quad.subject for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())]


def _judge_whole(shapes: Shapes, checks: Sequence[Check], made: Made) -> list[Result]:
    """What some checks find in the whole, when it is loaded."""
    if not checks:
        return []
    data = StoreData(made.store, entailed=True)
    wanted = classes_of([check.shape for check in checks])
    targets = {route.target for check in checks for route in check.routes}
    wanted |= {name(target.term) for target in targets if target.kind == "class"}
    classes = Classes(data, wanted)
    runner = Runner(data, Conditions(classes.present, data.merges_integers, data.several), shapes.content)
    start = Targets(data, classes, (), None)

    def run(check: Check) -> list[Result]:
        return run_check(runner, check, check.shape, [focus_of(start, route) for route in check.routes])

    with ThreadPoolExecutor(_THREADS) as threads:
        return [result for found in threads.map(run, checks) for result in found]
