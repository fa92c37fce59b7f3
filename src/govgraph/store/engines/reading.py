"""Takes a query apart into its clauses and the items of its groups, so that an adapter can put it together otherwise.

Only as much of the grammar (SPARQL 1.1 §19.8) is read as says which item is what; expressions and triples stay tokens.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from govgraph.errors import BadInput
from govgraph.namespaces import PREFIXES
from govgraph.rdf.tokens import Token, expanded, is_word, tokens_of

__all__ = [
    "Item",
    "Query",
    "Unread",
    "certain",
    "closing",
    "group_at",
    "is_alias",
    "projected",
    "read_query",
    "variables_of",
    "visible",
    "written",
]


class Unread(ValueError):
    """A query is written in a way that is not followed here."""


@dataclass(frozen=True)
class Item:
    """What stands in a group.

    Parameters
    ----------
    kind : "triples" (up to a full stop), "group" (one or, with UNION, more), "optional", "minus", "graph", "service",
        "filter", "exists" (a filter that is just EXISTS or NOT EXISTS), "bind", "values" or "select"; and "mark", which
        is put in to tell whether a pattern is there: a variable for that, then those it shares with the rest.
    tokens : all of it.
    groups : the groups in it.
    query : the query of a "select".
    """

    kind: str
    tokens: tuple[Token, ...]
    groups: tuple[tuple["Item", ...], ...] = ()
    query: "Query | None" = None

    @property
    def variables(self) -> set[str]:
        """Names of the variables in it that what stands outside can see; for a filter, those that it reads."""
        if self.query:
            return self.query.shown
        if self.groups and self.kind != "exists":
            graph = variables_of(self.tokens[:2]) if self.kind == "graph" else set()
            return graph.union(*(visible(group) for group in self.groups))
        return variables_of(self.tokens)

    @property
    def certain(self) -> set[str]:
        """Names of those variables that are bound in each of its solutions."""
        match self.kind:
            case "triples":
                return self.variables
            case "values":
                return set() if any(is_word(token, "UNDEF") for token in self.tokens) else self.variables
            case "select":
                assert self.query
                return self.query.shown & certain(self.query.items)
            case "group":
                return set.intersection(*(certain(group) for group in self.groups))
            case "graph":
                return variables_of(self.tokens[:2]) | certain(self.groups[0])
            case "bind" if is_alias(self) and self.tokens[2].kind != "variable":
                return variables_of(self.tokens)
        return set()


@dataclass(frozen=True)
class Query:
    """A query: `form` (SELECT, ASK, CONSTRUCT, DESCRIBE), what stands before its pattern, that, what comes after."""

    form: str
    head: tuple[Token, ...]
    dataset: tuple[Token, ...]
    items: tuple[Item, ...]
    tail: tuple[Token, ...]

    @property
    def everything(self) -> bool:
        """Whether it is SELECT * (or REDUCED, DISTINCT)."""
        return self.form == "SELECT" and all(
            is_word(token, "DISTINCT", "REDUCED") or token.text == "*" for token in self.head
        )

    @property
    def shown(self) -> set[str]:
        """Names of the variables that it projects."""
        if self.everything:
            return visible(self.items)
        return {name for name, _ in projected(self.head)}

    def clause(self, *words: str) -> tuple[Token, ...]:
        """The solution modifier that starts with the words, without them; empty if there is none."""
        starts = [place for place, token in enumerate(self.tail) if is_word(token, *_MODIFIERS)]
        for start, end in zip(starts, [*starts, len(self.tail)][1:], strict=True):
            if is_word(self.tail[start], words[0]):
                return self.tail[start + len(words) : end]
        return ()


_MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def read_query(text: str) -> Query:
    """The parts of a query; prefixed names are written as IRIs, comments are left out.

    Raises
    ------
    Unread : it is not written in a way that is followed here.

    >>> query = read_query("SELECT ?s { ?s ?p ?o . OPTIONAL { ?o ?q ?r } FILTER(?r > 2) } LIMIT 5")
    >>> [item.kind for item in query.items], written(query.tail)
    (['triples', 'optional', 'filter'], 'LIMIT 5')
    """
    try:
        tokens = expanded(tokens_of(text), PREFIXES)
    except BadInput as error:
        raise Unread(error.message) from None
    if any(is_word(token, "BASE", "PREFIX") for token in tokens[:3]):
        raise Unread("its prologue is not followed")
    reading = _Reading(tokens)
    try:
        query = reading.query()
    except RecursionError:
        raise Unread("its groups are nested too deeply") from None
    if reading.place < len(tokens):
        raise Unread("there is more after its end")
    return query


def is_alias(item: Item) -> bool:
    """Whether an item is BIND of a plain string, an IRI or a variable, and so computes nothing."""
    kinds = [token.kind for token in item.tokens]
    return kinds[:1] == ["word"] and kinds[2:3] in (["string"], ["iri"], ["variable"]) and len(kinds) == 6


def visible(items: Sequence[Item]) -> set[str]:
    """Names of the variables of a group that what stands outside can see."""
    found = {item.tokens[-2].text[1:] for item in items if item.kind == "bind"}
    found = found.union(*(variables_of(item.tokens[:1]) for item in items if item.kind == "mark"))
    unseen = ("filter", "exists", "bind", "minus", "mark")
    return found.union(*(item.variables for item in items if item.kind not in unseen))


def certain(items: Iterable[Item]) -> set[str]:
    """Names of the variables that are bound in each solution of a group."""
    known: set[str] = set()
    for item in items:
        known |= item.certain
        if item.kind == "bind" and is_alias(item) and variables_of(item.tokens[2:3]) <= known:
            known |= variables_of(item.tokens)
    return known


def written(tokens: Sequence[Token]) -> str:
    """Tokens as text; a bracket stays where it stood, since some readers take no space between it and a function."""
    return "".join(token.text if token.text == "(" and not token.gap else f" {token.text}" for token in tokens).strip()


def group_at(tokens: Sequence[Token], place: int) -> tuple[tuple[Item, ...], int]:
    """The items of the group that starts at a place, and the place after it."""
    reading = _Reading(tokens, place)
    return reading.group(), reading.place


def variables_of(tokens: Sequence[Token]) -> set[str]:
    """Names of the variables among tokens."""
    return {token.text[1:] for token in tokens if token.kind == "variable"}


def projected(head: Sequence[Token]) -> Iterator[tuple[str, tuple[Token, ...]]]:
    """Name and expression of each column; the expression of a plain variable is empty."""
    place = 0
    while place < len(head):
        if head[place].text == "(":
            end = closing(head, place)
            if len(head[place:end]) < 4 or not is_word(head[end - 2], "AS"):
                raise Unread("a column without a name")
            yield head[end - 1].text[1:], tuple(head[place + 1 : end - 2])
            place = end
        elif head[place].kind == "variable":
            yield head[place].text[1:], ()
        place += 1


def closing(tokens: Sequence[Token], opening: int) -> int:
    """Place of the bracket that closes the one at a place."""
    depth = 0
    for place in range(opening, len(tokens)):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(tokens[place].text, 0)
        if depth == 0:
            return place
    raise Unread("a bracket is not closed")


@dataclass
class _Reading:
    tokens: Sequence[Token]
    place: int = 0
    _end: Token = field(default=Token("end", ""))

    @property
    def token(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else self._end

    def query(self, inner: bool = False) -> Query:
        if not is_word(self.token, *_FORMS):
            raise Unread(f"it starts with {self.token.text}")
        form = self.token.text.upper()
        self.place += 1
        first = self.place
        if form == "CONSTRUCT" and self.token.text == "{":
            self.place = closing(self.tokens, self.place) + 1
        while self.token.text not in ("", "{") and not is_word(self.token, "WHERE", "FROM"):
            self.place = closing(self.tokens, self.place) + 1 if self.token.text == "(" else self.place + 1
        head = tuple(self.tokens[first : self.place])
        first = self.place
        while self.token.text not in ("", "{") and not is_word(self.token, "WHERE"):
            self.place += 1
        dataset = tuple(self.tokens[first : self.place])
        if is_word(self.token, "WHERE"):
            self.place += 1
        items: tuple[Item, ...] = ()
        if self.token.text == "{":
            items = self.group()
        elif form != "DESCRIBE":
            raise Unread("it has no pattern")
        first = self.place
        while self.token.text and not (inner and self.token.text == "}"):
            self.place = closing(self.tokens, self.place) + 1 if self.token.text in ("(", "{") else self.place + 1
        return Query(form, head, dataset, items, tuple(self.tokens[first : self.place]))

    def group(self) -> tuple[Item, ...]:
        """The items of the group that starts here."""
        self.place += 1
        items: list[Item] = []
        while self.token.text != "}":
            if not self.token.text:
                raise Unread("a group is not closed")
            if self.token.text == ".":
                self.place += 1
            else:
                items.append(self._item())
        self.place += 1
        return tuple(items)

    def _item(self) -> Item:
        first, token = self.place, self.token
        kind, groups = "triples", []
        query = None
        if is_word(token, "SELECT"):
            kind, query = "select", self.query(inner=True)
        elif token.text == "{":
            kind = "group"
            groups.append(self.group())
            while is_word(self.token, "UNION"):
                self.place += 1
                groups.append(self._next())
        elif is_word(token, "OPTIONAL", "MINUS"):
            kind = token.text.lower()
            self.place += 1
            groups.append(self._next())
        elif is_word(token, "GRAPH", "SERVICE"):
            kind = token.text.lower()
            while self.token.text not in ("{", ""):
                self.place += 1
            groups.append(self._next())
        elif is_word(token, "FILTER"):
            kind = self._filter(groups)
        elif is_word(token, "BIND"):
            kind = "bind"
            self.place = closing(self.tokens, self.place + 1) + 1
        elif is_word(token, "VALUES"):
            kind = "values"
            while self.token.text not in ("{", ""):
                self.place += 1
            self.place = closing(self.tokens, self.place) + 1
        else:
            self._triples()
        return Item(kind, tuple(self.tokens[first : self.place]), tuple(groups), query)

    def _next(self) -> tuple[Item, ...]:
        if self.token.text != "{":
            raise Unread(f"a group was expected at {self.token.text}")
        return self.group()

    def _filter(self, groups: list[tuple[Item, ...]]) -> str:
        self.place += 1
        start = self.place
        while is_word(self.token, "NOT", "EXISTS"):
            self.place += 1
        if self.place > start:
            groups.append(self._next())
            return "exists"
        while self.token.text not in ("(", ""):
            self.place += 1
        self.place = closing(self.tokens, self.place) + 1
        return "filter"

    def _triples(self) -> None:
        start = self.place
        while self.token.text not in ("", "}", "{", ".") and not (
            is_word(self.token, "OPTIONAL", "MINUS", "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES")
        ):
            self.place = closing(self.tokens, self.place) + 1 if self.token.text in ("(", "[") else self.place + 1
        if self.place - start < 3:
            raise Unread(f"a triple was expected at {self.token.text or 'its end'}")
