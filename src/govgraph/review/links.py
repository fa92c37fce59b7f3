"""Property paths as trees, and the links between nodes that a shape or its query follows.

A statement can matter to a path only as one of its steps. `steps` lists them, each with what has to lead to it and on
from it; so the nodes from which a path leads over a statement are found by walking back from the statement.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from govgraph.namespaces import PREFIXES
from govgraph.review.tokens import Token, is_word
from govgraph.review.triples import RDFS, TYPE, Term

__all__ = ["ANY", "INSTANCE", "SAME", "Link", "Node", "Reading", "Way", "along", "steps", "way_of"]

Node: TypeAlias = str | Term
"""A variable by its name, or a term."""


@dataclass(frozen=True, eq=False)
class Way:
    """A property path; equal ones are the same object.

    Parameters
    ----------
    kind : "step" along a predicate, "any" predicate, "same" node, or the sign of the path: ^ / | * + ?
    predicate : IRI of a step.
    parts : the paths within.
    """

    kind: str
    predicate: str = ""
    parts: tuple["Way", ...] = ()


@dataclass(frozen=True)
class Link:
    """One node is reached from another; `label` is the variable in the place of the predicate, if there is one."""

    start: Node
    way: Way
    end: Node
    label: str = ""

    @property
    def variables(self) -> set[str]:
        """Variables in it."""
        return {node for node in (self.start, self.end, self.label) if isinstance(node, str) and node}


@cache
def along(kind: str, predicate: str = "", *parts: Way) -> Way:
    """The one path of this form."""
    return Way(kind, predicate, parts)


ANY = along("any")
SAME = along("same")
INSTANCE = along("/", "", along("step", TYPE), along("*", "", along("step", RDFS + "subClassOf")))
"""From a thing to its classes and those above them (SHACL §1.1, "SHACL instance")."""


def steps(link: Link, fresh: Callable[[], str]) -> Iterator[tuple[Link, tuple[Link, ...]]]:
    """Each single step of a path, with the links that lead to it and on from it.

    >>> p, q = along("step", "http://e/p"), along("step", "http://e/q")
    >>> [step.way.predicate for step, _ in steps(Link("a", along("/", "", p, q), "b"), lambda: "between")]
    ['http://e/p', 'http://e/q']
    """
    start, way, end = link.start, link.way, link.end
    match way.kind:
        case "step" | "any":
            yield link, ()
        case "^":
            yield from steps(Link(end, way.parts[0], start), fresh)
        case "/":
            first, second = way.parts
            between = fresh()
            for step, rest in steps(Link(start, first, between), fresh):
                yield step, (*rest, Link(between, second, end))
            for step, rest in steps(Link(between, second, end), fresh):
                yield step, (Link(start, first, between), *rest)
        case "|":
            for part in way.parts:
                yield from steps(Link(start, part, end), fresh)
        case "?":
            yield from steps(Link(start, way.parts[0], end), fresh)
        case "*" | "+":
            again = along("*", "", *way.parts)
            one, other = fresh(), fresh()
            for step, rest in steps(Link(one, way.parts[0], other), fresh):
                yield step, (Link(start, again, one), *rest, Link(other, again, end))


_PIECE = re.compile(r"<[^>]*>|[()^/|*+?]")


def way_of(text: str) -> Way:
    """The tree of a path in SPARQL syntax with whole IRIs.

    >>> way_of("^<http://e/p>").kind
    '^'
    """
    pieces = (match[0] for match in _PIECE.finditer(text))
    return Reading([Token("iri" if piece[0] == "<" else "other", piece) for piece in pieces]).path()


class Reading:
    """Reads tokens from left to right.

    Raises
    ------
    ValueError : something stands where it is not understood.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0

    @property
    def text(self) -> str:
        """The token to be read next; empty at the end."""
        return self.tokens[self.place].text if self.place < len(self.tokens) else ""

    def next_is(self, *words: str) -> bool:
        """Whether a keyword comes next."""
        return self.place < len(self.tokens) and is_word(self.tokens[self.place], *words)

    def take(self, wanted: str = "") -> Token:
        """The next token, which has to be the wanted one if one is named."""
        if not self.text or (wanted and self.text != wanted):
            raise ValueError(f"{self.text or 'the end'} stands where {wanted or 'more'} is expected")
        self.place += 1
        return self.tokens[self.place - 1]

    def path(self) -> Way:
        """A property path (SPARQL 1.1 §19.8, Path)."""
        parts = [self._sequence()]
        while self.text == "|":
            self.take()
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else along("|", "", *parts)

    def _sequence(self) -> Way:
        way = self._element()
        while self.text == "/":
            self.take()
            way = along("/", "", way, self._element())
        return way

    def _element(self) -> Way:
        if self.text == "^":
            self.take()
            return along("^", "", self._element())
        if self.text == "!":
            return self._other_than()
        if self.text == "(":
            self.take()
            way = self.path()
            self.take(")")
        else:
            way = along("step", self._predicate())
        while self.text in ("*", "+", "?"):
            way = along(self.take().text, "", way)
        return way

    def _predicate(self) -> str:
        token = self.take()
        if token.text == "a":
            return PREFIXES["rdf"] + "type"
        if token.kind != "iri":
            raise ValueError(f"{token.text} is no predicate")
        return token.text[1:-1]

    def _other_than(self) -> Way:
        """A negated set of predicates: any step, which is more than it takes."""
        self.take("!")
        if self.text == "(":
            while self.take().text != ")":
                pass
        else:
            self.take()
            if self.tokens[self.place - 1].text == "^":
                self.take()
        return along("|", "", ANY, along("^", "", ANY))
