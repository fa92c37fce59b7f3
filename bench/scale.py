"""A nation of 10, 100, 469 and 4,000 councils: what building, asking, reviewing and dumping it costs, beside peers.

Each size is made, built, asked in a process of its own and taken away again before the next. A question is asked
about one thing (the same kind of thing in up to 15 councils; median), and about everything where it can be. The growth
of a question is its time at a size over its time at the size before, beside the growth of its answer.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measure import installed, run, size, table
from bench.national import nation, write_folder
from bench.scaling.peers import COMPARED, Times, endpoint_times, oxigraph_server, rdflib_times
from govgraph.questions.library import library
from govgraph.store.generations import Generations

__all__ = ["main"]

PORTION = 40 * 1024 * 1024
"""Bytes of the files that are loaded, as a build writes them."""


@dataclass
class Size:
    """What was measured of a nation.

    Parameters
    ----------
    asked : by question and parameter, or by question: ms and rows.
    """

    councils: int
    figures: dict[str, float | None] = field(default_factory=dict)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    peers: dict[str, Times] = field(default_factory=dict)


def main(words: list[str] | None = None) -> None:
    """Measure every size, and print the tables."""
    options = argparse.ArgumentParser(prog="python -m bench scale")
    options.add_argument("--councils", type=int, nargs="+", default=[10, 100], metavar="N")
    options.add_argument("--whole", type=float, default=60.0, help="seconds for a question about everything; 0: none")
    options.add_argument("--review-to", type=int, default=469, metavar="N", help="largest nation that is reviewed")
    options.add_argument("--load-to", type=int, default=469, metavar="N", help="largest nation that is loaded again")
    options.add_argument("--rdflib-to", type=int, default=100, metavar="N", help="largest nation that rdflib is given")
    options.add_argument("--virtuoso", metavar="URL", help="an endpoint that holds the last of the nations")
    options.add_argument("--store", type=Path, help="a store that has been built for the last of the nations")
    given = options.parse_args(words or [])
    measured = []
    for councils in given.councils:
        own = given.store if councils == given.councils[-1] else None
        with _built(councils, own) as (found, store, scratch):
            _measure(found, store, scratch, given)
            if given.virtuoso and councils == given.councils[-1]:
                found.peers["Virtuoso"] = endpoint_times(given.virtuoso, councils)
        measured.append(found)
        _print(measured)


@contextmanager
def _built(councils: int, ready: Path | None) -> Iterator[tuple[Size, Path, Path]]:
    """A nation and its store, for as long as it is measured."""
    found = Size(councils)
    with tempfile.TemporaryDirectory(prefix="govgraph-bench-") as folder:
        scratch = Path(folder)
        store = ready or scratch / "store"
        if not ready:
            _tell(councils, "making")
            write_folder(nation(councils), scratch / "data")
            _tell(councils, "building")
            built = run(*_govgraph("build", scratch / "data", "--store", store, "--no-validate"))
            found.figures |= {"build, s": built.seconds, "build, MB": built.memory / 1e6}
            shutil.rmtree(scratch / "data")
        yield found, store, scratch


def _measure(found: Size, store: Path, scratch: Path, given: argparse.Namespace) -> None:
    councils = found.councils
    latest = Generations(store).current()
    assert latest is not None
    _tell(councils, "asking about one thing")
    one = _child("bench.scaling.asking", store, str(councils))
    found.asked |= one["questions"]
    found.figures |= {
        "statements": one["statements"],
        "bytes a quad": size(latest.store) / one["quads"],
        "open, ms": one["open"],
        "memory when opened, MB": one["held"] / 1e6,
        "memory after the questions, MB": one["memory"] / 1e6,
        "ends of all, ms": one["ends"],
        "entity page, ms": one["page"],
        "search, ms": one["search"],
    }
    if given.whole:
        for name in library():
            if not any(parameter.required for parameter in library()[name].parameters):
                _tell(councils, f"asking {name} about everything")
                found.asked[name] = _child(
                    "bench.scaling.asking", store, str(councils), "--whole", name, most=given.whole
                )
    _tell(councils, "dumping")
    dump = scratch / "dump.nq"
    found.figures["dump, quads a second"] = one["quads"] / run(*_govgraph("export", dump, "--store", store)).seconds
    if councils <= given.load_to:
        _tell(councils, "loading")
        _load(found, dump, scratch, one["quads"])
    dump.unlink()
    if councils <= given.review_to:
        _tell(councils, "reviewing")
        report = scratch / "report.csv"
        review = run(*_govgraph("validate", "--store", store, "--fail-on", "never", "--out", report))
        found.figures |= {"review, s": review.seconds, "review, MB": review.memory / 1e6}
    _tell(councils, "asking the peers")
    with oxigraph_server(latest.store) as url:
        found.peers["Oxigraph server"] = endpoint_times(url, councils)
    if councils <= given.rdflib_to:
        found.peers["rdflib"] = rdflib_times(latest.store, councils)


def _load(found: Size, dump: Path, scratch: Path, quads: int) -> None:
    """Our loading and the native loader's, of the same quads."""
    native = run(installed("oxigraph", "oxigraph"), "load", "--location", scratch / "native", "--file", dump)
    shutil.rmtree(scratch / "native")
    portions: list[Path] = []
    with dump.open("rb") as lines:
        while portion := lines.readlines(PORTION):
            portions.append(scratch / f"portion-{len(portions)}.nq")
            portions[-1].write_bytes(b"".join(portion))
    ours = run(sys.executable, "-m", "bench.scaling.loading", scratch / "ours", *portions)
    shutil.rmtree(scratch / "ours")
    for portion_file in portions:
        portion_file.unlink()
    found.figures |= {
        "load, quads a second": quads / ours.seconds,
        "native load, quads a second": quads / native.seconds,
        "time to that of the native loader": ours.seconds / native.seconds,
    }


