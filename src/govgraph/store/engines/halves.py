"""A query in two halves: its pattern for an engine elsewhere, and the rest to be done here over the solutions.

What is sent is little: triples, OPTIONAL, UNION, EXISTS, VALUES, GRAPH and sub-selects of such (see `sending`).
Everything that is computed, compared, grouped or sorted is done by the embedded engine, as SPARQL 1.1 says.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from govgraph.rdf.terms import term
from govgraph.rdf.tokens import Token, is_word, tokens_of
from govgraph.store.engines.inlining import inlined
from govgraph.store.engines.pathways import Steps
from govgraph.store.engines.reading import (
    Item,
    Query,
    Unread,
    certain,
    group_at,
    projected,
    read_query,
    variables_of,
    visible,
    written,
)
from govgraph.store.engines.sending import Sending, is_plain, things_of

__all__ = ["Halves", "halves_of"]

_BLANK = "urn:govgraph:blank:"
_MARK = "govgraph_there"


@dataclass(frozen=True)
class Halves:
    """The two halves of a query.

    Parameters
    ----------
    sent : the query that the engine gets.
    needed : its columns that the rest reads.
    before, after : the rest, around the solutions.
    whole : the engine does all of the query; nothing is left to be done here.
    """

    sent: str
    needed: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    whole: bool = False

    def finish(self, results: dict[str, Any]) -> dict[str, Any]:
        """The answer (SPARQL results, JSON), from the solutions of what was sent."""
        if self.whole:
            return results
        rows = results["results"]["bindings"]
        table = "\n".join(f"({' '.join(_cell(row.get(name)) for name in self.needed)})" for row in rows)
        columns = " ".join(f"?{name}" for name in self.needed)
        found = ox.Store().query(f"{self.before}{{ VALUES ({columns}) {{\n{table}\n}} {self.after}")
        assert isinstance(found, ox.QuerySolutions | ox.QueryBoolean)
        answer: dict[str, Any] = json.loads(found.serialize(format=ox.QueryResultsFormat.JSON) or b"{}")
        for value in (value for row in answer.get("results", {}).get("bindings", ()) for value in row.values()):
            if value["value"].startswith(_BLANK):
                value |= {"type": "bnode", "value": bytes.fromhex(value["value"].removeprefix(_BLANK)).decode()}
        return answer


def _cell(value: dict[str, str] | None) -> str:
    if value is None:
        return "UNDEF"
    if value["type"] == "bnode":  # VALUES takes none
        return f"<{_BLANK}{value['value'].encode().hex()}>"
    return str(term(value))


@lru_cache(maxsize=512)
def halves_of(text: str) -> Halves:
    """A query in two halves.

    Raises
    ------
    Unread : with the reason why it does not come apart.

    >>> halves = halves_of("SELECT (CONCAT(?a, ?b) AS ?c) { ?s <http://e/a> ?a ; <http://e/b> ?b } ORDER BY ?s")
    >>> print(halves.sent)
    SELECT ?a ?b ?s
    WHERE {
    ?s <http://e/a> ?a .
    ?s <http://e/b> ?b .
    }
    """
    query = read_query(text)
    if query.form == "DESCRIBE":
        return _described(query)
    query = replace(query, items=inlined(query.items))
    around = _around(query.items)
    if around is None or query.form != "SELECT":
        return _apart(query, text)
    if query.everything:
        raise Unread("it asks for whatever a sub-select gives")
    _check_columns(query)
    opening, inner, ending = around
    halves = _apart(replace(inner, dataset=query.dataset), text, inside=True)
    before = f"SELECT {written(query.head)} WHERE {opening} {halves.before}"
    return replace(halves, before=before, after=f"{halves.after} {ending} {written(query.tail)}")


def _around(items: Sequence[Item]) -> tuple[str, Query, str] | None:
    """What stands before and after a sub-select that is all of a group but for VALUES, and it; else nothing."""
    inner = [item for item in items if item.kind in ("group", "select")]
    beside = [item for item in items if item.kind not in ("group", "select")]
    if len(inner) != 1 or len(inner[0].groups) > 1 or any(item.kind != "values" for item in beside):
        return None
    listed = " ".join(written(item.tokens) for item in beside)
    if query := inner[0].query:
        return (f"{{ {listed} {{", query, "} }") if listed else ("{", query, "}")
    found = _around(inner[0].groups[0])
    return found and (f"{{ {listed} {found[0]}", found[1], f"{found[2]} }}")


def _apart(query: Query, text: str, inside: bool = False) -> Halves:
    """The two halves of a query; of one that stands inside another, nothing is left to the engine but the pattern."""
    _check_columns(query)
    there, here = _shared(query.items)
    sending = Sending(Steps(whole=query.form != "SELECT"))
    pattern = sending.pattern(there)
    here += [_same(name, value) for name, value in sending.compared]
    dataset = f"\n{written(query.dataset)}" if query.dataset else ""
    if query.form == "CONSTRUCT":
        if here or query.tail or any(item.kind != "triples" for item in query.items if not query.head):
            raise Unread("a graph is made of more than a pattern")
        made = written(query.head) or f"{{ {' . '.join(written(item.tokens) for item in query.items)} }}"
        return Halves(f"CONSTRUCT {made}{dataset}\nWHERE {pattern}", whole=True)
    if query.form == "ASK" and not here and not query.tail:
        return Halves(f"ASK{dataset}\nWHERE {pattern}", whole=True)
    alone = query.form == "SELECT" and not inside and not here and not sending.distinct
    if alone and (counted := _counted(query, pattern, dataset)):
        return counted
    known = visible(there)
    read = variables_of(query.tail) | set().union(*(item.variables for item in here))
    read |= known if query.everything else variables_of(query.head)
    needed = tuple(sorted(known & read))
    needed = tuple(sorted({*needed, *(name for name, _ in sending.compared)}))
    columns = list(needed)
    if sending.distinct:  # such a path gives a row for each way; with all variables, each solution is there once
        columns = [*sorted(known), *sending.variables]
    head = " ".join(f"?{name}" for name in columns) or "(1 AS ?govgraph_row)"
    distinct = "DISTINCT " if sending.distinct else ""
    sent = f"SELECT {distinct}{head}{dataset}\nWHERE {pattern}"
    if known and alone and _is_plain(query):
        asked = written(query.head).replace("*", head)
        return Halves(f"SELECT {asked}{dataset}\nWHERE {pattern} {written(query.tail)}".rstrip(), whole=True)
    if any(is_word(token, "ISBLANK", "ISIRI", "ISURI") for token in tokens_of(text)):
        raise Unread("it asks whether something is a blank node")
    asked = written(query.head)
    if query.everything:
        if not query.shown:
            raise Unread("it asks for no variable")
        asked = asked.replace("*", " ".join(f"?{name}" for name in sorted(query.shown)))
    before = "ASK " if query.form == "ASK" else f"SELECT {asked} WHERE "
    rest = " ".join(written(item.tokens) for item in here)
    return Halves(sent, needed, before, f"{rest} }} {written(query.tail)}")


def _check_columns(query: Query) -> None:
    """What is computed of rows is computed here, where there are no statements."""
    if any(is_word(token, "EXISTS") for token in (*query.head, *query.tail)):
        raise Unread("a column, or the order, asks whether a pattern is there")


def _described(query: Query) -> Halves:
    """DESCRIBE of things that are named: the statements of which they are the subjects."""
    if query.items or query.tail or any(token.kind != "iri" for token in query.head):
        raise Unread("the standard leaves DESCRIBE to each engine")
    things = " ".join(sorted({token.text for token in query.head}))
    pattern = f"VALUES ?thing {{ {things} }} ?thing ?predicate ?value"
    dataset = f" {written(query.dataset)}" if query.dataset else ""
    return Halves(f"CONSTRUCT {{ ?thing ?predicate ?value }}{dataset} WHERE {{ {pattern} }}", whole=True)


def _same(name: str, value: str) -> Item:
    """A filter for a value as it is written; the engine compared only how it looks."""
    return Item("filter", tuple(tokens_of(f"FILTER(SAMETERM(?{name}, {value}))")))


def _is_plain(query: Query) -> bool:
    """Whether it asks for variables of its pattern, in any order, and nothing else."""
    others = any(query.clause(word) for word in ("GROUP", "HAVING", "ORDER", "VALUES"))
    return query.form == "SELECT" and not others and not any(how for _, how in projected(query.head))


def _shared(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """What of the outermost group is sent, and what is done here."""
    there: list[Item] = []
    here: list[Item] = []
    marks: list[Item] = []
    things = things_of(items)
    for place, item in enumerate(items):
        if item.kind == "values" and any(token.kind in ("string", "number") for token in item.tokens):
            if item.variables & set().union(*(other.variables for other in items if other.kind == "optional")):
                raise Unread("values that are literals meet an OPTIONAL")
            here.append(item)  # an engine may tell a literal again in another form
        elif item.kind == "optional":
            kept, computed = _hoisted(item, items)
            there.append(kept)
            here += computed
        elif item.kind not in ("filter", "bind") or (item.kind == "filter" and is_plain(item.tokens, things)):
            there.append(item)
        else:
            here.append(replace(item, tokens=_marked(item.tokens, items, place, marks)))
            if item.kind == "bind":
                _check_place(item, items, place)
    return there + marks, here


def _hoisted(optional: Item, items: Sequence[Item]) -> tuple[Item, list[Item]]:
    """An OPTIONAL without what it computes at its end, and that; it fails where the OPTIONAL found nothing."""
    inside = optional.groups[0]
    computed = [item for item in inside if item.kind == "bind"]
    if not computed:
        return optional, []
    rest = tuple(item for item in inside if item.kind != "bind")
    outside = set().union(*(item.variables for item in items if item is not optional))
    for item in computed:
        words = {token.text.upper() for token in item.tokens if token.kind == "word"}
        name = item.tokens[-2].text[1:]
        own = (item.variables - {name}) & (certain(rest) - outside)
        if words & {"COALESCE", "IF", "BOUND", "EXISTS", "IN", "RAND", "UUID"} or not own or "||" in words:
            raise Unread("an OPTIONAL computes")
        if name in outside | set().union(*(other.variables for other in rest)):
            raise Unread("a computed value is used in the pattern")
    return replace(optional, groups=(rest,)), computed


def _check_place(item: Item, items: Sequence[Item], place: int) -> None:
    """BIND is moved to the end: nothing that comes between may change what it gives."""
    name = item.tokens[-2].text[1:]
    later = set().union(*(other.variables for other in items[place + 1 :] if other.kind not in ("filter", "bind")))
    sooner = set().union(*(other.variables for other in items[:place]))
    if name in later or (variables_of(item.tokens) - {name}) & (later - sooner):
        raise Unread("a computed value is used in the pattern")


def _marked(tokens: Sequence[Token], items: Sequence[Item], place: int, marks: list[Item]) -> tuple[Token, ...]:
    """An expression that reads a mark where it asked whether a pattern is there; the engine sets the mark."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        if not is_word(tokens[at], "EXISTS"):
            found.append(tokens[at])
            at += 1
            continue
        inside, end = group_at(tokens, at + 1)
        others = set().union(*(item.variables for number, item in enumerate(items) if number != place))
        shared = set().union(*(item.variables for item in inside)) & others
        if not shared <= certain(items[:place]):
            raise Unread("it asks whether a pattern is there of what may be unbound")
        if not shared:
            raise Unread("it asks whether a pattern is there that hangs together with nothing")
        name = f"?{_MARK}{len(marks) + 1}"
        marks.append(
            Item("mark", tuple(tokens_of(" ".join([name, *(f"?{each}" for each in sorted(shared))]))), (inside,))
        )
        if found and is_word(found[-1], "NOT"):
            found[-1] = Token("other", "!")
        found += tokens_of(f"BOUND({name})")
        at = end
    return tuple(found)


