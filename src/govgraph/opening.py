"""Open the current generation of a store, which is built on first use where it is the default one."""

from collections.abc import Callable
from pathlib import Path

from govgraph.errors import StoreMissing
from govgraph.graph import Graph
from govgraph.knowledge.build import Built, Gate, build
from govgraph.settings import default_store
from govgraph.store.generations import Generations

__all__ = ["open"]


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
