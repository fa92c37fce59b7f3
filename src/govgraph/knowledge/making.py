"""Make the store and the names of a generation from the datasets of a data folder, a portion at a time.

Reading, deriving and naming are done dataset by dataset and portion by portion (`partition`), in two processes where
there is much to do; memory holds a few portions, whatever the size of the folder. The engine loads the named graphs
while portions are derived; it loads the rest, and names are written, while what was derived is judged.
"""

import datetime
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import Facts
from govgraph.knowledge.naming import named
from govgraph.knowledge.partition import Piece, Portion, partition
from govgraph.knowledge.portions import (
    DERIVED_GRAPH,
    Derived,
    dated,
    derive_portion,
    facts_of,
    line_of,
    names_of,
    write_facts,
)
from govgraph.knowledge.scanning import Scan, keep_lines, lines_about, parts_of, scan, stated_lines
from govgraph.knowledge.vocabulary import Vocabulary, vocabulary
from govgraph.knowledge.workers import Workers
from govgraph.rdf.files import read_lines
from govgraph.store.loading import load_quads
from govgraph.store.names import Row, write_names
from govgraph.store.told import EARLIER

__all__ = ["Made", "Source", "make", "processes_for"]

LARGE = 8 * 1024 * 1024
"""Bytes of data from which on work is done in several processes: they take a third of a second to start."""

PORTION = 60_000
"""Statements that are derived together, if they can be told apart from the rest."""

PROCESSES = 2

OVERLAPPING = 8
"""Portions of a load whose tables may lie over one another: a question looks into each of them."""


@dataclass(frozen=True)
class Source:
    """What a named graph is made of.

    Parameters
    ----------
    graph : its name.
    files : the files whose statements it holds.
    superseded : True where a later version replaces it: it never enters the default graph.
    """

    graph: str
    files: tuple[Path, ...]
    superseded: bool = False


@dataclass(frozen=True)
class Made:
    """What was made, before it is published.

    Parameters
    ----------
    loading : gives the store, open for writing.
    told : gives what the manifest says of it.
    folder : holds ``facts-{number}.nt`` of each portion, and ``facts-base.nt`` of the vocabulary, with what is derived.
    derived : what came of each portion.
    terms : of the vocabulary.
    described : numbers of all that some dataset describes or leads to; worked out when asked for.
    workers : to do more work with.
    """

    loading: Future[ox.Store]
    told: Callable[[], dict[str, Any]]
    folder: Path
    derived: Sequence[Derived]
    terms: frozenset[bytes]
    described: Callable[[], set[int]]
    workers: Workers

    @property
    def store(self) -> ox.Store:
        """The store, when all is loaded."""
        return self.loading.result()

    @property
    def summary(self) -> dict[str, Any]:
        """What the manifest says of it, when all is written."""
        return self.told()

    @property
    def statements(self) -> int:
        """Number of statements of the portions, with what is derived."""
        return sum(one.stated + one.derived for one in self.derived)


def processes_for(sources: Sequence[Source]) -> int:
    """How many processes are worth their start; 0 where this one will do."""
    size = sum(path.stat().st_size for source in sources for path in source.files)
    return min(PROCESSES, os.cpu_count() or 1) if size > LARGE else 0


@contextmanager
def make(
    ontology: Source,
    sources: Sequence[Source],
    day: datetime.date,
    scratch: Path,
    names: Path,
    workers: Workers,
    progress: Callable[[str], None] = lambda step: None,
) -> Iterator[Made]:
    """Make a store and its names; they are being written while the caller looks at what was derived.

    Parameters
    ----------
    ontology, sources : of the named graphs.
    day : a line that does not hold on this day carries nobody further.
    scratch : an empty folder for the store, and for what is needed on the way.
    names : file to be written.
    workers : do the work.
    progress : told each step.

    Raises
    ------
    BadRdf : names the file and the line; nothing has been made.
    EnvironmentFailed : a worker process died.
    """
    work = _Making(ontology, sources, day, scratch, workers, progress)
    work.read()
    with ThreadPoolExecutor(2, "govgraph-build") as beside:
        loading = beside.submit(work.load)
        try:
            work.derive()
            naming = beside.submit(work.write_names, names)
            yield work.made(loading, naming)
        except BaseException:
            work.give_up()
            raise


