"""The reports of the review that the generations keep: small ones read once, of large ones only what is asked for."""

import asyncio
import contextlib
import datetime
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from govgraph.errors import AnswerTooLarge, BeingMade, MakingFailed, StoreDamaged, UnknownGeneration
from govgraph.limits import LIMITS
from govgraph.review.compare import compare
from govgraph.review.findings import Finding, Report, read_report
from govgraph.review.placed import Placed
from govgraph.review.placing import stamp
from govgraph.review.selecting import concerned, standing_at
from govgraph.review.which import Numbers, Which
from govgraph.store.remote_generations import RemoteGeneration
from govgraph.web.bounded import Bounded
from govgraph.web.state import Site

__all__ = [
    "About",
    "compared",
    "earlier",
    "finding_of",
    "findings_at",
    "is_kept",
    "is_large",
    "keys_at",
    "last_seen",
    "like",
    "newest_of",
    "number_of",
    "numbers_of",
    "placed",
    "report_about",
    "report_of",
]

T = TypeVar("T")

_READ = Bounded[tuple[Path, int, int, str], "_Kept"](2 * LIMITS.report_bytes, LIMITS.report_bytes)
"""Reports by file, its time and size, and the day, on which waivers may have run out."""

_NEW = Bounded[tuple[Path, tuple[int, int], tuple[int, ...], str], list[Finding]](1024 * 1024, 64 * 1024)
"""The newest findings of large reports by report, generations and day: to know them takes a look at every finding."""


_COUNTED = Bounded[tuple[object, ...], Numbers](16 * 1024 * 1024, 4 * 1024 * 1024)
"""Numbers of the findings of large reports, which takes a look at every finding too."""

_EACH = 400  # bytes that the numbers of a council take, roughly


def _file(site: Site, number: int) -> Path:
    return site.generations.folder_of(number) / "report.json"


async def is_kept(site: Site, number: int) -> bool:
    """Whether the report of a generation is kept; one in an endpoint that has none is reviewed now.

    Raises
    ------
    StoreFailed : the review has been begun and takes long, or the endpoint failed.
    """
    if _file(site, number).is_file():
        return True
    generation = site.generation(str(number))
    if not isinstance(generation, RemoteGeneration):
        return False
    await site.copies.reviewed(generation)
    return _file(site, number).is_file()


def is_large(site: Site, number: int = 0) -> bool:
    """Whether the report of a generation is not read whole; 0 is the current one."""
    try:
        return _file(site, number or site.latest.number).stat().st_size > site.limits.report_bytes
    except OSError:
        return False


async def report_of(site: Site, number: int = 0) -> Report | None:
    """The report of a generation that is kept, or nothing where it was not reviewed.

    Parameters
    ----------
    number : of the generation; 0 is the current one.

    Raises
    ------
    StoreDamaged : the report cannot be read.
    AnswerTooLarge : it is larger than the site reads.
    """
    number = number or site.latest.number
    kept = await _kept(site, number)
    return kept.report if kept else None


async def placed(site: Site, work: Callable[..., T], *numbers: int, wait: bool = True) -> T:
    """What some work gives that reads only a part of the reports of some generations.

    Parameters
    ----------
    work : done beside the event loop, with a `Placed` for each generation.
    wait : for a while, where it is not known yet at which places the findings stand; else that is only begun.

    Raises
    ------
    BeingMade : the places of the findings are looked for; that goes on.
    StoreDamaged : the report cannot be read.
    """
    reports = [_file(site, number) for number in numbers]
    files = [await site.dumps.places(report, wait=wait) for report in reports]
    day = datetime.date.today().isoformat()

    def done() -> T:
        with contextlib.ExitStack() as opened:
            told = zip(reports, files, numbers, strict=True)
            return work(*[opened.enter_context(contextlib.closing(Placed(*each, day))) for each in told])

    return await asyncio.to_thread(done)


@dataclass(frozen=True)
class _Kept:
    """A report with its findings by thing and by clause, worst first.

    Parameters
    ----------
    by_thing : places in the list of findings, by all that a finding concerns.
    by_clause : by the clauses where a finding stands, and what it is about.
    """

    report: Report
    by_thing: Mapping[str, Sequence[int]]
    by_clause: Mapping[str, Sequence[Finding]]


async def _kept(site: Site, number: int) -> _Kept | None:
    return await asyncio.to_thread(_report, _file(site, number), number, site.limits.report_bytes)


def _report(file: Path, number: int, most: int) -> _Kept | None:
    try:
        written, day = file.stat(), datetime.date.today().isoformat()
        if written.st_size > most:
            raise AnswerTooLarge(
                f"the review of generation {number} has more findings than are read at one time",
                "Ask for those of one council: /review?council=NAME",
            )
        key = file, written.st_mtime_ns, written.st_size, day
        if (kept := _READ.get(key)) is None:
            kept = _read(file, number, day)
            _READ.put(key, kept, written.st_size)
        return kept
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError, json.JSONDecodeError) as error:
        told = f"the review of generation {number} cannot be read ({type(error).__name__})"
        raise StoreDamaged(told, "Build the graph again: govgraph build --force") from None


def _read(file: Path, number: int, day: str) -> _Kept:
    """A report as it stands on a day."""
    report = read_report(file.read_text(encoding="utf-8"), number, day)
    by_thing: dict[str, list[int]] = {}
    by_clause: dict[str, list[Finding]] = {}
    for place, finding in enumerate(report.findings):
        for name in standing_at(finding):
            by_clause.setdefault(name, []).append(finding)
        for name in concerned(finding):
            by_thing.setdefault(name, []).append(place)
    return _Kept(report, by_thing, by_clause)


