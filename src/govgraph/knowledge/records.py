"""What the records of meetings are judged by: which rules bind a body, how many members it has, how often it met.

A rule for a kind of group binds every named group of that kind, unless the group has a rule of its own about the
same thing: the rule of the body comes before that of its kind.
"""

import calendar
import contextlib
import datetime
import re
from collections import defaultdict
from collections.abc import Iterator

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.facts import GOV, RDF_TYPE, SKOS, Facts, Statement
from govgraph.knowledge.groups import groups_of_kind
from govgraph.knowledge.periods import day_of, period_of
from govgraph.namespaces import DEF, PREFIXES
from govgraph.rdf.terms import slug

__all__ = ["binding_rules", "meeting_periods", "membership"]

_PARAMETERS = (GOV.minimum, GOV.maximum, GOV.exactly, GOV.numerator, GOV.majority)
_COUNTED = {ox.NamedNode(f"{DEF}rule/{kind}") for kind in ("meeting-frequency", "attendance")}
_DATE = ox.NamedNode(PREFIXES["xsd"] + "date")


def binding_rules(facts: Facts) -> Iterator[Statement]:
    """`gov:boundBy`, from a body or post to each rule that is for it or for its kind of group."""
    own: dict[tuple[ox.NamedNode, tuple[str, ...]], None] = {}
    general: list[tuple[ox.NamedNode, ox.NamedNode, tuple[str, ...]]] = []
    for rule in facts.instances(GOV.Rule):
        subject = _subject(facts, rule)
        for party in _bound(facts, rule):
            if not facts.is_true(party, GOV.isGeneric):
                yield party, GOV.boundBy, rule
                if subject:
                    own[party, subject] = None
                continue
            general += [(group, rule, subject) for group in groups_of_kind(facts, party)]
    for group, rule, subject in general:
        if not subject or (group, subject) not in own:
            yield group, GOV.boundBy, rule


def _bound(facts: Facts, rule: ox.NamedNode) -> list[ox.NamedNode]:
    """Whom the rule is for; a rule for members in general binds the bodies that apply it (`gov:actor`)."""
    parties = facts.objects(rule, GOV.appliesTo)
    acting = facts.objects(rule, GOV.actor)
    named = {GOV.Body, GOV.Post}
    if any(named & facts.types(party) for party in parties):
        return parties
    return parties + [party for party in acting if GOV.Body in facts.types(party)]


def _subject(facts: Facts, rule: ox.NamedNode) -> tuple[str, ...]:
    """What a rule with numbers is about: its kind, the event and the period; nothing for a rule without numbers."""
    if not any(facts.literals(rule, name) or facts.objects(rule, name) for name in _PARAMETERS):
        return ()
    kinds = [kind.value for kind in facts.objects(rule, GOV.ruleKind) + facts.objects(rule, GOV.relativeTo)]
    return (*kinds, facts.literal(rule, GOV.per))


def membership(facts: Facts) -> Iterator[Statement]:
    """The members of a body on the day of a meeting that states no number: its seats, if every one has a number."""
    for meeting in facts.instances(GOV.Meeting):
        if facts.literals(meeting, GOV.membershipSize):
            continue
        with contextlib.suppress(BadInput):
            day = day_of(facts.literal(meeting, GOV.meetingDate))
            for body in facts.objects(meeting, GOV.meetingOf):
                if size := _seats(facts, body, day):
                    yield meeting, GOV.membershipSize, ox.Literal(size)


def _seats(facts: Facts, body: ox.NamedNode, day: datetime.date) -> int:
    """Places on the membership list on that day; 0 where a line has no number."""
    total = 0
    for seat in facts.subjects(GOV.inBody, body):
        if GOV.Seat in facts.types(seat) and period_of(facts, seat).holds(day) is not False:
            number = facts.literal(seat, GOV.seatCount)
            if not re.fullmatch(r"\d{1,6}", number):
                return 0
            total += int(number)
    return total


def meeting_periods(facts: Facts) -> Iterator[Statement]:
    """Every whole period of a rule within the time for which a body's meetings are all recorded, and what was held."""
    for body in facts.instances(GOV.Body):
        with contextlib.suppress(BadInput, ValueError):  # a period may run past the last year of the calendar
            start, end = (facts.literal(body, name) for name in (GOV.recordedFrom, GOV.recordedUntil))
            if start and end:
                yield from _periods(facts, body, day_of(start), day_of(end))


def _periods(facts: Facts, body: ox.NamedNode, start: datetime.date, end: datetime.date) -> Iterator[Statement]:
    days = []
    for meeting in facts.subjects(GOV.meetingOf, body):
        with contextlib.suppress(BadInput):
            days.append(day_of(facts.literal(meeting, GOV.meetingDate)))
    lengths: dict[str, list[ox.NamedNode]] = defaultdict(list)
    for rule in facts.objects(body, GOV.boundBy):
        if _COUNTED & set(facts.objects(rule, GOV.ruleKind)):
            lengths[facts.literal(rule, GOV.per)].append(rule)
    for length, rules in sorted(lengths.items()):
        number, months = 1, _months(length)
        while months and (until := _later(start, months * number)) <= end:
            since = _later(start, months * (number - 1))
            yield from _period(facts, body, rules, since, until, sum(since <= day < until for day in days))
            number += 1


def _period(
    facts: Facts, body: ox.NamedNode, rules: list[ox.NamedNode], since: datetime.date, until: datetime.date, held: int
) -> Iterator[Statement]:
    root, name = body.value.rsplit("/", 2)[0], slug(body.value.rpartition("/")[2])
    period = ox.NamedNode(f"{root}/meeting-period/{name}-{since}-{until}")
    yield period, RDF_TYPE, GOV.MeetingPeriod
    label = f"{facts.label(body)}, meetings from {since} to before {until}"
    yield period, SKOS.prefLabel, ox.Literal(label, language="en")
    yield period, GOV.periodOf, body
    yield period, GOV.validFrom, ox.Literal(since.isoformat(), datatype=_DATE)
    yield period, GOV.validUntil, ox.Literal(until.isoformat(), datatype=_DATE)
    yield period, GOV.meetingsHeld, ox.Literal(held)
    for rule in rules:
        yield period, GOV.underRule, rule


def _months(duration: str) -> int:
    """Whole months of a duration of years and months; 0 for any other one.

    >>> [_months(text) for text in ("P1Y", "P12M", "P3M", "P1Y6M", "P10D", "")]
    [12, 12, 3, 18, 0, 0]
    """
    parts = re.fullmatch(r"P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?", duration)
    years, months = parts.groups(default="0") if parts else ("0", "0")
    return int(years) * 12 + int(months)


def _later(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month that many months later, or the month's last.

    >>> _later(datetime.date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))
