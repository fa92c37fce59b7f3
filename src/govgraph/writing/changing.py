"""Make one new generation of the current one and a change, under the one lock for writing.

A change is applied to a copy of the current store (its table files are hard links, and RocksDB never alters a table
file), so whatever goes wrong, and whenever the process is killed, the current generation stays what it was. What the
killed process left behind, the next writer removes.
"""

import hashlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

import govgraph
from govgraph.errors import PreconditionFailed
from govgraph.store.generations import Generation, Generations
from govgraph.store.names import write_names
from govgraph.writing.applying import apply, graph_node
from govgraph.writing.checking import Judge
from govgraph.writing.governed import govern
from govgraph.writing.request import Write, Written, changed_last

__all__ = ["change", "make_empty", "write"]

Contents = dict[str, set[ox.Quad]]


def change(
    generations: Generations, update: str, *, gate: Judge | None, who: str, accept: str | None = None
) -> Generation:
    """Change a store by a SPARQL Update, in this process.

    Parameters
    ----------
    update : it writes to named graphs; the default graph follows from them.
    gate : gives the report of the merged facts, such as `govgraph.writing.checking.packaged_judge`; violations that
        the change would add refuse it. None changes unchecked.
    who : recorded with the change.
    accept : who accepts violations that the change adds; recorded; None: nobody.

    Returns
    -------
    The generation that is now current; its manifest says under "change" what was done. A change that changes nothing
    makes no generation.

    Raises
    ------
    QuerySyntax, QueryRefused, BadInput : the update; nothing has changed.
    ChangeRefused : it adds violations; nothing has changed.
    StoreInUse : another process is writing.

    Examples
    --------
    ``change(Generations(folder), "DELETE WHERE { GRAPH ?g { id:x ?p ?o } }", gate=packaged_judge, who="clerk")``
    """
    write(generations, Write("update", who, accept=accept or ""), update.encode(), gate)
    return generations.current()


def write(generations: Generations, asked: Write, body: bytes, judge: Judge | None = None) -> Written:
    """Carry out one change; see `change` for what it raises.

    Raises
    ------
    PreconditionFailed : the graph is not as the change expects.
    """
    with generations.writing() as scratch:
        before = generations.latest()
        _check_expected(before, asked)
        created = bool(asked.graph) and asked.graph not in before.manifest["graphs"]
        built = scratch / "generation"
        made = _make(before, asked, body, judge, scratch, built)
        if made is None:
            return Written(before.number, created=False, changed=False, added=0, removed=0)
        summary, told = made
        changed, added, removed = told["graphs"], told["added"], told["removed"]
        last = {name: changed_last(before.manifest, name) for name in ("", *before.manifest["graphs"])}
        last |= dict.fromkeys(
            changed if before.manifest.get("plain") else ("", *changed), 1 + max(generations.numbers())
        )
        summary |= {
            "govgraph": govgraph.__version__,
            "change": told,
            "changes": before.manifest.get("changes", 0) + 1,
            "since": {name: at for name, at in last.items() if name == "" or name in summary["graphs"]},
        }
        generation = generations.publish(built, summary, before)
        return Written(generation.number, created, changed=True, added=added, removed=removed, graphs=changed)


