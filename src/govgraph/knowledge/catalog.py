"""The catalogue of a data folder: which graph each file belongs to, and whether it is current.

`catalog.ttl` lists datasets (DCAT 3 §6.6); each names its folder (`gov:dataFolder`)
and whether it is current or superseded (`gov:revisionStatus`). The IRI of a dataset is
the IRI of its named graph.
"""

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import NotADataFolder
from govgraph.namespaces import DEF, GRAPH, PREFIXES
from govgraph.rdf.files import READABLE, read_file

__all__ = ["CATALOG_GRAPH", "WAIVERS", "WAIVERS_GRAPH", "Dataset", "read_catalog"]

CATALOG_GRAPH = GRAPH + "catalog"
WAIVERS = "waivers.ttl"
"""Beside the catalogue; it may be missing. Its graph is `WAIVERS_GRAPH`."""

WAIVERS_GRAPH = GRAPH + "waivers"


@dataclass(frozen=True)
class Dataset:
    """One dataset of the catalogue.

    Parameters
    ----------
    graph : IRI of its named graph.
    files : the files whose statements it holds.
    superseded : True where a later version replaces it: it never enters the default graph.
    """

    graph: str
    files: tuple[Path, ...]
    superseded: bool


def read_catalog(folder: Path) -> list[Dataset]:
    """The datasets of a data folder, in the order of their IRIs.

    Raises
    ------
    NotADataFolder : there is no catalogue, it lists a folder that is not there, or a file is in no dataset; a folder
        with a catalogue of its own is another data folder, and is passed over.
    BadRdf : the catalogue is not Turtle.
    """
    file = folder / "catalog.ttl"
    if not file.is_file():
        reason = "has no catalog.ttl" if folder.is_dir() else "is not a folder"
        raise NotADataFolder(
            f"{folder} {reason}, so it is not a data folder", "Name a folder laid out as docs/data.md says."
        )
    datasets: dict[str, dict[str, str]] = {}
    for quad in read_file(file):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
            datasets.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    listed = [
        _dataset(folder, file, iri, facts)
        for iri, facts in sorted(datasets.items())
        if facts.get(PREFIXES["rdf"] + "type") == PREFIXES["dcat"] + "Dataset"
    ]
    if not listed:
        raise NotADataFolder(f"{file} lists no dcat:Dataset", "Give each dataset a gov:dataFolder.")
    known = {path for dataset in listed for path in dataset.files} | {file, folder / WAIVERS}
    others = {path.parent for path in folder.rglob("catalog.ttl")} - {
        folder
    }  # data folders of their own, such as examples
    stray = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in READABLE and path not in known and others.isdisjoint(path.parents)
    ]
    if stray:
        raise NotADataFolder(
            f"{stray[0]} is in no dataset of {file}", "List its folder in the catalogue, or move the file away."
        )
    return listed


def _dataset(folder: Path, catalog: Path, iri: str, facts: dict[str, str]) -> Dataset:
    place = folder / facts.get(DEF + "dataFolder", "")
    if DEF + "dataFolder" not in facts or not place.is_dir():
        raise NotADataFolder(
            f"{catalog}: dataset <{iri}> names no folder that is there (gov:dataFolder)", "Mend the catalogue."
        )
    files = tuple(path for path in sorted(place.iterdir()) if path.suffix in READABLE)
    return Dataset(iri, files, facts.get(DEF + "revisionStatus") == DEF + "Superseded")
