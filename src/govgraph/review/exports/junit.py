"""The report as JUnit XML, which build servers show: a test case for each rule."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from govgraph.review.exports.words import count, places_in_words
from govgraph.review.findings import SEVERITIES, Finding, Report, Rule

__all__ = ["to_junit"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report, fail_on: str = "violation") -> str:
    """A test case for each rule that was run: it fails where the rule has findings of `fail_on` or worse.

    Findings that fail nothing are in the output of their test case; a rule whose findings are all waived is skipped.

    Parameters
    ----------
    fail_on : "violation", "warning", "info" or "never".
    """
    failing = set(report.at_least(fail_on))
    rules = list(report.ran) or sorted({Rule(each.rule, each.name) for each in (*report.findings, *report.waived)})
    suite = ElementTree.Element(
        "testsuite", name=_clean(report.title or "govgraph"), timestamp=f"{report.day}T00:00:00"
    )
    failed = skipped = 0
    for rule in rules:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"govgraph.{rule.rule.rpartition('-')[0] or 'rules'}", time="0",
            name=_clean(f"{rule.rule} {rule.name}".strip()),
        )  # fmt: skip
        found = [finding for finding in report.findings if finding.rule == rule.rule]
        waived = [finding for finding in report.waived if finding.rule == rule.rule]
        bad = [finding for finding in found if finding in failing]
        if bad:
            failed += 1
            told = ElementTree.SubElement(case, "failure", message=count(len(bad), "finding"), type=bad[0].severity)
            told.text = _clean(_listed(bad))
        elif waived and not found:
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=f"{count(len(waived), 'finding')} waived")
        if rest := [*(finding for finding in found if finding not in failing), *waived]:
            ElementTree.SubElement(case, "system-out").text = _clean(_listed(rest))
    for name, number in (("tests", len(rules)), ("failures", failed), ("errors", 0), ("skipped", skipped)):
        suite.set(name, str(number))
    whole = ElementTree.Element("testsuites")
    whole.append(suite)
    ElementTree.indent(whole)
    text: bytes = ElementTree.tostring(whole, encoding="utf-8", xml_declaration=True)
    return text.decode() + "\n"


def _listed(findings: Sequence[Finding]) -> str:
    ordered = sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return "\n".join(map(_told, ordered))


def _told(finding: Finding) -> str:
    """One finding in one line."""
    clauses = f" [{places_in_words(finding)}]" if finding.clauses else ""
    waived = f" (waived by {finding.waived.by} until {finding.waived.until})" if finding.waived else ""
    state = f" ({finding.state})" if finding.state else ""
    return f"{finding.severity}{state}{waived}: {finding.label} <{finding.focus}>{clauses}: {finding.message}"


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