def numbers_of(report: Placed, which: Which | None = None) -> Numbers:
    """How many of some findings count; counted once for each day."""
    which = which or Which()
    key = *report.as_of, which
    if (found := _COUNTED.get(key)) is None:
        found = report.numbers(which)
        _COUNTED.put(key, found, _EACH * (len(found.by_council) + len(found.by_rule) + 10))
    return found


def number_of(site: Site, named: str) -> int:
    """The number of a generation that is kept, as a visitor gives it; 0 where nothing is given.

    Raises
    ------
    UnknownGeneration : it is not kept, or is no number.
    """
    if not named:
        return 0
    kept = site.generations.numbers()
    if named.isascii() and named.isdigit() and len(named) < 10 and int(named) in kept:
        return int(named)
    told = ", ".join(map(str, kept))
    raise UnknownGeneration(f'no generation "{named[:20]}" is kept', f"Kept are: {told}.")


async def earlier(site: Site, number: int = 0) -> list[int]:
    """Generations before this one that are kept and were reviewed, the latest first; 0 is the current one."""
    number = number or site.latest.number
    before = [each for each in site.generations.numbers() if each < number]
    return [each for each in reversed(before) if _file(site, each).is_file()]


async def compared(site: Site, report: Report, against: int) -> Report:
    """The report with what is new, standing and fixed since an earlier generation.

    Raises
    ------
    UnknownGeneration : the earlier one was not reviewed.
    """
    before = await report_of(site, against)
    if before is None:
        raise UnknownGeneration(f"generation {against} was not reviewed", "Compare with another one.")
    return compare(report, before, f"generation {against}")


async def finding_of(site: Site, number: int, key: str, *, wait: bool = True) -> Finding | None:
    """The finding of this id in the report of a generation, also where it is waived.

    Parameters
    ----------
    wait : as `placed` does.
    """
    if is_large(site, number):
        return await placed(site, lambda found: found.finding(key), number, wait=wait)
    report = await report_of(site, number)
    every = (*report.findings, *report.waived) if report else ()
    return next((each for each in every if each.key == key), None)


async def like(site: Site, number: int, finding: Finding) -> tuple[int, int]:
    """How many findings of a report count that are of the same rule, and how many that are about the same thing."""
    if is_large(site, number):
        return await placed(site, lambda found: found.like(finding), number)
    report = await report_of(site, number)
    every = report.findings if report else ()
    return sum(each.rule == finding.rule for each in every), sum(each.focus == finding.focus for each in every)


async def last_seen(site: Site, key: str) -> tuple[int, Finding] | None:
    """The latest generation that is kept and has the finding of this id, with it."""
    for number in [site.latest.number, *await earlier(site)]:
        if finding := await finding_of(site, number, key):
            return number, finding
    return None


@dataclass(frozen=True)
class About:
    """The worst findings about something, and how many there are."""

    worst: Sequence[Finding]
    total: int


async def report_about(site: Site, thing: str, most: int) -> About | None:
    """What the review of the current generation found about a thing; None where that is not known yet.

    A finding concerns its focus, its body, its value, the council's own rule that is broken, and the clauses where it
    stands.
    """
    if is_large(site):
        try:
            return About(*await placed(site, lambda found: found.about(thing, most), site.latest.number, wait=False))
        except (BeingMade, MakingFailed):
            return None
    if (kept := await _kept(site, site.latest.number)) is None:
        return About([], 0)
    places = kept.by_thing.get(thing, ())
    return About([kept.report.findings[place] for place in places[:most]], len(places))


async def findings_at(site: Site, places: Collection[str]) -> Mapping[str, Sequence[Finding]] | None:
    """What the kept review found, by each of some clauses and things that it is about, worst first.

    None where that is not known yet, or is more than is read at one time.
    """
    if is_large(site):
        most = site.limits.part_findings
        try:
            return await placed(site, lambda found: found.standing_at(places, most), site.latest.number, wait=False)
        except (BeingMade, MakingFailed):
            return None
    kept = await _kept(site, site.latest.number)
    return kept.by_clause if kept else {}


async def keys_at(site: Site, places: Collection[str]) -> Mapping[str, Collection[str]] | None:
    """The ids of what `findings_at` gives, of any number."""
    if is_large(site):
        try:
            return await placed(site, lambda found: found.keys_at(places), site.latest.number, wait=False)
        except (BeingMade, MakingFailed):
            return None
    kept = await _kept(site, site.latest.number)
    return {name: [each.key for each in kept.by_clause.get(name, ())] for name in places} if kept else {}


async def newest_of(site: Site, most: int) -> list[Finding]:
    """At most so many findings of a large report that the reviewed generation before did not have, one of each rule.

    Raises
    ------
    BeingMade : it is not known yet.
    """
    numbers = [site.latest.number, *(await earlier(site))[:1]]
    day = datetime.date.today().isoformat()
    report = _file(site, numbers[0])
    key = report, stamp(report), tuple(numbers), day
    if (found := _NEW.get(key)) is None:
        found = await placed(site, lambda *reports: Placed.first_new(*reports, most=most), *numbers, wait=False)
        _NEW.put(key, found, _NEW.each)
    return found
