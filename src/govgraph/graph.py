"""The Python door: open a store, ask questions, run queries.

>>> graph = open()                                                      # doctest: +SKIP
>>> graph.ask("who-chairs", body="Partnership Board").rows              # doctest: +SKIP
"""

from collections.abc import Callable
from pathlib import Path

from govgraph.errors import StoreMissing
from govgraph.knowledge.build import Built, Gate, build
from govgraph.questions.library import find
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
    """

    def __init__(self, generation: Generation) -> None:
        self.generation = generation.number
        self.manifest = generation.manifest
        self.folder = generation.folder
        self._reader = EmbeddedReader(generation.store, generation.number)
        self._names = Names(generation.names)

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
        return ask(find(question), parameters, self._reader, self._names)

    def select(self, query: str) -> Table:
        """Run a SELECT or ASK query.

        Raises
        ------
        QuerySyntax : with line and column.
        """
        answer = self.answer(Request(query, accept=("application/sparql-results+json",)))
        return read_table(answer.body, answer.generation)

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
