"""Ask one store everything, in a process of its own, and print the measures as JSON.

`python -m bench.scaling.asking STORE COUNCILS` asks about one thing at a time; with `--whole QUESTION` it asks one
question about everything, so that whoever started it can give it up.
"""

import argparse
import json
import resource
import signal
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bench.scaling.things import asked, sampled, thing
from govgraph.graph import Graph
from govgraph.limits import LIMITS
from govgraph.namespaces import PREFIXES
from govgraph.questions.library import find
from govgraph.store.base import Request
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generations

__all__ = ["main"]

ENDS = "SELECT ?party ?end WHERE { ?party gov:ultimatelyAnswersTo ?end }"
TOLD = ("council", "group of people", "body that decides", "accountab")
"""Words of descriptions; in a synthetic nation those of the terms and codes."""
TIMES = 3
MOST = 20.0
"""Seconds after which a question about one thing is given up."""


def main(words: list[str] | None = None) -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(prog="python -m bench.scaling.asking")
    options.add_argument("store", type=Path)
    options.add_argument("councils", type=int)
    options.add_argument("--whole", metavar="QUESTION")
    given = options.parse_args(words)
    measured = whole(given.store, given.whole) if given.whole else one_by_one(given.store, given.councils)
    print(json.dumps(measured | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


def whole(store: Path, name: str) -> dict[str, Any]:
    """One question about the whole graph, without the limits of the service."""
    latest = Generations(store).current()
    assert latest is not None
    unlimited = replace(LIMITS, answer_rows=10**9, answer_bytes=10**11)
    reader = EmbeddedReader(latest.store, latest.number, unlimited)
    taken: list[float] = []
    while not taken or (sum(taken) < 2000 and len(taken) < TIMES):  # the first answer of a process is a slow one
        started = time.perf_counter()
        answer = reader.answer(Request(find(name).text, accept=("text/csv",)))
        taken.append((time.perf_counter() - started) * 1000)
    return {"ms": statistics.median(taken), "rows": answer.rows}


def one_by_one(store: Path, councils: int) -> dict[str, Any]:
    """Opening, every question about one thing, the ends of all, a page, and searches."""
    codes = sampled(councils)
    opened = [_ms(lambda: Graph(_latest(store))) for _ in range(5)]
    graph = Graph(_latest(store))
    held = _resident()
    bodies = [thing("seats", "body", code) for code in codes]
    questions = {f"{name} {parameter}": _question(graph, name, parameter, codes) for name, parameter in asked()}
    return {
        "open": statistics.median(opened),
        "held": held,
        "statements": graph.manifest["statements"],
        "quads": len(graph._reader.store()),
        "questions": questions,
        "ends": statistics.median(_ms(lambda: _rows(graph, ENDS)) for _ in range(TIMES)),
        "ended": _rows(graph, ENDS),
        "page": statistics.median(_ms(partial(graph.describe, body)) for body in bodies for _ in range(TIMES)),
        "search": statistics.median(
            _ms(partial(graph.search, words)) for words in _searched(graph, bodies) for _ in range(TIMES)
        ),
        "told": statistics.median(_ms(partial(graph._names.told, words)) for words in TOLD for _ in range(TIMES)),
    }


def _latest(store: Path) -> Any:
    latest = Generations(store).current()
    assert latest is not None, f"there is no generation in {store}"
    return latest


class _TooLong(Exception):
    """A question about one thing takes longer than anybody waits for it."""


def _question(graph: Graph, name: str, parameter: str, codes: list[str]) -> dict[str, Any]:
    """The median of a question about one thing, and of its rows; no time where one answer takes too long."""
    taken, rows = [], []
    signal.signal(signal.SIGALRM, _give_up)
    try:
        for code in codes:
            given = {parameter: thing(name, parameter, code)}
            for _ in range(TIMES):
                signal.setitimer(signal.ITIMER_REAL, MOST)
                started = time.perf_counter()
                found = len(graph.ask(name, **given))
                taken.append((time.perf_counter() - started) * 1000)
                signal.setitimer(signal.ITIMER_REAL, 0)
                if taken[-1] > 1000:
                    break
            rows.append(found)
            if sum(taken) > MOST * 1000:
                break
    except _TooLong:
        return {"ms": None, "rows": None}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return {"ms": statistics.median(taken), "rows": statistics.median(rows)}


def _give_up(*_: object) -> None:
    raise _TooLong


def _ms(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    job()
    return (time.perf_counter() - started) * 1000


def _rows(graph: Graph, query: str) -> int:
    found: Any = graph._reader.store().query(query, prefixes=PREFIXES)
    return sum(1 for _ in found)


def _searched(graph: Graph, bodies: list[str]) -> list[str]:
    """What somebody types: the name of a body, two words of it, and one word that every council has."""
    names = [graph._names.label(body) for body in bodies]
    return [*names, *(" ".join(name.split()[:2]) for name in names), "partnership board", "full council"]


def _resident() -> int:
    """Bytes that this process holds in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
