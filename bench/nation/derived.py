"""What a build derives from the records of a council: rules that bind, members, days of notice, direct edges."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

import pyoxigraph as ox

from bench.nation.records import Statement
from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import Facts, statements
from govgraph.resources import packaged

__all__ = ["DAY", "derived", "ontology"]

DAY = date(2026, 6, 1)
"""The day for which is derived: all holdings and meetings of the year lie before it."""


@cache
def ontology() -> tuple[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal], ...]:
    """The packaged ontology, and what follows from it alone."""
    facts = Facts()
    for path in sorted(packaged("ontology").rglob("*.ttl")):
        triples = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        for statement in statements(triples):
            facts.add(*statement)
    derive(facts, DAY)
    return tuple(facts)


def derived(council: Iterable[Statement]) -> Iterator[Statement]:
    """What follows from the statements of one council, as N-Triples terms; no council's facts rest on another's."""
    lines = "".join(f"{' '.join(statement)} .\n" for statement in council)
    own = statements(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))
    facts = Facts((*ontology(), *own))
    for subject, predicate, value in derive(facts, DAY):
        yield str(subject), str(predicate), str(value)
