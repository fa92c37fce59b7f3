"""What the query of a shape reads, and how each piece of it hangs together with `$this`.

A statement can change the solutions for a focus node only by matching a triple pattern, and then every pattern that is
joined with that one has to match as well. What is optional joins nothing; a variable counts as joined only where it is
bound for certain. So each pattern comes with the links that lead from it to `$this`, and fewer links than there are
means only that more nodes are looked at again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

import pyoxigraph as ox

from govgraph.review.links import ANY, SAME, Link, Node, Reading
from govgraph.review.sparql import Query
from govgraph.review.tokens import Token, expanded, is_word, tokens_of
from govgraph.review.triples import Term

__all__ = ["Links", "Read", "query_reads", "stored"]

Links: TypeAlias = tuple[Link, ...]

_BRANCHES = 24
"""So many ways through the alternatives of a query are followed; beyond, alternatives count as joining nothing."""


@dataclass(frozen=True)
class Read:
    """A link that is read, and the links that hold with it: one of several sets."""

    link: Link
    contexts: tuple[Links, ...] = ((),)


@dataclass
class _Group:
    """A `{ … }`: its parts in order."""

    parts: list["_Part"] = field(default_factory=list)


@dataclass
class _Part:
    """`kind` is "links", "group", "union", "optional" or "condition" (the groups of EXISTS)."""

    kind: str
    links: Links = ()
    groups: tuple[_Group, ...] = ()


def query_reads(query: Query, names: Mapping[str, Node], fresh: Callable[[], str], context: Links = ()) -> list[Read]:
    """What a query reads.

    Parameters
    ----------
    names : nodes that stand for its variables; others get names of their own.
    context : links that lead from the focus node to those.

    Raises
    ------
    ValueError : the query holds something that is not followed here.
    """
    text = "".join(token.spaced for token in query.tokens)
    parser = _Parser(expanded(tokens_of(text, "a query"), {}, "a query"))
    group = parser.query()
    known: dict[str, Node] = {f"?{variable}": node for variable, node in names.items()}
    for variable in sorted(_variables(group) - known.keys()):
        known[variable] = fresh()
    pinned = {node for node in names.values() if isinstance(node, str)}
    return list(_Walk(fresh, pinned).visit(_renamed(group, known), (context,), frozenset()))


def stored(terms: Sequence[Term]) -> list[Term]:
    """Terms as the store gives them back: it keeps numbers and dates by their value.

    >>> print(*stored([ox.Literal("01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))]))
    "1"^^<http://www.w3.org/2001/XMLSchema#integer>
    """
    store = ox.Store()
    blank = ox.BlankNode()
    found: list[Term] = []
    for number, term in enumerate(terms):
        predicate = ox.NamedNode(f"http://e/{number}")
        store.add(ox.Quad(blank, predicate, term))
        found += [quad.object for quad in store.quads_for_pattern(None, predicate, None)]  # type: ignore[misc]
    return found


class _Walk:
    """Goes through the groups of a query."""

    def __init__(self, fresh: Callable[[], str], pinned: set[str]) -> None:
        self._fresh = fresh
        self._pinned = pinned

    def visit(self, group: _Group, outer: tuple[Links, ...], visible: frozenset[str]) -> Iterator[Read]:
        """What a group reads.

        Parameters
        ----------
        outer : links that hold outside it.
        visible : variables that the conditions in it see from outside.
        """
        choices = [_choices(part) for part in group.parts]
        for place, part in enumerate(group.parts):
            before = _joined(choices[:place])
            beside = _joined([outer, before, *choices[place + 1 :]])
            match part.kind:
                case "links":
                    for link in part.links:
                        if link.way is not SAME:
                            others = tuple(other for other in part.links if other is not link)
                            yield Read(link, _joined([beside, (others,)]))
                case "group" | "union":
                    for inner in part.groups:
                        yield from self.visit(inner, beside, frozenset())
                case "optional":
                    # What comes later joins with it only through what came before.
                    bound = _bound(before)
                    inner = self._local(part.groups[0], bound)
                    yield from self.visit(inner, _joined([outer, before]), bound)
                case "condition":
                    seen = _bound(_joined(choices)) | visible
                    for inner in part.groups:
                        yield from self.visit(self._local(inner, seen), _joined([beside, choices[place]]), seen)

    def _local(self, group: _Group, shared: frozenset[str]) -> _Group:
        """A group whose variables are its own but for the shared ones."""
        own = _variables(group) - shared - self._pinned
        return _renamed(group, {variable: self._fresh() for variable in sorted(own)})


def _choices(part: _Part) -> tuple[Links, ...]:
    """The sets of links one of which holds wherever a part does."""
    match part.kind:
        case "links":
            return (part.links,)
        case "group" | "union":
            return tuple(chain.from_iterable(_joined([_choices(p) for p in g.parts]) for g in part.groups))
    return ((),)


def _joined(several: Iterable[tuple[Links, ...]]) -> tuple[Links, ...]:
    """One set out of each, in every combination."""
    whole: tuple[Links, ...] = ((),)
    for choices in several:
        if len(whole) * len(choices) <= _BRANCHES:
            whole = tuple((*links, *more) for links in whole for more in choices)
    return whole


def _bound(choices: tuple[Links, ...]) -> frozenset[str]:
    """Variables that are bound in any case."""
    each = [frozenset(chain.from_iterable(link.variables for link in links)) for links in choices]
    return frozenset.intersection(*each)


def _variables(group: _Group) -> set[str]:
    own = {variable for part in group.parts for link in part.links for variable in link.variables}
    return own.union(*(_variables(inner) for part in group.parts for inner in part.groups))


def _renamed(group: _Group, names: Mapping[str, Node]) -> _Group:
    def named(node: Node) -> Node:
        return names.get(node, node) if isinstance(node, str) else node

    return _Group(
        [
            _Part(
                part.kind,
                tuple(Link(named(link.start), link.way, named(link.end)) for link in part.links),
                tuple(_renamed(inner, names) for inner in part.groups),
            )
            for part in group.parts
        ]
    )


class _Parser(Reading):
    """Reads the patterns of a query, and skips its expressions but for EXISTS."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self._unnamed = 0

    def query(self) -> _Group:
        """The pattern of the whole query."""
        self._head()
        group = self._group()
        self._skipped(until="")
        return group

    def _head(self) -> None:
        while self.text != "{":
            if self.next_is("EXISTS"):
                raise ValueError("EXISTS in a projection")
            self.take()
            if self.tokens[self.place - 1].text == "(":
                self._brackets()

    def _skipped(self, until: str) -> None:
        """Pass over solution modifiers."""
        while self.text != until:
            if self.next_is("EXISTS") or (until and self.next_is("LIMIT", "OFFSET")):
                raise ValueError(f"{self.text} after a pattern")
            self.take()

    def _group(self) -> _Group:
        self.take("{")
        if self.next_is("SELECT"):
            return self._select()
        group = _Group()
        while self.text != "}":
            if self.text == ".":
                self.take()
            elif self.text == "{":
                groups = [self._group()]
                while self.next_is("UNION"):
                    self.take()
                    groups.append(self._group())
                group.parts.append(_Part("union", groups=tuple(groups)))
            elif self.next_is("OPTIONAL"):
                self.take()
                group.parts.append(_Part("optional", groups=(self._group(),)))
            elif self.next_is("FILTER"):
                self.take()
                group.parts.append(_Part("condition", groups=tuple(self._expression())))
            elif self.next_is("BIND"):
                group.parts += self._bind(group)
            else:
                group.parts.append(_Part("links", tuple(self._triples())))
        self.take("}")
        return group

    def _select(self) -> _Group:
        """A sub-select: what it does not project is its own."""
        first = self.place
        self._head()
        head = self.tokens[first : self.place]
        shown = {f"?{token.text[1:]}" for token in head if token.kind == "variable"}
        inner = self._group()
        self._skipped(until="}")
        self.take("}")
        if not any(token.text == "*" for token in head):
            own = {variable: f"{variable} {first}" for variable in _variables(inner) - shown}
            inner = _renamed(inner, own)
        return _Group([_Part("group", groups=(inner,))])

    def _expression(self) -> list[_Group]:
        """The groups of EXISTS in the condition of a FILTER."""
        found: list[_Group] = []
        while self.next_is("NOT", "EXISTS"):
            if is_word(self.take(), "EXISTS"):
                return [self._group()]
        if self.text != "(":
            self.take()
        self.take("(")
        found += self._brackets()
        return found

    def _brackets(self) -> list[_Group]:
        """The groups of EXISTS up to the bracket that closes the one just read."""
        found: list[_Group] = []
        while self.text != ")":
            token = self.take()
            if is_word(token, "EXISTS"):
                found.append(self._group())
            elif token.text == "(":
                found += self._brackets()
        self.take(")")
        return found

    def _bind(self, group: _Group) -> list[_Part]:
        """BIND; one of a variable makes two names for one node."""
        self.take()
        self.take("(")
        first = self.place
        groups = self._brackets()
        inside = self.tokens[first : self.place - 1]
        parts = [_Part("condition", groups=tuple(groups))] if groups else []
        if len(inside) == 3 and inside[0].kind == inside[2].kind == "variable":
            one, other = (f"?{token.text[1:]}" for token in (inside[0], inside[2]))
            if one in _bound(_joined([_choices(part) for part in group.parts])):
                parts.append(_Part("links", (Link(one, SAME, other),)))
        return parts

    def _triples(self) -> Iterator[Link]:
        subject, links = self._node()
        yield from links
        if self.text not in (".", "}"):
            yield from self._facts(subject)

    def _facts(self, subject: Node) -> Iterator[Link]:
        while True:
            if self.tokens[self.place].kind == "variable":
                self.take()
                way = ANY
            else:
                way = self.path()
            while True:
                value, links = self._node()
                yield Link(subject, way, value)
                yield from links
                if self.text != ",":
                    break
                self.take()
            if self.text != ";":
                return
            while self.text == ";":
                self.take()
            if self.text in (".", "}", "]"):
                return

    def _node(self) -> tuple[Node, list[Link]]:
        token = self.take()
        if token.kind == "variable":
            return f"?{token.text[1:]}", []
        if token.kind == "blank":
            return token.text, []
        if token.text == "[":
            self._unnamed += 1
            node = f"[] {self._unnamed}"
            links = [] if self.text == "]" else list(self._facts(node))
            self.take("]")
            return node, links
        if token.kind in ("iri", "string", "number") or token.text in ("true", "false"):
            statement = next(ox.parse(f"<http://e/> <http://e/> {token.text} .", format=ox.RdfFormat.TURTLE))
            return stored([statement.object])[0], []  # type: ignore[list-item]
        raise ValueError(f"{token.text} is not followed")
