"""What the build works out for the review: days, binding rules, membership and meetings in a period."""

import datetime
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import GOV, Facts, statements
from govgraph.knowledge.workdays import clear_days, clear_working_days, working_days_to
from govgraph.namespaces import ID
from govgraph.resources import packaged

X = f"{ID}example/"
PREFIXES = f"""
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix event: <https://w3id.org/govgraph/def/event/> .
@prefix rule: <https://w3id.org/govgraph/def/rule/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix body: <{X}body/> .
@prefix x: <{X}rule/> .
@prefix meeting: <{X}meeting/> .
@prefix decision: <{X}decision/> .
@prefix seat: <{X}seat/> .
"""
GROUPS = """
body:whole a gov:Partnership . body:groups a gov:PartnershipGroup ; gov:isGeneric true ;
    org:subOrganizationOf body:whole .
body:board a gov:PartnershipBoard ; org:subOrganizationOf body:whole ; skos:prefLabel "Board"@en .
body:delivery a gov:DeliveryGroup ; org:subOrganizationOf body:whole .
x:third a gov:Rule ; gov:ruleKind rule:quorum ; gov:appliesTo body:groups ; gov:numerator 1 ; gov:denominator 3 .
"""


def derived(*turtle: str) -> Facts:
    """The facts with what follows from them, over the classes of the ontology."""
    modules = ("body", "meeting", "rule", "post", "counting")
    quads = [quad for name in modules for quad in ox.parse(path=packaged("ontology") / f"{name}.ttl")]
    quads += ox.parse(PREFIXES + "\n".join(turtle), format=ox.RdfFormat.TURTLE)
    facts = Facts(statements(quads))
    derive(facts)
    return facts


def bound(facts: Facts, body: str) -> set[str]:
    return {rule.value.rpartition("/")[2] for rule in facts.objects(ox.NamedNode(f"{X}body/{body}"), GOV.boundBy)}


def periods(facts: Facts) -> Iterator[tuple[str, str, str]]:
    for period in facts.instances(GOV.MeetingPeriod):
        yield (
            facts.literal(period, GOV.validFrom),
            facts.literal(period, GOV.validUntil),
            facts.literal(period, GOV.meetingsHeld),
        )


def test_a_rule_for_a_kind_of_group_binds_every_named_group_of_the_kind() -> None:
    facts = derived(GROUPS)
    assert bound(facts, "board") == bound(facts, "delivery") == {"third"}
    assert bound(facts, "groups") == set()


def test_a_rule_of_the_body_itself_takes_the_place_of_the_rule_for_its_kind() -> None:
    own = "x:four a gov:Rule ; gov:ruleKind rule:quorum ; gov:appliesTo body:board ; gov:minimum 4.0 ."
    facts = derived(GROUPS, own)
    assert bound(facts, "board") == {"four"}
    assert bound(facts, "delivery") == {"third"}


def test_a_rule_in_words_displaces_no_number() -> None:
    words = "x:informal a gov:Rule ; gov:ruleKind rule:quorum ; gov:appliesTo body:board ."
    assert bound(derived(GROUPS, words), "board") == {"third", "informal"}


def test_a_rule_for_members_binds_the_groups_that_act_on_it() -> None:
    rule = """x:absence a gov:Rule ; gov:ruleKind rule:attendance ; gov:appliesTo <urn:members> ;
        gov:actor body:groups ; gov:maximum 1.0 ."""
    assert "absence" in bound(derived(GROUPS, rule), "board")


MEETING = """meeting:m a gov:Meeting ; gov:meetingOf body:board ; gov:meetingDate "2024-02-19"^^xsd:date ;
    gov:noticeGivenOn "2024-02-09"^^xsd:date ; gov:agendaSentOn "2024-02-12"^^xsd:date ;
    gov:minutesCirculatedOn "2024-03-04"^^xsd:date ."""


def test_the_days_of_a_meeting_are_counted() -> None:
    facts = derived(GROUPS, MEETING)
    meeting = ox.NamedNode(f"{X}meeting/m")
    numbers = [facts.literal(meeting, name) for name in (GOV.clearWorkingDaysNotice, GOV.clearWorkingDaysAgenda)]
    assert numbers == ["5", "4"]
    assert facts.literal(meeting, GOV.workingDaysToMinutes) == "10"


