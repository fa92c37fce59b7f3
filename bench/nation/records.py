"""Statements of one council as N-Triples terms, by subject, so that faults can be put in before they are written."""

import json
from collections.abc import Iterator
from functools import cache

from govgraph.namespaces import DEF, ID, PREFIXES

__all__ = ["Records", "Statement", "amount", "count", "date", "iri", "number", "term", "text", "words"]

Statement = tuple[str, str, str]
"""Subject, predicate and object, each as N-Triples writes it."""


def iri(value: str) -> str:
    """An IRI.

    >>> iri("http://example.org/")
    '<http://example.org/>'
    """
    return f"<{value}>"


@cache
def term(name: str) -> str:
    """A term of a vocabulary; a name of two parts after `gov:` is a concept of a code list.

    >>> term("gov:mode"), term("gov:mode/scrutiny")
    ('<https://w3id.org/govgraph/def/mode>', '<https://w3id.org/govgraph/def/mode/scrutiny>')
    """
    prefix, _, local = name.partition(":")
    return iri(PREFIXES[prefix] + local)


def text(value: str) -> str:
    """A plain string; JSON escapes it as N-Triples does."""
    return json.dumps(value, ensure_ascii=False)


def words(value: str) -> str:
    """A text in English."""
    return text(value) + "@en"


@cache
def date(value: str) -> str:
    return f'"{value}"^^{term("xsd:date")}'


@cache
def count(value: int) -> str:
    return f'"{value}"^^{term("xsd:integer")}'


@cache
def number(value: float) -> str:
    """A decimal, in its canonical spelling.

    >>> number(4)
    '"4.0"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    """
    return f'"{float(value)}"^^{term("xsd:decimal")}'


class Records:
    """What one council's records say.

    Parameters
    ----------
    code : of the council, as its things are named: id/{code}/{kind}/{name}.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.things: dict[str, list[tuple[str, str]]] = {}
        self.kinds: dict[str, list[str]] = {}

    def name(self, kind: str, name: str) -> str:
        """The IRI of a thing of this council."""
        return iri(f"{ID}{self.code}/{kind}/{name}")

    def add(self, thing: str, classes: str, label: str, **facts: str | list[str]) -> str:
        """Describe a thing.

        Parameters
        ----------
        classes : names of its classes, separated by spaces.
        facts : values by property; `org_role` is org:role, a name without a prefix is one of ours.

        Returns
        -------
        The thing.
        """
        own = self.things.setdefault(thing, [])
        for name in classes.split():
            own.append((term("rdf:type"), term(name)))
            self.kinds.setdefault(name, []).append(thing)
        own.append((term("skos:prefLabel"), words(label)))
        for name, values in facts.items():
            prefix, _, local = name.partition("_")
            predicate = term(f"{prefix}:{local}") if local else iri(DEF + name)
            own += [(predicate, value) for value in ([values] if isinstance(values, str) else values)]
        return thing

    def values(self, thing: str, predicate: str) -> list[str]:
        return [value for own, value in self.things[thing] if own == term(predicate)]

    def put(self, thing: str, predicate: str, value: str) -> None:
        self.things[thing].append((term(predicate), value))

    def drop(self, thing: str, predicate: str) -> None:
        """Take away all that is said with a predicate."""
        self.things[thing] = [fact for fact in self.things[thing] if fact[0] != term(predicate)]

    def change(self, thing: str, predicate: str, value: str) -> None:
        """Let one value stand where others stood."""
        self.drop(thing, predicate)
        self.put(thing, predicate, value)

    def of(self, name: str) -> list[str]:
        """The things of a class, in the order in which they were described."""
        return self.kinds.get(name, [])

    def statements(self) -> Iterator[Statement]:
        """All statements, by thing."""
        for thing, own in self.things.items():
            for predicate, value in own:
                yield thing, predicate, value


def amount(records: Records, name: str, pounds: float) -> str:
    """An amount of money among the records."""
    return records.add(
        records.name("amount", name),
        "schema:MonetaryAmount",
        f"{pounds:,.0f} pounds",
        schema_value=number(pounds),
        schema_currency=text("GBP"),
    )
