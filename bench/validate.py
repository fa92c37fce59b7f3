"""Review at council scale: govgraph beside pyshifty and pySHACL over the synthetic nation, in one run.

Every engine gets the same statements and the same shapes, in a process of its own, and must give the same report. CPU
seconds are compared, since other work may run beside. pySHACL takes very long for a million statements: there it runs
only with `--patient`, and nothing is extrapolated. `--councils N …` chooses other sizes.
"""

import argparse
import pickle
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.measure import table

__all__ = ["main"]

SIZES = (31, 308)
"""Councils for about 100,000 and 1,000,000 statements."""

PATIENCE = 200_000
"""Most statements that pySHACL is given without `--patient`."""

EDITS = 200
"""Nodes that are validated again one by one, and statements that are changed one by one."""


class Clock:
    """CPU and wall-clock seconds of this process since it was made."""

    def __init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def read(self) -> tuple[float, float]:
        return time.process_time() - self.cpu, time.perf_counter() - self.wall


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def govgraph(data: Path, shapes: Path) -> dict[str, Any]:
    """This project: load into the embedded store, judge, and judge single nodes again."""
    import pyoxigraph as ox

    from govgraph.review.data import StoreData
    from govgraph.review.engine import judge
    from govgraph.review.shapes import read_shapes

    whole = Clock()
    store = ox.Store()
    store.bulk_load(path=str(data), format=ox.RdfFormat.N_TRIPLES)
    wanted = read_shapes([shapes.read_bytes()])
    alone = Clock()
    judged = judge(StoreData(store), wanted)
    measured = {"validate": alone.read(), "whole": whole.read(), "memory": _memory()}
    assert not judged.passed_on, f"not planned: {judged.passed_on}"
    nodes = sorted({quad.subject.value for quad in store if isinstance(quad.subject, ox.NamedNode)})
    taken = []
    for node in random.Random(1).sample(nodes, EDITS):
        one = Clock()
        judge(StoreData(store), wanted, focus=[ox.NamedNode(node)])
        taken.append(one.read()[1] * 1000)
    measured["edit"] = _median_and_most(taken)
    measured["change"] = _median_and_most(_changes(store, wanted, judged))
    from bench.shacl.reports import result_rows

    return measured | {"rows": result_rows(judged.results)}


def _changes(store: Any, wanted: Any, judged: Any) -> list[float]:
    """Milliseconds to judge again after each of some retargeted statements; the last report must be the whole one."""
    import pyoxigraph as ox

    from govgraph.review.affected import rejudge
    from govgraph.review.data import StoreData
    from govgraph.review.engine import judge
    from govgraph.review.results import key

    chance, taken = random.Random(2), []
    alike: dict[ox.NamedNode, list[ox.Triple]] = {}
    for quad in store:
        alike.setdefault(quad.predicate, []).append(quad.triple)
    statements = [statement for one in alike.values() for statement in one]
    rejudge(wanted, store, judged, [], [])  # learns once what the shapes read
    for old in chance.sample(statements, EDITS):
        new = ox.Triple(old.subject, old.predicate, chance.choice(alike[old.predicate]).object)
        store.remove(ox.Quad(*old))
        store.add(ox.Quad(*new))
        one = Clock()
        judged = rejudge(wanted, store, judged, [new], [old])
        taken.append(one.read()[1] * 1000)
    whole = judge(StoreData(store), wanted)
    assert set(map(key, judged.results)) == set(map(key, whole.results)), "judging again gives another report"
    return taken


def _median_and_most(taken: list[float]) -> tuple[float, float]:
    """The median, and what 95 of 100 keep within."""
    return statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)]


def pyshifty(data: Path, shapes: Path) -> dict[str, Any]:
    """The peer in Rust, asked for a standard report; it reads the data within its call."""
    import shifty

    whole = Clock()
    _, report, _ = shifty.validate(data, shapes, graph_mode="data", infer=False, on_unsupported="error")
    measured = {"validate": None, "whole": whole.read(), "memory": _memory()}
    from bench.shacl.reports import report_rows

    return measured | {"rows": report_rows(report)}


def pyshifty_algebra(data: Path, shapes: Path) -> dict[str, Any]:
    """The same peer by its fastest way, which names the nodes at fault and gives no standard report to compare."""
    import shifty

    whole = Clock()
    result = shifty.validate_algebra(data, shapes, graph_mode="data", infer=False)
    return {"validate": None, "whole": whole.read(), "memory": _memory(), "count": len(result.violations)}


def pyshacl(data: Path, shapes: Path) -> dict[str, Any]:
    """The reference, over rdflib in memory."""
    import logging

    from pyshacl import validate
    from rdflib import Graph

    logging.getLogger("pyshacl").setLevel(logging.CRITICAL)
    whole = Clock()
    graph, wanted = Graph(), Graph()
    graph.parse(data, format="nt")
    wanted.parse(shapes, format="nt")
    alone = Clock()
    _, report, _ = validate(
        graph, shacl_graph=wanted, inference="none", advanced=False, js=False, do_owl_imports=False, inplace=True
    )
    assert isinstance(report, Graph)
    measured = {"validate": alone.read(), "whole": whole.read(), "memory": _memory()}
    from bench.shacl.reports import report_rows

    return measured | {"rows": report_rows(report)}


