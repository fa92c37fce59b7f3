"""Derive what the facts imply, so that simple queries find it; everything goes to graph/derived.

Order matters: super-classes and super-properties (RDFS entailment rules 9 and 7), lines
of named groups from lines of their kind, short cuts from posts and seats, what the records
of meetings and decisions are judged by, citations, then direct and ultimate accountability.
Deriving never touches a superseded revision: it is given the current facts only.
"""

import datetime
import functools
import re
from collections.abc import Iterator

import networkx as nx
import pyoxigraph as ox

from govgraph.knowledge.facts import GOV, ORG, PROV, RDF_TYPE, RDFS, SKOS, Facts, Statement
from govgraph.knowledge.groups import groups_of_kind
from govgraph.knowledge.notices import notices
from govgraph.knowledge.periods import period_of
from govgraph.knowledge.records import binding_rules, meeting_periods, membership
from govgraph.namespaces import DEF, PREFIXES
from govgraph.rdf.terms import slug

__all__ = ["derive", "ends_of"]

_CITATION = ox.NamedNode(PREFIXES["dct"] + "bibliographicCitation")
_NUMBER = ox.NamedNode(PREFIXES["eli"] + "number")
_NOT_RETOLD = (GOV.accountableParty, GOV.accountableTo, SKOS.prefLabel)


def derive(facts: Facts, day: datetime.date | None = None) -> list[Statement]:
    """Add to the facts what follows from them.

    Parameters
    ----------
    facts : ontology and current facts; grows in place.
    day : a line that did not hold on this day carries nobody further; None lets every line carry.

    Returns
    -------
    The statements that were added, in order.
    """
    added: list[Statement] = []
    direct = functools.partial(_direct, day=day)
    records = (binding_rules, membership, meeting_periods, notices)
    for rule in (_lines_of_named_groups, _posts, _members, *records, _citations, direct, _ultimate, _wider):
        for statement in list(rule(facts)):
            if facts.add(*statement):
                added.append(statement)
    return added


def _wider(facts: Facts) -> Iterator[Statement]:
    """Super-classes and super-properties, so that a client that knows only W3C ORG still sees something."""
    for subject, predicate, value in list(facts):
        if predicate == RDF_TYPE and isinstance(value, ox.NamedNode):
            for kind in facts.above(value, RDFS.subClassOf):
                if kind != value:
                    yield subject, RDF_TYPE, kind
        else:
            for wider in facts.above(predicate, RDFS.subPropertyOf):
                if wider != predicate:
                    yield subject, wider, value


def _value(node: ox.NamedNode) -> str:
    return node.value


def _lines_of_named_groups(facts: Facts) -> Iterator[Statement]:
    """A line (or a statement of independence) of a kind of group holds for every named group of that kind."""
    for kind in (GOV.AccountabilityLine, GOV.IndependenceStatement):
        for line in facts.subjects(RDF_TYPE, kind):
            for party in facts.objects(line, GOV.accountableParty):
                if facts.is_true(party, GOV.isGeneric):
                    for group in groups_of_kind(facts, party):
                        yield from _retold(facts, line, party, group)


def _retold(facts: Facts, line: ox.NamedNode, party: ox.NamedNode, group: ox.NamedNode) -> Iterator[Statement]:
    """The line again, for one group: same clause, same mode, same strength."""
    principals = [
        own
        for principal in facts.objects(line, GOV.accountableTo)
        for own in _own_principals(facts, principal, group)
        if own != group
    ]
    if facts.objects(line, GOV.accountableTo) and not principals:
        return
    copy = ox.NamedNode(f"{line.value}-for-{slug(group.value.rpartition('/')[2])}")
    yield copy, GOV.accountableParty, group
    for principal in principals:
        yield copy, GOV.accountableTo, principal
    label = f"{facts.label(group)}, as one of the {facts.label(party)}: {facts.label(line)}"
    yield copy, SKOS.prefLabel, ox.Literal(label, language="en")
    yield copy, PROV.wasDerivedFrom, line
    for predicate, value in facts.properties(line):
        if predicate not in _NOT_RETOLD:
            yield copy, predicate, value


