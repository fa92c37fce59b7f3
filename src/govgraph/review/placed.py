"""A report that is too large to be read whole: each question reads only the lines of the findings that it is about."""

import contextlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from govgraph.errors import StoreDamaged
from govgraph.review.compare import states
from govgraph.review.findings import Finding, Report, order, read_finding, read_report, without_waiver
from govgraph.review.placing import LISTS, VERSION, stamp, term_of
from govgraph.review.selecting import as_addressed, concerned, standing_at
from govgraph.review.which import Numbers, Which

__all__ = ["Placed", "is_of"]

_COUNTS = "(list = 0 OR list = 1 AND until <= :day)"
"""Findings that count: a waiver that has run out waives nothing."""

_WAIVED = "(list = 1 AND (until IS NULL OR until > :day))"
_AT_ONCE = 500

Row = tuple[int, int, int, int]
"""Number, list, first byte and length."""


def is_of(file: Path, report: Path) -> bool:
    """Whether a file holds the places of this report, all of them and as this version writes them.

    >>> is_of(Path("nowhere"), Path("neither"))
    False
    """
    try:
        with contextlib.closing(_opened(file)) as db:
            [version], [pages], [each] = (
                db.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "page_count", "page_size")
            )
            if version != VERSION or pages * each != file.stat().st_size:
                return False
            return tuple(db.execute("SELECT size, modified FROM report").fetchone() or ()) == stamp(report)
    except (OSError, sqlite3.Error):
        return False


