"""Merge named graphs into what a generation holds: current facts, what follows from them, their names.

A build reads the graphs from files and a write takes them from the generation before it; from there on both do the
same, so that a fact that was written means what the same fact in a data folder would mean.
"""

import datetime
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import SKOS, Facts, statements
from govgraph.knowledge.naming import named
from govgraph.knowledge.portions import DERIVED_GRAPH, dated
from govgraph.namespaces import GRAPH
from govgraph.rdf.files import serialise
from govgraph.store.names import Row, write_names
from govgraph.store.told import EARLIER

__all__ = ["DERIVED_GRAPH", "ONTOLOGY_GRAPH", "Merged", "merge", "names_in", "write_merged"]

ONTOLOGY_GRAPH = GRAPH + "ontology"


@dataclass(frozen=True)
class Merged:
    """What a generation will hold.

    Parameters
    ----------
    graphs : every named graph, the derived one included.
    superseded : names of those that a later revision replaces.
    facts : the default graph: all graphs that are not superseded, and what follows from them.
    day : the day that was derived for.
    """

    graphs: Mapping[str, Sequence[ox.Quad]]
    superseded: frozenset[str]
    facts: Facts
    day: datetime.date

    def n_triples(self) -> bytes:
        """The facts as N-Triples, for the review."""
        return serialise((ox.Triple(*statement) for statement in self.facts), "application/n-triples")

    def summary(self, things: int) -> dict[str, Any]:
        """What the manifest says of it."""
        return {
            "day": self.day.isoformat() if dated(self.facts) else None,
            "things": things,
            "statements": sum(1 for _ in self.facts),
            "graphs": {name: len(quads) for name, quads in self.graphs.items()},
            "superseded": sorted(self.superseded),
        }


def merge(graphs: Mapping[str, Sequence[ox.Quad]], superseded: Collection[str], day: datetime.date) -> Merged:
    """Merge graphs and derive what follows.

    Parameters
    ----------
    graphs : the named graphs as stated, ontology and catalogue included; a derived graph among them is made anew.
    superseded : names of graphs that stay out of the facts.
    day : a line that does not hold on this day carries nobody further.
    """
    stated = {name: quads for name, quads in graphs.items() if name != DERIVED_GRAPH}
    facts = Facts(statements(quad for name in stated if name not in superseded for quad in stated[name]))
    derived = [ox.Quad(*statement, ox.NamedNode(DERIVED_GRAPH)) for statement in derive(facts, day)]
    return Merged({**stated, DERIVED_GRAPH: derived}, frozenset(superseded), facts, day)


def write_merged(merged: Merged, scratch: Path, built: Path) -> int:
    """Write store and names of a generation into the new folder `built`, flushed; gives the number of things named.

    Parameters
    ----------
    scratch : folder for what is needed on the way: the result is a snapshot and holds no left-overs of the writing.
    """
    working = ox.Store(str(scratch / "working"))
    default = (ox.Quad(*statement) for statement in merged.facts)
    working.bulk_extend(itertools.chain(default, *merged.graphs.values()))  # one load makes few and sorted files
    for name, quads in merged.graphs.items():
        if not quads:
            working.add_graph(ox.NamedNode(name))
    working.flush()
    built.mkdir()
    working.backup(str(built / "store"))
    old = Facts(statements(quad for name in merged.superseded for quad in merged.graphs.get(name, ())))
    return write_names(built / "names.sqlite", names_in(merged.facts, old))


def names_in(facts: Facts, old: Facts) -> Iterator[Row]:
    """Every thing and code-list concept with a label: current ones from the facts, the rest from earlier revisions."""
    yield from named(facts, facts.about(), facts)
    gone = (subject for subject in old.about() if not facts.literal(subject, SKOS.prefLabel))
    yield from named(old, gone, facts, EARLIER)