def _own_principals(facts: Facts, principal: ox.NamedNode, group: ox.NamedNode) -> list[ox.NamedNode]:
    """The named principal of the group where the line names a kind ("its thematic group"), else the kind."""
    if not facts.is_true(principal, GOV.isGeneric):
        return [principal]
    kinds = set(facts.objects(principal, RDF_TYPE))
    own = [home for home in facts.objects(group, ORG.subOrganizationOf) if kinds & facts.types(home)]
    return own or [principal]


def _posts(facts: Facts) -> Iterator[Statement]:
    """Short cuts from a body to the post that chairs it."""
    for role, shortcut in (("chair", GOV.chairedBy), ("deputy-chair", GOV.deputyChairedBy)):
        for post in facts.subjects(ORG.role, ox.NamedNode(f"{DEF}role/{role}")):
            for body in facts.objects(post, GOV.inBody):
                for holder in facts.objects(post, GOV.exOfficio) or [post]:
                    yield body, shortcut, holder


def _members(facts: Facts) -> Iterator[Statement]:
    """An organisation with a seat in a body is a member of it (W3C ORG `org:hasMember`); an action has its targets."""
    for target in facts.subjects(RDF_TYPE, GOV.Target):
        for action in facts.objects(target, GOV.ofAction):
            yield action, GOV.target, target
    for seat in facts.subjects(RDF_TYPE, GOV.Seat):
        for body in facts.objects(seat, GOV.inBody):
            for member in facts.objects(seat, GOV.represents):
                yield body, ORG.hasMember, member


def _citations(facts: Facts) -> Iterator[Statement]:
    """The clauses of a statement as one text in reading order: "22.13, 22.19 b2"."""
    for subject in facts.having(GOV.basis, GOV.inferredFrom):
        clauses = facts.objects(subject, GOV.basis) or facts.objects(subject, GOV.inferredFrom)
        numbers = {facts.literal(clause, _NUMBER) or facts.label(clause) for clause in clauses}
        yield subject, _CITATION, ox.Literal(", ".join(sorted(numbers, key=reading_order)))


def reading_order(number: str) -> list[tuple[int, int | str]]:
    """Sort key under which clause 22.9 comes before 22.10.

    >>> sorted(["22.10", "22.9", "App C b1", "22.9 b2"], key=reading_order)
    ['22.9', '22.9 b2', '22.10', 'App C b1']
    """
    parts = re.findall(r"\d+|[^\d\s.]+", number)
    return [(0, int(part)) if part.isdigit() else (1, part) for part in parts]


def _direct(facts: Facts, day: datetime.date | None) -> Iterator[Statement]:
    """The direct edge: a line whose mode carries accountability, unless it had ended or not begun."""
    for line in facts.subjects(RDF_TYPE, GOV.AccountabilityLine):
        if day and period_of(facts, line).holds(day) is False:
            continue
        if any(facts.is_true(mode, GOV.carriesAccountability) for mode in facts.objects(line, GOV.mode)):
            for party in facts.objects(line, GOV.accountableParty):
                for principal in facts.objects(line, GOV.accountableTo):
                    if party != principal:
                        yield party, GOV.answersTo, principal


def _ultimate(facts: Facts) -> Iterator[Statement]:
    """The ends: whoever answers to nobody and is reached. A circle without a way out has no end."""
    edges: nx.DiGraph[ox.NamedNode] = nx.DiGraph()
    for party in facts.having(GOV.answersTo):
        edges.add_edges_from((party, principal) for principal in facts.objects(party, GOV.answersTo))
    for party, ends in ends_of(edges).items():
        for end in sorted(ends, key=_value):
            yield party, GOV.ultimatelyAnswersTo, end


def ends_of(edges: "nx.DiGraph[ox.NamedNode]") -> dict[ox.NamedNode, set[ox.NamedNode]]:
    """For every party of a graph of direct edges, whoever it reaches that answers to nobody, itself apart."""
    circles = nx.condensation(edges)
    ends: dict[int, set[ox.NamedNode]] = {}
    found: dict[ox.NamedNode, set[ox.NamedNode]] = {}
    for circle in reversed(list(nx.topological_sort(circles))):
        members = circles.nodes[circle]["members"]
        reached = set().union(*(ends[higher] for higher in circles.successors(circle)))
        if circles.out_degree(circle) == 0 and len(members) == 1:
            reached = set(members)
        ends[circle] = reached
        for member in members:
            found[member] = reached - {member}
    return found
