"""EXISTS written as what it asks for, where that gives the same solutions as often: engines get plain triples right.

A triple whose variables are all bound already is there once or not at all, so that joining it is the same as asking
for it. Within EXISTS, how often something is there does not count.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from govgraph.rdf.tokens import Token, is_word
from govgraph.store.engines.pathways import triples_of
from govgraph.store.engines.reading import Item, certain, closing, group_at

__all__ = ["inlined"]


def inlined(items: Sequence[Item], outside: Collection[str] = (), asked: bool = False) -> tuple[Item, ...]:
    """The items of a group, with EXISTS of plain triples as these triples.

    Parameters
    ----------
    outside : variables that are bound around the group, and that its filters can see.
    asked : the group is that of an EXISTS.

    >>> from govgraph.store.engines.reading import read_query
    >>> query = read_query("ASK { ?s a ?c FILTER EXISTS { ?s <http://e/p> ?c } FILTER EXISTS { ?s <http://e/q> ?o } }")
    >>> [item.kind for item in inlined(query.items)]
    ['triples', 'triples', 'exists']
    """
    found: list[Item] = []
    sure = certain(items).union(outside)
    for place, item in enumerate(items):
        match item.kind:
            case "exists" if not is_word(item.tokens[1], "NOT") and _once(item.groups[0], sure, asked):
                found += inlined(item.groups[0], sure, True)
            case "filter":
                found += _taken_apart(item, sure, asked)
            case "optional":
                around = certain(items[:place]).union(outside)
                found.append(replace(item, groups=(inlined(item.groups[0], around),)))
            case "exists":
                found.append(replace(item, groups=(inlined(item.groups[0], sure, True),)))
            case "group" | "graph":
                found.append(replace(item, groups=tuple(inlined(group) for group in item.groups)))
            case "select":
                assert item.query
                found.append(replace(item, query=replace(item.query, items=inlined(item.query.items))))
            case _:
                found.append(item)
    return tuple(found)


def _once(items: Sequence[Item], sure: Collection[str], asked: bool) -> bool:
    """Whether what EXISTS asks for is triples without paths, and there once at most, or how often does not count."""
    if any(item.kind != "triples" for item in items):
        return asked and all(item.kind in ("triples", "filter", "exists") for item in items)
    paths = [path for item in items for _, path, _ in triples_of(item.tokens)]
    names = set().union(*(item.variables for item in items))
    return all(len(path) == 1 for path in paths) and (asked or names <= set(sure))


def _taken_apart(item: Item, sure: Collection[str], asked: bool) -> list[Item]:
    """A filter without those of its conditions that are EXISTS of such triples, and the triples."""
    inner = item.tokens[2:-1]
    parts = _conditions(inner)
    found: list[Item] = []
    rest: list[Sequence[Token]] = []
    for part in parts:
        if is_word(part[0], "EXISTS") and closing(part, 1) == len(part) - 1:
            group, _ = group_at(part, 1)
            if _once(group, sure, asked):
                found += inlined(group, sure, True)
                continue
        rest.append(part)
    if not found:
        return [item]
    if rest:
        joined = [token for part in rest for token in (Token("other", "&&"), *part)][1:]
        tokens = (*item.tokens[:2], *joined, item.tokens[-1])
        found.append(Item("filter", tokens))
    return found


def _conditions(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """What stands between `&&` outside brackets; all of it, where `||` stands there too."""
    found: list[Sequence[Token]] = []
    first = place = 0
    while place < len(tokens):
        if tokens[place].text in ("(", "{", "["):
            place = closing(tokens, place)
        elif tokens[place].text == "||":
            return [tokens]
        elif tokens[place].text == "&&":
            found.append(tokens[first:place])
            first = place + 1
        place += 1
    return [*found, tokens[first:]]
