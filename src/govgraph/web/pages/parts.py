"""What a page of the review is made from: the whole report, or the part of a large one that is asked for."""

import asyncio
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from govgraph.errors import UnknownGeneration
from govgraph.review.exports.words import ONE, headline, numbers_in_words
from govgraph.review.findings import SEVERITIES, SUBJECTS, Report
from govgraph.review.placed import Placed
from govgraph.review.selecting import as_addressed
from govgraph.review.which import Numbers, Which
from govgraph.web.bounded import Bounded
from govgraph.web.pages.reports import compared, is_kept, is_large, number_of, numbers_of, placed, report_of
from govgraph.web.pages.wanted import NO_BODY, NO_COUNCIL, Option, Wanted, options
from govgraph.web.state import Site

__all__ = ["View", "headline_of", "view_of"]

_CHANGED = ("new", "standing", "fixed")

_PARTS = Bounded[tuple[object, ...], Report](64 * 1024 * 1024, 48 * 1024 * 1024)
"""Parts of large reports, so that who turns their pages does not have them read again and again."""

_EACH = 4_000  # bytes that a finding takes, roughly

Row = tuple[str, str, Mapping[str, int]]
"""Words, value of the field and numbers by severity of a choice."""


@dataclass(frozen=True)
class View:
    """What a page of the review is made from.

    Parameters
    ----------
    report : of the findings that are narrowed further; without any where they are too many to be read.
    headline, total, by_subject, waived : what is told of the whole, or of the council that is asked for.
    options : of the form, for each field; None where it is to be filled in.
    council : that is asked for, in words, where the report is of one.
    large : whether the report is not read whole.
    whole : whether `report` has all findings of the report, or of the council that is asked for.
    unread : whether what is asked for is too much to be read, or nothing; the rest tells how to narrow it.
    fitting : how many findings are asked for then.
    councils, rules : where those findings are; councils with such a name where none is called as was asked.
    """

    report: Report
    headline: str
    total: int
    by_subject: Mapping[str, Mapping[str, int]]
    waived: int
    options: Mapping[str, Sequence[Option] | None]
    council: str = ""
    large: bool = False
    whole: bool = True
    unread: bool = False
    fitting: int = 0
    councils: Sequence[Row] = ()
    rules: Sequence[Option] = ()

    @property
    def known(self) -> set[str]:
        """The rules that were run or found something."""
        return {rule.rule for rule in self.report.ran} | {rule for rule, *_ in self.options["rule"] or ()}


async def view_of(site: Site, wanted: Wanted, number: int, before: Sequence[int]) -> View | None:
    """What a page about some findings of a generation is made from; None where it was not reviewed.

    The report is compared with the generation that is asked for, or that a state needs.

    Parameters
    ----------
    before : the generations before it that were reviewed.

    Raises
    ------
    UnknownGeneration : that with which it is compared was not reviewed.
    BeingMade : a large report is looked through for the first time; that goes on.
    """
    if not await is_kept(site, number):
        return None
    against = number_of(site, wanted.against)
    if not against and wanted.state in _CHANGED and before:
        against = before[0]
    if is_large(site, number) or (against and is_large(site, against)):
        if against and not await is_kept(site, against):
            raise UnknownGeneration(f"generation {against} was not reviewed", "Compare with another one.")
        work = functools.partial(_of_large, wanted, site.limits.part_findings)
        return await placed(site, work, number, *([against] if against else []))
    report = await report_of(site, number)
    if report is None:
        return None
    report = await compared(site, report, against) if against else report
    return await asyncio.to_thread(_of_whole, report, wanted)


def _of_whole(report: Report, wanted: Wanted) -> View:
    """Of a report that is read whole, or of the part of it that concerns the council that is asked for."""
    offered = options(report)
    if wanted.council:
        report = Wanted(council=wanted.council).part(report)
        offered = options(report) | {"council": offered["council"]}
    return _shown(report, wanted, offered)


