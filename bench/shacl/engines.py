"""Our engine and its peers, each as a function from two graphs to a report."""

import logging
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox
from rdflib import Graph

from bench.shacl.reports import Row, report_rows, result_rows
from govgraph.review.data import StoreData
from govgraph.review.engine import judge
from govgraph.review.shapes import read_shapes

# rdflib prints a stack for each ill-typed literal that it reads; the engines are to find those.
logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)

__all__ = ["ENGINES", "Report", "merged", "ours", "pyshacl", "pyshifty", "stored"]

Report: TypeAlias = tuple[bool, list[Row]]
"""Whether the data conform, and the results."""


def ours(data: Sequence[Path], shapes: Sequence[Path]) -> Report:
    """Judge with this project."""
    judged = judge(StoreData(stored(data)), read_shapes(shapes))
    return judged.conforms, result_rows(judged.results)


def pyshacl(data: Sequence[Path], shapes: Sequence[Path]) -> Report:
    """Judge with pySHACL over rdflib."""
    from pyshacl import validate
    from pyshacl.errors import ReportableRuntimeError

    logging.getLogger("pyshacl").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        conforms, report, said = validate(
            merged(data), shacl_graph=merged(shapes), inference="none", advanced=False, js=False, do_owl_imports=False
        )
    if not isinstance(report, Graph):
        raise ReportableRuntimeError(said)
    return conforms, report_rows(report)


def pyshifty(data: Sequence[Path], shapes: Sequence[Path]) -> Report:
    """Judge with pyshifty, which is written in Rust.

    It gets files as our store keeps them: on the way through rdflib, "maybe"^^xsd:boolean becomes a false.
    """
    import shifty

    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        files = Path(folder) / "data.nt", Path(folder) / "shapes.nt"
        for path, given in zip(files, (data, shapes), strict=True):
            stored(given).dump(path, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        conforms, report, _ = shifty.validate(*files, graph_mode="data", infer=False, on_unsupported="error")
    return conforms, report_rows(report)


ENGINES: dict[str, Callable[[Sequence[Path], Sequence[Path]], Report]] = {
    "govgraph": ours,
    "pySHACL": pyshacl,
    "pyshifty": pyshifty,
}


def stored(files: Sequence[Path]) -> ox.Store:
    """Turtle files in one store."""
    store = ox.Store()
    for path in files:
        store.load(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    return store


def merged(files: Sequence[Path]) -> Graph:
    """Turtle files in one rdflib graph."""
    graph = Graph()
    for path in files:
        graph.parse(path, format="turtle")
    return graph
