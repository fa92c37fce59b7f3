"""Statements indexed by subject and predicate: small graphs, such as shapes and reports."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES

__all__ = ["FIRST", "NIL", "RDFS", "REST", "SH", "TYPE", "BrokenList", "Term", "Triples", "name"]

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal

SH = PREFIXES["sh"]
RDFS = PREFIXES["rdfs"]
TYPE = PREFIXES["rdf"] + "type"
FIRST = PREFIXES["rdf"] + "first"
REST = PREFIXES["rdf"] + "rest"
NIL = ox.NamedNode(PREFIXES["rdf"] + "nil")


class BrokenList(ValueError):
    """A list has no end, two ends, or no members where it needs some."""


def name(term: Term) -> str:
    """An IRI as it is, a blank node as `_:label`, a literal as its text.

    >>> name(ox.BlankNode("b"))
    '_:b'
    """
    return str(term) if isinstance(term, ox.BlankNode) else term.value


class Triples:
    """An index over statements; the order of the statements is kept.

    >>> a, p = ox.NamedNode("http://e/a"), "http://e/p"
    >>> Triples([ox.Triple(a, ox.NamedNode(p), ox.Literal("x"))]).one(a, p).value
    'x'
    """

    def __init__(self, statements: Iterable[ox.Triple | ox.Quad]) -> None:
        self._index: dict[Term, dict[str, list[Term]]] = {}
        for statement in statements:
            subject, value = statement.subject, statement.object
            if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
                continue  # RDF 1.2, which SHACL 1.0 does not know
            found = self._index.setdefault(subject, {}).setdefault(statement.predicate.value, [])
            if value not in found:
                found.append(value)

    def subjects(self) -> Iterator[Term]:
        """Every subject once."""
        yield from self._index

    def facts(self, subject: Term) -> dict[str, list[Term]]:
        """Predicate to objects of one subject."""
        return self._index.get(subject, {})

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        """Objects of one subject and predicate."""
        return self.facts(subject).get(predicate, [])

    def one(self, subject: Term, predicate: str) -> Term | None:
        """The first object, or None."""
        found = self.objects(subject, predicate)
        return found[0] if found else None

    def members(self, head: Term) -> list[Term]:
        """Members of an RDF list.

        Raises
        ------
        BrokenList : it is not a list, or not a finite one.
        """
        found: list[Term] = []
        seen: set[Term] = set()
        while head != NIL:
            first, rest = self.objects(head, FIRST), self.objects(head, REST)
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise BrokenList(f"{name(head)} is not a proper list")
            seen.add(head)
            found.append(first[0])
            head = rest[0]
        return found

    def instances(self, *classes: str) -> set[Term]:
        """Subjects typed with one of the classes or a subclass of it, by what these statements say."""
        return {subject for subject in self._index if self.is_a(subject, *classes)}

    def is_a(self, subject: Term, *classes: str) -> bool:
        """Whether the subject is an instance of one of the classes (SHACL §1.1, "SHACL instance")."""
        wanted = set(classes)
        seen: set[Term] = set()
        above = list(self.objects(subject, TYPE))
        while above:
            kind = above.pop()
            if name(kind) in wanted:
                return True
            if kind not in seen:
                seen.add(kind)
                above += self.objects(kind, RDFS + "subClassOf")
        return False
