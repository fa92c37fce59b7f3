"""The report for a terminal: by severity, rule and body, readable at 80 columns."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from govgraph.review.exports.words import MANY, body_of, by_body, by_rule, day_in_words, headline, places_in_words
from govgraph.review.findings import SEVERITIES, Finding, Report

__all__ = ["print_report"]

_STYLES = {"violation": "bold red", "warning": "bold yellow", "info": "bold cyan"}


def print_report(report: Report, console: Console) -> None:
    """Print it; the sentence that sums it up comes last, where the eye is."""
    groups = by_rule(report.findings)
    for severity in SEVERITIES:
        rules = {rule: found for (of, rule), found in groups.items() if of == severity}
        if rules:
            total = sum(map(len, rules.values()))
            console.print(Text(f"{MANY[severity].upper()} ({total})", style=_STYLES[severity]))
        for rule, found in rules.items():
            console.print()
            console.print(Text.assemble((rule, "bold"), f"  {found[0].name} ({len(found)})"))
            for told in _once(found):
                console.print(Padding(Text(told), (0, 0, 0, 2), expand=False))
            same = len({finding.message for finding in found}) == 1
            for body, of_body in by_body(found).items():
                console.print(Padding(Text(body, style="italic"), (0, 0, 0, 2), expand=False))
                console.print(Group(*(_one(finding, with_message=not same) for finding in of_body)))
        if rules:
            console.print()
    for heading, apart in (("FIXED", report.fixed), ("WAIVED", report.waived)):
        if apart:
            console.print(Text(f"{heading} ({len(apart)})", style="bold green"))
            console.print(Group(*(_apart(finding) for finding in apart)))
            console.print()
    for note in report.notes:
        console.print(Text(f"• {note}"))
    where = f"generation {report.generation}: " if report.generation else ""
    console.print(Text(f"{where}{headline(report)}", style="bold"))


def _once(found: list[Finding]) -> Iterator[str]:
    """Why the rule matters, and what to do where that is the same for all."""
    if found[0].description:
        yield found[0].description
    messages = {finding.message for finding in found}
    if len(messages) == 1:
        yield f"What to do: {messages.pop()}"


def _one(finding: Finding, with_message: bool) -> RenderableType:
    mark = {"new": "+", "standing": "="}.get(finding.state, "•")
    lines = [
        Text.assemble(f"{mark} ", (finding.label, "bold"), f"  [{places_in_words(finding)}]" if finding.clauses else "")
    ]
    said = finding.found or finding.value_label or finding.value
    told = [f"found: {said}" if said else "", f"expected: {finding.expected}" if finding.expected else ""]
    if any(told):
        lines.append(Text("  " + "; ".join(filter(None, told)), style="dim"))
    if with_message:
        lines.append(Text("  " + finding.message))
    if finding.note:
        lines.append(Text("  " + finding.note, style="yellow"))
    return Padding(Group(*lines), (0, 0, 0, 4), expand=False)


def _apart(finding: Finding) -> RenderableType:
    told = f"{finding.rule}  {finding.label} ({body_of(finding)})"
    if finding.waived:
        told += f": {finding.waived.by}, until {day_in_words(finding.waived.until)}: {finding.waived.reason}"
    return Padding(Text(told), (0, 0, 0, 2), expand=False)
