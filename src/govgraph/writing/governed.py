"""What a change means in a governance store: named graphs are the truth, the rest follows from them.

After a change of named graphs the default graph, the derived graph and the names are made anew, as a build makes them,
and the shapes judge the result. So nobody writes to those directly.
"""

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from govgraph.errors import BadInput, BadRdf
from govgraph.knowledge.catalog import CATALOG_GRAPH
from govgraph.knowledge.merge import DERIVED_GRAPH, ONTOLOGY_GRAPH, merge, write_merged
from govgraph.namespaces import DEF
from govgraph.rdf.files import serialise
from govgraph.rdf.skolem import skolemised
from govgraph.store.generations import Generation
from govgraph.writing.checking import Judge, check_change
from govgraph.writing.request import Write

__all__ = ["govern"]

_STATUS, _SUPERSEDED = ox.NamedNode(DEF + "revisionStatus"), ox.NamedNode(DEF + "Superseded")
_PROTECTED = {
    "": (
        "the default graph is not written to: it is merged from the named graphs and what follows from them",
        "Name the graph: INSERT DATA { GRAPH <…> { … } }, WITH <…>, or ?graph=….",
    ),
    ONTOLOGY_GRAPH: (
        "the ontology is not changed through the service",
        "Change the ontology's files and build again: govgraph build.",
    ),
    DERIVED_GRAPH: (
        "what is derived is not written: it follows from the other graphs",
        "Change what it is derived from.",
    ),
}


def govern(
    before: Generation,
    store: ox.Store,
    changed: Iterable[str],
    scratch: Path,
    built: Path,
    judge: Judge | None,
    asked: Write,
    scope: str,
) -> tuple[dict[str, Any], Any]:
    """Write a generation of a changed governance store into the folder `built`, flushed.

    Parameters
    ----------
    store : with the change applied.
    changed : names of the graphs that differ.
    judge : gives the report of the merged facts; None publishes unchecked.
    scope : a text that no other change shares, for the IRIs that new blank nodes get.

    Returns
    -------
    What the manifest says of the generation, and of the check.

    Raises
    ------
    BadInput : the change touches what follows from the rest.
    ChangeRefused : it adds violations.
    """
    for name in changed:
        if name in _PROTECTED:
            error = BadInput(*_PROTECTED[name])
            error.code, error.status = "graph-not-writable", 409
            raise error
    graphs: dict[str, list[ox.Quad]] = {}
    there = [str(node.value) for node in store.named_graphs() if isinstance(node, ox.NamedNode)]
    earlier = [name for name in before.manifest["graphs"] if name in there]
    for name in dict.fromkeys([*earlier, *sorted(there)]):
        node = ox.NamedNode(name)
        graphs[name] = list(
            skolemised(store.quads_for_pattern(None, None, None, node), f"{before.number} {scope} {name}")
        )
    _refuse_triple_terms(quad for name in changed for quad in graphs.get(name, ()))
    merged = merge(graphs, _superseded(graphs), datetime.date.today())
    report, verdict = None, None
    if judge:
        report, verdict = check_change(judge, before, lambda: _default_graph(before), merged.n_triples(), asked.accept)
    things = write_merged(merged, scratch, built)
    if report is not None:
        (built / "report.json").write_text(report.to_json(), encoding="utf-8")
    return {"data": "changed", **merged.summary(things)}, verdict


def _superseded(graphs: dict[str, list[ox.Quad]]) -> set[str]:
    """The graphs that the catalogue says a later revision replaces; a graph that it does not list is current."""
    listed = graphs.get(CATALOG_GRAPH, [])
    replaced = [quad.subject for quad in listed if quad.predicate == _STATUS and quad.object == _SUPERSEDED]
    return {node.value for node in replaced if isinstance(node, ox.NamedNode)} & graphs.keys()


def _default_graph(generation: Generation) -> bytes:
    store = ox.Store.read_only(str(generation.store))
    return serialise(
        (quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())), "application/n-triples"
    )


def _refuse_triple_terms(quads: Iterable[ox.Quad]) -> None:
    for quad in quads:
        if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
            raise BadRdf(f"the change holds an RDF 1.2 triple term: {quad.object}", "Use a node for the statement.")
