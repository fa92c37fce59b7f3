"""Compare two graphs by thing: generations, snapshots of them, or versions of documents (see `difference`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from govgraph.knowledge.difference import Change, difference, told
from govgraph.knowledge.facts import Facts
from govgraph.namespaces import GRAPH

__all__ = ["Side", "compare"]


@dataclass(frozen=True)
class Side:
    """One of two graphs to compare.

    Parameters
    ----------
    store : with a named graph for each dataset.
    current : names of the graphs that count as one.
    superseded : names of those that are compared each with itself; a snapshot of a version has none.
    """

    store: ox.Store
    current: Sequence[str]
    superseded: Sequence[str] = ()

    @classmethod
    def of_generation(cls, store: ox.Store, manifest: Mapping[str, Sequence[str]]) -> "Side":
        """All that a generation says."""
        superseded = manifest.get("superseded", [])
        return cls(store, [name for name in manifest["graphs"] if name not in superseded], superseded)

    @classmethod
    def of_merged(cls, store: ox.Store, *, derived: bool = True) -> "Side":
        """What a store's default graph says, where its named graphs are not all there.

        Parameters
        ----------
        derived : also what a graph of derived statements holds.
        """
        left_out = () if derived else store.quads_for_pattern(None, None, None, ox.NamedNode(GRAPH + "derived"))
        unwanted = {quad.triple for quad in left_out}
        copy, name = ox.Store(), ox.NamedNode(GRAPH + "merged")
        quads = store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        copy.bulk_extend(
            ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads if quad.triple not in unwanted
        )
        return cls(copy, [name.value])


def compare(before: Side, after: Side, *, evidence: bool = True) -> list[Change]:
    """What the one says and the other does not, by thing.

    Superseded revisions are compared each with itself: what they say is never mixed with current facts.

    Parameters
    ----------
    evidence : whether clauses, and which of them a statement rests on, count too; between two versions of a
        document they nearly always differ.
    """
    changes = difference(told(before.store, before.current), told(after.store, after.current), evidence=evidence)
    ontology = Facts(told(after.store, [GRAPH + "ontology"]))
    for name in sorted({*before.superseded, *after.superseded}):
        sides = ([*ontology, *told(side.store, [name])] for side in (before, after))
        where = f"superseded, {name.rpartition('/')[2]}"
        found = difference(*sides, evidence=evidence)
        changes += [replace(change, kind=f"{change.kind} ({where})".strip()) for change in found]
    return changes
