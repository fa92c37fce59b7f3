"""How many days lay between the days that a record names: notice, agenda, minutes, key decisions, call-in.

A query cannot know the bank holidays, so the build counts, and the shapes compare the numbers with the rules.
"""

import contextlib
import datetime
from collections.abc import Callable, Iterator

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.facts import GOV, Facts, Statement
from govgraph.knowledge.periods import day_of
from govgraph.knowledge.workdays import clear_days, clear_working_days, working_days_to

__all__ = ["notices"]

Count = Callable[[datetime.date, datetime.date], int]

_COUNTS: tuple[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode, ox.NamedNode, Count], ...] = (
    (GOV.Meeting, GOV.noticeGivenOn, GOV.meetingDate, GOV.clearWorkingDaysNotice, clear_working_days),
    (GOV.Meeting, GOV.noticeGivenOn, GOV.meetingDate, GOV.clearDaysNotice, clear_days),
    (GOV.Meeting, GOV.agendaSentOn, GOV.meetingDate, GOV.clearWorkingDaysAgenda, clear_working_days),
    (GOV.Meeting, GOV.meetingDate, GOV.minutesCirculatedOn, GOV.workingDaysToMinutes, working_days_to),
    (GOV.Decision, GOV.noticeGivenOn, GOV.decidedOn, GOV.clearDaysNotice, clear_days),
    (GOV.Decision, GOV.publishedOn, GOV.takesEffectOn, GOV.clearWorkingDaysToEffect, clear_working_days),
)
"""Class, first day, second day, what the number is called, and how it is counted."""


def notices(facts: Facts) -> Iterator[Statement]:
    """The number of days for every pair of days that a meeting or decision states; none where a day is unreadable."""
    for kind, first, second, name, count in _COUNTS:
        for record in facts.instances(kind):
            start, end = facts.literals(record, first), facts.literals(record, second)
            if len(start) == len(end) == 1:
                with contextlib.suppress(BadInput):
                    yield record, name, ox.Literal(count(day_of(start[0]), day_of(end[0])))
