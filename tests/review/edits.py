"""Random edits of a store, for tests that judge after each of them."""

from collections.abc import Iterator
from random import Random

import pyoxigraph as ox

__all__ = ["Edit", "apply", "edits", "undo"]

Edit = tuple[list[ox.Triple], list[ox.Triple]]
"""Statements that come and statements that go."""


def edits(store: ox.Store, chance: Random) -> Iterator[Edit]:
    """Insert, delete or retarget statements of each predicate in turn, now and then several at once."""
    statements: dict[ox.NamedNode, list[ox.Triple]] = {}
    for quad in sorted(store, key=str):
        statements.setdefault(quad.predicate, []).append(quad.triple)
    subjects = sorted({quad.subject for quad in store}, key=str)
    while True:
        predicates = sorted(statements, key=str)
        chance.shuffle(predicates)
        for predicate in predicates:
            added, removed = _edit(statements[predicate], subjects, chance)
            for _ in range(chance.choice([0, 0, 0, 0, 3])):
                more, less = _edit(statements[chance.choice(predicates)], subjects, chance)
                added, removed = added + more, removed + less
            there = [statement for statement in dict.fromkeys(removed) if ox.Quad(*statement) in store]
            new = [s for s in dict.fromkeys(added) if s in there or ox.Quad(*s) not in store]
            yield new, there


def _edit(alike: list[ox.Triple], subjects: list[ox.NamedNode], chance: Random) -> Edit:
    """One edit of statements with the same predicate."""
    one, other = chance.choice(alike), chance.choice(alike)
    anything = chance.choice(subjects)
    match chance.choice(["delete", "insert", "insert anywhere", "retarget", "retarget anywhere", "move"]):
        case "delete":
            return [], [one]
        case "insert":
            return [ox.Triple(other.subject, one.predicate, one.object)], []
        case "insert anywhere":
            return [ox.Triple(anything, one.predicate, one.object)], []
        case "retarget":
            return [ox.Triple(one.subject, one.predicate, other.object)], [one]
        case "retarget anywhere":
            return [ox.Triple(one.subject, one.predicate, anything)], [one]
    return [ox.Triple(other.subject, one.predicate, one.object)], [one]


def apply(store: ox.Store, edit: Edit) -> None:
    """Make an edit."""
    added, removed = edit
    for statement in removed:
        store.remove(ox.Quad(*statement))
    for statement in added:
        store.add(ox.Quad(*statement))


def undo(edit: Edit) -> Edit:
    """The edit that takes one back."""
    return edit[1], edit[0]
