"""Patterns as they are sent to an engine that is not trusted with everything: what is not listed here is refused.

A pattern has to be well designed: where a variable may be unbound, nothing else of the pattern may speak of it. For
such patterns no two readings of OPTIONAL and UNION differ.
"""

from collections.abc import Collection, Iterable, Sequence

from govgraph.rdf.tokens import Token, is_word
from govgraph.store.engines.pathways import Steps
from govgraph.store.engines.reading import Item, Query, Unread, certain, is_alias, projected, variables_of, written

__all__ = ["Sending", "check_scopes", "is_plain", "things_of"]


def things_of(items: Iterable[Item]) -> set[str]:
    """Names of the variables that are subjects in each solution of a group, and so never stand for a literal."""
    found: set[str] = set()
    for item in items:
        if item.kind == "triples" and item.tokens[1].text not in ("^", "("):
            found |= variables_of(item.tokens[:2])
        elif item.kind == "group":
            found |= set.intersection(*(things_of(group) for group in item.groups))
        elif item.kind == "graph":
            found |= variables_of(item.tokens[:2]) | things_of(item.groups[0])
    return found


def is_plain(tokens: Sequence[Token], things: Collection[str]) -> bool:
    """Whether an expression only compares things with things, never a literal, and nothing that may be unbound."""
    return all(
        token.kind == "iri"
        or (token.kind == "variable" and token.text[1:] in things)
        or is_word(token, "FILTER", "NOT", "IN")
        or token.text in ("(", ")", "!", "&&", "||", "=", "!=", ",")
        for token in tokens
    )


def check_scopes(items: Sequence[Item], outside: Collection[str] = ()) -> None:
    """Whether a pattern is well designed.

    Raises
    ------
    Unread : a variable that may be unbound is spoken of elsewhere.
    """
    for place, item in enumerate(items):
        if item.kind not in ("optional", "group", "graph", "exists"):
            continue
        others = set(outside).union(*(other.variables for other in items if other is not item))
        known = certain(items[:place] if item.kind == "optional" else items)
        if item.kind in ("optional", "exists") and not (item.variables & others or _names_things(item.groups[0])):
            raise Unread("a part of the pattern hangs together with nothing")
        if not item.variables & others <= known:
            raise Unread("what may be unbound is spoken of twice")
        if item.kind != "exists":
            for group in item.groups:
                check_scopes(group, others)


def _names_things(items: Iterable[Item]) -> bool:
    """Whether a group speaks of things by their IRIs, at an end of its triples."""
    triples = [item.tokens for item in items if item.kind == "triples"]
    return any(tokens[0].kind == "iri" or tokens[-1].kind == "iri" for tokens in triples)


def _is_modest(items: Sequence[Item]) -> bool:
    """Whether a pattern is of triples, some of them optional; what else is there only narrows or marks."""
    inner = [item for each in items if each.kind == "optional" for item in each.groups[0]]
    kinds = ("triples", "optional", "filter", "values", "mark")
    return all(item.kind in kinds for item in items) and all(item.kind == "triples" for item in inner)


