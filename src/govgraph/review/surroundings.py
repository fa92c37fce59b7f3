"""What findings need to know of the data: labels, clauses and bodies, fetched for all of them at once."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from govgraph.knowledge.derive import reading_order
from govgraph.knowledge.facts import GOV, ORG, RDF_TYPE, SKOS, Facts
from govgraph.namespaces import ID, PREFIXES, curie
from govgraph.review.findings import Place

if TYPE_CHECKING:
    from govgraph.review.data import Data

__all__ = ["Surroundings", "council_of", "words_of"]

_PART = ox.NamedNode(PREFIXES["eli"] + "is_part_of")
_NUMBER = ox.NamedNode(PREFIXES["eli"] + "number")
_LABEL = ox.NamedNode(PREFIXES["rdfs"] + "label")
_BASIS = (GOV.basis, GOV.inClause, GOV.listedIn, GOV.affectsClause)
_OWNERS = (
    *(GOV.inBody, GOV.meetingOf, GOV.onBody, GOV.accountableParty, GOV.appliesTo, GOV.decider, GOV.decidingBody),
    *(GOV.takenBy, GOV.delegator, GOV.contributor, GOV.serves, GOV.bearer, GOV.heldBy, GOV.actor, GOV.exOfficio),
    *(GOV.post, ORG.postIn, ORG.organization, GOV.inPortfolio, GOV.atMeeting, GOV.onDecision, GOV.fund, GOV.ofReport),
    *(GOV.signatory, GOV.representative, GOV.membersListed, GOV.countedBy, GOV.onBehalfOf, GOV.ofAction),
)
"""Along these a thing belongs to a body, the nearest relation first."""

_RANK = {relation: rank for rank, relation in enumerate(_OWNERS)}

_FOLLOWED = {*_BASIS, *_OWNERS, GOV.inferredFrom, GOV.versionOf, _PART}
_STEPS = 7
"""From a thing to its clause, the clause around that, version and document; over a post and a portfolio to a body."""

_SHARED = frozenset({"theme"})
"""Parts of the names that belong to no council."""

_TOGETHER = 400
"""Things asked about in one request."""


class Surroundings:
    """Facts about some things, and about what they belong to and rest on.

    Parameters
    ----------
    data : what is reviewed.
    nodes : the things.
    paths : further properties whose values matter.
    """

    def __init__(self, data: "Data", nodes: Iterable[ox.NamedNode], paths: Iterable[ox.NamedNode] = ()) -> None:
        self.facts = Facts()
        self._places: dict[ox.NamedNode, Place] = {}
        self._bodies: dict[ox.NamedNode, ox.NamedNode | None] = {}
        followed = _FOLLOWED | set(paths)
        wanted = [*sorted(followed, key=lambda term: term.value), RDF_TYPE, SKOS.prefLabel, _NUMBER]
        wanted += [GOV.lineStart, GOV.lineEnd, GOV.sourceFile, _LABEL]
        among = ", ".join(map(str, dict.fromkeys(wanted)))
        seen: set[ox.NamedNode] = set()
        waiting = list(dict.fromkeys(nodes))
        for _ in range(_STEPS):
            seen.update(waiting)
            reached: dict[ox.NamedNode, None] = {}
            for some in _batched(waiting):
                values = " ".join(map(str, some))
                text = f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o . FILTER (?p IN ({among})) }}"
                for subject, predicate, value in data.select(text):
                    assert isinstance(subject, ox.NamedNode)
                    assert isinstance(predicate, ox.NamedNode)
                    if isinstance(value, ox.NamedNode | ox.Literal):
                        self.facts.add(subject, predicate, value)
                        if predicate in followed and isinstance(value, ox.NamedNode):
                            reached[value] = None
            waiting = [node for node in reached if node not in seen]

    def label(self, iri: str) -> str:
        """The label of a thing, or nothing."""
        node = ox.NamedNode(iri)
        labels = self.facts.literals(node, SKOS.prefLabel) or self.facts.literals(node, _LABEL)
        return min(labels, default="")  # of several the same one, however the data are kept

    def clauses(self, node: ox.NamedNode) -> list[ox.NamedNode]:
        """The clauses that a thing rests on, or that it was concluded from; a clause stands for itself."""
        if GOV.Clause in self.facts.objects(node, RDF_TYPE):
            return [node]
        stated = [clause for predicate in _BASIS for clause in self.facts.objects(node, predicate)]
        return stated or self.facts.objects(node, GOV.inferredFrom)

    def place(self, clause: ox.NamedNode) -> Place:
        """Where a clause stands."""
        if (known := self._places.get(clause)) is None:
            known = self._places[clause] = self._place(clause)
        return known

    def _place(self, clause: ox.NamedNode) -> Place:
        facts = self.facts
        first, last = facts.literal(clause, GOV.lineStart), facts.literal(clause, GOV.lineEnd)
        whole = facts.above(clause, _PART) - {clause}
        documents = {document for version in whole for document in facts.objects(version, GOV.versionOf)}
        titles = sorted(self.label(document.value) or curie(document.value) for document in documents or whole)
        files = sorted(name for version in whole for name in facts.literals(version, GOV.sourceFile))
        return Place(
            facts.literal(clause, _NUMBER) or self.label(clause.value) or curie(clause.value),
            clause.value,
            self.label(clause.value) or curie(clause.value),
            titles[0] if titles else "",
            files[0] if files else "",
            int(first) if first.isdigit() else 0,
            int(last) if last.isdigit() else 0,
        )

    def places(self, clauses: Iterable[ox.NamedNode]) -> tuple[Place, ...]:
        """Where clauses stand, by document and in reading order."""
        found = [self.place(clause) for clause in dict.fromkeys(clauses)]
        return tuple(sorted(found, key=lambda place: (place.document, reading_order(place.number), place.clause)))

    def body(self, node: ox.NamedNode) -> ox.NamedNode | None:
        """The body that a thing is or belongs to, else the organisation or post."""
        if node not in self._bodies:
            self._bodies[node] = self._body(node)
        return self._bodies[node]

    def _body(self, node: ox.NamedNode) -> ox.NamedNode | None:
        parties = []
        for thing in self._upwards(node):
            kinds = self.facts.types(thing)
            if GOV.Body in kinds:
                return thing
            if GOV.Party in kinds:
                parties.append(thing)
        return parties[0] if parties else None

    def _upwards(self, node: ox.NamedNode) -> Iterator[ox.NamedNode]:
        """The thing and what it belongs to, nearest first."""
        seen, waiting = {node}, [node]
        while waiting:
            thing = waiting.pop(0)
            yield thing
            told = sorted(
                (_RANK[name], str(owner), owner) for name, owner in self.facts.properties(thing) if name in _RANK
            )
            for _, _, owner in told:  # the same one first, however the data are kept
                if isinstance(owner, ox.NamedNode) and owner not in seen:
                    seen.add(owner)
                    waiting.append(owner)


def council_of(iri: str) -> str:
    """The short name of the council in whose part of the names a thing stands (DESIGN.md §2.1); else nothing.

    >>> council_of("https://w3id.org/govgraph/id/harrow/body/cabinet")
    'harrow'
    >>> council_of("https://w3id.org/govgraph/id/theme/housing")
    ''
    """
    name = iri.removeprefix(ID).partition("/")[0] if iri.startswith(ID) else ""
    return "" if name in _SHARED else name


def words_of(iri: str) -> str:
    """The words of a term that nothing in the data names.

    >>> words_of("http://www.w3.org/ns/org#hasMember")
    'has member'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.split(r"[/#]", iri)[-1]).lower()


def _batched(nodes: list[ox.NamedNode]) -> Iterator[list[ox.NamedNode]]:
    for start in range(0, len(nodes), _TOGETHER):
        yield nodes[start : start + _TOGETHER]
