"""What a change of the facts means: who loses or gains an end, whose chain changes, what loses its subject."""

from collections.abc import Iterator, Set
from dataclasses import dataclass

import networkx as nx
import pyoxigraph as ox

from govgraph.knowledge.facts import GOV, RDF_TYPE, RDFS, SKOS, Facts, Statement
from govgraph.knowledge.standing import PARTS
from govgraph.namespaces import DEF, ID, PREFIXES

__all__ = ["Effect", "effects", "is_there"]

_CITATION = ox.NamedNode(PREFIXES["dct"] + "bibliographicCitation")
_SUBJECTS = (*PARTS, GOV.actor, GOV.delegate, GOV.delegator, GOV.exOfficio, GOV.represents)
_Hops = set[tuple[ox.NamedNode, ox.NamedNode]]


@dataclass(frozen=True)
class Effect:
    """One thing that a change brings about.

    Parameters
    ----------
    effect : "removed", "added", "loses an end", "gains an end", "chain changes" or "loses its subject".
    thing, label, kind : what it happens to, and the label of its class.
    detail : what was and what is, in words.
    clause : that the thing rests on.
    """

    effect: str
    thing: str
    label: str
    kind: str
    detail: str
    clause: str = ""


def effects(before: Facts, after: Facts, first: Set[Statement], second: Set[Statement]) -> list[Effect]:
    """Everything that a change brings about, in the order of `Effect`.

    Parameters
    ----------
    before, after : the facts with what follows from them.
    first, second : the same without what follows.
    """
    return [
        *_come_and_gone(before, after, first, second),
        *_of_ends(before, after),
        *_of_chains(before, after),
        *_without_subject(before, after, first, second),
    ]


def is_there(facts: Facts, node: ox.NamedNode) -> bool:
    """Whether more is said about a thing than the name that history remembers."""
    return any(predicate != SKOS.prefLabel for predicate, _ in facts.properties(node))


def _come_and_gone(before: Facts, after: Facts, first: Set[Statement], second: Set[Statement]) -> Iterator[Effect]:
    for word, have, other in (("removed", before, after), ("added", after, before)):
        changed = first - second if have is before else second - first
        nodes = {subject for subject, _, _ in changed if subject.value.startswith(ID)}
        for node in _in_order(have, nodes):
            if is_there(have, node) and not is_there(other, node):
                yield _effect(word, have, node, "")


def _of_ends(before: Facts, after: Facts) -> Iterator[Effect]:
    """For each party that is there before and after: ends that it reaches no more, or newly."""
    for party in _in_order(after, _parties(before) | _parties(after)):
        if not is_there(after, party):
            continue
        old = set(before.objects(party, GOV.ultimatelyAnswersTo))
        new = set(after.objects(party, GOV.ultimatelyAnswersTo))
        if lost := old - new:
            rest = f"it still reaches {_labels(after, new & old)}" if new & old else "none of its ends is left"
            yield _effect("loses an end", after, party, f"{_labels(before, lost)}; {rest}")
        if gained := new - old:
            news = {end for end in gained if before.objects(end, GOV.answersTo)}
            why = f"; now answering to nobody: {_labels(after, news)}" if news else ""
            yield _effect("gains an end", after, party, _labels(after, gained) + why)


def _of_chains(before: Facts, after: Facts) -> Iterator[Effect]:
    """For each party that is there before and after: hops of its chains that are gone, or new."""
    old, new = _edges(before), _edges(after)
    gone, come = set(old.edges) - set(new.edges), set(new.edges) - set(old.edges)
    if not gone and not come:
        return
    for party in _in_order(after, set(old) | set(new)):
        if not is_there(after, party):
            continue
        told = [f"no longer {hop}" for hop in _told(before, _hops(old, party) & gone)]
        told += [f"now {hop}" for hop in _told(after, _hops(new, party) & come)]
        if told:
            yield _effect("chain changes", after, party, "; ".join(told))


def _without_subject(before: Facts, after: Facts, first: Set[Statement], second: Set[Statement]) -> Iterator[Effect]:
    """Lines, rules, seats, duties and other statements that name nobody where they named somebody."""
    lost: dict[tuple[ox.NamedNode, ox.NamedNode], set[ox.NamedNode]] = {}
    for subject, predicate, value in first - second:
        if predicate in _SUBJECTS and isinstance(value, ox.NamedNode) and is_there(after, subject):
            lost.setdefault((subject, predicate), set()).add(value)
    for subject in _in_order(after, {subject for subject, _ in lost}):
        for predicate in _SUBJECTS:
            if (subject, predicate) in lost and not after.objects(subject, predicate):
                was = _labels(before, lost[subject, predicate])
                yield _effect("loses its subject", after, subject, f"{after.label(predicate)}: was {was}")


def _effect(word: str, facts: Facts, node: ox.NamedNode, detail: str) -> Effect:
    clause = ", ".join(facts.literals(node, _CITATION))
    return Effect(word, node.value, facts.label(node), _kind(facts, node), detail, clause)


def _kind(facts: Facts, node: ox.NamedNode) -> str:
    """The label of its most special class of ours."""
    own = [kind for kind in facts.objects(node, RDF_TYPE) if kind.value.startswith(DEF)]
    special = [k for k in own if not any(k != o and k in facts.above(o, RDFS.subClassOf) for o in own)]
    return ", ".join(sorted(facts.label(kind) for kind in special))


def _parties(facts: Facts) -> set[ox.NamedNode]:
    return set(_edges(facts))


def _edges(facts: Facts) -> "nx.DiGraph[ox.NamedNode]":
    edges: nx.DiGraph[ox.NamedNode] = nx.DiGraph()
    for party, predicate, to in facts:
        if predicate == GOV.answersTo and isinstance(to, ox.NamedNode):
            edges.add_edge(party, to)
    return edges


def _hops(edges: "nx.DiGraph[ox.NamedNode]", party: ox.NamedNode) -> _Hops:
    """Every hop of the chains above a party."""
    if party not in edges:
        return set()
    return set(edges.out_edges({party} | nx.descendants(edges, party)))


def _told(facts: Facts, hops: _Hops) -> list[str]:
    return sorted(f"{facts.label(party)} → {facts.label(to)}" for party, to in hops)


def _labels(facts: Facts, nodes: Set[ox.NamedNode]) -> str:
    return ", ".join(sorted(map(facts.label, nodes)))


def _in_order(facts: Facts, nodes: Set[ox.NamedNode]) -> list[ox.NamedNode]:
    return sorted(nodes, key=lambda node: (facts.label(node), node.value))
