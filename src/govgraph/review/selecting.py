"""Show a part of a report: some rules, the worse findings, or what concerns one council."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches

from govgraph.errors import BadInput, UnknownRule
from govgraph.limits import LIMITS
from govgraph.review.findings import SEVERITIES, Finding, Report

__all__ = ["as_addressed", "concerned", "concerns_council", "of_council", "of_rules", "select", "standing_at"]


def select(report: Report, severity: str = "info", rules: Collection[str] = ()) -> Report:
    """Only findings of this severity or worse, and only of these rules.

    Parameters
    ----------
    severity : one of `SEVERITIES`.
    rules : identifiers; none is all.

    Raises
    ------
    BadInput : there is no such severity.
    UnknownRule : with identifiers that are close.
    """
    if severity not in SEVERITIES:
        raise BadInput(f'"{severity}" is no severity', f"Use one of {', '.join(SEVERITIES)}.")
    allowed = SEVERITIES[: SEVERITIES.index(severity) + 1]
    part = _part(report, lambda each: each.severity in allowed)
    return of_rules(part, {_rule(report, name) for name in rules}) if rules else part


def of_rules(report: Report, rules: Collection[str]) -> Report:
    """Only what these rules find, whether the report knows them or not."""
    ran = [rule for rule in report.ran if rule.rule in rules]
    part = _part(report, lambda each: each.rule in rules)
    return replace(part, ran=ran, rules=len(ran or rules))


def of_council(report: Report, name: str) -> Report:
    """Only what concerns one council.

    Parameters
    ----------
    name : its short name, such as "harrow", its label or its IRI.
    """
    return _part(report, lambda finding: concerns_council(finding, name))


def concerns_council(finding: Finding, name: str) -> bool:
    """Whether a finding concerns the council of a short name, a label or an IRI."""
    named = as_addressed(name)
    called = map(as_addressed, (finding.council, finding.council_label))
    return named.casefold() in map(str.casefold, called) or named in map(as_addressed, (finding.focus, finding.body))


def standing_at(finding: Finding) -> dict[str, None]:
    """The clauses where a finding stands, and what it is about."""
    return dict.fromkeys([*(place.clause for place in finding.places), finding.focus])


def concerned(finding: Finding) -> dict[str, None]:
    """All that a finding concerns: also its body, its value, and the council's own rule that is broken."""
    return standing_at(finding) | dict.fromkeys([finding.body, finding.value, finding.governance])


def as_addressed(text: str) -> str:
    """As much of a name as the address of a page carries."""
    return text[: LIMITS.name_characters].strip()


def _part(report: Report, wanted: Callable[[Finding], bool]) -> Report:
    def those(findings: Sequence[Finding]) -> list[Finding]:
        return [finding for finding in findings if wanted(finding)]

    return replace(report, findings=those(report.findings), waived=those(report.waived), fixed=those(report.fixed))


def _rule(report: Report, name: str) -> str:
    known = {rule.rule for rule in report.ran} | {finding.rule for finding in (*report.findings, *report.waived)}
    for rule in known:
        if rule.casefold() == name.casefold():
            return rule
    close = get_close_matches(name.upper(), sorted(known), LIMITS.suggestions, 0.6)
    raise UnknownRule(name, close)
