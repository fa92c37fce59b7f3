"""What one set of statements says and another does not, by thing and in words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from govgraph.knowledge.facts import GOV, ORG, RDF_TYPE, SKOS, Facts, Statement, statements
from govgraph.namespaces import DEF, GRAPH, PREFIXES, curie

__all__ = ["Altered", "Change", "difference", "told"]

_DERIVED = GRAPH + "derived"

Property = tuple[ox.NamedNode, "ox.NamedNode | ox.Literal"]

_SHORTCUTS = (GOV.answersTo, GOV.chairedBy, GOV.deputyChairedBy, GOV.ultimatelyAnswersTo)
"""What is derived and worth telling; all else that is derived repeats what it is derived from."""

_EVIDENCE = {GOV.basis, GOV.inferredFrom, GOV.strength, SKOS.editorialNote}

_WORDS = {
    RDF_TYPE: "kind",
    SKOS.prefLabel: "name",
    SKOS.altLabel: "other name",
    SKOS.editorialNote: "remark",
    ORG.subOrganizationOf: "part of",
    ox.NamedNode(PREFIXES["dct"] + "identifier"): "reference",
    ox.NamedNode(PREFIXES["eli"] + "is_part_of"): "in",
}
"""Properties that have no label in our ontology, or one that says little to a reader."""


@dataclass(frozen=True)
class Altered:
    """One property of a thing that differs.

    Parameters
    ----------
    property, label : IRI, and name in words.
    before, after : the values, in words, that only one side has.
    """

    property: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        if self.before and self.after:
            return f"{self.label} {', '.join(self.before)} → {', '.join(self.after)}"
        values, end = (self.after, "added") if self.after else (self.before, "removed")
        return f"{self.label} {', '.join(values)} ({end})"


@dataclass(frozen=True)
class Change:
    """What became of one thing.

    Parameters
    ----------
    thing, label : IRI and name.
    kind : labels of its classes.
    change : "added", "removed" or "changed".
    properties : what differs; for a thing that was added or removed, everything said about it.
    """

    thing: str
    label: str
    kind: str
    change: str
    properties: tuple[Altered, ...]

    @property
    def in_words(self) -> str:
        """What became of it, such as "chaired by A → B"."""
        return "; ".join(map(str, self.properties)) if self.change == "changed" else self.change

    def __str__(self) -> str:
        return f"{self.label}: {self.in_words}"


def difference(before: Iterable[Statement], after: Iterable[Statement], *, evidence: bool = True) -> list[Change]:
    """The things of which two sets of statements say different things, by name; terms come last.

    Parameters
    ----------
    before, after : with the ontology, so that properties and classes have names.
    evidence : whether clauses, and which of them a statement rests on, count too.

    Examples
    --------
    >>> board, a, b = (ox.NamedNode("http://e/" + name) for name in ("board", "a", "b"))
    >>> named = [(x, SKOS.prefLabel, ox.Literal(x.value[-1].upper(), language="en")) for x in (a, b)]
    >>> named += [(board, SKOS.prefLabel, ox.Literal("Board", language="en"))]
    >>> named += [(GOV.chairedBy, SKOS.prefLabel, ox.Literal("chaired by", language="en"))]
    >>> [str(c) for c in difference([*named, (board, GOV.chairedBy, a)], [*named, (board, GOV.chairedBy, b)])]
    ['Board: chaired by A → B']
    """
    old, new = Facts(before), Facts(after)
    words = _Words(old, new)
    changes = []
    for thing in dict.fromkeys(subject for facts in (old, new) for subject, _, _ in facts):
        was, now = set(old.properties(thing)), set(new.properties(thing))
        if was == now:
            continue
        kinds = (new if now else old).objects(thing, RDF_TYPE)
        if not evidence and GOV.Clause in kinds:
            continue
        altered = _altered(was - now, now - was, words, evidence)
        if altered:
            change = "changed" if was and now else "added" if now else "removed"
            kind = ", ".join(sorted(map(words.value, kinds)))
            changes.append(Change(thing.value, words.value(thing), kind, change, altered))
    return sorted(changes, key=lambda found: (found.thing.startswith(DEF), found.label.casefold(), found.thing))


def told(store: ox.Store, graphs: Iterable[str]) -> Iterator[Statement]:
    """What some graphs of a store say, with the short cuts that are derived from the current ones.

    Parameters
    ----------
    graphs : names; the short cuts come with `graph/derived`.
    """
    for name in graphs:
        for statement in statements(store.quads_for_pattern(None, None, None, ox.NamedNode(name))):
            if name != _DERIVED or statement[1] in _SHORTCUTS:
                yield statement


class _Words:
    """Things, properties and values in words, from whichever side has them; the newer one first."""

    def __init__(self, old: Facts, new: Facts) -> None:
        self._sides = (new, old)

    def _label(self, node: ox.NamedNode) -> str:
        return next((text for side in self._sides if (text := side.literal(node, SKOS.prefLabel))), "")

    def value(self, value: ox.NamedNode | ox.Literal) -> str:
        if isinstance(value, ox.NamedNode):
            return self._label(value) or curie(value.value)
        return {"true": "yes", "false": "no"}.get(value.value, value.value)

    def property(self, predicate: ox.NamedNode) -> str:
        split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.split(r"[/#]", predicate.value)[-1]).replace("_", " ").lower()
        return _WORDS.get(predicate) or self._label(predicate) or split


def _altered(gone: set[Property], come: set[Property], words: _Words, evidence: bool) -> tuple[Altered, ...]:
    """The values that only one side has, by property."""
    found = []
    for predicate in {predicate for predicate, _ in gone | come}:
        if not evidence and predicate in _EVIDENCE:
            continue
        sides = [[value for each, value in side if each == predicate] for side in (gone, come)]
        before, after = (tuple(sorted(map(words.value, values))) for values in sides)
        if before == after:  # two things of one name, or one text in two languages or types
            before, after = (tuple(sorted(map(str, values))) for values in sides)
        found.append(Altered(predicate.value, words.property(predicate), before, after))
    return tuple(sorted(found, key=lambda each: (each.label, each.property)))
