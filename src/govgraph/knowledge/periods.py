"""When a statement held: periods of days, half-open, and days on which a document shows it.

A statement node is dated by ``gov:validFrom`` (the first day that counts) and ``gov:validUntil``
(the first day that no longer counts); either may be absent, which means that it is not stated.
``gov:observedOn`` tells of that day only. An event counts from the day of ``gov:changedOn`` on.
"""

import contextlib
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.facts import GOV, Facts, Statement

__all__ = ["DATES", "Period", "day_of", "period_of", "periods", "unreadable"]

_FROM, _UNTIL, _SEEN = (GOV.validFrom, GOV.changedOn), (GOV.validUntil,), (GOV.observedOn,)

DATES = (*_FROM, *_UNTIL, *_SEEN)
"""Properties that date a statement."""


@dataclass
class Period:
    """When one statement held, as far as it says.

    Parameters
    ----------
    start : first day that counts; None is not stated.
    end : first day that no longer counts; None is not stated.
    seen : days on which a document shows it.

    Examples
    --------
    >>> ended = Period(end=day_of("2011-04-17"))
    >>> [ended.holds(day_of(day)) for day in ("2011-04-16", "2011-04-17")]
    [True, False]
    >>> Period(seen={day_of("2024-02-15")}).holds(day_of("2024-02-16")) is None
    True
    """

    start: datetime.date | None = None
    end: datetime.date | None = None
    seen: set[datetime.date] = field(default_factory=set)

    def holds(self, day: datetime.date) -> bool | None:
        """Whether it held on the day; None where it does not say."""
        if day in self.seen:
            return True
        if self.start is None and self.end is None:
            return None
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    @property
    def first(self) -> datetime.date:
        """The earliest day that it names."""
        return min(day for day in (self.start, self.end, *self.seen) if day)


def day_of(text: str | datetime.date) -> datetime.date:
    """The day that a person wrote.

    Raises
    ------
    BadInput : it is not a day of the calendar, written year, month, day.

    >>> day_of("2011-04-17")
    datetime.date(2011, 4, 17)
    >>> day_of("17/4/2011")
    Traceback (most recent call last):
    ...
    govgraph.errors.BadInput: not a day: "17/4/2011". Write year, month and day, such as 2011-04-17.
    """
    day = _day(str(text).strip())
    if day is None or len(str(text).strip()) != 10:
        raise BadInput(f'not a day: "{str(text)[:40]}"', "Write year, month and day, such as 2011-04-17.")
    return day


def periods(statements: Iterable[Statement]) -> dict[ox.NamedNode, Period]:
    """The period of every dated statement node; a date that cannot be read counts as not stated.

    Parameters
    ----------
    statements : those with a property of `DATES`; others are passed over.
    """
    found: dict[ox.NamedNode, Period] = {}
    for subject, predicate, value in statements:
        if predicate not in DATES or (day := _day(value.value)) is None:
            continue
        period = found.setdefault(subject, Period())
        if predicate in _SEEN:
            period.seen.add(day)
        elif predicate in _FROM:
            period.start = min(day, period.start or day)  # two statements that differ: as wide as either says
        else:
            period.end = max(day, period.end or day)
    return found


def unreadable(statements: Iterable[Statement]) -> list[str]:
    """The dates that cannot be read, as they stand."""
    return [value.value for _, predicate, value in statements if predicate in DATES and _day(value.value) is None]


def _day(text: str) -> datetime.date | None:
    """The day of an xsd:date or xsd:dateTime; None if it is not one."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*|Z|[+-][0-9]{2}:[0-9]{2})?", text):
        return None
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return None


def period_of(facts: Facts, statement: ox.NamedNode) -> Period:
    """When one statement held; a date that cannot be read counts as not stated."""
    found = Period()
    with contextlib.suppress(BadInput):
        if start := facts.literal(statement, GOV.validFrom):
            found.start = day_of(start)
        if end := facts.literal(statement, GOV.validUntil):
            found.end = day_of(end)
    return found
