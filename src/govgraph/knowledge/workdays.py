"""Working days: Monday to Friday without the bank holidays of England."""

import datetime
import functools
from collections.abc import Iterator

from govgraph.errors import BadInput

__all__ = [
    "beyond",
    "clear_days",
    "clear_working_days",
    "count_back",
    "count_on",
    "full_weeks",
    "is_working",
    "working_days_to",
]

_FIRST, _LAST = 1980, 2099  # years for which the list of bank holidays is sound, with room to count


@functools.cache
def _bank_holidays(year: int) -> frozenset[datetime.date]:
    import holidays  # heavy: only what counts days needs it

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working(day: datetime.date) -> bool:
    """Whether offices are open.

    Raises
    ------
    BadInput : the bank holidays of the year are not known.

    >>> [is_working(datetime.date(2024, 3, number)) for number in (28, 29, 30)]  # the 29th is Good Friday
    [True, False, False]
    """
    if not _FIRST <= day.year <= _LAST:
        raise BadInput(f"the bank holidays of {day.year} are not known", f"Give a day of {_FIRST} to {_LAST}.")
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def _working_days(day: datetime.date, step: int) -> Iterator[datetime.date]:
    while True:
        day += datetime.timedelta(days=step)
        if is_working(day):
            yield day


def _nth(days: Iterator[datetime.date], number: int) -> datetime.date:
    return next(day for place, day in enumerate(days, 1) if place == number)


def count_back(day: datetime.date, number: int) -> datetime.date:
    """The working day that many working days before a day.

    >>> count_back(datetime.date(2024, 2, 19), 2)
    datetime.date(2024, 2, 15)
    """
    return _nth(_working_days(day, -1), number)


def count_on(day: datetime.date, number: int) -> datetime.date:
    """The working day that many working days after a day.

    >>> count_on(datetime.date(2012, 3, 1), 10)
    datetime.date(2012, 3, 15)
    """
    return _nth(_working_days(day, 1), number)


def full_weeks(day: datetime.date, number: int) -> datetime.date:
    """The last working day of that many weeks, Monday to Friday, that begin after a day.

    >>> full_weeks(datetime.date(2012, 3, 1), 2)
    datetime.date(2012, 3, 16)
    """
    monday = day + datetime.timedelta(days=7 - day.weekday())
    return count_back(monday + datetime.timedelta(days=7 * number - 2), 1)


def beyond(day: datetime.date, end: datetime.date) -> datetime.date | None:
    """The last of the days off that follow a working day, before `end`; None if the next day is a working day.

    >>> beyond(datetime.date(2024, 2, 9), datetime.date(2024, 2, 19))
    datetime.date(2024, 2, 11)
    """
    last = day
    while (following := last + datetime.timedelta(days=1)) < end and not is_working(following):
        last = following
    return last if last != day else None


def clear_days(start: datetime.date, end: datetime.date) -> int:
    """Number of days between two days, neither of them counted.

    >>> clear_days(datetime.date(2024, 3, 1), datetime.date(2024, 3, 30))
    28
    """
    return max((end - start).days - 1, 0)


def clear_working_days(start: datetime.date, end: datetime.date) -> int:
    """Number of working days between two days, neither of them counted.

    Raises
    ------
    BadInput : the bank holidays of a year are not known.

    >>> clear_working_days(datetime.date(2024, 2, 9), datetime.date(2024, 2, 19))
    5
    """
    between = (start + datetime.timedelta(days=number + 1) for number in range(clear_days(start, end)))
    return sum(is_working(day) for day in between)


def working_days_to(start: datetime.date, end: datetime.date) -> int:
    """Number of working days after one day, up to and with the other.

    Raises
    ------
    BadInput : the bank holidays of a year are not known.

    >>> working_days_to(datetime.date(2012, 3, 1), datetime.date(2012, 3, 15))
    10
    """
    return clear_working_days(start, end) + (end > start and is_working(end))
