"""The statements around what a query names: enough to answer it here, however much else the endpoint holds.

The query is followed from the things that it names, or that its parameters are: of each triple only those statements
are fetched whose subject (or object) an earlier one has found, and a path is walked step by step. Nothing is asked
but single triples, which every engine matches rightly. What is fetched may be more than a solution needs, never less:
what narrows (OPTIONAL, FILTER, MINUS, joins of more than one triple) is left to the query, which is then run over it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES
from govgraph.rdf.tokens import Token, is_word
from govgraph.store.engines.pathways import split, triples_of, unwrapped
from govgraph.store.engines.reading import Item, Query, Unread, certain, group_at, projected, read_query
from govgraph.store.engines.zeroth import starts_anywhere

__all__ = ["Fetch", "fetch_nearby"]

Things = frozenset[ox.NamedNode]
Domain = Mapping[str, Things]
"""Of each variable that is known to be one of some things: those things, and maybe more."""

Fetch = Callable[[Things | None, Collection[str], Things | None, bool], Iterable[ox.Quad]]
"""Fetches the statements with these subjects and objects (None is any) and one of these properties (none is any), from
the named graphs if so wanted, and keeps them."""

_MANY = 3_000  # things; it takes less time to fetch all statements with a property than those of so many
_WIDE = 1_000_000  # a class has more members than anything else that is named is said of
_TYPE = PREFIXES["rdf"] + "type"


@dataclass(frozen=True)
class _Triple:
    subject: Token
    path: Sequence[Token]
    value: Token
    graph: str | None  # "" is a graph that is named by its IRI, None the default graph

    @property
    def predicate(self) -> str:
        """The property, where the path is just one."""
        return _predicate(self.path[0]) if len(self.path) == 1 and self.path[0].kind != "variable" else ""

    @property
    def plain(self) -> bool:
        return len(self.path) == 1


def fetch_nearby(text: str, fetch: Fetch) -> bool:
    """Fetch what a query can be about; False where it names nothing to start from.

    Parameters
    ----------
    text : the query, with its parameters put in and its prefixes declared.
    fetch : fetches statements and keeps them.

    Raises
    ------
    Unread : the query is written in a way that is not followed here.
    """
    query = read_query(text)
    if query.form == "DESCRIBE" or query.dataset or starts_anywhere(text):
        raise Unread("it may be about anything")
    _check_columns(query)
    try:
        _Following(fetch).group(query.items, {}, None)
    except _Nowhere:
        return False
    return True


def _check_columns(query: Query) -> None:
    if any(is_word(token, "EXISTS") for token in (*query.head, *query.tail)):
        raise Unread("a column asks whether a pattern is there")


class _Nowhere(Exception):
    """There is nothing to start from."""


class _Following:
    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._started = False

    def group(self, items: Sequence[Item], known: Domain, graph: str | None) -> dict[str, Things]:
        """Fetch what a group can be about; gives what its variables then can be."""
        domain = dict(known)
        for item in items:
            if item.kind == "values":
                _narrow(domain, _listed(item.tokens))
        blocks = [item.tokens for item in items if item.kind == "triples"]
        triples = [_triple(*each, graph) for tokens in blocks for each in triples_of(tokens)]
        joined = [item for item in items if item.kind in ("group", "select", "graph")]
        while triples or joined:
            best = min(triples, key=lambda triple: _cost(triple, domain), default=None)
            if best and (_cost(best, domain) < _WIDE or not joined):
                triples.remove(best)
                self._triple(best, triples, domain)
            else:
                self._joined(joined.pop(0), domain, graph)
        for place, item in enumerate(items):
            self._narrowing(item, items, place, domain, graph)
        return domain

    def _joined(self, item: Item, domain: dict[str, Things], graph: str | None) -> None:
        """A part whose solutions are joined with the rest, so that what the rest knows narrows it."""
        if item.query:
            _check_columns(item.query)
            inside = self.group(item.query.items, _passed(item.query, domain), graph)
            plain = _plain(item.query)
            _narrow(domain, {name: inside[name] for name in item.certain & plain & inside.keys()})
        elif item.kind == "graph":
            at = item.tokens[1]
            inside = self.group(item.groups[0], domain, at.text[1:] if at.kind == "variable" else "")
            _narrow(domain, {name: inside[name] for name in item.certain & inside.keys()})
        else:
            ways = [self.group(group, domain, graph) for group in item.groups]
            for name in item.certain:
                if all(name in way for way in ways):
                    _narrow(domain, {name: frozenset[ox.NamedNode]().union(*(way[name] for way in ways))})

    def _narrowing(self, item: Item, items: Sequence[Item], place: int, domain: Domain, graph: str | None) -> None:
        """A part that adds to solutions or takes some away: it is about what is bound there for sure."""
        if item.kind == "service":
            raise Unread("SERVICE is not followed")
        filtering = item.kind in ("filter", "exists")
        sure = certain(items if filtering else items[:place])
        given = {name: things for name, things in domain.items() if name in sure}
        inside: list[Sequence[Item]] = list(item.groups) if item.kind in ("optional", "minus", "exists") else []
        if item.kind in ("filter", "bind"):
            places = [at for at, token in enumerate(item.tokens) if is_word(token, "EXISTS")]
            inside = [group_at(item.tokens, at + 1)[0] for at in places]
        for group in inside:
            self.group(group, given, graph)

    def _triple(self, triple: _Triple, others: list[_Triple], domain: dict[str, Things]) -> None:
        if not triple.plain:
            self._path(triple, domain)
            return
        subjects, values = _ends(triple, domain)
        alike = [triple]
        if subjects is not None and (values is None or len(subjects) <= len(values) or triple.predicate == _TYPE):
            if triple.predicate:  # what else is asked of the same things comes in one request
                alike += [each for each in others if each.plain and each.predicate and each.subject == triple.subject]
            for each in alike[1:]:
                others.remove(each)
            values = None
        else:
            subjects = None
        found = self._asked(subjects, {each.predicate for each in alike}, values, triple.graph)
        for each in alike:
            _narrow(domain, _bound(each, found, domain))

    def _asked(
        self, subjects: Things | None, predicates: Collection[str], values: Things | None, graph: str | None
    ) -> list[ox.Quad]:
        """Statements by one of their ends; by none where that would be too many."""
        named = sorted({*predicates} - {""})
        if subjects is None and values is None and (not named or not self._started):
            raise _Nowhere
        self._started = self._started or subjects is not None or (values is not None and named != [_TYPE])
        return list(self._fetch(subjects, named, values, graph is not None))

    def _path(self, triple: _Triple, domain: dict[str, Things]) -> None:
        subjects, values = _ends(triple, domain)
        back = subjects is None or (values is not None and len(values) < len(subjects))
        reached = self._walk(values if back else subjects, triple.path, back, triple.graph)
        end = triple.subject if back else triple.value
        if reached is not None and end.kind == "variable":
            _narrow(domain, {end.text[1:]: reached})

    def _walk(self, start: Things | None, path: Sequence[Token], back: bool, graph: str | None) -> Things | None:
        """What a path leads to from some things, or back to; None where that may be no thing, or too many."""
        path = unwrapped(path)
        if not path or any(token.text == "!" or token.kind == "variable" for token in path):
            raise Unread("the path is not followed")
        if len(several := split(path, "|")) > 1:
            ways = [self._walk(start, one, back, graph) for one in several]
            return None if None in ways else frozenset[ox.NamedNode]().union(*(way or () for way in ways))
        if len(parts := split(path, "/")) > 1:
            for part in reversed(parts) if back else parts:
                start = self._walk(start, part, back, graph)
            return start
        if path[0].text == "^":
            return self._walk(start, path[1:], not back, graph)
        if path[-1].text in ("*", "+", "?"):
            return self._repeated(start, path[:-1], path[-1].text, back, graph)
        start = _few(start)
        ends = (None, start) if back else (start, None)
        found = self._asked(ends[0], {_predicate(path[0])}, ends[1], graph)
        return None if start is None else _things(quad.subject if back else quad.object for quad in found)

    def _repeated(
        self, start: Things | None, path: Sequence[Token], sign: str, back: bool, graph: str | None
    ) -> Things | None:
        seen = ahead = self._walk(start, path, back, graph)
        if start is None or (sign == "?" and seen is None):
            return None
        while ahead and seen is not None and sign != "?":
            more = self._walk(ahead, path, back, graph)
            ahead, seen = (None, None) if more is None else (more - seen, seen | more)
        if seen is None:  # a step leads to what is no thing, or to too many: all that the path is about
            return self._walk(None, path, back, graph)
        return seen if sign == "+" else seen | start


def _triple(subject: Token, path: Sequence[Token], value: Token, graph: str | None) -> _Triple:
    for token in (subject, value):
        if token.kind not in ("iri", "variable", "string", "number") and not is_word(token, "TRUE", "FALSE"):
            raise Unread(f"{token.text} is not followed in a triple")
    if len(path) == 1 and path[0].kind not in ("iri", "variable") and path[0].text != "a":
        raise Unread(f"{path[0].text} is not followed as a predicate")
    return _Triple(subject, path, value, graph)


def _cost(triple: _Triple, domain: Domain) -> int:
    """About how many things a triple is asked of; `_WIDE` where it is asked of any."""
    subjects, values = _ends(triple, domain)
    costs = [len(end) for end in (subjects, values) if end is not None]
    if triple.predicate == _TYPE and values is not None:
        costs = [_WIDE - 2 if subjects is None else len(subjects)]
    return min(costs, default=_WIDE) + (not triple.plain)


def _ends(triple: _Triple, domain: Domain) -> tuple[Things | None, Things | None]:
    return _few(_of(triple.subject, domain)), _few(_of(triple.value, domain))


def _few(things: Things | None) -> Things | None:
    return None if things is None or len(things) > _MANY else things


def _of(token: Token, domain: Domain) -> Things | None:
    if token.kind == "iri":
        return frozenset([ox.NamedNode(token.text[1:-1])])
    return domain.get(token.text[1:]) if token.kind == "variable" else None


def _bound(triple: _Triple, found: Iterable[ox.Quad], domain: Domain) -> dict[str, Things]:
    """What the variables of a triple can be, from the statements that were found."""
    subjects, values = _of(triple.subject, domain), _of(triple.value, domain)
    matching = [
        quad
        for quad in found
        if (not triple.predicate or quad.predicate.value == triple.predicate)
        and (subjects is None or quad.subject in subjects)
        and (values is None or quad.object in values)
    ]
    told = {
        triple.subject: _things(quad.subject for quad in matching),
        triple.value: _things(quad.object for quad in matching),
        Token("variable", f"?{triple.graph}"): _things(quad.graph_name for quad in matching),
    }
    return {
        token.text[1:]: things
        for token, things in told.items()
        if things is not None and token.kind == "variable" and token.text != "?None"
    }


def _things(terms: Iterable[object]) -> Things | None:
    """Terms, if all are things with names; others are not found again by them."""
    found = frozenset(terms)
    return found if all(isinstance(term, ox.NamedNode) for term in found) else None  # type: ignore[return-value]


def _narrow(domain: dict[str, Things], told: Mapping[str, Things]) -> None:
    for name, things in told.items():
        domain[name] = domain[name] & things if name in domain else things


def _listed(tokens: Sequence[Token]) -> dict[str, Things]:
    """What VALUES of one variable lists, if it is things."""
    if tokens[1].kind != "variable" or any(token.kind != "iri" for token in tokens[3:-1]):
        return {}
    return {tokens[1].text[1:]: frozenset(ox.NamedNode(token.text[1:-1]) for token in tokens[3:-1])}


def _passed(query: Query, domain: Domain) -> dict[str, Things]:
    """What a sub-select may be narrowed by: not where it gives only so many rows.

    Where it counts, the variables that it shows are those that it groups by (SPARQL 1.1 §11.4).
    """
    if query.clause("LIMIT") or query.clause("OFFSET"):
        return {}
    return {name: things for name, things in domain.items() if name in _plain(query)}


def _plain(query: Query) -> set[str]:
    """The variables that a query gives as they are."""
    return query.shown if query.everything else {name for name, how in projected(query.head) if not how}


def _predicate(token: Token) -> str:
    return _TYPE if token.text == "a" else token.text[1:-1]