ENGINES: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "govgraph": govgraph,
    "pyshifty": pyshifty,
    "pyshifty, algebra": pyshifty_algebra,
    "pySHACL": pyshacl,
}


def _measured(engine: str, data: Path, shapes: Path, scratch: Path) -> dict[str, Any]:
    """Run one engine in a process of its own."""
    out = scratch / "measured.pickle"
    command = [sys.executable, "-m", "bench.validate", "--engine", engine, str(data), str(shapes), str(out)]
    finished = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if finished.returncode:
        sys.exit(f"bench: {engine} failed:\n{finished.stderr[-2000:]}")
    result: dict[str, Any] = pickle.loads(out.read_bytes())
    return result


def _compare(councils: int, scratch: Path, patient: bool) -> tuple[list[list[str]], dict[str, Any]]:
    """The rows of the table for one size, and what was measured of our own engine."""
    import pyoxigraph as ox

    from bench.nation.shapes import chosen_shapes
    from bench.national import nation, write
    from govgraph.resources import packaged

    quads, data, shapes = scratch / "nation.nq", scratch / "data.nt", scratch / "shapes.nt"
    store = ox.Store()
    for path in sorted(packaged("ontology").rglob("*.ttl")):
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    _, faults = write(nation(councils, derive=True), quads)
    store.bulk_load(path=str(quads), format=ox.RdfFormat.N_QUADS)
    store.dump(data, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    statements = len(store)
    del store
    shapes.write_bytes(chosen_shapes()[0])
    found: dict[str, dict[str, Any]] = {}
    for engine in ENGINES:
        if engine == "pySHACL" and statements > PATIENCE and not patient:
            continue
        found[engine] = _measured(engine, data, shapes, scratch)
        print(f"{engine}, {statements:,} statements: done", file=sys.stderr, flush=True)
    _assert_equal(found)
    ours = found["govgraph"]
    assert len(ours["rows"]) >= faults, f"{faults} findings were to be made, {len(ours['rows'])} were"
    lines = []
    for engine, own in found.items():
        alone = own["validate"]
        lines.append(
            [
                f"{engine}, {statements:,}",
                f"{alone[0]:.2f}" if alone else "within",
                f"{own['whole'][0]:.2f}",
                f"{own['whole'][1]:.2f}",
                f"{own['memory'] / 2**20:,.0f}",
                f"{(alone or own['whole'])[0] / ours['validate'][0]:,.1f}",
                f"{own['whole'][0] / ours['whole'][0]:,.1f}",
                f"{len(own['rows']):,}" if "rows" in own else f"({own['count']:,} nodes)",
            ]
        )
    if "pySHACL" not in found:
        lines.append([f"pySHACL, {statements:,}", *["not run without --patient"], *[""] * 6])
    return lines, ours | {"statements": statements}


def _assert_equal(found: dict[str, dict[str, Any]]) -> None:
    """Stop unless the reports are equal: as sets of focus, path, value, component, shape and severity."""
    from bench.shacl.reports import as_pyshifty

    ours = set(found["govgraph"]["rows"])
    for engine, own in found.items():
        wanted = as_pyshifty(ours) if engine == "pyshifty" else ours
        if "rows" in own and (other := wanted ^ set(own["rows"])):
            sys.exit(f"bench: the reports of govgraph and {engine} differ in {len(other)} results: {sorted(other)[:5]}")


def main(words: Sequence[str] | None = None) -> None:
    """Measure all sizes and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.validate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--councils", type=int, nargs="+", default=SIZES, help="sizes of the nation")
    parser.add_argument("--patient", action="store_true", help="run pySHACL at every size")
    chosen = parser.parse_args(words or [])
    from bench.nation.shapes import RULES, chosen_shapes

    lines, growth = [], []
    with tempfile.TemporaryDirectory(prefix="govgraph-bench-") as folder:
        for councils in chosen.councils:
            own, ours = _compare(councils, Path(folder), chosen.patient)
            lines += own
            growth.append(ours)
    print(
        f"{len(RULES.split())} rules on {chosen_shapes()[1]} targeted shapes, equal reports; "
        f"pySHACL {version('pyshacl')}, pyshifty {version('pyshifty')}\n"
    )
    heading = ["engine, statements", "validate: CPU s", "load and validate: CPU s", "wall s", "peak MiB",
               "validate: ratio", "both: ratio", "results"]  # fmt: skip
    print(table(heading, lines))
    for small, large in pairwise(growth):
        wider, cost = large["statements"] / small["statements"], large["validate"][0] / small["validate"][0]
        print(f"\n{wider:.1f} times the statements take govgraph {cost:.1f} times the CPU seconds.")
    median, most = growth[-1]["edit"]
    size = growth[-1]["statements"]
    print(f"\nOne node again at {size:,} statements: {median:.1f} ms (median), {most:.1f} ms (95 of 100).")
    median, most = growth[-1]["change"]
    print(f"One statement changed, equal to the whole report: {median:.1f} ms (median), {most:.1f} ms (95 of 100).")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--engine"]:
        engine, data, shapes, out = sys.argv[2:]
        Path(out).write_bytes(pickle.dumps(ENGINES[engine](Path(data), Path(shapes))))
    else:
        main(sys.argv[1:])
