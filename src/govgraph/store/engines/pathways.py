"""Triples as they are sent: paths as plain steps, and nothing that engines compare by value.

An engine need then only follow a step, or one predicate over and over. A sequence gets a variable for each place on
the way, so that the solutions are as many as SPARQL 1.1 counts (§18.4). Alternatives and what is followed over and
over give each pair of ends once, as they do here.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, count

from govgraph.rdf.tokens import Token
from govgraph.store.engines.reading import Unread, closing

__all__ = ["FRESH", "Place", "Steps", "split", "triples_of", "unwrapped"]

FRESH = "govgraph_way"
"""Start of the names of the variables that are put in."""

Place = tuple[tuple[int, int], ...]
"""Where in a query a triple stands: the groups around it, each as its number and that of its alternative."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


class Steps:
    """Writes triples without paths; one for a whole query, so that its variables stay apart.

    Parameters
    ----------
    outer : that of the query, in a part of it that has variables of its own.
    whole : nothing of the query is done here.

    >>> from govgraph.store.engines.reading import read_query
    >>> steps = Steps()
    >>> print(*steps.plain(read_query("ASK { ?s <http://e/p>/^<http://e/q> ?o }").items[0].tokens), sep="\\n")
    ?s <http://e/p> ?govgraph_way1 .
    ?o <http://e/q> ?govgraph_way1 .
    """

    def __init__(self, outer: "Steps | None" = None, whole: bool = False) -> None:
        self._whole = whole
        self.compared: list[tuple[str, str]] = []
        self.numbers: Iterator[int] = outer.numbers if outer else count(1)
        self._uses: list[tuple[str, bool, Place]] = outer._uses if outer else []
        self._zeroth: list[tuple[set[str], Place]] = outer._zeroth if outer else []
        self.at: Place = outer.at if outer else ()
        self.variables: list[str] = []
        self.repeats = False
        self.distinct = False
        self._again = False

    def plain(self, tokens: Sequence[Token]) -> list[str]:
        """The triples of a block, each with its full stop.

        Raises
        ------
        Unread : it has blank nodes, collections, or a path that does not come apart.
        """
        found: list[str] = []
        for subject, path, value in triples_of(tokens):
            end, condition = self._value(value)
            found += [*self._steps(_node(subject), path, end), *condition]
        return found

    def check_joins(self) -> None:
        """Nothing is joined on what may be a literal: some engines take 1 and true for the same.

        Raises
        ------
        Unread : something is.
        """
        waiting = list(self._zeroth)
        while known := [path for path in waiting if self._reaches_thing(*path)]:  # from thing to thing
            self._uses += [(node, True, place) for ends, place in known for node in ends]
            waiting = [path for path in waiting if path not in known]
        if waiting:
            raise Unread("a path that may have no step ends at what may be a literal")
        values = [(name, place) for name, thing, place in self._uses if not thing]
        for (name, first), (other, second) in combinations(values, 2):
            if name != other or _alternatives(first, second):
                continue
            if not any(
                thing and also == name and place in (first[: len(place)], second[: len(place)])
                for also, thing, place in self._uses
            ):
                raise Unread("it joins on what may be a literal")

    def _reaches_thing(self, ends: set[str], place: Place) -> bool:
        return any(thing and name in ends and also == place[: len(also)] for name, thing, also in self._uses)

    def _fresh(self) -> str:
        self.variables.append(f"{FRESH}{next(self.numbers)}")
        return f"?{self.variables[-1]}"

    def _value(self, token: Token) -> tuple[str, list[str]]:
        """An object, and the condition that it meets: a number or a truth value is compared as it is written."""
        text = token.text
        if text in ("true", "false"):
            datatype = "boolean"
        elif re.fullmatch(r"0|-?[1-9][0-9]*", text):
            datatype = "integer"
        elif token.kind == "number":
            raise Unread("a number that is no plain integer stands in a triple")
        else:
            return _node(token), []
        value = self._fresh()
        if not self.at and not self._whole:  # here is where the rest is done, and DATATYPE makes some engines slow
            self.compared.append((value[1:], text))
            return value, [f'FILTER(STR({value}) = "{text}")']
        return value, [f'FILTER(DATATYPE({value}) = <{_XSD}{datatype}> && STR({value}) = "{text}")']

    def _triple(self, start: str, predicate: str, end: str) -> str:
        if start == end and start.startswith("?"):
            raise Unread("a triple has one variable at both ends")
        # A class is taken for a thing, as RDF Schema says it is.
        for node, thing in ((start, True), (end, predicate == _TYPE)):
            if node.startswith("?") or (thing and node.startswith("<")):
                self._uses.append((node, thing, self.at))
        if predicate.startswith("?"):
            self._uses.append((predicate, True, self.at))
        return f"{start} {predicate} {end} ."

    def _repeated(self, start: str, predicate: str, sign: str, end: str) -> str:
        """A predicate that is followed over and over.

        Some engines do not come back to where they started, so `+` is one step, or one step and then more; and some
        find no literal that is its own zeroth step, so `*` needs an end that is a subject as well.
        """
        self.repeats = self.distinct = True
        if start[0] not in "?<" or end[0] not in "?<" or start == end:
            raise Unread("a path that is followed over and over ends at a literal, or where it started")
        if not (start.startswith("?") and end.startswith("?")):  # Virtuoso loses rows where the other end is joined
            raise Unread("a path that is followed over and over starts or ends at a thing that is named")
        if sign == "*":
            if self._again:
                raise Unread("several paths are followed over and over")
            self._zeroth.append(({start, end}, self.at))
            return f"{start} {predicate}* {end} ."
        through = f"?{FRESH}{next(self.numbers)}"
        if self._again or self._zeroth:
            raise Unread("several paths are followed over and over")
        self._again = True
        step = self._triple(start, predicate, end)
        return f"{{ {step} }} UNION {{ {start} {predicate} {through} . {through} {predicate}+ {end} . }}"

    def _steps(self, start: str, path: Sequence[Token], end: str) -> Iterator[str]:
        path = unwrapped(path)
        if not path:
            raise Unread("a step of a path is missing")
        several = split(path, "|")
        if len(several) > 1:
            if any(len(one) != 1 or one[0].kind not in ("iri", "word") for one in several):
                raise Unread("the path holds an alternative that is not of plain predicates")
            self.distinct = True
            predicate = f"?{FRESH}{next(self.numbers)}"
            yield f"VALUES {predicate} {{ {' '.join(_predicate(one[0]) for one in several)} }}"
            yield self._triple(start, predicate, end)
            return
        parts = split(path, "/")
        if len(parts) > 1:
            for part in parts[:-1]:
                through = self._fresh()
                yield from self._steps(start, part, through)
                start = through
            yield from self._steps(start, parts[-1], end)
        elif path[0].text == "^":
            yield from self._steps(end, path[1:], start)
        elif len(path) == 2 and path[1].text in ("+", "*"):
            yield self._repeated(start, _predicate(path[0]), path[1].text, end)
        elif len(path) == 1:
            yield self._triple(start, _predicate(path[0]), end)
        else:
            raise Unread(f"the path {' '.join(token.text for token in path)} does not come apart")


