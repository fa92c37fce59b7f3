"""What a kind of fault is: where it is put, what must be found of it, and the kinds that change one thing only."""

from collections.abc import Callable
from random import Random

from bench.nation.records import Records, term
from bench.nation.structure import Structure

__all__ = ["Found", "Kinds", "Site", "added", "changed", "dropped", "kind", "simple"]


class Site:
    """The records of a council while faults are put into them."""

    def __init__(self, records: Records, own: Structure, chance: Random) -> None:
        self.records = records
        self.own = own
        self.chance = chance
        self.touched: set[str] = set()
        self.relied: set[str] = set()

    def take(self, kind: str, fits: Callable[[str], bool] = lambda thing: True) -> str | None:
        """A thing of a class that no fault has touched; None if there is none."""
        free = [thing for thing in self.records.of(kind) if thing not in self.touched and fits(thing)]
        return self.claim(self.chance.choice(free)) if free else None

    def claim(self, *things: str) -> str | None:
        """Touch these things; None if one of them has been touched before. Returns the first."""
        if self.touched.intersection(things):
            return None
        self.touched.update(things)
        return things[0]

    def rely(self, *things: str) -> bool:
        """False if a fault has touched one of these, without which the next would not show; else none will."""
        if (self.touched - self.relied).intersection(things):
            return False
        self.relied.update(things)
        self.touched.update(things)
        return True

    def side_line(self, thing: str) -> bool:
        """A line of accountability that no chain follows, so that its fault stays its own."""
        return self.records.values(thing, "gov:mode")[0] in (term("gov:mode/scrutiny"), term("gov:mode/advice"))


Found = list[tuple[str, str]]
"""Pairs of rule and thing; none: the council had nothing left to put the fault into."""

Kinds = dict[str, Callable[[Site], Found]]
"""Kinds of faults by name: what puts one into the records."""


def kind(kinds: Kinds) -> Callable[[Callable[[Site], Found]], Callable[[Site], Found]]:
    """Enter a function into these kinds, under its own name."""

    def enter(function: Callable[[Site], Found]) -> Callable[[Site], Found]:
        kinds[function.__name__.strip("_").replace("_", "-")] = function
        return function

    return enter


def simple(
    kinds: Kinds, name: str, rule: str, kind: str, edit: Callable[[Records, str], None], side_line: bool = False
) -> None:
    """A fault of one thing of a class, found at that thing."""

    def put(site: Site) -> Found:
        thing = site.take(kind, site.side_line if side_line else lambda thing: True)
        if thing is None:
            return []
        edit(site.records, thing)
        return [(rule, thing)]

    kinds[name] = put


def dropped(predicate: str) -> Callable[[Records, str], None]:
    """Without what is said by this predicate."""
    return lambda records, thing: records.drop(thing, predicate)


def changed(predicate: str, value: str) -> Callable[[Records, str], None]:
    """With this value in place of what is said by this predicate."""
    return lambda records, thing: records.change(thing, predicate, value)


def added(predicate: str, value: str) -> Callable[[Records, str], None]:
    """With one more value."""
    return lambda records, thing: records.put(thing, predicate, value)
