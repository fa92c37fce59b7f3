"""The Python door: open a store, ask questions, run queries.

>>> graph = open()                                                      # doctest: +SKIP
>>> graph.ask("who-chairs", body="Partnership Board").rows              # doctest: +SKIP
"""

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from govgraph.errors import StoreMissing
from govgraph.knowledge.build import Built, Gate, build
from govgraph.knowledge.comparison import Side, compare
from govgraph.knowledge.difference import Change
from govgraph.knowledge.snapshot import Snapshot, snapshot
from govgraph.questions.library import find
from govgraph.questions.marking import of_the_whole
from govgraph.questions.runner import ask
from govgraph.questions.table import Table, read_table
from govgraph.settings import default_store
from govgraph.store.base import GRAPH_TYPES, Answer, Request
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generation, Generations
from govgraph.store.names import Named, Names

__all__ = ["Graph", "open"]


class Graph:
    """One generation of a store, for reading.

    Parameters
    ----------
    generation : from `Generations.current`.
    snapshot : what of it is read, where that is not all; `at` gives such a graph.
    """

    def __init__(self, generation: Generation, snapshot: Snapshot | None = None) -> None:
        self.generation = generation.number
        self.manifest = generation.manifest
        self.folder = generation.folder
        self._opened = generation
        self._snapshot = snapshot
        self._reader = EmbeddedReader(snapshot.store if snapshot else generation.store, generation.number)
        self._names = Names(generation.names)

    def at(
        self, as_of: str | datetime.date | None = None, version: str | None = None, dated_only: bool = False
    ) -> "Graph":
        """The graph as it stood on a day, or as one version of a document tells it; this one is left as it is.

        Parameters
        ----------
        as_of : a day; what was not valid on it is left out, what is undated is kept and marked.
        version : label, short name or IRI of a document version, such as "handbook-earlier".
        dated_only : with a day: leave out undated lines, holdings and portfolios.

        Raises
        ------
        BadInput : the day is not one.
        UnknownVersion : with names that are close.

        Examples
        --------
        ``graph.at("2011-04-17").ask("who-chairs", body="Partnership Board").notes``
        """
        if as_of is None and version is None and not dated_only:
            return self
        whole = self._snapshot.whole if self._snapshot else self._reader.store
        found = snapshot(whole, self.manifest, as_of=as_of, version=version, dated_only=dated_only)
        return Graph(self._opened, found)

    @property
    def notes(self) -> list[str]:
        """What to know about every answer of a graph that `at` gave; nothing for a whole generation."""
        if self._snapshot is None:
            return []
        return of_the_whole(self._snapshot)

    @property
    def parameters(self) -> dict[str, Any]:
        """What `at` was given: as_of, version, dated_only; empty for a whole generation."""
        return dict(self._snapshot.parameters) if self._snapshot else {}

    def changes_to(self, other: "Graph", *, evidence: bool = True) -> list[Change]:
        """What the other graph says and this one does not, and the reverse, by thing.

        Parameters
        ----------
        other : another generation, or what `at` gave.
        evidence : whether clauses, and which of them a statement rests on, count too.

        Examples
        --------
        ``[str(change) for change in graph.at("2011-01-01").changes_to(graph.at("2012-01-01"))]``
        """
        return compare(self._side, other._side, evidence=evidence)

    @property
    def _side(self) -> Side:
        if self._snapshot:
            return Side(self._snapshot.store, self._snapshot.graphs)
        return Side.of_generation(self._reader.store, self.manifest)

    def ask(self, question: str, **parameters: str) -> Table:
        """Ask a saved question.

        Parameters
        ----------
        question : its id, such as "ultimately-accountable-to".
        parameters : by name; a thing is named by label, other name or IRI.

        Raises
        ------
        UnknownQuestion, UnknownThing, BadParameter
        """
        return ask(find(question), parameters, self._reader, self._names, self._snapshot)

    def select(self, query: str) -> Table:
        """Run a SELECT or ASK query.

        Raises
        ------
        QuerySyntax : with line and column.
        """
        answer = self.answer(Request(query, accept=("application/sparql-results+json",)))
        table = read_table(answer.body, answer.generation)
        if self._snapshot is None:
            return table
        return replace(table, parameters=self.parameters, notes=self.notes)

    def construct(self, query: str) -> bytes:
        """Run a CONSTRUCT or DESCRIBE query; the statements as N-Triples."""
        return self.answer(Request(query, accept=("application/n-triples", *GRAPH_TYPES))).body

    def answer(self, request: Request) -> Answer:
        """Answer a query in any of the standard formats."""
        return self._reader.answer(request)

    def find(self, name: str) -> Named:
        """The thing with this label, other name or IRI; raises UnknownThing with names that are close."""
        return self._names.find(name)

    def search(self, text: str) -> list[Named]:
        """Things with a name that holds the words."""
        return self._names.search(text)


def open(
    store: str | Path | None = None, *, gate: Gate | None = None, progress: Callable[[str], None] = lambda step: None
) -> Graph:
    """Open the current generation of a store.

    Parameters
    ----------
    store : its folder; None is the default store, which is built from the packaged graph on first use.
    gate, progress : for that first build.

    Raises
    ------
    StoreMissing : a named store that has not been built.
    StoreDamaged, StoreTooNew
    """
    generations = Generations(Path(store) if store else default_store())
    if store:
        return Graph(generations.current())
    return Graph(_up_to_date(generations, gate, progress).generation)


def _up_to_date(generations: Generations, gate: Gate | None, progress: Callable[[str], None]) -> Built:
    """The default store, built on first use and again when the packaged graph has changed."""
    try:
        current = generations.current()
    except StoreMissing:
        return build(generations, gate=gate, progress=progress)
    if current.manifest.get("data") != "packaged":
        return Built(current, fresh=False)
    return build(generations, gate=gate, progress=progress)
