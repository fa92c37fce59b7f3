"""Apply one change to an open store; what it means for the rest of a generation is decided elsewhere."""

from collections.abc import Iterable

import pyoxigraph as ox

from govgraph.errors import BadInput, ChangeRefused, QueryRefused, WriterFailed
from govgraph.namespaces import PREFIXES
from govgraph.store.embedded import reached_out, syntax_error
from govgraph.writing.request import Write
from govgraph.writing.updates import check_update, with_dataset
from govgraph.writing.uploads import read_upload

__all__ = ["apply", "graph_node"]


def apply(store: ox.Store, write: Write, body: bytes) -> None:
    """Apply a change.

    Raises
    ------
    QuerySyntax, BadRdf : with line and column.
    QueryRefused : LOAD, SERVICE, or an update that is too deep.
    BadInput : whatever else is wrong with it; the store may then hold a part of it, and is to be thrown away.
    """
    if write.kind == "update":
        text = body.decode()
        check_update(text)
        _run(store, with_dataset(text, write.using, write.using_named), write.base, shown=text)
    elif write.kind == "patch":
        _patch(store, write, body)
    elif write.kind == "delete":
        _keep_only(store, write.graph, set())
        if write.graph:
            store.remove_graph(ox.NamedNode(write.graph))
    else:
        given = set(_uploaded(write, body))
        if write.kind == "put":
            given -= _keep_only(store, write.graph, given)
        if given:
            store.bulk_extend(given)
        if write.graph:
            store.add_graph(ox.NamedNode(write.graph))


def graph_node(name: str) -> ox.NamedNode | ox.DefaultGraph:
    """The graph of that name; "" is the default graph.

    Raises
    ------
    BadInput : the name is no IRI.
    """
    try:
        return ox.NamedNode(name) if name else ox.DefaultGraph()
    except ValueError as error:
        raise BadInput(f"not a legal IRI: {error}", "Name graphs by absolute IRIs.") from None


def _uploaded(write: Write, body: bytes) -> Iterable[ox.Quad]:
    place = 0
    for part in write.parts:
        yield from read_upload(part, body[place : place + part.length], write.base, write.graph)
        place += part.length


def _keep_only(store: ox.Store, graph: str | None, kept: set[ox.Quad]) -> set[ox.Quad]:
    """Take out of a graph what is not to be kept, statement by statement; gives what is left.

    The engine's own clearing is one transaction, and twice as slow for 100,000 statements. None is needed: where
    something goes wrong, the store is thrown away.
    """
    if graph is None:
        store.clear()
        return set()
    held = list(store.quads_for_pattern(None, None, None, graph_node(graph)))
    for quad in held:  # in the engine's order, which is the quicker one
        if quad not in kept:
            store.remove(quad)
    return kept.intersection(held)


def _patch(store: ox.Store, write: Write, body: bytes) -> None:
    """Run an update over one graph as if it were all there is."""
    assert write.graph is not None
    node = graph_node(write.graph)
    before = [
        ox.Quad(quad.subject, quad.predicate, quad.object) for quad in store.quads_for_pattern(None, None, None, node)
    ]
    alone = ox.Store()
    alone.bulk_extend(before)
    text = body.decode()
    check_update(text)
    _run(alone, text, write.base, shown=text)
    if named := next(iter(alone.named_graphs()), None):
        raise ChangeRefused(
            f"the patch writes to the graph {named}, and only the one that it is sent to can change",
            "Leave GRAPH, INTO and WITH out, or send it to /update.",
        )
    after = set(alone)
    for quad in set(before) - after:
        store.remove(ox.Quad(quad.subject, quad.predicate, quad.object, node))
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object, node) for quad in after - set(before))


def _run(store: ox.Store, text: str, base: str, shown: str) -> None:
    try:
        store.update(text, base_iri=base or None, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_error(shown, error, "update") from None
    except OSError as error:
        if reached_out(error):
            raise QueryRefused("the update asks for a file or the network", "LOAD is not offered here.") from None
        raise WriterFailed(
            f"the change cannot be kept ({error})", "Nothing was changed; make room and retry."
        ) from None
    except (RuntimeError, ValueError) as error:
        raise BadInput(f"the update failed, so nothing was changed: {error}", "Mend it and send it again.") from None
