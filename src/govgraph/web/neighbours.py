"""What stands around a class of the ontology: wider and narrower classes, what it has, and what leads to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from govgraph.web.glossary import Link, Term

__all__ = ["Neighbours", "Side", "around"]


@dataclass(frozen=True)
class Side:
    """The properties between a class and another class or kind of value.

    Parameters
    ----------
    other : the other class or kind of value; several where a property may lead to any of them.
    properties : IRIs and labels.
    """

    other: Sequence[Link]
    properties: Sequence[Link]


@dataclass(frozen=True)
class Neighbours:
    """A class among its neighbours.

    Parameters
    ----------
    term : the class.
    wider, narrower : classes it is a kind of, and classes that are kinds of it.
    has, leading : properties that stand on it, by where they lead; and properties that lead to it, by where they stand.
    inherited : what it has as a kind of a wider class, nearest first.
    """

    term: Link
    wider: Sequence[Link]
    narrower: Sequence[Link]
    has: Sequence[Side]
    leading: Sequence[Side]
    inherited: Sequence[tuple[Link, Sequence[Link]]]

    def __bool__(self) -> bool:
        return bool(self.wider or self.narrower or self.has or self.leading)


def around(term: Term, every: Sequence[Term]) -> Neighbours:
    """The neighbours of a class.

    Parameters
    ----------
    every : all classes and properties.

    Examples
    --------
    >>> body, board = Term("body", "body"), Term("board", "board", broader=[("body", "body")])
    >>> chair = Term("chair", "chair", domain=[("body", "body")], range=[("post", "post")])
    >>> found = around(board, [body, board, chair])
    >>> found.wider, found.has, found.inherited
    ([('body', 'body')], [], [(('body', 'body'), [('chair', 'chair')])])
    """
    narrower = [(other.iri, other.label) for other in every if term.iri in _iris(other.broader) and other is not term]
    has = [(other.range, other) for other in every if term.iri in _iris(other.domain)]
    leading = [(other.domain, other) for other in every if term.iri in _iris(other.range)]
    return Neighbours(
        (term.iri, term.label), term.broader, narrower, _sides(has), _sides(leading), _inherited(term, every)
    )


def _iris(links: Sequence[Link]) -> list[str]:
    return [iri for iri, _ in links]


def _sides(found: Sequence[tuple[Sequence[Link], Term]]) -> list[Side]:
    """The properties by what is at their other end; those that say nothing about it come last."""
    sides: dict[tuple[Link, ...], list[Link]] = {}
    for other, term in found:
        sides.setdefault(tuple(other), []).append((term.iri, term.label))
    ordered = sorted(sides.items(), key=lambda side: (not side[0], [label.casefold() for _, label in side[0]]))
    return [Side(list(other), properties) for other, properties in ordered]


def _inherited(term: Term, every: Sequence[Term]) -> list[tuple[Link, list[Link]]]:
    known = {other.iri: other for other in every}
    found: dict[Link, list[Link]] = {}
    waiting, seen = list(term.broader), {term.iri}
    while waiting:
        wider = waiting.pop(0)
        if wider[0] in seen:
            continue
        seen.add(wider[0])
        own = [(other.iri, other.label) for other in every if wider[0] in _iris(other.domain)]
        if own:
            found[wider] = own
        waiting += known[wider[0]].broader if wider[0] in known else []
    return list(found.items())