class Sending:
    """Writes patterns; one for a whole query.

    Parameters
    ----------
    outer : writes its triples.
    """

    def __init__(self, outer: Steps) -> None:
        self._steps = outer
        self._several = False

    @property
    def repeats(self) -> bool:
        """Whether a path is followed over and over in it."""
        return self._steps.repeats

    @property
    def distinct(self) -> bool:
        """Whether a solution may come several times that is to count once."""
        return self._steps.distinct

    @property
    def compared(self) -> list[tuple[str, str]]:
        """Variables that were put in for a number or a truth value, of which only the looks were compared."""
        return self._steps.compared

    @property
    def variables(self) -> list[str]:
        """Names of the variables that were put in."""
        return self._steps.variables

    def pattern(self, items: Sequence[Item]) -> str:
        """The outermost group, in braces.

        Raises
        ------
        Unread : with the reason why it is not sent.
        """
        check_scopes(items)
        text = self.group(items)
        self._steps.check_joins()
        if self.repeats and not _is_modest(items):
            raise Unread("a path is followed over and over beside more than triples and OPTIONAL")
        return text

    def group(self, items: Sequence[Item], around: Collection[str] = ()) -> str:
        """A group in braces; `around` are things of the groups that it can look into."""
        things = things_of(items) | set(around)
        lines = [line for item in items for line in self._item(item, things)]
        if self._several and self.distinct:
            raise Unread("a path with alternatives, or followed over and over, stands beside UNION")
        return "\n".join(["{", *lines, "}"])

    def _within(self, items: Sequence[Item], around: Collection[str] = (), number: int = 0, way: int = 0) -> str:
        """A group within another; `number` and `way` say which alternative of which it is."""
        outside = self._steps.at
        self._steps.at = (*outside, (number or next(self._steps.numbers), way))
        text = self.group(items, around)
        self._steps.at = outside
        return text

    def _item(self, item: Item, things: Collection[str]) -> list[str]:
        match item.kind:
            case "triples":
                return self._steps.plain(item.tokens)
            case "values":
                self._several |= not _distinct(item.tokens)
                if any(token.kind == "number" or "^^" in token.text for token in item.tokens):
                    raise Unread("values within a group are numbers")
                return [written(item.tokens)]
            case "filter" if is_plain(item.tokens, things):
                return [written(item.tokens)]
            case "bind":
                return [self._bind(item)]
            case "mark":
                return [self._mark(item, things)]
            case "optional":
                return [f"OPTIONAL {self._optional(item.groups[0], things)}"]
            case "group":
                return [self._union(item.groups)]
            case "graph":
                return [f"{written(item.tokens[:2])} {self.group(item.groups[0])}"]
            case "exists":
                sign = "NOT EXISTS" if is_word(item.tokens[1], "NOT") else "EXISTS"
                return [f"FILTER {sign} {self._exists(item.groups[0], things)}"]
            case "select":
                assert item.query
                return [self._select(item.query)]
        raise Unread("an inner group compares" if item.kind == "filter" else f"{item.kind.upper()} is not sent")

    def _union(self, groups: Sequence[Sequence[Item]]) -> str:
        number = next(self._steps.numbers)
        self._several |= len(groups) > 1
        return " UNION ".join(self._within(group, (), number, way) for way, group in enumerate(groups))

    def _optional(self, items: Sequence[Item], things: Collection[str]) -> str:
        if any(item.kind == "exists" for item in items):  # Virtuoso gives the optional part where the EXISTS is false
            raise Unread("an OPTIONAL asks whether a pattern is there")
        before = self.repeats
        text = self._within(items, things)
        if self.repeats and not before:
            raise Unread("an OPTIONAL follows a path over and over")
        return text

    def _exists(self, items: Sequence[Item], things: Collection[str]) -> str:
        """The pattern of EXISTS: how often it is there does not count, so its paths may have variables of their own."""
        if any(item.kind not in ("triples", "graph", "filter") for item in items):
            raise Unread("what has to be there, or not, is more than triples")
        inner = Sending(Steps(self._steps))
        text = inner._within(items, things)
        if inner.repeats:
            raise Unread("what has to be there, or not, is reached by a path that is followed over and over")
        return text

    def _mark(self, item: Item, things: Collection[str]) -> str:
        """What tells whether a pattern is there: a thing, if it is. Beside a path, BIND(EXISTS …) fails in Virtuoso."""
        pattern = self._exists(item.groups[0], things)
        mark, *shared = (token.text for token in item.tokens)
        return f"OPTIONAL {{ SELECT DISTINCT {' '.join(shared)} ({shared[0]} AS {mark}) WHERE {pattern} }}"

    def _bind(self, item: Item) -> str:
        """BIND of a plain string, an IRI or a variable; nothing that is computed."""
        if is_alias(item):
            return written(item.tokens)
        raise Unread("an inner group computes")

    def _select(self, query: Query) -> str:
        order = query.clause("ORDER")  # of rows that are all given, and joined with others
        modified = len(query.tail) > (len(order) + 1 if order else 0)
        if modified or query.dataset or not is_word(query.head[0], "DISTINCT") or query.everything:
            raise Unread("a sub-select is more than DISTINCT variables of a pattern")
        if any(expression for _, expression in projected(query.head)):
            raise Unread("a sub-select computes")
        check_scopes(query.items)
        return f"SELECT {written(query.head)} WHERE {Sending(Steps(self._steps))._within(query.items)}"


def _distinct(tokens: Sequence[Token]) -> bool:
    """Whether VALUES of one variable lists nothing twice, or there is just one row."""
    if tokens[1].kind == "variable":
        listed = [token.text for token in tokens[3:-1]]
        return len(set(listed)) == len(listed)
    return sum(token.text == "(" for token in tokens) == 2
