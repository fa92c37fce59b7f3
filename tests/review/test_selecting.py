"""A part of a report: by severity, rule and council."""

import pytest

from govgraph.errors import BadInput, UnknownRule
from govgraph.review.findings import Finding, Report, Rule
from govgraph.review.selecting import of_council, select

FINDINGS = [
    Finding("violation", "GOV-A-001", "a", "http://a", "A", "Do.", council="harrow", council_label="Harrow Council"),
    Finding("warning", "GOV-A-002", "b", "http://b", "B", "Do.", council="other", council_label="Other Council"),
    Finding("info", "GOV-A-001", "a", "http://c", "C", "Do.", council="other", council_label="Other Council"),
]
RULES = [Rule("GOV-A-001", "a"), Rule("GOV-A-002", "b"), Rule("GOV-B-001", "c")]
REPORT = Report(FINDINGS, 3, ran=RULES, waived=FINDINGS[1:], fixed=FINDINGS[:1])


def labels(report: Report) -> str:
    return "".join(finding.label for finding in report.findings)


@pytest.mark.parametrize(("severity", "expected"), [("violation", "A"), ("warning", "AB"), ("info", "ABC")])
def test_a_severity_keeps_what_is_as_bad_or_worse(severity: str, expected: str) -> None:
    assert labels(select(REPORT, severity)) == expected


def test_a_rule_keeps_its_findings_everywhere_and_counts_as_the_only_one() -> None:
    part = select(REPORT, rules=["gov-a-001"])
    assert (labels(part), part.rules, [rule.rule for rule in part.ran]) == ("AC", 1, ["GOV-A-001"])
    assert (len(part.waived), len(part.fixed)) == (1, 1)


def test_a_rule_that_found_nothing_may_be_asked_for() -> None:
    assert labels(select(REPORT, rules=["GOV-B-001"])) == ""


def test_an_unknown_rule_is_answered_with_those_that_are_close() -> None:
    with pytest.raises(UnknownRule, match=r'no rule is named "GOV-A-02". Did you mean .*"GOV-A-002"'):
        select(REPORT, rules=["GOV-A-02"])


def test_an_unknown_severity_is_refused() -> None:
    with pytest.raises(BadInput, match=r'"grave" is no severity. Use one of violation, warning, info'):
        select(REPORT, "grave")


@pytest.mark.parametrize("name", ["harrow", "Harrow Council", "HARROW"])
def test_a_council_is_named_by_its_short_name_or_label(name: str) -> None:
    part = of_council(REPORT, name)
    assert labels(part) == "A"
    assert (list(part.waived), len(part.fixed)) == ([], 1)