class Placed:
    """The report of a generation, read by the places of its findings.

    Parameters
    ----------
    report : the file of the report.
    file : the places of its findings (`review.placing`).
    generation : that keeps it.
    day : a waiver that has run out on this day (ISO 8601) waives nothing any more.

    Raises
    ------
    StoreDamaged : the places cannot be read, or something else stands at one of them; by every method.
    """

    def __init__(self, report: Path, file: Path, generation: int, day: str) -> None:
        self._report, self._day = report, day
        self.file, self.generation = file, generation
        self.as_of = (report, *stamp(report), day)
        """What all answers depend on."""
        self._db = _opened(file)
        self.shell = self._shell()
        ran_out = self._asked("SELECT 1 FROM finding WHERE list = 1 AND until <= :day LIMIT 1")
        # As where a report is read whole: those whose waiver ran out take their place among the others.
        self.order = "severity, rule_text, label, value, number" if ran_out else "number"
        self.ran_out = bool(ran_out)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _shell(self) -> Report:
        """What the report says of the whole, without findings."""
        [(told,)] = self._asked("SELECT told FROM report")
        return read_report(told, self.generation)

    def _asked(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        try:
            return self._db.execute(sql, {"day": self._day, **(values or {})}).fetchall()
        except sqlite3.Error as error:
            raise _damaged(str(error)) from None

    def count(self, which: Which, counted: str = _COUNTS) -> int:
        """How many findings count of these."""
        told, values = which.sql
        [(found,)] = self._asked(f"SELECT count(*) FROM finding WHERE {counted} AND {told}", values)
        return int(found)

    def size(self, which: Which) -> int:
        """How many findings there are of these, also waived and fixed ones."""
        return self.count(which, "1")

    def part(self, which: Which) -> Report:
        """The report with these findings only, read from its file."""
        lists: list[list[Finding]] = [
            self._read(self._rows(which, condition)) for condition in (_COUNTS, _WAIVED, "list = 2")
        ]
        return replace(self.shell, findings=lists[0], waived=lists[1], fixed=lists[2])

    def listed(self, which: Which, first: int, most: int) -> list[Finding]:
        """Some of the findings that count, in their order."""
        return self._read(self._rows(which, _COUNTS, first, most))

    def waived(self, which: Which, most: int) -> tuple[list[Finding], int]:
        """The first of the findings that somebody accepts, and how many there are."""
        return self._read(self._rows(which, _WAIVED, 0, most)), self.count(which, _WAIVED)

    def _rows(self, which: Which, condition: str, first: int = 0, most: int = -1) -> list[Row]:
        told, values = which.sql
        source = "finding"
        if self.order != "number":
            source = "finding JOIN sorted USING (number) JOIN (SELECT number AS rule, text AS rule_text FROM name)"
            source += " USING (rule)"
        return self._asked(
            f"SELECT number, list, start, size FROM {source} WHERE {condition} AND {told} "
            f"ORDER BY {self.order} LIMIT {most} OFFSET {first}",
            values,
        )

    def _read(self, rows: Sequence[Row]) -> list[Finding]:
        """The findings at some places."""
        found: list[Finding] = []
        try:
            with self._report.open("rb") as lines:
                for _, listed, start, size in rows:
                    lines.seek(start)
                    found.append(self._standing(listed, read_finding(json.loads(lines.read(size)))))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(type(error).__name__) from None
        return found

    def _standing(self, listed: int, finding: Finding) -> Finding:
        ran_out = LISTS[listed] == "waived" and finding.waived and finding.waived.until <= self._day
        return without_waiver(finding) if ran_out else finding

    def finding(self, key: str) -> Finding | None:
        """The finding of this id, if it is there or waived."""
        rows = self._asked(
            "SELECT number, list, start, size FROM finding WHERE id = :key AND list < 2 ORDER BY number LIMIT 1",
            {"key": key},
        )
        return next(iter(self._read(rows)), None)

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of these ids that the report has, also of waived findings."""
        return {
            key
            for key in keys
            if self._asked("SELECT 1 FROM finding WHERE id = :key AND list < 2 LIMIT 1", {"key": key})
        }

    def like(self, finding: Finding) -> tuple[int, int]:
        """How many findings count that are of the same rule, and how many that are about the same thing."""
        focus = {"focus": term_of("thing", finding.focus)}
        told, values = Which(thing=finding.focus).sql
        [(same,)] = self._asked(
            f"SELECT count(*) FROM finding WHERE {_COUNTS} AND focus = :focus AND {told}", values | focus
        )
        return self.count(Which(rule=finding.rule)), int(same)

    def about(self, thing: str, most: int) -> tuple[list[Finding], int]:
        """The worst of the findings that concern a thing, and how many there are."""
        which = Which(thing=thing)
        found = [each for each in self.listed(which, 0, most) if thing in concerned(each)]
        return found, self.count(which)

    def standing_at(self, places: Collection[str], most: int) -> dict[str, list[Finding]] | None:
        """The findings at each of some clauses, or about one of some things; None where they are more than `most`."""
        numbers = {number for _, number in self._near(places)}
        if len(numbers) > most:
            return None
        rows: list[Row] = []
        for some in _batched(sorted(numbers)):
            marks = ", ".join(map(str, some))
            rows += self._asked(f"SELECT number, list, start, size FROM finding WHERE number IN ({marks})")
        found: dict[str, list[Finding]] = {}
        wanted = set(places)
        for finding in self._in_order(self._read(rows)):
            for name in standing_at(finding):
                if name in wanted:
                    found.setdefault(name, []).append(finding)
        return found

    def _in_order(self, findings: list[Finding]) -> list[Finding]:
        return sorted(findings, key=order) if self.ran_out else findings

    def keys_at(self, places: Collection[str]) -> dict[str, set[str]]:
        """The ids of the findings at each of some clauses, or about one of some things; no finding is read."""
        found: dict[str, set[str]] = {}
        keys: dict[int, str] = {}
        near = list(self._near(places))
        for some in _batched(sorted({number for _, number in near})):
            marks = ", ".join(map(str, some))
            keys |= dict(self._asked(f"SELECT number, id FROM finding WHERE number IN ({marks})"))
        for name, number in near:
            found.setdefault(name, set()).add(keys[number])
        return found

    def _near(self, places: Collection[str]) -> Iterator[tuple[str, int]]:
        """Some places, each with the number of a finding that counts and stands there."""
        for some in _batched(list(dict.fromkeys(places))):
            named = {term_of("thing", as_addressed(name)): name for name in some}
            marks = ", ".join(map(str, named))
            for term, number in self._asked(
                "SELECT term, finding FROM term CROSS JOIN finding ON number = finding "
                f"WHERE term IN ({marks}) AND near AND {_COUNTS}"
            ):
                yield named[term], number

    def numbers(self, which: Which) -> Numbers:
        """How many of these findings count, and how many somebody accepts."""
        told, values = which.sql
        kinds = self._asked(
            "SELECT rule.text, subject.text, severity, counts, found FROM ("
            f"SELECT rule, subject, severity, {_COUNTS} AS counts, count(*) AS found FROM finding "
            f"WHERE list < 2 AND {told} GROUP BY rule, subject, severity, counts) AS part "
            "JOIN name AS rule ON rule.number = part.rule JOIN name AS subject ON subject.number = part.subject",
            values,
        )
        councils = self._asked(
            "SELECT name.text, severity, found FROM (SELECT council, severity, count(*) AS found FROM finding "
            f"WHERE {_COUNTS} AND {told} GROUP BY council, severity) JOIN name ON name.number = council",
            values,
        )
        return Numbers.of(kinds, councils)

    def first_new(self, before: "Placed | None" = None, *, most: int) -> list[Finding]:
        """The worst findings that an earlier report did not have, one of each rule."""
        absent = "1"
        if before:
            self._asked("ATTACH :earlier AS earlier", {"earlier": _address(before.file)})
            absent = "id NOT IN (SELECT id FROM earlier.finding AS other WHERE other.id = main.finding.id AND list < 2)"
        rows = self._asked(
            f"SELECT min(number) AS number, list, start, size FROM main.finding WHERE {_COUNTS} AND {absent} "
            f"GROUP BY rule ORDER BY severity, (SELECT text FROM name WHERE number = rule) LIMIT {most}"
        )
        return [replace(each, state="new" if before else "") for each in self._in_order(self._read(rows))]

    def changed(self, before: "Placed", which: Which) -> Report:
        """The part of these findings with what is new, standing and fixed since an earlier report."""
        part, earlier = self.part(which), before.part(which)
        there = before.known(each.key for each in (*part.findings, *part.waived))
        here = self.known(each.key for each in earlier.findings)
        return states(part, earlier, there, here, f"generation {before.generation}")


def _batched(items: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(_address(file), uri=True, check_same_thread=False)


def _address(file: Path) -> str:
    return f"{file.resolve().as_uri()}?mode=ro&immutable=1"


def _damaged(why: str) -> StoreDamaged:
    return StoreDamaged(f"the review cannot be read ({why})", "Build the graph again: govgraph build --force")
