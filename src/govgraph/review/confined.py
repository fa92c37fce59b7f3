"""Which checks find in a portion of the data just what they find in the whole at the things of that portion.

A build parts the data into portions (`govgraph.knowledge.partition`) that share nothing but the vocabulary. A statement
can matter to a node only if everything that its check joins the two by is there. Where that leads from the one to the
other along values that no other portion has, both are in the same portion; so if it does for all that a check reads,
the check can be run portion by portion. Such values are things that the portion describes, and in one direction also
terms of the vocabulary: a thing that a value leads back to from its own portion cannot have come from another.

Other checks put at most one statement of a portion together with what is said of the vocabulary, and look for no more.
What those find in the whole is what they find in the portions, taken together (`gathered`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from govgraph.review.checks import Check, Probe
from govgraph.review.links import Link, Node, Way

__all__ = ["Outlook", "Sign", "gathered", "scattered"]

Sign = tuple[str, str, str]
"""Shape, component and SPARQL constraint of a check."""

_THIS = "this"


@dataclass(frozen=True)
class Outlook:
    """What the portions of the data have to do with one another.

    Parameters
    ----------
    used : predicates of the things of the portions.
    shared : those of them with a value that may belong to several portions.
    abroad : those of them with a value that is neither described by the portion nor a term of the vocabulary.
    terms : of the vocabulary, about which every portion says the same.
    said : predicates of the vocabulary.
    loose : predicates with which something is derived about the vocabulary from things, which no portion holds.
    """

    used: frozenset[str]
    shared: frozenset[str]
    abroad: frozenset[str]
    terms: Collection[str]
    said: Collection[str]
    loose: Collection[str] = ()

    def keeps(self, way: Way) -> bool:
        """Whether a path leads from a thing to things of its own portion only, and back."""
        if way.kind == "step":
            return not any(way.predicate in foreign for foreign in (self.shared, self.said, self.loose))
        return way.kind != "any" and all(self.keeps(part) for part in way.parts)

    def returns(self, way: Way) -> bool:
        """Whether a step that ends at a thing began at a thing of the same portion."""
        foreign = (self.abroad, self.said, self.loose)
        return way.kind == "step" and not any(way.predicate in predicates for predicates in foreign)

    def common(self, way: Way) -> bool:
        """Whether a path goes along statements about the vocabulary only, which every portion has."""
        if way.kind == "step":
            return way.predicate not in self.used and way.predicate not in self.loose
        return way.kind != "any" and all(map(self.common, way.parts))

    def leads(self, way: Way) -> bool:
        """Whether a path leads anywhere: somewhere the data have what it takes."""
        match way.kind:
            case "step":
                return any(way.predicate in found for found in (self.used, self.said, self.loose))
            case "|":
                return any(map(self.leads, way.parts))
            case "any" | "same" | "*" | "?":
                return True
        return all(map(self.leads, way.parts))


def scattered(checks: Iterable[Check], outlook: Outlook) -> set[str]:
    """Names of the shapes with a check that has to be run over all portions at once."""
    return {check.sign[0] for check in checks if not _confined(check, outlook) and not _single(check, outlook)}


def gathered(checks: Iterable[Check], outlook: Outlook) -> set[Sign]:
    """Checks that find in the portions together what they find in the whole, at terms of the vocabulary too."""
    return {check.sign for check in checks if not _confined(check, outlook) and _single(check, outlook)}


def _confined(check: Check, outlook: Outlook) -> bool:
    if check.opaque:
        return False
    for route in check.routes:
        target = route.target
        # A node that no portion or every portion describes would be found wanting in some of them.
        if target.kind == "node" and not (isinstance(target.term, ox.NamedNode) and target.term.value in outlook.terms):
            return False
    probes = [*check.probes, *(probe for route in check.routes for probe in route.probes)]
    return all(_stays(probe, outlook) for probe in probes)


def _single(check: Check, outlook: Outlook) -> bool:
    """Whether a result takes one statement about things: of those that lead to a node, or of those that judge it."""
    leading = [probe for route in check.routes for probe in route.probes]
    return not check.opaque and any(
        all(_is_alone(probe, outlook) for probe in some) and all(outlook.common(probe.step.way) for probe in others)
        for some, others in ((leading, check.probes), (check.probes, leading))
    )


def _is_alone(probe: Probe, outlook: Outlook) -> bool:
    """Whether no other statement about things has to do with the one that the probe starts from."""
    if outlook.common(probe.step.way):
        return True
    return probe.plain and not outlook.loose and all(outlook.common(link.way) for link in probe.links)


def _stays(probe: Probe, outlook: Outlook) -> bool:
    """Whether what the probe finds belongs to the portion of the statement that it starts from."""
    step = probe.step
    if step.way.predicate in outlook.loose or (step.way.kind == "any" and outlook.loose):
        return False
    if step.way.kind == "step" and step.way.predicate not in outlook.used:
        return True  # said of the vocabulary, in every portion
    if not all(outlook.leads(link.way) for link in probe.links):
        return True  # it never finds anything
    here = {step.start}
    if outlook.keeps(step.way):
        here.add(step.end)
    kept = [link for link in probe.links if outlook.keeps(link.way)]
    back = [link for link in probe.links if outlook.returns(link.way)]
    while _THIS not in here:
        further = {end for link in kept for end in _ends(link) if here.intersection(_ends(link))}
        further |= {link.start for link in back if link.end in here}
        further -= here
        if not further:
            return False
        here |= further
    return True


def _ends(link: Link) -> tuple[Node, Node]:
    return link.start, link.end
