"""New, standing, fixed: by rule, thing, property and value."""

from dataclasses import replace

import pytest

from govgraph.review.compare import compare
from govgraph.review.findings import Finding, Report, Rule, Waived


def named(*things: str, rule: str = "GOV-X-001") -> list[Finding]:
    return [Finding("warning", rule, "x", each, each, "Mend it.") for each in things]


def report(*things: str, rules: tuple[str, ...] = ("GOV-X-001",)) -> Report:
    return Report(named(*things), len(rules), ran=[Rule(name, name) for name in rules])


def states(report: Report) -> dict[str, str]:
    return {finding.label: finding.state for finding in (*report.findings, *report.fixed)}


def test_a_finding_is_new_standing_or_fixed() -> None:
    now = compare(report("b", "c"), report("a", "b"), "the last one")
    assert states(now) == {"a": "fixed", "b": "standing", "c": "new"}
    assert now.compared == {"new": 1, "standing": 1, "fixed": 1}
    assert now.against == "the last one"


def test_without_comparison_there_is_no_state() -> None:
    assert report("a").compared == {}
    assert states(report("a")) == {"a": ""}


def test_other_words_for_the_same_finding_change_nothing() -> None:
    later = replace(report("a"), findings=[replace(named("a")[0], message="Mend it now.", severity="violation")])
    assert states(compare(later, report("a"), "x")) == {"a": "standing"}


@pytest.mark.parametrize("change", [{"value": "2"}, {"path": "gov:mode"}, {"focus": "other"}, {"rule": "GOV-X-002"}])
def test_another_rule_thing_property_or_value_is_another_finding(change: dict[str, str]) -> None:
    [finding] = named("a")
    later = Report([replace(finding, **change)], 2)  # type: ignore[arg-type]
    found = compare(later, report("a"), "x")
    assert [each.state for each in found.findings] == ["new"]


def test_a_finding_whose_waiver_has_run_out_stands_and_is_not_new() -> None:
    [finding] = named("a")
    earlier = replace(report(), waived=[replace(finding, waived=Waived("Jo", "because", "2027-01-01"))])
    assert states(compare(report("a"), earlier, "x")) == {"a": "standing"}


def test_a_finding_that_is_waived_now_is_not_called_fixed() -> None:
    [finding] = named("a")
    later = replace(report(), waived=[replace(finding, waived=Waived("Jo", "because", "2027-01-01"))])
    now = compare(later, report("a"), "x")
    assert (list(now.fixed), now.waived[0].state) == ([], "standing")


def test_a_rule_that_was_not_run_leaves_nothing_fixed_and_says_so() -> None:
    now = compare(report(rules=("GOV-X-002",)), report("a"), "x")
    assert list(now.fixed) == []
    assert "GOV-X-001" in now.notes[0]


def test_findings_of_a_new_rule_are_new_and_the_report_says_why() -> None:
    now = compare(report("a", rules=("GOV-X-001", "GOV-X-002")), report(rules=("GOV-X-002",)), "x")
    assert states(now) == {"a": "new"}
    assert now.notes == ["Rules that the earlier review did not run, so that all of theirs is new: GOV-X-001."]
