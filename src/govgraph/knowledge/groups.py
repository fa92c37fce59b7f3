"""Named groups of a kind: which ones a statement about "delivery groups" is about."""

from collections.abc import Iterator

import pyoxigraph as ox

from govgraph.knowledge.facts import GOV, ORG, RDF_TYPE, RDFS, Facts

__all__ = ["groups_of_kind"]


def groups_of_kind(facts: Facts, generic: ox.NamedNode) -> Iterator[ox.NamedNode]:
    """Other groups of the generic group's class, within the same organisation."""
    kinds = {kind for kind in facts.objects(generic, RDF_TYPE) if GOV.Body in facts.above(kind, RDFS.subClassOf)}
    homes = set(facts.objects(generic, ORG.subOrganizationOf))
    if not kinds or not homes:
        return
    for group in sorted(set.intersection(*(set(facts.instances(kind)) for kind in kinds)), key=str):
        if group != generic and homes & (facts.above(group, ORG.subOrganizationOf) - {group}):
            yield group
