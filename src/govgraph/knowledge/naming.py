"""What the things of a generation are called and what is said of them, for search and "did you mean"."""

import re
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from govgraph.knowledge.facts import RDF_TYPE, RDFS, SKOS, Facts
from govgraph.namespaces import DEF, ID, PREFIXES
from govgraph.store.names import Row

__all__ = ["DESCRIBING", "NAMING", "named"]

_Sort = tuple[bool, tuple[ox.NamedNode, ...], tuple[ox.NamedNode, ...]]
"""Whether a thing is a code-list concept of ours, its classes and its schemes."""

_NUMBER = ox.NamedNode(PREFIXES["eli"] + "number")
_HIDDEN = ox.NamedNode(PREFIXES["skos"] + "hiddenLabel")

NAMING = (SKOS.prefLabel, SKOS.altLabel, _HIDDEN, _NUMBER)
"""Properties that give a thing its names, the label first."""

_OTHERWISE = NAMING[1:]

DESCRIBING = (ox.NamedNode(PREFIXES["dct"] + "description"), SKOS.definition)
"""Properties that say something of a thing in words, whatever the language."""


def named(source: Facts, subjects: Iterable[ox.NamedNode], classes: Facts, mark: str = "") -> Iterator[Row]:
    """Everything with a label that has a name to be found by, or of which something is said.

    Things and code-list concepts are found by their names. Other terms, graphs and the like, which are many and would
    be in the way, are found by what is said of them only.

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
        told = source.texts(subject, DESCRIBING)
        derived = _derived(iri)
        if not label or (derived and not told):
            continue
        schemes = source.objects(subject, SKOS.inScheme)
        concept = bool(schemes) and iri.startswith(DEF)
        by_name = not derived and (concept or iri.startswith(ID))
        if not by_name and not told:
            continue
        own = source.objects(subject, RDF_TYPE)
        sort = concept, tuple(own), tuple(schemes)
        if sort not in known:  # thousands of things are of few sorts
            known[sort] = _sort(classes, *sort)
        kinds, above = known[sort]
        names = [label, *source.texts(subject, _OTHERWISE)] if by_name else []
        yield iri, label, kinds + mark, above, names, told


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