def _counted(query: Query, pattern: str, dataset: str) -> Halves | None:
    """A count of triples, by variables or of all: the engine counts, what is left to do here is the order."""
    columns = list(projected(query.head))
    counts = [expression for _, expression in columns if expression]
    if not counts or not all(_is_count(expression) for expression in counts):
        return None
    grouped = query.clause("GROUP", "BY")
    if query.clause("HAVING") or query.clause("VALUES") or any(token.kind != "variable" for token in grouped):
        return None
    if any(item.kind not in ("triples", "graph") for item in _all(query.items)):
        return None
    by = f"\nGROUP BY {written(grouped)}" if grouped else ""
    names = tuple(name for name, _ in columns)
    order, limit, offset = (query.clause(*words) for words in (("ORDER", "BY"), ("LIMIT",), ("OFFSET",)))
    if not variables_of(order) <= set(names):
        return None
    rest = [("ORDER BY", order), ("LIMIT", limit), ("OFFSET", offset)]
    after = " ".join(f"{words} {written(tokens)}" for words, tokens in rest if tokens)
    sent = f"SELECT {written(query.head)}{dataset}\nWHERE {pattern}{by}"
    return Halves(sent, names, f"SELECT {' '.join(f'?{name}' for name in names)} WHERE ", f"}} {after}")


def _all(items: Iterable[Item]) -> Iterable[Item]:
    for item in items:
        yield item
        for group in item.groups:
            yield from _all(group)


def _is_count(tokens: Sequence[Token]) -> bool:
    inside = [token for token in tokens[2:-1] if not is_word(token, "DISTINCT")]
    return is_word(tokens[0], "COUNT") and len(inside) == 1 and (inside[0].text == "*" or inside[0].kind == "variable")