def _make(
    before: Generation, asked: Write, body: bytes, judge: Judge | None, scratch: Path, built: Path
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Write what a change makes of a generation into the folder `built`; None if nothing changes.

    The copy that is written to is closed when this returns.

    Returns
    -------
    What the manifest says of the new generation, and of the change.
    """
    touched = None if asked.graph is None else [asked.graph]
    if _replaces_most(before, asked):
        current = ox.Store.read_only(str(before.store))
        store = _without(current, graph_node(asked.graph or ""), scratch / "copy")
    else:
        current = store = _copy(before.store, scratch / "copy")
    old = _contents(current, touched)
    apply(store, asked, body)
    new = _contents(store, touched)
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if not changed:
        return None
    request = hashlib.sha256(repr(asked.as_json()).encode() + body).hexdigest()
    told: dict[str, Any] = {
        "kind": asked.kind,
        "who": asked.who,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "request": request,
        "graphs": changed,
        "added": sum(len(new.get(name, set()) - old.get(name, set())) for name in changed),
        "removed": sum(len(old.get(name, set()) - new.get(name, set())) for name in changed),
    }
    if before.manifest.get("plain"):
        return _plain(before, store, built, {name: new.get(name) for name in changed}), told
    summary, told["gate"] = govern(before, store, changed, scratch, built, judge, asked, request)
    return summary, told


def make_empty(generations: Generations) -> Generation:
    """Make a store with nothing in it, whose dataset is plain: nothing is merged, derived or checked.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     make_empty(Generations(Path(folder) / "store")).manifest["plain"]
    True
    """
    with generations.writing() as scratch:
        built = scratch / "generation"
        built.mkdir()
        _back_up_empty(scratch / "working", built / "store")
        write_names(built / "names.sqlite", ())
        return generations.publish(built, {"data": "empty", "govgraph": govgraph.__version__, **_plain_summary({}, 0)})


def _back_up_empty(working: Path, store: Path) -> None:
    ox.Store(str(working)).backup(str(store))


def _check_expected(before: Generation, asked: Write) -> None:
    if asked.expected is None:
        return
    at = changed_last(before.manifest, asked.graph)
    there = at is not None
    if asked.expected.absent:
        held = not there
    else:
        held = there and (asked.expected.since is None or at in asked.expected.since)
    if not held:
        raise PreconditionFailed(
            f"the graph {f'has changed since, in generation {at}' if there else 'is not there'}",
            "Read it again and decide afresh.",
        )


def _copy(current: Path, copy: Path) -> ox.Store:
    """A store that can be written to, and shares with the current one the files that never change."""
    copy.mkdir()
    for path in current.iterdir():
        if path.suffix == ".sst":
            os.link(path, copy / path.name)
        else:
            shutil.copyfile(path, copy / path.name)
    return ox.Store(str(copy))


def _replaces_most(before: Generation, asked: Write) -> bool:
    """Whether a graph is replaced or deleted that holds more than all the rest of the dataset."""
    if asked.graph is None or asked.kind not in ("put", "delete"):
        return False
    held: dict[str, int] = {"": before.manifest["statements"], **before.manifest["graphs"]}
    return 2 * held.get(asked.graph, 0) > sum(held.values())


def _without(current: ox.Store, graph: ox.NamedNode | ox.DefaultGraph, folder: Path) -> ox.Store:
    """A new store with all but one graph.

    The engine takes out one statement after the other, and whoever reads later goes past what was taken out.
    """
    store = ox.Store(str(folder))
    others = list(current.named_graphs())
    for node in (ox.DefaultGraph(), *others):
        if node != graph:
            store.bulk_extend(current.quads_for_pattern(None, None, None, node))
    for node in others:
        if node != graph:
            store.add_graph(node)
    return store


def _contents(store: ox.Store, graphs: list[str] | None) -> Contents:
    """What some graphs hold, by name; with None, all of them. A graph that is not there is left out."""
    if graphs is None:
        graphs = ["", *(str(node.value) for node in store.named_graphs() if isinstance(node, ox.NamedNode))]
    nodes = {name: graph_node(name) for name in graphs}
    return {
        name: set(store.quads_for_pattern(None, None, None, node))
        for name, node in nodes.items()
        if isinstance(node, ox.DefaultGraph) or store.contains_named_graph(node)
    }


def _plain(before: Generation, store: ox.Store, built: Path, changed: dict[str, set[ox.Quad] | None]) -> dict[str, Any]:
    """Write a generation of a plain dataset, flushed; gives what its manifest says."""
    store.flush()
    built.mkdir()
    store.backup(str(built / "store"))
    os.link(before.names, built / "names.sqlite")
    graphs = dict(before.manifest["graphs"])
    default = before.manifest["statements"]
    for name, quads in changed.items():
        if name == "":
            default = len(quads or ())
        elif quads is None:
            graphs.pop(name, None)
        else:
            graphs[name] = len(quads)
    return {"data": "changed", **_plain_summary(graphs, default)}


def _plain_summary(graphs: dict[str, int], default: int) -> dict[str, Any]:
    return {"plain": True, "day": None, "things": 0, "statements": default, "graphs": graphs, "superseded": []}
