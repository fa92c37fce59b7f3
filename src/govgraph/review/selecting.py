"""Show a part of a report: some rules, the worse findings, or what concerns one council."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches

from govgraph.errors import BadInput, UnknownRule
from govgraph.limits import LIMITS
from govgraph.review.findings import SEVERITIES, Finding, Report

__all__ = ["of_council", "of_rules", "select"]


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
    folded = name.casefold().strip()

    def concerns(finding: Finding) -> bool:
        return folded in (finding.council.casefold(), finding.council_label.casefold()) or name in (
            finding.focus,
            finding.body,
        )

    return _part(report, concerns)


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
