"""What the things of a generation are called, for search and "did you mean"."""

import re
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from govgraph.knowledge.facts import RDF_TYPE, RDFS, SKOS, Facts
from govgraph.namespaces import DEF, ID, PREFIXES

__all__ = ["EARLIER", "NAMING", "Row", "named"]

Row = tuple[str, str, str, list[str], list[str]]
"""IRI, label, kinds, class IRIs and other names of a thing."""

_Sort = tuple[bool, tuple[ox.NamedNode, ...], tuple[ox.NamedNode, ...]]
"""Whether a thing is a term of ours, its classes and its schemes."""

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
    known: dict[_Sort, tuple[str, list[str]]] = {}
    for subject in subjects:
        label = source.literal(subject, SKOS.prefLabel)
        iri = subject.value
        if not label or _derived(iri):
            continue
        schemes = source.objects(subject, SKOS.inScheme)
        if not iri.startswith(ID) and not (schemes and iri.startswith(DEF)):
            continue
        own = source.objects(subject, RDF_TYPE)
        sort = iri.startswith(DEF), tuple(own), tuple(schemes)
        if sort not in known:  # thousands of things are of few sorts
            known[sort] = _sort(classes, *sort)
        kinds, above = known[sort]
        others = [text for naming in NAMING[1:] for text in source.literals(subject, naming)]
        yield iri, label, kinds + mark, above, others


def _sort(
    classes: Facts, concept: bool, own: Sequence[ox.NamedNode], schemes: Sequence[ox.NamedNode]
) -> tuple[str, list[str]]:
    """The kinds of a thing in words, and IRIs of all its classes and schemes."""
    special = [k for k in own if not any(k != o and k in classes.above(o, RDFS.subClassOf) for o in own)]
    above = {upper.value for kind in own for upper in classes.above(kind, RDFS.subClassOf)}
    above |= {scheme.value for scheme in schemes}
    return ", ".join(_kind(classes, kind) for kind in (schemes if concept else special)), sorted(above)


def _derived(iri: str) -> bool:
    """Whether it is the line of a kind of group, told again for one group."""
    return "-for-" in iri and "/line/" in iri


def _kind(facts: Facts, kind: ox.NamedNode) -> str:
    """The label of a class, or the words of its name where another vocabulary declares it: "change event"."""
    name = re.split(r"[/#]", kind.value)[-1]
    return facts.literal(kind, SKOS.prefLabel) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
