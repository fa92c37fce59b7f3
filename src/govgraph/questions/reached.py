"""The answer of the question "ends", from a walk over the lines of a day instead of a query."""

from collections.abc import Callable, Iterable, Mapping, Set

import pyoxigraph as ox

from govgraph.questions.table import Table
from govgraph.rdf.terms import iri, literal

__all__ = ["ends_table"]

_COLUMNS = ["body", "bodyLabel", "end", "endLabel"]


def ends_table(
    found: Mapping[ox.NamedNode, Set[ox.NamedNode]],
    labels_of: Callable[[Iterable[str]], Mapping[str, str]],
    generation: int,
) -> Table:
    """One row for each party and each of its ends, by label.

    Parameters
    ----------
    found : from `knowledge.ends.ends_on`.
    labels_of : gives the labels of things.

    >>> node = ox.NamedNode("http://example.org/a")
    >>> ends_table({node: {node}}, lambda iris: {}, 7).rows[0]["end"]
    'http://example.org/a'
    """
    labels = labels_of(party.value for own, ends in found.items() for party in (own, *ends))
    rows = [
        (labels.get(party.value, ""), party.value, labels.get(end.value, ""), end.value)
        for party, ends in found.items()
        for end in ends
    ]
    terms = [
        dict(zip(_COLUMNS, (iri(body), literal(label), iri(end), literal(end_label)), strict=True))
        for label, body, end_label, end in sorted(rows)
    ]
    return Table(_COLUMNS, terms, generation, "ends")
