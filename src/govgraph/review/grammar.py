"""Reads the pattern of a query into groups (SPARQL 1.1 §19.8); expressions are passed over but for EXISTS."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from govgraph.review.groups import Condition, Group, Part, bound, choices, joined
from govgraph.review.links import ANY, SAME, Link, Node, Reading
from govgraph.review.tokens import Token, is_word
from govgraph.review.triples import Term

__all__ = ["Parser", "stored"]


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


class Parser(Reading):
    """Reads the patterns of a query, and skips its expressions but for EXISTS."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self._unnamed = 0
        self._counts = Counter(token.text[1:] for token in tokens if token.kind == "variable")

    def query(self) -> Group:
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

    def _group(self) -> Group:
        self.take("{")
        if self.next_is("SELECT"):
            return self._select()
        group = Group()
        while self.text != "}":
            if self.text == ".":
                self.take()
            elif self.text == "{":
                groups = [self._group()]
                while self.next_is("UNION"):
                    self.take()
                    groups.append(self._group())
                group.parts.append(Part("union", groups=tuple(groups)))
            elif self.next_is("OPTIONAL"):
                self.take()
                group.parts.append(Part("optional", groups=(self._group(),)))
            elif self.next_is("FILTER"):
                group.parts.append(self._filter())
            elif self.next_is("BIND"):
                group.parts += self._bind(group)
            else:
                group.parts.append(Part("links", tuple(self._triples())))
        self.take("}")
        return group

    def _select(self) -> Group:
        """A sub-select: what it does not project is its own."""
        first = self.place
        self._head()
        head = self.tokens[first : self.place]
        shown = {f"?{token.text[1:]}" for token in head if token.kind == "variable"}
        inner = self._group()
        self._skipped(until="}")
        self.take("}")
        if not any(token.text == "*" for token in head):
            own = {variable: f"{variable} {first}" for variable in inner.variables - shown}
            inner = inner.renamed(own)
        return Group([Part("group", groups=(inner,))])

    def _filter(self) -> Part:
        self.take()
        first = self.place
        groups: list[Group] = []
        while self.next_is("NOT"):
            self.take()
        if self.next_is("EXISTS"):
            self.take()
            groups.append(self._group())
        else:
            if self.text != "(":
                self.take()
            self.take("(")
            groups += self._brackets()
        return Part(
            "condition", groups=tuple(groups), condition=self._condition(self.tokens[first : self.place], groups)
        )

    def _condition(self, tokens: list[Token], groups: list[Group]) -> Condition | None:
        """The condition of a filter, where it is a plain one."""
        counts = Counter(token.text[1:] for token in tokens if token.kind == "variable")
        nodes = tuple((name, f"?{name}") for name in counts)
        if not groups:
            return Condition(tuple(tokens), nodes)
        parts = groups[0].parts
        if not is_word(tokens[0], "NOT") or not parts or any(part.kind != "links" for part in parts):
            return None
        links = tuple(link for part in parts for link in part.links)
        unnamed = {end for link in links for end in link.variables if not end.startswith("?")}
        if unnamed or any(link.way.kind != "step" for link in links):
            return None
        own = frozenset(f"?{name}" for name, number in counts.items() if number == self._counts[name])
        return Condition((), nodes, links, own)

    def _brackets(self) -> list[Group]:
        """The groups of EXISTS up to the bracket that closes the one just read."""
        found: list[Group] = []
        while self.text != ")":
            token = self.take()
            if is_word(token, "EXISTS"):
                found.append(self._group())
            elif token.text == "(":
                found += self._brackets()
        self.take(")")
        return found

    def _bind(self, group: Group) -> list[Part]:
        """BIND; one of a variable makes two names for one node."""
        self.take()
        self.take("(")
        first = self.place
        groups = self._brackets()
        inside = self.tokens[first : self.place - 1]
        parts = [Part("condition", groups=tuple(groups))] if groups else []
        if len(inside) == 3 and inside[0].kind == inside[2].kind == "variable":
            one, other = (f"?{token.text[1:]}" for token in (inside[0], inside[2]))
            if one in bound(joined([choices(part) for part in group.parts])):
                parts.append(Part("links", (Link(one, SAME, other),)))
        return parts

    def _triples(self) -> Iterator[Link]:
        subject, links = self._node()
        yield from links
        if self.text not in (".", "}"):
            yield from self._facts(subject)

    def _facts(self, subject: Node) -> Iterator[Link]:
        while True:
            label = ""
            if self.tokens[self.place].kind == "variable":
                way, label = ANY, f"?{self.take().text[1:]}"
            else:
                way = self.path()
            while True:
                value, links = self._node()
                yield Link(subject, way, value, label)
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
            return stored([statement.object])[0], []
        raise ValueError(f"{token.text} is not followed")
