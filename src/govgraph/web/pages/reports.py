"""The reports of the review that the generations keep: read once, compared, and searched for a thing."""

import asyncio
import datetime
import functools
import json
from collections.abc import Collection
from pathlib import Path

from govgraph.errors import StoreDamaged, UnknownGeneration
from govgraph.review.compare import compare
from govgraph.review.findings import Finding, Report, read_report
from govgraph.store.remote_generations import RemoteGeneration
from govgraph.web.state import Site

__all__ = ["compared", "concerning", "earlier", "last_seen", "number_of", "report_about", "report_of", "review_of"]

_KEPT = 8  # reports kept in memory: those of all generations that a store keeps, and some of the day before


async def report_of(site: Site, number: int = 0) -> Report | None:
    """The report of a generation that is kept, or nothing where it was not reviewed.

    Parameters
    ----------
    number : of the generation; 0 is the current one.

    Raises
    ------
    StoreDamaged : the report cannot be read.
    """
    number = number or site.latest.number
    return await asyncio.to_thread(_report, site.generations.folder_of(number) / "report.json", number)


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


def _report(file: Path, number: int) -> Report | None:
    try:
        written = file.stat()
        return _read(file, written.st_mtime_ns, written.st_size, number, datetime.date.today().isoformat())
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError, json.JSONDecodeError) as error:
        told = f"the review of generation {number} cannot be read ({type(error).__name__})"
        raise StoreDamaged(told, "Build the graph again: govgraph build --force") from None


@functools.lru_cache(maxsize=_KEPT)
def _read(file: Path, written: int, size: int, number: int, day: str) -> Report:
    """A report as it stands on a day, on which waivers may have run out; the rest tells one file from another."""
    return read_report(file.read_text(encoding="utf-8"), number, day)


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


def concerning(report: Report | None, things: Collection[str]) -> list[Finding]:
    """The findings that are about any of some things, or rest on them, worst first.

    A finding concerns its focus, its body, its value, the council's own rule that is broken, and the clauses where it
    stands.

    Parameters
    ----------
    things : IRIs, such as those of all clauses of a document.
    """
    wanted = set(things)
    return [
        finding
        for finding in (report.findings if report else ())
        if not wanted.isdisjoint((finding.focus, finding.body, finding.value, finding.governance))
        or any(place.clause in wanted for place in finding.places)
    ]


async def report_about(site: Site, things: Collection[str]) -> list[Finding]:
    """What the review of the current generation found about any of some things, worst first."""
    return concerning(await report_of(site), things)
