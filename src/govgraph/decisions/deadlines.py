"""By which day: the rules on notice, minutes and apologies, counted from a meeting in working days."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from govgraph.decisions.rules import stood
from govgraph.knowledge.workdays import beyond, count_back, count_on, full_weeks, is_working

__all__ = ["TIMED", "Deadline", "Reading", "deadlines"]

Row = Mapping[str, Any]

TIMED = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX gov: <https://w3id.org/govgraph/def/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?rule ?title (GROUP_CONCAT(DISTINCT ?party; separator=" and ") AS ?appliesTo) ?least ?most ?unit ?unitLabel
       ?event ?obligation ?condition ?consequence ?remark ?clause ?from ?until ?ruleKind
WHERE {
  ?rule gov:ruleKind ?ruleKind ; skos:prefLabel ?title ; gov:relativeTo ?event ; gov:unit ?unit .
  FILTER(?event IN (<https://w3id.org/govgraph/def/event/before-meeting>,
                    <https://w3id.org/govgraph/def/event/after-meeting>))
  ?unit skos:prefLabel ?unitLabel .
  OPTIONAL { ?rule gov:appliesTo/skos:prefLabel ?party }
  OPTIONAL { ?rule gov:minimum ?least }
  OPTIONAL { ?rule gov:maximum ?most }
  OPTIONAL { ?rule gov:obligation/skos:prefLabel ?obligation }
  OPTIONAL { ?rule gov:condition ?condition }
  OPTIONAL { ?rule gov:consequence ?consequence }
  OPTIONAL { ?rule skos:editorialNote ?remark }
  OPTIONAL { ?rule dct:bibliographicCitation ?clause }
  OPTIONAL { ?rule gov:validFrom ?from }
  OPTIONAL { ?rule gov:validUntil ?until }
}
GROUP BY ?rule ?title ?least ?most ?unit ?unitLabel ?event ?obligation ?condition ?consequence ?remark ?clause ?from
         ?until ?ruleKind
ORDER BY ?clause ?rule
"""
"""Rules of a kind that set a time before or after a meeting; `?ruleKind` is bound."""


@dataclass(frozen=True)
class Reading:
    """A day, with the way of counting that leads to it."""

    day: datetime.date
    reading: str


@dataclass(frozen=True)
class Deadline:
    """What one rule makes of a meeting.

    Parameters
    ----------
    rule, title, clause, obligation : the rule, as the graph has it.
    applies_to : labels of those that it is for.
    span : such as "5 clear working days before meeting".
    last : the last day in time, once for each reading; none where the rule cannot be counted.
    notes : what to know before relying on it.
    """

    rule: str
    title: str
    clause: str
    obligation: str
    applies_to: str
    span: str
    last: tuple[Reading, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; days are written as ISO 8601 writes them."""
        last = [{"day": each.day.isoformat(), "reading": each.reading} for each in self.last]
        return {**asdict(self), "last": last, "notes": list(self.notes)}


def deadlines(rows: Iterable[Row], meeting: datetime.date) -> list[Deadline]:
    """The last day in time under each rule that stood on the day of the meeting.

    Parameters
    ----------
    rows : of `TIMED`.
    meeting : the day of the meeting.

    Raises
    ------
    BadInput : bank holidays of that time are not known.
    """
    return [_deadline(row, meeting) for row in rows if stood(row.get("from"), row.get("until"), meeting)]


def _deadline(row: Row, meeting: datetime.date) -> Deadline:
    event, unit = _tail(row["event"]), _tail(row["unit"])
    number = row.get("least") if event == "before-meeting" else row.get("most")
    stated = next((value for value in (row.get("least"), row.get("most")) if value is not None), 0)
    span = f"{stated:g} {row['unitLabel']}{'s' if stated != 1 else ''} {event.replace('-', ' ')}"
    found: list[Reading] = []
    if number is not None and number > 0 and float(number).is_integer():
        found = _counted(unit, event, int(number), meeting)
    told = {"condition": "Where: ", "consequence": "Else: ", "remark": ""}
    notes = [word + str(row[name]) for name, word in told.items() if row.get(name)]
    if not found:
        notes.append("It cannot be counted: only a least time before, or a most time after, in days or weeks, can.")
    if event == "before-meeting" and unit == "clear-working-day" and found:
        notes += _off(found[0].day, meeting)
    if not is_working(meeting):
        notes.append(f"{meeting} is not a working day.")
    texts = {name: str(row.get(name) or "") for name in ("title", "clause", "obligation", "appliesTo")}
    return Deadline(
        row["rule"], texts["title"], texts["clause"], texts["obligation"], texts["appliesTo"], span,
        tuple(found), tuple(notes),
    )  # fmt: skip


def _off(day: datetime.date, meeting: datetime.date) -> list[str]:
    last = beyond(day, meeting)
    if not last:
        return []
    return [
        f"Notice on a day off up to {last:%A} {last} leaves the same clear days; whether it may be given then"
        " is not stated."
    ]


def _counted(unit: str, event: str, number: int, meeting: datetime.date) -> list[Reading]:
    before = event == "before-meeting"
    count = count_back if before else count_on
    back = -1 if before else 1
    if unit == "working-day":
        return [Reading(count(meeting, number), "working days, the day of the meeting not counted")]
    if unit == "clear-working-day":
        whole = Reading(
            count(meeting, number + 1), "clear working days: neither the day of the meeting nor the day itself counted"
        )
        short = Reading(count(meeting, number), "working days, the day itself counted")
        return [whole] if before else [short, whole]
    if unit in ("working-week", "clear-working-week") and not before:
        return [
            Reading(count(meeting, 5 * number), f"{5 * number} working days, the day of the meeting not counted"),
            Reading(
                full_weeks(meeting, number), f"{number} full weeks, Monday to Friday, that begin after the meeting"
            ),
        ]
    if unit in ("day", "week"):
        days = number * (7 if unit == "week" else 1)
        return [Reading(meeting + datetime.timedelta(days=back * days), "days of the calendar")]
    return []


def _tail(iri: str) -> str:
    return iri.rpartition("/")[2]