def triples_of(tokens: Sequence[Token]) -> Iterator[tuple[Token, Sequence[Token], Token]]:
    """Subject, path and object of each triple of a block.

    Raises
    ------
    Unread : the block is not written in a way that is followed here.
    """
    place = 1
    while place < len(tokens):
        start = place
        while place < len(tokens) and not (place > start and _ends_path(tokens, place)):
            place = closing(tokens, place) + 1 if tokens[place].text == "(" else place + 1
        path = tokens[start:place]
        while True:
            if place >= len(tokens):
                raise Unread("a triple has no object")
            yield tokens[0], path, tokens[place]
            place += 1
            if place >= len(tokens) or tokens[place].text != ",":
                break
            place += 1
        while place < len(tokens) and tokens[place].text == ";":
            place += 1
        if place < len(tokens) and tokens[place - 1].text != ";":
            raise Unread(f"{tokens[place].text} is not followed")


def _predicate(token: Token) -> str:
    if token.text == "a":
        return _TYPE
    if token.kind not in ("iri", "variable"):
        raise Unread(f"{token.text} is not followed as a predicate")
    return token.text


def _node(token: Token) -> str:
    if token.kind in ("iri", "variable"):
        return f"?{token.text[1:]}" if token.kind == "variable" else token.text
    if token.kind == "string" and "^^" not in token.text.rpartition(token.text[0])[2]:
        return token.text
    raise Unread(f"{token.text} is not followed in a triple")


def _alternatives(first: Place, second: Place) -> bool:
    """Whether two places are in alternatives of one UNION, so that they never meet."""
    for one, other in zip(first, second, strict=False):
        if one != other:
            return one[0] == other[0]
    return False


def _ends_path(tokens: Sequence[Token], place: int) -> bool:
    """Whether the path is over before the token: two names beside each other have no sign between them."""
    before, token = tokens[place - 1], tokens[place]
    names = ("iri", "variable", "string", "number", "word", "blank", "prefixed")
    return (token.kind in names or token.text == "[") and (before.kind in names or before.text in (")", "+", "*", "?"))


def unwrapped(path: Sequence[Token]) -> Sequence[Token]:
    """A path without brackets around all of it."""
    while len(path) > 2 and path[0].text == "(" and closing(path, 0) == len(path) - 1:
        path = path[1:-1]
    return path


def split(path: Sequence[Token], sign: str) -> list[Sequence[Token]]:
    """The pieces between signs that stand outside brackets."""
    pieces: list[Sequence[Token]] = []
    first = place = 0
    while place < len(path):
        if path[place].text == "(":
            place = closing(path, place)
        elif path[place].text == sign:
            pieces.append(path[first:place])
            first = place + 1
        place += 1
    return [*pieces, path[first:]]
