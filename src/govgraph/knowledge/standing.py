"""Which statements stood on a day, and what is left of the graph without the others."""

import datetime
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from govgraph.knowledge.facts import GOV, ORG, PROV, RDF_TYPE, RDFS, SKOS, Facts
from govgraph.knowledge.periods import DATES, Period

__all__ = ["DECISIVE", "KINDS", "PARTS", "fallen", "without"]

KINDS = {
    GOV.AccountabilityLine: "lines",
    GOV.IndependenceStatement: "lines",
    GOV.PostHolding: "holdings",
    GOV.Portfolio: "portfolios",
}
"""Classes of which `dated_only` leaves out what is undated, and what they are called."""

PARTS = (
    GOV.accountableParty, GOV.accountableTo, GOV.appliesTo, GOV.bearer, GOV.contributor, GOV.decider, GOV.heldBy,
    GOV.holder, GOV.inBody, GOV.inPortfolio, GOV.onBody, GOV.post, GOV.representative, GOV.serves, GOV.servicer,
)  # fmt: skip
"""What a statement cannot do without: on a day when none of them was there, it did not stand either."""

DECISIVE = {*PARTS, *DATES, GOV.basis, GOV.inferredFrom, RDF_TYPE, RDFS.subClassOf}
"""Properties that decide what falls; the facts given to `fallen` may be without all others."""

_HISTORY = {
    GOV.affectsFact, GOV.predecessor, GOV.replacedBy, GOV.successor, ORG.originalOrganization,
    ORG.resultingOrganization, PROV.wasDerivedFrom, PROV.wasRevisionOf,
}  # fmt: skip
"""What may lead to a thing that did not stand: of that thing the name is kept, and nothing else."""


def fallen(
    facts: Facts, periods: Mapping[ox.NamedNode, Period], day: datetime.date, dated_only: bool = False
) -> dict[ox.NamedNode, str]:
    """The statement nodes that did not stand on the day, each with the reason.

    Parameters
    ----------
    facts : without what is derived from them.
    periods : of the dated statement nodes.
    dated_only : whether undated statements of `KINDS` fall too.

    Returns
    -------
    Node to "not valid", "undated" or "rests on it" (on something that did not stand).
    """
    gone = {node: "not valid" for node, period in periods.items() if period.holds(day) is False}
    if dated_only:
        nodes = (node for kind in KINDS for node in facts.instances(kind))
        gone |= {node: "undated" for node in nodes if periods.get(node, Period()).holds(day) is None}
    waiting = list(gone)
    while waiting:
        lost = waiting.pop()
        for node in [*_incomplete(facts, lost, gone), *_unfounded(facts, lost)]:
            if node not in gone:
                gone[node] = "rests on it"
                waiting.append(node)
    return gone


def _incomplete(facts: Facts, lost: ox.NamedNode, gone: Mapping[ox.NamedNode, str]) -> Iterator[ox.NamedNode]:
    """Statements all of whose values for one of `PARTS` are gone."""
    for predicate in PARTS:
        for node in facts.subjects(predicate, lost):
            if all(value in gone for value in facts.objects(node, predicate)):
                yield node


def _unfounded(facts: Facts, lost: ox.NamedNode) -> Iterator[ox.NamedNode]:
    """Inferences that rest on what is lost and have no clause of their own."""
    for node in facts.subjects(GOV.inferredFrom, lost):
        if not facts.objects(node, GOV.basis):
            yield node


def without(quads: Iterable[ox.Quad], gone: Mapping[ox.NamedNode, str]) -> list[ox.Quad]:
    """The quads without all that is said about the nodes that are gone, and without what leads to them."""
    quads = list(quads)
    if not gone:
        return quads
    remembered = {q.object for q in quads if q.object in gone and q.subject not in gone and q.predicate in _HISTORY}

    def kept(quad: ox.Quad) -> bool:
        if quad.subject in gone:
            return quad.subject in remembered and quad.predicate == SKOS.prefLabel
        return quad.object not in gone or quad.predicate in _HISTORY

    return [quad for quad in quads if kept(quad)]