class _Making:
    """The steps of one making, with what each leaves for the next."""

    def __init__(
        self,
        ontology: Source,
        sources: Sequence[Source],
        day: datetime.date,
        scratch: Path,
        workers: Workers,
        progress: Callable[[str], None],
    ) -> None:
        self._ontology, self._sources, self._day = ontology, sources, day
        self._scratch, self._workers, self._progress = scratch, workers, progress
        self._current = [number for number, source in enumerate(sources) if not source.superseded]
        self._scans: dict[int, Scan] = {}
        self._base = Facts()
        self._derived: list[Derived] = []
        self._common: dict[bytes, None] = {}
        self._base_counts = (0, 0)
        self._all_derived = threading.Event()
        self._stopped = threading.Event()

    def give_up(self) -> None:
        """End what is done beside as soon as possible."""
        self._stopped.set()
        self._all_derived.set()  # nothing more to wait for

    def read(self) -> None:
        """Scan every dataset."""
        self._progress("reading")
        lines = dict.fromkeys(line for path in self._ontology.files for line in read_lines(path, self._ontology.graph))
        self._ontology_lines = list(lines)
        # The ontology is the last dataset, where the whole is one portion.
        keep_lines(self._scratch, len(self._sources), self._ontology_lines)
        known = frozenset(line.split(b" ", 1)[0] for line in lines)
        jobs = (
            (self._scratch, number, source.files, source.graph, known) for number, source in enumerate(self._sources)
        )
        for number, scanned in enumerate(self._workers.run(scan, jobs)):
            self._scans[number] = scanned
            if number and number % 100 == 0:
                self._progress(f"reading: {number:,} of {len(self._sources):,} datasets")
        self._vocabulary: Vocabulary = vocabulary(
            known, self._scans, self._current, lambda number, subjects: lines_about(self._scratch, number, subjects)
        )

    def derive(self) -> None:
        """Derive the vocabulary, and then every portion with it."""
        self._progress("deriving")
        words = self._vocabulary
        stated = list(dict.fromkeys((*self._ontology_lines, *words.lines)))
        self._base = facts_of(stated, ())
        derived = [line_of(statement) for statement in derive(self._base, self._day)] if words.apart else []
        self._base_counts = (len(stated) if words.apart else 0, len(derived))
        write_facts(self._scratch, "base", stated if words.apart else (), derived)
        terms = words.terms if words.apart else frozenset()
        portions = self._portions()
        earlier = tuple(self._earlier())
        jobs = ((self._scratch, number, portion, terms, self._day, earlier) for number, portion in enumerate(portions))
        for done, one in enumerate(self._workers.run(derive_portion, jobs), start=1):
            self._derived.append(one)
            self._common |= dict.fromkeys(one.common)
            if len(portions) > 1:
                self._progress(f"deriving: {done:,} of {len(portions):,} portions")
        write_facts(self._scratch, "common", (), list(self._common))
        self._all_derived.set()

    def _earlier(self) -> Iterator[int]:
        """Numbers of the sources that a later version replaces."""
        return (number for number, source in enumerate(self._sources) if source.superseded)

    def _portions(self) -> list[Portion]:
        words = self._vocabulary
        if not words.apart:
            return [tuple(Piece(number) for number in (len(self._sources), *self._current))]
        return partition(
            {number: self._scans[number] for number in self._current},
            words.numbers,
            PORTION,
            # By a worker: it numbers nodes as the other workers do, which this process does not.
            lambda number: next(self._workers.run(parts_of, [(self._scratch, number, words.terms)])),
        )

    def load(self) -> ox.Store:
        """Load everything into a store: the named graphs first, as they need not wait for what is derived."""
        own = f" <{self._ontology.graph}> .\n".encode()
        (self._scratch / "ontology.nq").write_bytes(b"".join(line[:-2] + own for line in self._ontology_lines))
        store = ox.Store(str(self._scratch / "working"))
        whole = 0

        def files() -> Iterator[Path]:
            nonlocal whole
            graphs = self._files("ontology.nq", *(f"graph-{number}.nq" for number in self._scans))
            yield from graphs
            self._all_derived.wait()
            told(0)
            self._progress("writing")
            parts = ["base", "common", *range(len(self._derived))]
            rest = self._files(*(f"facts-{part}.nt" for part in parts), *(f"derived-{part}.nq" for part in parts))
            whole = sum(file.stat().st_size for file in (*graphs, *rest))
            yield from rest

        def told(done: int) -> None:
            if self._stopped.is_set():
                raise CancelledError
            if whole:
                self._progress(f"writing: {done * 100 // whole} %")

        if load_quads(store, files(), told, threads=1) > OVERLAPPING:
            self._progress("putting tables together")
            store.optimize()
        for name, count in self._counts().items():
            if not count:
                store.add_graph(ox.NamedNode(name))
        store.flush()
        return store

    def _files(self, *names: str) -> list[Path]:
        return [self._scratch / name for name in names]

    def write_names(self, file: Path) -> int:
        """Write the names; gives the number of things named."""
        try:
            return write_names(file, self.names())
        except BaseException:
            self.give_up()
            raise

    def names(self) -> Iterator[Row]:
        """What every thing is called: current ones, and those that only earlier revisions speak of."""
        if self._vocabulary.apart:
            yield from named(self._base, self._base.about(), self._base)
        for number in range(len(self._derived)):
            if self._stopped.is_set():
                raise CancelledError
            yield from names_of(self._scratch, number)
        old = facts_of((line for number in self._earlier() for line in stated_lines(self._scratch, number)), ())
        current = {name for one in self._derived for name in one.still_named}
        gone = (subject for subject in old.about() if subject.value not in current)
        yield from named(old, gone, self._base, EARLIER)

    def _counts(self) -> dict[str, int]:
        """Number of statements of each named graph."""
        stated = {source.graph: self._scans[number].count for number, source in enumerate(self._sources)}
        derived = self._base_counts[1] + len(self._common) + sum(one.derived for one in self._derived)
        return {self._ontology.graph: len(self._ontology_lines), **stated, DERIVED_GRAPH: derived}

    def _summary(self, things: int) -> dict[str, Any]:
        counts = self._counts()
        return {
            "day": self._day.isoformat() if any(one.dated for one in self._derived) or dated(self._base) else None,
            "things": things,
            "statements": self._base_counts[0] + sum(one.stated for one in self._derived) + counts[DERIVED_GRAPH],
            "graphs": counts,
            "superseded": sorted(source.graph for source in self._sources if source.superseded),
        }

    def made(self, loading: Future[ox.Store], naming: Future[int]) -> Made:
        """What was made.

        Parameters
        ----------
        loading, naming : give the store, and the number of things named.
        """
        scans = [self._scans[number] for number in self._current]
        return Made(
            loading,
            lambda: self._summary(naming.result()),
            self._scratch,
            self._derived,
            self._vocabulary.terms,
            lambda: {node for scanned in scans for node in scanned.nodes},
            self._workers,
        )