def _govgraph(*words: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", "govgraph", *words]


def _child(module: str, store: Path, *words: str, most: float | None = None) -> dict[str, Any]:
    """What a process of its own measures; no time where it takes too long."""
    try:
        command = [sys.executable, "-m", module, str(store), *words]
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=most, check=True)
    except subprocess.TimeoutExpired:
        return {"ms": None, "rows": None}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _tell(councils: int, what: str) -> None:
    print(f"{councils:,} councils: {what}", file=sys.stderr, flush=True)


def _print(sizes: Sequence[Size]) -> None:
    """The tables so far: each size is told as soon as it is measured."""
    heading = [f"{one.councils:,} councils" for one in sizes]
    names = dict.fromkeys(name for one in sizes for name in one.figures)
    rows = [[name, *(_number(one.figures.get(name)) for one in sizes)] for name in names]
    print(f"\n{table(['', *heading], rows)}\n")
    wide = [part for one in sizes for part in (f"{one.councils:,}: ms", "rows", "growth")]
    for title, parameter in (("one thing", True), ("everything", False)):
        asked = dict.fromkeys(name for one in sizes for name in one.asked if (" " in name) == parameter)
        if asked:
            print(f"{table([f'a question about {title}', *wide], [_grown(sizes, name) for name in asked])}\n")
    peers = dict.fromkeys(peer for one in sizes for peer in one.peers)
    asked_of_peers = dict.fromkeys(
        (*COMPARED, *(name for one in sizes for peer in one.peers.values() for name in peer))
    )
    rows = [
        [f"{name}, {peer}", *(_number(one.peers.get(peer, {}).get(name), peer in one.peers) for one in sizes)]
        for name in asked_of_peers
        for peer in peers
    ]
    print(f"{table(['peer, ms', *heading], rows)}\n", flush=True)


def _grown(sizes: Sequence[Size], name: str) -> list[str]:
    """A question's time, rows and growth; the growth that its answer does not explain is marked."""
    cells, before = [name], None
    for one in sizes:
        now = one.asked.get(name)
        grown = ""
        if now and now["ms"] and before and before["ms"]:
            factor, answer = now["ms"] / before["ms"], max(now["rows"], 1) / max(before["rows"], 1)
            grown = f"{factor:.1f}{' !' if factor > 2 * answer and now['ms'] > 5 else ''}"
        cells += [_number(now["ms"], True) if now else "", _number(now["rows"]) if now else "", grown]
        before = now
    return cells


def _number(value: float | None, tried: bool = False) -> str:
    if value is None:
        return "given up" if tried else ""
    return (
        f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")
    )


if __name__ == "__main__":
    main(sys.argv[1:])
