"""Waivers: somebody accepts what a rule finds, for a reason and until a day (`ontology/review.ttl`).

A waiver names a rule and, unless it is for everything that the rule finds, one thing. It waives nothing from its
`gov:validUntil` on: the finding comes back and says so.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import WaiverRefused
from govgraph.knowledge.facts import GOV, RDF_TYPE, Facts, statements
from govgraph.rdf.files import read_file
from govgraph.review.findings import Finding, Waived, day_in_words
from govgraph.review.locating import line_of

__all__ = ["Settled", "Waiver", "read_waivers", "settle", "waivers_in"]

_NEEDED = {
    "waivedRule": 'gov:waivedRule "GOV-LINE-003"',
    "waivedBy": 'gov:waivedBy "name and post"',
    "waivedBecause": 'gov:waivedBecause "reason"@en',
    "validUntil": 'gov:validUntil "2027-04-01"^^xsd:date',
}


@dataclass(frozen=True)
class Waiver:
    """One waiver.

    Parameters
    ----------
    iri : of the waiver.
    rule : identifier of the rule.
    by, reason : who accepts what it finds, and why.
    until : first day on which it waives nothing any more (ISO 8601).
    focus : the thing; empty for everything that the rule finds.
    """

    iri: str
    rule: str
    by: str
    reason: str
    until: str
    focus: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding, whatever the day."""
        return self.rule == finding.rule and self.focus in ("", finding.focus)


@dataclass(frozen=True)
class Settled:
    """Findings parted by waivers.

    Parameters
    ----------
    findings, waived : those that count, and those that somebody accepts.
    notes : waivers that cover nothing, and those that have run out.
    """

    findings: list[Finding]
    waived: list[Finding]
    notes: list[str]


def read_waivers(files: Iterable[Path]) -> list[Waiver]:
    """The waivers of some files.

    Raises
    ------
    BadRdf : a file cannot be read.
    WaiverRefused : a file holds none, or one of them lacks something; with file and line.
    """
    found = []
    for file in files:
        facts = Facts(statements(read_file(file)))
        waivers = facts.subjects(RDF_TYPE, GOV.Waiver)
        if not waivers:
            raise WaiverRefused(
                f"{file} holds no gov:Waiver", "Write one as docs/review.md shows, or name another file."
            )
        text = file.read_text(encoding="utf-8")
        for waiver in waivers:
            missing = _missing(facts, waiver)
            if missing:
                line = line_of(text, waiver.value)
                where = f"{file}, line {line}" if line else str(file)
                raise WaiverRefused(f"{where}: the waiver <{waiver.value}> {missing[0]}", missing[1])
            found.append(_waiver(facts, waiver))
    return found


def waivers_in(facts: Facts) -> list[Waiver]:
    """The whole waivers among the facts; what the others lack is for the shapes to say."""
    found = sorted(facts.subjects(RDF_TYPE, GOV.Waiver), key=lambda node: node.value)
    return [_waiver(facts, node) for node in found if not _missing(facts, node)]


def settle(
    findings: Sequence[Finding], waivers: Sequence[Waiver], day: datetime.date, run: Collection[str] = ()
) -> Settled:
    """Part the findings: those that count, and those that a waiver of the day covers.

    Parameters
    ----------
    run : identifiers of the rules that were run; none is all that the waivers name.
    """
    counting: list[Finding] = []
    waived: list[Finding] = []
    used: set[Waiver] = set()
    for finding in findings:
        covering = [waiver for waiver in waivers if waiver.covers(finding)]
        used.update(covering)
        valid = [waiver for waiver in covering if waiver.until > day.isoformat()]
        if valid:
            last = max(valid, key=lambda waiver: waiver.until)
            waived.append(replace(finding, waived=Waived(last.by, last.reason, last.until, last.iri)))
        elif covering:
            last = max(covering, key=lambda waiver: waiver.until)
            counting.append(replace(finding, note=f"The waiver of {last.by} ran out on {day_in_words(last.until)}."))
        else:
            counting.append(finding)
    return Settled(counting, waived, [*_idle(waivers, used, run), *_run_out(used, day)])


def _idle(waivers: Sequence[Waiver], used: set[Waiver], run: Collection[str]) -> Iterator[str]:
    for waiver in waivers:
        if waiver not in used:
            what = f"The waiver <{waiver.iri}> of {waiver.rule}{f' for <{waiver.focus}>' if waiver.focus else ''}"
            if run and waiver.rule not in run:
                yield f"{what} covers nothing: no rule of that name was run."
            else:
                yield f"{what} covers nothing: what it was for is mended, or it names the wrong rule or thing."


def _run_out(used: set[Waiver], day: datetime.date) -> Iterator[str]:
    gone = sorted((waiver for waiver in used if waiver.until <= day.isoformat()), key=lambda waiver: waiver.iri)
    for waiver in gone:
        ended = day_in_words(waiver.until)
        yield f"The waiver <{waiver.iri}> of {waiver.rule} ran out on {ended}; what it covered counts again."


def _missing(facts: Facts, node: ox.NamedNode) -> tuple[str, str] | None:
    """What a waiver lacks and what to write, if it lacks something."""
    for name, example in _NEEDED.items():
        values = facts.literals(node, getattr(GOV, name))
        if not [value for value in values if value.strip()]:
            return f"has no gov:{name}", f"Add it, such as {example}."
        if len(values) > 1:
            return f"has several gov:{name}", "Write a waiver for each."
    if len(facts.objects(node, GOV.waivedThing)) > 1:
        return "has several gov:waivedThing", "Write a waiver for each."
    until = facts.literal(node, GOV.validUntil)
    try:
        datetime.date.fromisoformat(until)
    except ValueError:
        return f'ends on "{until}", which is not a day', f"Write it as {_NEEDED['validUntil']}."
    return None


def _waiver(facts: Facts, node: ox.NamedNode) -> Waiver:
    rule, by, reason, until = (facts.literal(node, getattr(GOV, name)) for name in _NEEDED)
    focus = next((thing.value for thing in facts.objects(node, GOV.waivedThing)), "")
    return Waiver(node.value, rule, by, reason, until, focus)
