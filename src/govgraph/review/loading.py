"""Read what is to be reviewed from files, without touching any store: merged with the ontology, and derived."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.catalog import WAIVERS, read_catalog
from govgraph.knowledge.context import CONTEXT
from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import Facts, Statement, statements
from govgraph.rdf.files import READABLE, read_file, serialise
from govgraph.resources import packaged

__all__ = ["Loaded", "load"]


@dataclass(frozen=True)
class Loaded:
    """What was read.

    Parameters
    ----------
    facts : with the ontology and with what follows from both.
    things : subjects of what was read.
    stated : number of statements read.
    """

    facts: Facts
    things: frozenset[ox.NamedNode]
    stated: int

    def as_text(self) -> bytes:
        """The facts as N-Triples."""
        return serialise((ox.Triple(*statement) for statement in self.facts), "application/n-triples")


def load(places: Sequence[Path], progress: Callable[[str], None] = lambda step: None) -> Loaded:
    """Read files of RDF, data folders with their catalogue, and other folders of files.

    Parameters
    ----------
    places : at least one; of a data folder the superseded datasets are left out.
    progress : told each step.

    Raises
    ------
    BadRdf, NotADataFolder : names the file and, where it is one, the line.
    BadInput : a place is not there, or holds no files of RDF.
    """
    progress("reading")
    own: list[Statement] = []
    for file in dict.fromkeys(file for place in places for file in _files(place)):
        own.extend(statements(read_file(file)))
    modules = sorted(
        path for path in packaged("ontology").rglob("*") if path.suffix in READABLE and path.name != CONTEXT
    )
    facts = Facts(own)
    stated = sum(1 for _ in facts)
    for module in modules:
        for statement in statements(read_file(module)):
            facts.add(*statement)
    progress("deriving")
    derive(facts, datetime.date.today())
    return Loaded(facts, frozenset(subject for subject, _, _ in own), stated)


def _files(place: Path) -> list[Path]:
    if not place.exists():
        raise BadInput(f"{place} is not there", "Check the name.")
    if not place.is_dir():
        return [place]
    if (place / "catalog.ttl").is_file():
        current = [file for dataset in read_catalog(place) if not dataset.superseded for file in dataset.files]
        return [place / "catalog.ttl", *current, *(file for file in (place / WAIVERS,) if file.is_file())]
    found = sorted(path for path in place.rglob("*") if path.suffix in READABLE)
    if not found:
        raise BadInput(f"{place} holds no data ({', '.join(READABLE)})", "Name another folder.")
    return found
