"""What the things of a generation are called, for search and "did you mean"."""

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from govgraph.knowledge.facts import RDF_TYPE, RDFS, SKOS, Facts
from govgraph.namespaces import DEF, ID, PREFIXES

__all__ = ["EARLIER", "NAMING", "Row", "named"]

Row = tuple[str, str, str, list[str], list[str]]
"""IRI, label, kinds, class IRIs and other names of a thing."""

EARLIER = " (earlier revision only)"
"""Mark of a thing that only a superseded revision speaks of."""

_NUMBER = ox.NamedNode(PREFIXES["eli"] + "number")
_HIDDEN = ox.NamedNode(PREFIXES["skos"] + "hiddenLabel")

NAMING = (SKOS.prefLabel, SKOS.altLabel, _HIDDEN, _NUMBER)
"""Properties that give a thing its names, the label first."""


def named(source: Facts, subjects: Iterable[ox.NamedNode], classes: Facts, mark: str = "") -> Iterator[Row]:
    """Every thing and code-list concept with a label.

    Parameters
    ----------
    source : says what each is called, and its own classes.
    subjects : to be looked at.
    classes : says which class is above which, and what classes are called.
    mark : added to the kinds.
    """
    for subject in subjects:
        label = source.literal(subject, SKOS.prefLabel)
        iri = subject.value
        if not label or _derived(iri):
            continue
        schemes = source.objects(subject, SKOS.inScheme)
        if not iri.startswith(ID) and not (schemes and iri.startswith(DEF)):
            continue
        own = source.objects(subject, RDF_TYPE)
        special = [k for k in own if not any(k != o and k in classes.above(o, RDFS.subClassOf) for o in own)]
        kinds = ", ".join(_kind(classes, kind) for kind in (schemes if iri.startswith(DEF) else special)) + mark
        above = {upper.value for kind in own for upper in classes.above(kind, RDFS.subClassOf)}
        above |= {scheme.value for scheme in schemes}
        others = [text for naming in NAMING[1:] for text in source.literals(subject, naming)]
        yield iri, label, kinds, sorted(above), others


def _derived(iri: str) -> bool:
    """Whether it is the line of a kind of group, told again for one group."""
    return "-for-" in iri and "/line/" in iri


def _kind(facts: Facts, kind: ox.NamedNode) -> str:
    """The label of a class, or the words of its name where another vocabulary declares it: "change event"."""
    name = re.split(r"[/#]", kind.value)[-1]
    return facts.literal(kind, SKOS.prefLabel) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
