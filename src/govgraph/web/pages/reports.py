"""The reports of the review that the generations keep: read once, compared, and searched for a thing."""

import asyncio
import datetime
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from govgraph.errors import AnswerTooLarge, StoreDamaged, UnknownGeneration
from govgraph.limits import LIMITS
from govgraph.review.compare import compare
from govgraph.review.findings import Finding, Report, read_report
from govgraph.store.remote_generations import RemoteGeneration
from govgraph.web.bounded import Bounded
from govgraph.web.state import Site

__all__ = [
    "compared",
    "earlier",
    "findings_of",
    "is_too_large",
    "last_seen",
    "number_of",
    "report_about",
    "report_of",
    "review_of",
]

_READ = Bounded[tuple[Path, int, int, str], "_Kept"](2 * LIMITS.report_bytes, LIMITS.report_bytes)
"""Reports by file, its time and size, and the day, on which waivers may have run out."""


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


def is_too_large(site: Site) -> bool:
    """Whether the review of the current generation has more findings than pages can show."""
    try:
        return (
            site.generations.folder_of(site.latest.number) / "report.json"
        ).stat().st_size > site.limits.report_bytes
    except OSError:
        return False


async def review_of(site: Site, number: int) -> Report | None:
    """The report of a generation; one in an endpoint that has none is reviewed now, and the report kept here.

    Raises
    ------
    StoreFailed : the review has been begun and takes long, or the endpoint failed.
    """
    report = await report_of(site, number)
    if report is not None:
        return report
    generation = site.generation(str(number))
    if not isinstance(generation, RemoteGeneration):
        return None
    await site.copies.reviewed(generation)
    return await report_of(site, number)


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
    file = site.generations.folder_of(number) / "report.json"
    return await asyncio.to_thread(_report, file, number, site.limits.report_bytes)


def _report(file: Path, number: int, most: int) -> _Kept | None:
    try:
        written, day = file.stat(), datetime.date.today().isoformat()
        if written.st_size > most:
            raise AnswerTooLarge(
                f"the review of generation {number} has more findings than the site can show",
                "Ask for those of one council: govgraph validate --council NAME",
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
        near = dict.fromkeys([*(each.clause for each in finding.places), finding.focus])
        for name in near:
            by_clause.setdefault(name, []).append(finding)
        for name in near | dict.fromkeys([finding.body, finding.value, finding.governance]):
            by_thing.setdefault(name, []).append(place)
    return _Kept(report, by_thing, by_clause)


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
    kept = site.generations
    before = [each for each in kept.numbers() if each < number]
    return [each for each in reversed(before) if (kept.folder_of(each) / "report.json").is_file()]


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


async def last_seen(site: Site, key: str) -> tuple[int, Finding] | None:
    """The latest generation that is kept and has the finding of this id, with it."""
    for number in [site.latest.number, *await earlier(site)]:
        report = await report_of(site, number)
        for finding in (*report.findings, *report.waived) if report else ():
            if finding.key == key:
                return number, finding
    return None


async def report_about(site: Site, things: Collection[str]) -> list[Finding]:
    """What the review of the current generation found about any of some things, worst first.

    A finding concerns its focus, its body, its value, the council's own rule that is broken, and the clauses where it
    stands.

    Parameters
    ----------
    things : IRIs, such as those of all clauses of a document.
    """
    kept = None if is_too_large(site) else await _kept(site, site.latest.number)
    if kept is None:
        return []
    places = {place for thing in things for place in kept.by_thing.get(thing, ())}
    return [kept.report.findings[place] for place in sorted(places)]


async def findings_of(site: Site) -> Mapping[str, Sequence[Finding]]:
    """What the kept review found, by each clause concerned and by the thing that it is about; worst first."""
    kept = None if is_too_large(site) else await _kept(site, site.latest.number)
    return kept.by_clause if kept else {}
