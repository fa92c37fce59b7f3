"""The report as one HTML file: to read on a screen, to print, to hand on. It needs no other file and no script."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import govgraph
from govgraph.review.exports.markup import element, link, page
from govgraph.review.exports.words import (
    MANY,
    ONE,
    body_of,
    by_body,
    by_rule,
    count,
    day_in_words,
    source_in_words,
)
from govgraph.review.findings import SEVERITIES, SUBJECTS, Finding, Place, Report

__all__ = ["to_html"]


_TO_DO = "What to do"
_MEANT = {
    "text": "Where the documents contradict themselves, lead nowhere or leave something open.",
    "record": "Where a meeting, a decision or an appointment on record does not keep to the rules.",
    "data": "Where the data themselves lack something or say what they cannot mean.",
}
_ALIKE: dict[str, Callable[[Finding], str]] = {
    "Property": lambda finding: finding.path_label,
    "Found": lambda finding: _value(finding),
    "Expected": lambda finding: finding.expected,
    "Note": lambda finding: finding.note,
}


def to_html(report: Report) -> str:
    """Summary first, then the findings by rule and by body, what is fixed, what is waived, and the rules that held."""
    about = report.title or "governance data"
    return page(
        f"Governance review: {about}",
        _style(),
        element("a", "Skip to the content", class_="skip", href="#main"),
        _head(report, about),
        element("main", (section(report) for section in _SECTIONS), id="main"),
        _foot(report),
    )


@cache
def _style() -> str:
    return (Path(__file__).parent / "report.css").read_text(encoding="utf-8")


def _head(report: Report, about: str) -> Element:
    where = [f"Generation {report.generation}"] if report.generation else []
    where += [f"Reviewed on {day_in_words(report.day)}"] if report.day else []
    if report.against:
        where.append(f"Compared with {report.against}")
    counts = [(name, MANY[name].capitalize(), report.summary[name]) for name in SEVERITIES]
    counts += [(name, name.capitalize(), number) for name, number in report.compared.items()]
    counts += [("waived", "Waived", len(report.waived)), ("rules", "Rules run", report.rules)]
    boxes = (element("div", element("dt", word), element("dd", f"{n:,}"), class_=name) for name, word, n in counts)
    sections = [
        *((subject, SUBJECTS[subject]) for subject in report.by_subject),
        ("bodies", "By body"),
        ("fixed", "Fixed"),
        ("waived", "Waived"),
        ("held", "Rules that held"),
    ]
    there = {"fixed": report.fixed, "waived": report.waived, "bodies": report.findings}
    items = (element("li", link(f"#{name}", word)) for name, word in sections if there.get(name, True))
    return element(
        "header",
        element("h1", f"Governance review: {about}"),
        element("p", " · ".join(where), class_="about"),
        element("p", _verdict(report), class_="verdict"),
        element("dl", boxes, class_="counts"),
        element("nav", element("ul", items), aria_label="Sections"),
    )


def _verdict(report: Report) -> str:
    """What the reader has to know first."""
    summary = report.summary
    bodies = len({body_of(finding) for finding in report.findings})
    if not report.findings:
        told = (
            f"Nothing was found: all {report.rules} rules hold{', apart from what is waived' if report.waived else ''}."
        )
    elif summary["violation"]:
        told = (
            f"{count(summary['violation'], 'violation')} of a rule that must hold ({_of_subjects(report)}). In all"
            f" there {'is' if len(report.findings) == 1 else 'are'} {count(len(report.findings), 'finding')} about"
            f" {count(bodies, 'body or document', 'bodies and documents')}."
        )
    else:
        told = (
            f"No violation. {count(len(report.findings), 'finding')} about"
            f" {count(bodies, 'body or document', 'bodies and documents')} to look at."
        )
    if accepted := report.accepted:
        told += f" {accepted['by']} accepted {count(accepted['violations'], 'violation')}: {accepted['because']}"
    return told


def _of_subjects(report: Report) -> str:
    """How many violations are in the texts, in what was done and in the data."""
    where = {"text": "in what the texts say", "record": "in what was done", "data": "in the data"}
    counts = {subject: found["violation"] for subject, found in report.by_subject.items()}
    return ", ".join(f"{n:,} {where[subject]}" for subject, n in counts.items() if n)


def _by_rule(report: Report) -> Element | None:
    if not report.findings:
        return None
    parts = []
    for subject, heading in SUBJECTS.items():
        groups = by_rule([finding for finding in report.findings if (finding.subject or "data") == subject])
        if groups:
            parts.append(element("h2", heading, id=subject))
            parts.append(element("p", _MEANT[subject], class_="pale"))
            parts += [_rule(found) for found in groups.values()]
    return element("section", parts, id="findings")


def _rule(found: list[Finding]) -> Element:
    first = found[0]
    same = _shared(found)
    head = element(
        "div",
        element("span", ONE[first.severity].capitalize(), class_=f"chip {first.severity}"),
        element("h3", first.name or first.rule),
        element("span", count(len(found), "finding"), class_="pale"),
        element("span", first.rule, class_="id"),
        class_="head",
    )
    return element(
        "article",
        head,
        element("p", element("strong", "The rule: "), first.description) if first.description else None,
        element("p", element("strong", "What to do: "), first.message) if _TO_DO in same and first.message else None,
        _listed([(name, told) for name, told in _facts(first) if name in same - {_TO_DO}]),
        _rests_on(first.source),
        element("ul", (_finding(finding, same) for finding in found), class_="findings"),
        class_=f"rule {first.severity}",
    )


def _rests_on(source: str) -> Element | None:
    """The law or specification; a term of a vocabulary is for those who write shapes."""
    is_law = source and source_in_words(source) == source
    return element("p", "It rests on ", link(source, source), class_="pale") if is_law else None


def _shared(found: list[Finding]) -> set[str]:
    """What is the same for all findings of a rule is told once, above them; what to do always is if it can be."""
    same = {_TO_DO} if len({finding.message for finding in found}) == 1 else set()
    for name, tell in _ALIKE.items():
        if len(found) > 1 and len({tell(finding) for finding in found}) == 1:
            same.add(name)
    return same


def _finding(finding: Finding, same: set[str]) -> Element:
    state = element("span", finding.state, class_=f"chip {finding.state}") if finding.state else None
    title = element("h4", link(finding.focus, finding.label))
    facts = [(name, told) for name, told in _facts(finding) if name not in same]
    return element("li", title, state, _listed(facts), id=f"f-{finding.id}")


def _listed(facts: list[tuple[str, list[Element | str]]]) -> Element | None:
    """Names and what is told under them; nothing is told of what is not known."""
    pairs = [(element("dt", name), element("dd", *told)) for name, told in facts if told]
    return element("dl", (each for pair in pairs for each in pair), class_="facts") if pairs else None


def _value(finding: Finding) -> str:
    return finding.found or finding.value_label or finding.value


def _facts(finding: Finding) -> Iterator[tuple[str, list[Element | str]]]:
    """What is told of a finding, under which name."""
    value = _value(finding)
    yield "Body", [link(finding.body, finding.body_label)] if finding.body and finding.body != finding.focus else []
    yield "Own rule", [link(finding.governance, finding.governance_label)] if finding.governance else []
    yield "Property", [finding.path_label] if finding.path_label else []
    yield "Found", [link(finding.value if finding.value_label == value else "", value)] if value else []
    yield "Expected", [finding.expected] if finding.expected else []
    yield "Clauses" if len(finding.places) > 1 else "Clause", list(_places(finding.places))
    yield _TO_DO, [finding.message] if finding.message else []
    yield "Note", [finding.note] if finding.note else []


def _places(places: Iterable[Place]) -> Iterator[Element | str]:
    documents: dict[str, list[Place]] = {}
    for place in places:
        documents.setdefault(place.document, []).append(place)
    for number, (document, within) in enumerate(documents.items()):
        yield "; " if number else ""
        for after, place in enumerate(within):
            yield ", " if after else ""
            yield link(place.clause, place.number)
        yield f" in {document}" if document else ""


def _by_body(report: Report) -> Element | None:
    if not report.findings:
        return None
    rows = []
    for body, found in by_body(report.findings).items():
        counts = (
            element("td", str(sum(each.severity == name for each in found) or "–"), class_="n") for name in SEVERITIES
        )
        listed: list[Element | str] = []
        for (_, rule), of_rule in by_rule(found).items():
            more = f" ({len(of_rule)})" if len(of_rule) > 1 else ""
            listed += [", " if listed else "", link(f"#f-{of_rule[0].id}", of_rule[0].name or rule), more]
        rows.append(element("tr", element("th", body, scope="row"), counts, element("td", *listed)))
    counted = (element("th", MANY[name].capitalize(), scope="col", class_="n") for name in SEVERITIES)
    heads = [element("th", "Body or document", scope="col"), *counted, element("th", "What", scope="col")]
    table = _table("Those with the worst findings first.", heads, rows)
    return element("section", element("h2", "Findings by body or document"), table, id="bodies")


def _fixed(report: Report) -> Element | None:
    if not report.fixed:
        return None
    heads = [element("th", word, scope="col") for word in ("What", "Rule", "Body or document")]
    rows = [_row(link(each.focus, each.label), f"{each.name} ({each.rule})", body_of(each)) for each in report.fixed]
    return element(
        "section", element("h2", "Fixed"), _table(f"Found in {report.against}, and no longer.", heads, rows), id="fixed"
    )


def _waived(report: Report) -> Element | None:
    if not report.waived:
        return None
    heads = [element("th", word, scope="col") for word in ("What", "Rule", "Accepted by", "Why", "Counts again from")]
    rows = []
    for each in report.waived:
        if waived := each.waived:
            until = day_in_words(waived.until)
            rows.append(
                _row(link(each.focus, each.label), f"{each.name} ({each.rule})", waived.by, waived.reason, until)
            )
    told = "Somebody accepts these for a time; they are not counted above."
    return element("section", element("h2", "Waived"), _table(told, heads, rows), id="waived")


def _row(first: Element | str, *rest: str) -> Element:
    return element("tr", element("th", first, scope="row"), (element("td", text) for text in rest))


def _held(report: Report) -> Element | None:
    broken = {finding.rule for finding in (*report.findings, *report.waived)}
    held = [rule for rule in report.ran if rule.rule not in broken]
    heads = [element("th", word, scope="col") for word in ("Rule", "Name", "Severity", "What it asks")]
    rows = [
        _row(
            element("span", rule.rule, class_="id"), rule.name, ONE.get(rule.severity, rule.severity), rule.description
        )
        for rule in held
    ]
    table = _table(f"{len(held)} of {report.rules} rules found nothing.", heads, rows) if held else None
    return element("section", element("h2", "Rules that held"), table, id="held") if held else None


def _table(caption: str, heads: list[Element], rows: list[Element]) -> Element:
    table = element(
        "table", element("caption", caption), element("thead", element("tr", heads)), element("tbody", rows)
    )
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _notes(report: Report) -> Element | None:
    if not report.notes:
        return None
    listed = element("ul", (element("li", note) for note in report.notes), class_="notes")
    return element("section", element("h2", "Notes"), listed)


def _foot(report: Report) -> Element:
    engines = f"{count(report.planned, 'shape')} run as set queries" if report.planned else ""
    passed = f"{count(len(report.passed_on), 'shape')} run by pySHACL" if report.passed_on else ""
    told = ", ".join(filter(None, (f"Made by govgraph {govgraph.__version__}", engines, passed)))
    ends = "A finding says what the data shows, not that anybody is at fault; the clause decides."
    return element("footer", element("p", f"{told}."), element("p", ends))


_SECTIONS = (_by_rule, _by_body, _fixed, _waived, _notes, _held)
