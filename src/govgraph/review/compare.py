"""What is new, what stands and what is fixed since an earlier review."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from govgraph.review.findings import Finding, Report

__all__ = ["compare", "states"]


def compare(report: Report, earlier: Report, against: str) -> Report:
    """The report with the state of each finding, and with what is fixed.

    Two findings are the same where rule, thing, property and value are. What a waiver covers is there all the same:
    a finding whose waiver has run out stands, it is not new. A finding of a rule that was not run this time is not
    called fixed.

    Parameters
    ----------
    report, earlier : the later review and the one before.
    against : the earlier one in words.
    """
    before = {finding.key for finding in (*earlier.findings, *earlier.waived)}
    now = {finding.key for finding in (*report.findings, *report.waived)}
    return states(report, earlier, before, now, against)


def states(report: Report, earlier: Report, before: Collection[str], now: Collection[str], against: str) -> Report:
    """The report, or a part of it, with the state of each finding, and with what is fixed.

    Parameters
    ----------
    report, earlier : the later review and the one before, or the same part of both.
    before, now : which of the findings the whole of the earlier review has, and which the whole of the later one.
    against : the earlier one in words.
    """
    run = {rule.rule for rule in report.ran} or {finding.rule for finding in (*report.findings, *earlier.findings)}
    gone = [finding for finding in earlier.findings if finding.key not in now]
    fixed = [replace(finding, state="fixed") for finding in gone if finding.rule in run]
    findings = _with_states(report.findings, before)
    notes = list(report.notes)
    if unknown := sorted({finding.rule for finding in gone} - run):
        notes.append(
            f"Rules that were not run this time, so that nothing of theirs is called fixed: {', '.join(unknown)}."
        )
    known = {rule.rule for rule in earlier.ran}
    young = {finding.rule for finding in findings if finding.state == "new"} - known if known else set()
    if young:
        notes.append(
            f"Rules that the earlier review did not run, so that all of theirs is new: {', '.join(sorted(young))}."
        )
    waived = _with_states(report.waived, before)
    return replace(report, findings=findings, waived=waived, fixed=fixed, against=against, notes=notes)


def _with_states(findings: Sequence[Finding], before: Collection[str]) -> list[Finding]:
    return [replace(finding, state="standing" if finding.key in before else "new") for finding in findings]
