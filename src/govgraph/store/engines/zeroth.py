"""Paths that may have no step (`p*`, `p?`): such a path goes from every node of a graph to itself (SPARQL 1.1 §18.4).

Where nothing else in a query says which nodes are meant, they are the ends of statements with any property whatever.
"""

from collections.abc import Sequence

from govgraph.rdf.tokens import Token
from govgraph.store.engines.pathways import triples_of
from govgraph.store.engines.reading import Item, Unread, read_query

__all__ = ["starts_anywhere"]


def starts_anywhere(text: str) -> bool:
    """Whether a query holds a path that may have no step, and nothing around it speaks of one of its ends.

    >>> starts_anywhere("SELECT * { ?s <http://e/p>* ?o }"), starts_anywhere("SELECT * { ?s <http://e/p>+ ?o }")
    (True, False)
    >>> starts_anywhere("SELECT * { ?s a <http://e/C> ; <http://e/p>* ?o }")
    False
    """
    try:
        return _anywhere(read_query(text).items, frozenset())
    except Unread:
        return True  # it may


def _anywhere(items: Sequence[Item], known: frozenset[str]) -> bool:
    """Whether such a path is in a group; `known` are ends of the triples around it."""
    triples = [triple for item in items if item.kind == "triples" for triple in triples_of(item.tokens)]
    ends = [({subject.text, value.text}, _may_be_empty(path)) for subject, path, value in triples]
    known = known.union(*(pair for pair, empty in ends if not empty))
    waiting = [pair for pair, empty in ends if empty]
    while reached := [pair for pair in waiting if pair & known]:  # one such path may lead on to another
        known = known.union(*reached)
        waiting = [pair for pair in waiting if pair not in reached]
    inner = [group for item in items for group in item.groups]
    inner += [item.query.items for item in items if item.query]
    return bool(waiting) or any(_anywhere(group, known) for group in inner)


def _may_be_empty(path: Sequence[Token]) -> bool:
    """Whether a path may have no step; one that holds any step or alternative without a sign for that has one."""
    steps = sum(token.kind in ("iri", "variable") or token.text == "a" for token in path)
    return 0 < steps <= sum(token.text in ("*", "?") for token in path) or any(
        path[place].text == ")" and path[place + 1].text in ("*", "?") for place in range(len(path) - 1)
    )