def _shown(report: Report, wanted: Wanted, offered: Mapping[str, Sequence[Option] | None]) -> View:
    told, council = headline(replace(report, against="")), ""
    if wanted.council:
        called = {each.council_label or each.council for each in (*report.findings, *report.waived)}
        council = called.pop() if len(called) == 1 else wanted.council
        council = NO_COUNCIL if wanted.council == NO_BODY else council
    return View(report, told, len(report.findings), report.by_subject, len(report.waived), offered, council)


def _of_large(wanted: Wanted, most: int, report: Placed, earlier: Placed | None = None) -> View:
    """Of the part of a large report that is asked for, if it is not too much to be read."""
    which = wanted.which()

    def read(asked: Which) -> Report | None:
        both = [each for each in (report, earlier) if each]
        key = tuple(each.as_of for each in both), asked, most
        if (part := _PARTS.get(key)) is None and all(each.size(asked) <= most for each in both):
            part = report.changed(earlier, asked) if earlier else report.part(asked)
            _PARTS.put(key, part, _EACH * (len(part.findings) + len(part.waived) + len(part.fixed) + 1))
        return part

    if wanted.council:
        of_council = Which(council=which.council)
        part = read(of_council) if report.size(of_council) else None
        if part:
            part = Wanted(council=wanted.council).part(part)
            return replace(_shown(part, wanted, {**options(part), "council": None}), large=True)
    elif whole := read(Which()):
        return replace(_of_whole(whole, wanted), large=True)
    numbers = numbers_of(report)
    view = _told(report.shell, numbers)
    if wanted.council and not report.size(Which(council=which.council)):
        words = wanted.council.casefold().split()
        named = [each for each in _councils(numbers) if all(word in each[0].casefold() for word in words)]
        return replace(view, unread=True, councils=named)
    if part := read(which):
        offered = options(part)
        fields = {name: offered[name] for name in ("body", "document")}
        return replace(view, report=part, options={**view.options, **fields})
    there = numbers_of(report, which)
    return replace(
        view,
        unread=True,
        fitting=report.size(which),
        councils=[] if wanted.council else _councils(there),
        rules=_rules(report.shell, there) if wanted.council and not wanted.rule else [],
    )


def headline_of(report: Placed) -> str:
    """A large review in one sentence, as it stands on the day."""
    return _headline(report.shell, numbers_of(report))


def _headline(shell: Report, numbers: Numbers) -> str:
    waived = sum(numbers.waived.values())
    return numbers_in_words(numbers.by_severity, shell.rules) + (f"; {waived:,} waived" if waived else "")


def _told(shell: Report, numbers: Numbers) -> View:
    """What is told of the whole of a large report."""
    offered: dict[str, Sequence[Option] | None] = {
        "severity": [(name, ONE[name], numbers.by_severity.get(name, 0)) for name in SEVERITIES],
        "subject": [(name, told, sum(numbers.by_subject.get(name, {}).values())) for name, told in SUBJECTS.items()],
        "rule": _rules(shell, numbers),
        **dict.fromkeys(("council", "body", "document")),
    }
    waived, told = sum(numbers.waived.values()), _headline(shell, numbers)
    return View(shell, told, numbers.total, numbers.by_subject, waived, offered, large=True, whole=False)


def _rules(shell: Report, numbers: Numbers) -> list[Option]:
    """The rules that found something, also where that is waived, in the order of their names."""
    names = {rule.rule: rule.name for rule in shell.ran}
    found = {rule: numbers.by_rule.get(rule, 0) for rule in {**numbers.by_rule, **numbers.waived}}
    told = [(rule, f"{names[rule]} ({rule})" if names.get(rule) else rule, number) for rule, number in found.items()]
    return sorted(told, key=lambda option: option[1].casefold())


def _councils(numbers: Numbers) -> list[Row]:
    """The councils with findings, those with the worst and the most first."""

    def weight(item: tuple[str, Mapping[str, int]]) -> tuple[list[int], str]:
        return [-item[1][name] for name in SEVERITIES], item[0]

    found = sorted(numbers.by_council.items(), key=weight)
    return [(label or NO_COUNCIL, as_addressed(label) or NO_BODY, number) for label, number in found]