def test_the_days_of_a_decision_are_counted() -> None:
    facts = derived(
        """decision:d a gov:Decision ; gov:noticeGivenOn "2024-03-01"^^xsd:date ; gov:decidedOn "2024-03-27"^^xsd:date ;
        gov:publishedOn "2024-03-28"^^xsd:date ; gov:takesEffectOn "2024-04-04"^^xsd:date ."""
    )
    decision = ox.NamedNode(f"{X}decision/d")
    assert facts.literal(decision, GOV.clearDaysNotice) == "25"
    assert facts.literal(decision, GOV.clearWorkingDaysToEffect) == "2"  # Easter: 2 and 3 April


@pytest.mark.parametrize("day", ["2024-02-30", "soon", "1066-10-14"])
def test_a_day_that_cannot_be_counted_from_gives_no_number(day: str) -> None:
    facts = derived(GROUPS, MEETING.replace("2024-02-09", day))
    assert not facts.literals(ox.NamedNode(f"{X}meeting/m"), GOV.clearWorkingDaysNotice)


def test_counts_never_fall_below_nought() -> None:
    early, late = datetime.date(2024, 3, 1), datetime.date(2024, 3, 4)
    assert clear_days(late, early) == clear_days(early, early) == 0
    assert clear_working_days(late, early) == clear_working_days(early, late) == 0
    assert working_days_to(late, early) == 0
    assert working_days_to(early, late) == 1


SEATS = "seat:a a gov:Seat ; gov:inBody body:board ; gov:seatCount 3 ."
OLD = """seat:b a gov:Seat ; gov:inBody body:board ; gov:seatCount 2 ; gov:validUntil "2024-02-19"^^xsd:date ."""
OPEN = "seat:c a gov:Seat ; gov:inBody body:board ."


@pytest.mark.parametrize(
    ("seats", "size"), [([SEATS], "3"), ([SEATS, OLD], "3"), ([SEATS, OPEN], ""), ([], "")], ids=str
)
def test_the_membership_is_the_seats_in_force_if_all_have_a_number(seats: list[str], size: str) -> None:
    assert derived(GROUPS, MEETING, *seats).literal(ox.NamedNode(f"{X}meeting/m"), GOV.membershipSize) == size


def test_a_stated_membership_is_kept() -> None:
    stated = MEETING.replace("gov:agendaSentOn", "gov:membershipSize 8 ; gov:agendaSentOn")
    facts = derived(GROUPS, stated, SEATS)
    assert facts.literals(ox.NamedNode(f"{X}meeting/m"), GOV.membershipSize) == ["8"]


QUARTERLY = """x:quarterly a gov:Rule ; gov:ruleKind rule:meeting-frequency ; gov:appliesTo body:board ;
    gov:minimum 1.0 ; gov:per "P3M"^^xsd:duration .
body:board gov:recordedFrom "2024-01-01"^^xsd:date ; gov:recordedUntil "2024-08-01"^^xsd:date ."""


def test_meetings_are_counted_over_the_whole_periods_of_the_recorded_time() -> None:
    assert sorted(periods(derived(GROUPS, MEETING, QUARTERLY))) == [
        ("2024-01-01", "2024-04-01", "1"),
        ("2024-04-01", "2024-07-01", "0"),
    ]


def test_without_a_recorded_time_no_meetings_are_counted() -> None:
    assert list(periods(derived(GROUPS, MEETING, QUARTERLY.partition("body:board gov:recorded")[0]))) == []


def test_a_recorded_time_up_to_the_end_of_the_calendar_ends_the_count_there() -> None:
    last = QUARTERLY.replace("2024-01-01", "9999-06-01").replace("2024-08-01", "9999-12-31")
    assert list(periods(derived(GROUPS, last))) == [
        ("9999-06-01", "9999-09-01", "0"),
        ("9999-09-01", "9999-12-01", "0"),
    ]
