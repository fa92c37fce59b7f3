"""Open the current generation of a store: in a folder, built on first use where it is the default one; or elsewhere."""

from collections.abc import Callable, Sequence
from pathlib import Path

from govgraph.errors import BadInput, StoreMissing
from govgraph.graph import Graph
from govgraph.knowledge.build import Built, Gate, build
from govgraph.settings import credentials as credentials_named
from govgraph.settings import default_store, store_address
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generations
from govgraph.store.remote_generations import RemoteGenerations

__all__ = ["open"]


def open(
    store: str | Path | Endpoint | None = None,
    *,
    update_url: str | None = None,
    graph_store_url: str | None = None,
    engine: str | None = None,
    credentials: str = "",
    default_graphs: Sequence[str] = (),
    seconds: float | None = None,
    gate: Gate | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Graph:
    """Open the current generation of a store.

    Parameters
    ----------
    store : its folder, or the address of a SPARQL endpoint; None is what GOVGRAPH_STORE names, or the default store,
        which is built from the packaged graph on first use.
    update_url, graph_store_url, engine : of an endpoint, where they are not what its engine usually has.
    credentials : which of those in the environment an endpoint gets; without a name, GOVGRAPH_STORE_USER and so on.
    default_graphs : graphs of an endpoint that are to be read as its default graph, or "union".
    seconds : how long to wait for one answer of an endpoint.
    gate, progress : for that first build.

    Raises
    ------
    StoreMissing : a named store that has not been built.
    StoreDamaged, StoreTooNew
    EndpointFailed : the endpoint does not answer, or not as one; each kind says what to do.
    BadInput : what is said of an endpoint cannot be.

    Examples
    --------
    ``open("https://example.org/sparql").ask("who-chairs", body="Partnership Board")``
    """
    place = store_address() if store is None else store
    if isinstance(place, str) and "://" in place:
        place = Endpoint(
            place,
            update_url=update_url,
            graph_store_url=graph_store_url,
            engine=engine,
            credentials=credentials_named(credentials),
            seconds=seconds,
            default_graphs=default_graphs,
        )
    if isinstance(place, Endpoint):
        progress(f"asking {place.url}")
        return Graph(RemoteGenerations(place).latest())
    if any((update_url, graph_store_url, engine, credentials, default_graphs, seconds)):
        raise BadInput("what is said of an endpoint is said of a folder", "Name the address of the endpoint.")
    generations = Generations(Path(place) if place else default_store())
    if place:
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
