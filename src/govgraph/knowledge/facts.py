"""A set of statements with the look-ups that deriving needs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import pyoxigraph as ox

from govgraph.namespaces import DEF, PREFIXES

__all__ = ["GOV", "ORG", "PROV", "RDFS", "RDF_TYPE", "SKOS", "Facts", "Statement", "statements"]

Statement = tuple[ox.NamedNode, ox.NamedNode, "ox.NamedNode | ox.Literal"]


class _Vocabulary:
    """Terms of one namespace by attribute: ``GOV.mode``."""

    def __init__(self, base: str) -> None:
        self._base = base

    def __getattr__(self, name: str) -> ox.NamedNode:
        term = ox.NamedNode(self._base + name)
        setattr(self, name, term)  # made once: rules ask for the same terms many thousand times
        return term


GOV = _Vocabulary(DEF)
ORG = _Vocabulary(PREFIXES["org"])
PROV = _Vocabulary(PREFIXES["prov"])
SKOS = _Vocabulary(PREFIXES["skos"])
RDFS = _Vocabulary(PREFIXES["rdfs"])
RDF_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_HIERARCHIES = frozenset({RDFS.subClassOf, RDFS.subPropertyOf})
"""Asked about again and again, and hardly ever added to."""


def statements(quads: Iterable[ox.Quad]) -> Iterator[Statement]:
    """The statements of quads whose blank nodes have been replaced (`rdf.files.read_file` does)."""
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
            yield quad.subject, quad.predicate, quad.object


class Facts:
    """Statements, indexed by subject and by predicate with object.

    Parameters
    ----------
    statements : (subject, predicate, object) in any order; repeats count once.
    """

    def __init__(self, statements: Iterable[Statement] = ()) -> None:
        self._by_subject: dict[ox.NamedNode, dict[ox.NamedNode, dict[ox.NamedNode | ox.Literal, None]]] = {}
        self._by_object: dict[tuple[ox.NamedNode, ox.NamedNode | ox.Literal], dict[ox.NamedNode, None]] = defaultdict(
            dict
        )
        self._above: dict[tuple[ox.NamedNode, ox.NamedNode], frozenset[ox.NamedNode]] = {}
        for statement in statements:
            self.add(*statement)

    def add(self, subject: ox.NamedNode, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal) -> bool:
        """Add one statement; True if it is new."""
        values = self._by_subject.setdefault(subject, {}).setdefault(predicate, {})
        if value in values:
            return False
        values[value] = None
        self._by_object[predicate, value][subject] = None
        if self._above and predicate in _HIERARCHIES:
            self._above.clear()
        return True

    def __iter__(self) -> Iterator[Statement]:
        for subject, properties in self._by_subject.items():
            for predicate, values in properties.items():
                for value in values:
                    yield subject, predicate, value

    def about(self) -> Iterator[ox.NamedNode]:
        """Every subject, once."""
        return iter(self._by_subject)

    def having(self, *predicates: ox.NamedNode) -> list[ox.NamedNode]:
        """Subjects that have a value for one of the predicates."""
        wanted = frozenset(predicates)
        return [subject for subject, properties in self._by_subject.items() if not wanted.isdisjoint(properties)]

    def objects(self, subject: ox.NamedNode, predicate: ox.NamedNode) -> list[ox.NamedNode]:
        """IRIs that the subject has for the predicate."""
        values = self._by_subject.get(subject, {}).get(predicate, {})
        return [value for value in values if isinstance(value, ox.NamedNode)]

    def literals(self, subject: ox.NamedNode, predicate: ox.NamedNode) -> list[str]:
        """Texts that the subject has for the predicate."""
        values = self._by_subject.get(subject, {}).get(predicate, {})
        return [value.value for value in values if isinstance(value, ox.Literal)]

    def literal(self, subject: ox.NamedNode, predicate: ox.NamedNode) -> str:
        """First such text, or the empty text."""
        return next(iter(self.literals(subject, predicate)), "")

    def texts(self, subject: ox.NamedNode, predicates: Iterable[ox.NamedNode]) -> list[str]:
        """Texts that the subject has for any of the predicates, in their order."""
        properties = self._by_subject.get(subject, {})
        found = [properties[predicate] for predicate in predicates if predicate in properties]
        return [value.value for values in found for value in values if isinstance(value, ox.Literal)]

    def subjects(self, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal) -> list[ox.NamedNode]:
        """Subjects that have the value for the predicate."""
        return list(self._by_object.get((predicate, value), {}))

    def instances(self, kind: ox.NamedNode) -> Iterator[ox.NamedNode]:
        """Subjects of a class and of its sub-classes (as far as the facts declare them)."""
        yield from self.subjects(RDF_TYPE, kind)
        for narrower in self.subjects(RDFS.subClassOf, kind):
            yield from self.instances(narrower)

    def properties(self, subject: ox.NamedNode) -> Iterator[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]]:
        """Predicate and value of every statement about the subject."""
        for predicate, values in self._by_subject.get(subject, {}).items():
            for value in values:
                yield predicate, value

    def described(self, subject: ox.NamedNode) -> Iterable[tuple[ox.NamedNode, Collection[ox.NamedNode | ox.Literal]]]:
        """Each predicate of the statements about the subject, with its values."""
        return self._by_subject.get(subject, {}).items()

    def is_true(self, subject: ox.NamedNode, predicate: ox.NamedNode) -> bool:
        """Whether the subject has the boolean true for the predicate."""
        return self.literal(subject, predicate) in ("true", "1")

    def label(self, subject: ox.NamedNode) -> str:
        """Its skos:prefLabel, or its IRI."""
        return self.literal(subject, SKOS.prefLabel) or subject.value

    def above(self, term: ox.NamedNode, predicate: ox.NamedNode) -> frozenset[ox.NamedNode]:
        """The term and everything above it along the predicate (sub-class, sub-property, sub-organisation)."""
        if (known := self._above.get((term, predicate))) is not None:
            return known
        found = {term}
        waiting = [term]
        while waiting:
            for higher in self.objects(waiting.pop(), predicate):
                if higher not in found:
                    found.add(higher)
                    waiting.append(higher)
        closed = frozenset(found)
        if predicate in _HIERARCHIES:
            self._above[term, predicate] = closed
        return closed

    def types(self, subject: ox.NamedNode) -> set[ox.NamedNode]:
        """Classes of the subject, with all their super-classes (as far as the facts declare them)."""
        return {above for kind in self.objects(subject, RDF_TYPE) for above in self.above(kind, RDFS.subClassOf)}
