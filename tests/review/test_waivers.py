"""A waiver says what, who, why and until when; then the finding comes back."""

import datetime
from pathlib import Path

import pytest
from tests.review.small_world import COUNCIL, ID, PREFIXES, reviewed

from govgraph.errors import BadRdf, WaiverRefused
from govgraph.review.findings import Finding, read_report
from govgraph.review.waivers import Waiver, read_waivers, settle

TODAY = datetime.date(2026, 11, 22)
WHOLE = (
    PREFIXES
    + """
small:w1 a gov:Waiver ; skos:prefLabel "the chair's term"@en ;
    gov:waivedRule "GOV-T-001" ; gov:waivedThing small:chair ; gov:waivedBy "Jo Bloggs, Monitoring Officer" ;
    gov:waivedBecause "The Council decides in May."@en ; gov:validUntil "2099-06-01"^^xsd:date .
"""
)


def waiver(rule: str = "GOV-X-001", focus: str = "", until: str = "2027-01-01", iri: str = "http://w") -> Waiver:
    return Waiver(iri, rule, "Jo", "because", until, focus)


FINDINGS = [
    Finding("violation", "GOV-X-001", "x", "http://a", "a", "Mend it."),
    Finding("warning", "GOV-X-001", "x", "http://b", "b", "Mend it."),
    Finding("info", "GOV-X-002", "y", "http://a", "a", "Mend it."),
]


def test_a_waiver_for_a_thing_covers_that_thing_only() -> None:
    settled = settle(FINDINGS, [waiver(focus="http://a")], TODAY)
    assert [(each.rule, each.focus) for each in settled.waived] == [("GOV-X-001", "http://a")]
    assert settled.findings == FINDINGS[1:]
    assert settled.waived[0].waived is not None
    assert settled.waived[0].waived.by == "Jo"


def test_a_waiver_without_a_thing_covers_all_that_the_rule_finds() -> None:
    assert settle(FINDINGS, [waiver()], TODAY).findings == FINDINGS[2:]


@pytest.mark.parametrize(("until", "waived"), [("2026-11-21", 0), ("2026-11-22", 0), ("2026-11-23", 1)])
def test_a_waiver_waives_nothing_from_its_last_day_on(until: str, waived: int) -> None:
    settled = settle(FINDINGS[2:], [waiver("GOV-X-002", until=until)], TODAY)
    assert (len(settled.waived), len(settled.findings)) == (waived, 1 - waived)


def test_a_finding_that_comes_back_says_so() -> None:
    settled = settle(FINDINGS[2:], [waiver("GOV-X-002", until="2026-11-01")], TODAY)
    assert settled.findings[0].note == "The waiver of Jo ran out on 1 November 2026."
    assert "ran out on 1 November 2026; what it covered counts again" in settled.notes[0]


def test_of_two_waivers_the_one_that_still_holds_counts() -> None:
    waivers = [waiver("GOV-X-002", until="2026-01-01"), waiver("GOV-X-002", until="2028-01-01", iri="http://v")]
    [found] = settle(FINDINGS[2:], waivers, TODAY).waived
    assert found.waived is not None
    assert found.waived.waiver == "http://v"


def test_a_waiver_that_covers_nothing_is_reported() -> None:
    settled = settle(FINDINGS, [waiver("GOV-X-002", "http://z"), waiver("GOV-Y-009")], TODAY, {"GOV-X-002"})
    assert "covers nothing: what it was for is mended, or it names the wrong rule or thing." in settled.notes[0]
    assert "covers nothing: no rule of that name was run." in settled.notes[1]


def test_waivers_are_read_from_turtle(tmp_path: Path) -> None:
    (tmp_path / "w.ttl").write_text(WHOLE)
    [found] = read_waivers([tmp_path / "w.ttl"])
    assert found == Waiver(
        ID + "w1", "GOV-T-001", "Jo Bloggs, Monitoring Officer", "The Council decides in May.", "2099-06-01",
        ID + "chair",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('gov:waivedBecause "The Council decides in May."@en ; ', "", "has no gov:waivedBecause. Add it"),
        (' ; gov:validUntil "2099-06-01"^^xsd:date', "", "has no gov:validUntil. Add it"),
        ("Jo Bloggs, Monitoring Officer", " ", "has no gov:waivedBy"),
        ('"GOV-T-001"', '"GOV-T-001", "GOV-T-002"', "has several gov:waivedRule. Write a waiver for each"),
        ("small:chair", "small:chair, small:board", "has several gov:waivedThing"),
        ('"2099-06-01"^^xsd:date', '"in May"', 'ends on "in May", which is not a day'),
    ],
)
def test_a_waiver_that_lacks_something_is_refused_with_file_and_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in WHOLE
    (tmp_path / "w.ttl").write_text(WHOLE.replace(old, new))
    line = next(number for number, text in enumerate(WHOLE.splitlines(), 1) if text.startswith("small:w1"))
    with pytest.raises(WaiverRefused, match=rf"w\.ttl, line {line}: the waiver <{ID}w1> {expected}"):
        read_waivers([tmp_path / "w.ttl"])


def test_a_file_without_waivers_or_without_turtle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.ttl").write_text(COUNCIL)
    (tmp_path / "broken.ttl").write_text(WHOLE + "small:x")
    with pytest.raises(WaiverRefused, match=r"none\.ttl holds no gov:Waiver"):
        read_waivers([tmp_path / "none.ttl"])
    with pytest.raises(BadRdf, match=r"broken\.ttl, line "):
        read_waivers([tmp_path / "broken.ttl"])


def test_waivers_in_the_data_count_and_those_that_lack_something_do_not(tmp_path: Path) -> None:
    report = reviewed(tmp_path, COUNCIL + WHOLE)
    assert [finding.rule for finding in report.waived] == ["GOV-T-001"]
    assert "GOV-T-001" not in report.by_rule
    lacking = WHOLE.replace(' ; gov:validUntil "2099-06-01"^^xsd:date', "")
    assert "GOV-T-001" in reviewed(tmp_path, COUNCIL + lacking).by_rule


def test_a_kept_report_gives_a_finding_back_when_its_waiver_has_run_out(tmp_path: Path) -> None:
    text = reviewed(tmp_path, COUNCIL + WHOLE).to_json()
    before, after = read_report(text, day="2099-05-31"), read_report(text, day="2099-06-01")
    assert (len(before.findings), len(before.waived)) == (1, 1)
    assert (len(after.findings), len(after.waived)) == (2, 0)
    [back] = [finding for finding in after.findings if finding.note]
    assert (back.rule, back.waived) == ("GOV-T-001", None)
    assert "ran out on 1 June 2099" in back.note
