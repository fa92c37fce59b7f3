"""Days in time, counted by hand with a calendar of England's bank holidays."""

import datetime

import pytest

from govgraph.decisions.deadlines import deadlines
from govgraph.errors import BadInput, UnknownThing
from govgraph.graph import Graph
from govgraph.knowledge.workdays import is_working

COUNTED = [
    # kind, meeting, last days in time, one for each reading
    ("notice", "2024-02-19", ["2024-02-09"]),  # clear: Monday 12 to Friday 16 February
    ("notice", "2024-04-04", ["2024-03-25"]),  # clear: 26, 27, 28 March, 2, 3 April; Good Friday, Easter Monday off
    ("notice", "2024-01-03", ["2023-12-21"]),  # clear: 22, 27, 28, 29 December, 2 January
    ("apologies", "2024-02-19", ["2024-02-15"]),
    ("apologies", "2024-04-02", ["2024-03-27"]),  # back over Easter: 28, 27 March
    ("apologies", "2024-01-03", ["2023-12-29"]),  # 2 January is a working day in England
    ("minutes", "2012-03-01", ["2012-03-15", "2012-03-16"]),
    ("minutes", "2024-03-26", ["2024-04-11", "2024-04-12"]),  # 27, 28 March, 2 to 5, 8 to 11 April
    ("minutes", "2024-03-14", ["2024-03-28", "2024-03-28"]),  # the second full week ends on Good Friday
    ("minutes", "2023-12-19", ["2024-01-05", "2024-01-05"]),  # 20 to 22, 27 to 29 December, 2 to 5 January
    ("notice", "2022-06-08", ["2022-05-27"]),  # clear: 30, 31 May, 1, 6, 7 June; the jubilee took two days
]


@pytest.mark.parametrize(("kind", "meeting", "days"), COUNTED)
def test_the_last_day_in_time_is_the_one_counted_by_hand(
    graph: Graph, kind: str, meeting: str, days: list[str]
) -> None:
    [found] = graph.deadlines(kind, meeting)
    assert [reading.day.isoformat() for reading in found.last] == days


def test_a_deadline_names_its_clause_its_force_and_whom_it_is_for(graph: Graph) -> None:
    [notice] = graph.deadlines("notice", "2024-02-19")
    assert (notice.clause, notice.obligation, notice.applies_to) == ("12.3", "must", "Partnership Groups")
    assert notice.span == "5 clear working days before meeting"
    assert "How clear working days are counted is not stated." in notice.notes[0]
    assert "up to Sunday 2024-02-11 leaves the same clear days" in notice.notes[1]
    [apologies] = graph.deadlines("apologies", "2024-02-19")
    assert (apologies.clause, apologies.obligation) == ("12.8", "should")
    assert apologies.notes[:2] == (
        "Where: No substitute can come.",
        "Else: The chair can decide whether the meeting goes ahead.",
    )


def test_both_readings_of_clear_working_weeks_are_named(graph: Graph) -> None:
    [minutes] = graph.deadlines("minutes", datetime.date(2012, 3, 1))
    assert [reading.reading for reading in minutes.last] == [
        "10 working days, the day of the meeting not counted",
        "2 full weeks, Monday to Friday, that begin after the meeting",
    ]


def test_a_meeting_on_a_day_off_is_remarked(graph: Graph) -> None:
    [notice] = graph.deadlines("notice", "2024-02-17")
    assert notice.last[0].day == datetime.date(2024, 2, 9)
    assert "2024-02-17 is not a working day." in notice.notes


def test_a_kind_of_rule_without_a_time_gives_nothing(graph: Graph) -> None:
    assert graph.deadlines("quorum", "2024-02-19") == []


@pytest.mark.parametrize(
    ("kind", "meeting", "error"),
    [
        ("notices", "2024-02-19", UnknownThing),
        ("notice", "19/2/2024", BadInput),
        ("notice", "1066-10-14", BadInput),
        ("notice", "9999-12-31", BadInput),
    ],
)
def test_a_kind_or_day_that_is_none_is_refused(graph: Graph, kind: str, meeting: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        graph.deadlines(kind, meeting)


def row(unit: str, event: str, **numbers: float) -> dict[str, object]:
    place = "https://w3id.org/govgraph/def/"
    words = {"unit": f"{place}unit/{unit}", "unitLabel": unit, "event": f"{place}event/{event}-meeting"}
    return {"rule": "r", "title": "Rule", **words, **numbers}


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (row("day", "before", least=3), ["2024-02-16"]),
        (row("week", "after", most=2), ["2024-03-04"]),
        (row("working-day", "after", most=3), ["2024-02-22"]),
        (row("clear-working-day", "after", most=3), ["2024-02-22", "2024-02-23"]),
        (row("working-day", "before", most=3), []),
        (row("month", "before", least=1), []),
        (row("working-day", "before", least=2.5), []),
        (row("working-week", "before", least=1), []),
    ],
)
def test_other_units_are_counted_or_left_uncounted(rule: dict[str, object], days: list[str]) -> None:
    [found] = deadlines([rule], datetime.date(2024, 2, 19))
    assert [reading.day.isoformat() for reading in found.last] == days
    assert bool(days) is not any("cannot be counted" in note for note in found.notes)


def test_a_rule_that_had_ended_by_the_meeting_is_left_out() -> None:
    rule = row("day", "before", least=3) | {"until": "2024-02-19"}
    assert deadlines([rule], datetime.date(2024, 2, 19)) == []
    assert len(deadlines([rule], datetime.date(2024, 2, 18))) == 1


@pytest.mark.parametrize("day", ["2023-05-08", "2022-09-19", "2021-12-27", "2021-12-28", "2020-05-08"])
def test_bank_holidays_of_one_year_and_substitute_days_are_off(day: str) -> None:
    assert not is_working(datetime.date.fromisoformat(day))
