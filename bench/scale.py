"""A nation of 10, 100, 469 and 4,000 councils: what building, asking, reviewing and dumping it costs, beside peers.

Each size is made, built, asked in a process of its own and taken away again before the next. A question is asked
about one thing (the same kind of thing in up to 15 councils; median), and about everything where it can be. The growth
of a question is its time at a size over its time at the size before, beside the growth of its answer.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.engines.servers import missing_virtuoso

from bench.measure import installed, run, size
from bench.national import nation, write_folder
from bench.scaling.pages import page_times
from bench.scaling.peers import endpoint_times, oxigraph_server, rdflib_times, virtuoso_server
from bench.scaling.tables import Size, put_into, tables
from govgraph.questions.library import library
from govgraph.resources import packaged
from govgraph.store.generations import Generations

__all__ = ["main"]

PORTION = 40 * 1024 * 1024
"""Bytes of the files that are loaded, as a build writes them."""


def main(words: list[str] | None = None) -> None:
    """Measure every size, and print the tables as they grow."""
    options = argparse.ArgumentParser(prog="python -m bench scale")
    options.add_argument("--councils", type=int, nargs="+", default=[10, 100], metavar="N")
    options.add_argument("--whole", type=float, default=20.0, help="seconds for a question about everything; 0: none")
    options.add_argument(
        "--review-to", type=int, default=469, metavar="N", help="largest nation whose store is reviewed"
    )
    options.add_argument("--load-to", type=int, default=469, metavar="N", help="largest nation that is loaded again")
    options.add_argument("--rdflib-to", type=int, default=100, metavar="N", help="largest nation that rdflib is given")
    options.add_argument("--virtuoso-to", type=int, default=469, metavar="N", help="the same for Virtuoso; 0: none")
    options.add_argument("--write", type=Path, metavar="FILE.md", help="put the tables into this document")
    given = options.parse_args(words or [])
    if given.virtuoso_to and missing_virtuoso():
        print(missing_virtuoso(), file=sys.stderr)
        given.virtuoso_to = 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was made goes away, however it is stopped
    measured = []
    for councils in given.councils:
        with tempfile.TemporaryDirectory(prefix="govgraph-bench-") as folder:
            measured.append(_measured(councils, Path(folder), given))
        print(f"\n{tables(measured, given.whole)}\n", flush=True)
        if given.write:
            put_into(given.write, tables(measured, given.whole))


def _measured(councils: int, scratch: Path, given: argparse.Namespace) -> Size:
    found, store = Size(councils), scratch / "store"
    _build(found, store, scratch)
    latest = Generations(store).current()
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
        "search in descriptions, ms": one["told"],
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
        _tell(councils, "reviewing the store")
        review = (*_govgraph("validate", "--store", store, "--fail-on", "never"), "--out", scratch / "report.csv")
        kept, anew = run(*review), run(*review, "--shapes", packaged("shapes"))
        found.figures |= {"review that the build kept, as CSV, s": kept.seconds}
        found.figures |= {
            "review of the store anew, s": anew.seconds,
            "review of the store anew, MB": anew.memory / 1e6,
        }
    _tell(councils, "serving")
    found.pages |= page_times(store, councils)
    _ask_peers(found, latest.store, scratch, given)
    return found


def _build(found: Size, store: Path, scratch: Path) -> None:
    """Build, derive and review in one command, as a user does; making the nation up is not counted."""
    _tell(found.councils, "making")
    write_folder(nation(found.councils), scratch / "data")
    _tell(found.councils, "building")
    faults_stay = ("--accept-violations", "bench", "--because", "the nation has faults on purpose")
    built = run(*_govgraph("build", scratch / "data", "--store", store, *faults_stay))
    shutil.rmtree(scratch / "data")
    found.figures |= {
        "built, derived and reviewed, s": built.seconds,
        "built, derived and reviewed, CPU s": built.cpu,
        "largest process of it, MB": built.memory / 1e6,
    }


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


def _ask_peers(found: Size, store: Path, scratch: Path, given: argparse.Namespace) -> None:
    _tell(found.councils, "asking the Oxigraph server")
    with oxigraph_server(store) as url:
        found.peers["Oxigraph server"] = endpoint_times(url, store, found.councils)
    if found.councils <= given.virtuoso_to:
        _tell(found.councils, "loading and asking Virtuoso")
        with virtuoso_server(store, scratch) as (url, seconds):
            found.figures["Virtuoso: load, statements a second"] = found.figures["statements"] / seconds
            found.peers["Virtuoso"] = endpoint_times(url, store, found.councils)
    if found.councils <= given.rdflib_to:
        _tell(found.councils, "asking rdflib")
        found.peers["rdflib"] = rdflib_times(store, found.councils)


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


if __name__ == "__main__":
    main(sys.argv[1:])
