"""The report as Markdown: short enough for a comment on a change, whole enough for an issue."""

import re
from collections.abc import Iterable, Iterator

from govgraph.review.exports.words import (
    MANY,
    by_body,
    by_rule,
    count,
    day_in_words,
    headline,
    places_in_words,
)
from govgraph.review.findings import SEVERITIES, Finding, Report

__all__ = ["to_markdown"]


def to_markdown(report: Report) -> str:
    """Headings by severity and rule, a table of the findings under each, then what is fixed and what is waived."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# Governance review{f': {_plain(report.title)}' if report.title else ''}"
    yield ""
    where = [f"Generation {report.generation}"] if report.generation else []
    where += [day_in_words(report.day)] if report.day else []
    yield f"{', '.join(where)}{': ' if where else ''}{headline(report)}."
    yield ""
    for severity in SEVERITIES:
        groups = {rule: found for (of, rule), found in by_rule(report.findings).items() if of == severity}
        if groups:
            yield f"## {MANY[severity].capitalize()} ({sum(map(len, groups.values()))})"
            yield ""
        for rule, found in groups.items():
            yield f"### {rule}: {_plain(found[0].name)} ({len(found)})"
            yield ""
            if found[0].description:
                yield _plain(found[0].description)
                yield ""
            if same := len({finding.message for finding in found}) == 1:
                yield f"**What to do:** {_plain(found[0].message)}"
                yield ""
            yield from _table(found, with_message=not same)
    if report.findings:
        yield "## By body or document"
        yield ""
        yield f"| body or document | {' | '.join(MANY.values())} |"
        yield "| --- | --: | --: | --: |"
        for body, found in by_body(report.findings).items():
            counts = " | ".join(str(sum(each.severity == name for each in found)) for name in SEVERITIES)
            yield f"| {_plain(body)} | {counts} |"
        yield ""
    yield from _apart("Fixed", report.fixed)
    yield from _apart("Waived", report.waived)
    if report.notes:
        yield "## Notes"
        yield ""
        yield from (f"- {_plain(note)}" for note in report.notes)


def _table(found: list[Finding], with_message: bool) -> Iterator[str]:
    """The findings of one rule; columns in which nothing stands are left out."""
    rows = [
        {
            "state": finding.state,
            "what": finding.label,
            "body": finding.body_label,
            "clauses": places_in_words(finding),
            "found": finding.found,
            "expected": finding.expected,
            "what to do": finding.message if with_message else "",
            "note": finding.note,
        }
        for finding in found
    ]
    columns = [name for name in rows[0] if any(row[name] for row in rows)]
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---' for _ in columns)} |"
    for row in rows:
        yield f"| {' | '.join(_plain(row[name]) for name in columns)} |"
    yield ""


def _apart(heading: str, findings: Iterable[Finding]) -> Iterator[str]:
    found = list(findings)
    if found:
        yield f"## {heading} ({count(len(found), 'finding')})"
        yield ""
    for finding in found:
        because = ""
        if finding.waived:
            waived = finding.waived
            because = f". Waived by {waived.by} until {day_in_words(waived.until)}: {waived.reason}"
        yield f"- {finding.rule}, {_plain(finding.label + because)}"
    if found:
        yield ""


def _plain(text: str) -> str:
    """Text in which nothing is markup."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", " ".join(text.split()))
