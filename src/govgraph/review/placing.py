"""Write down where each finding of a report stands in its file, in a process of its own.

Run as ``python -I -m govgraph.review.placing GENERATION FILE``. ``FILE`` then says for each finding of
``GENERATION/report.json`` at which byte it begins, how many it has, and by what it may be asked for (`review.placed`
reads it). The report stays the only truth. It is read a line at a time, because that of a nation is larger than the
memory of many a machine; the file appears by one rename, when all of it is written.
"""

import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from govgraph.errors import StoreDamaged
from govgraph.review.findings import SEVERITIES, Finding, read_finding
from govgraph.review.selecting import as_addressed, concerned, standing_at
from govgraph.store.beside import make_beside

__all__ = ["LISTS", "VERSION", "place", "stamp", "term_of"]

VERSION = 1
"""Of what is written; a file of another version is made again."""

LISTS = ("findings", "waived", "fixed")

_AT_ONCE = 2_000
_UNKEPT = ("by_subject", "by_rule", "by_body")  # of what is told of the whole: counted again on the day, or long
_TABLES = """
CREATE TABLE report (size INTEGER, modified INTEGER, told TEXT);
CREATE TABLE name (number INTEGER PRIMARY KEY, text TEXT UNIQUE);
CREATE TABLE finding (
  number INTEGER PRIMARY KEY, list INTEGER, start INTEGER, size INTEGER, id TEXT, severity INTEGER, rule INTEGER,
  subject INTEGER, council INTEGER, focus INTEGER, until TEXT
);
CREATE TABLE sorted (number INTEGER PRIMARY KEY, label TEXT, value TEXT);
CREATE TABLE term (term INTEGER, finding INTEGER, near INTEGER, PRIMARY KEY (term, finding)) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX finding_id ON finding(id);
CREATE INDEX finding_rule ON finding(rule);
CREATE INDEX finding_counted ON finding(council, rule, subject, severity, list, until);
CREATE INDEX finding_until ON finding(until) WHERE list = 1;
"""


def term_of(kind: str, text: str) -> int:
    """A number that stands for something by which findings are asked for.

    >>> term_of("body", "Cabinet") == term_of("body", "Cabinet") != term_of("council", "Cabinet")
    True
    """
    return int.from_bytes(blake2b(f"{kind}\0{text}".encode(), digest_size=8).digest(), "big", signed=True)


def stamp(report: Path) -> tuple[int, int]:
    """What tells a report from another one in its place: its size and the time when it was written."""
    found = report.stat()
    return found.st_size, found.st_mtime_ns


def place(report: Path, file: Path) -> None:
    """Write the places of a report's findings into a file, whole or not at all.

    Raises
    ------
    StoreDamaged : the report is not written with one finding on each line.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(prefix=f"building-{os.getpid()}-", dir=file.parent)
    os.close(handle)
    try:
        with contextlib.closing(sqlite3.connect(partial)) as db:
            _write(db, report)
        with open(partial, "rb") as written:
            os.fsync(written.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, file)
    finally:
        Path(partial).unlink(missing_ok=True)


def _write(db: sqlite3.Connection, report: Path) -> None:
    # a file that is not finished is thrown away
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;" + _TABLES)
    whole = stamp(report)
    told: dict[str, Any] = {}
    names: dict[str, int] = {}
    waiting: list[tuple[int, int, int, int, Finding]] = []
    for number, (listed, start, line) in enumerate(_lines(report, told)):
        waiting.append((number, LISTS.index(listed), start, len(line), read_finding(json.loads(line))))
        if len(waiting) == _AT_ONCE:
            _add(db, waiting, names)
            waiting.clear()
    _add(db, waiting, names)
    kept = {name: value for name, value in told.items() if name not in _UNKEPT}
    db.execute("INSERT INTO report VALUES (?, ?, ?)", (*whole, json.dumps(kept)))
    db.executescript(_INDEXES)
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.commit()


def _add(db: sqlite3.Connection, found: list[tuple[int, int, int, int, Finding]], names: dict[str, int]) -> None:
    """Add some findings; names are those that many findings have: of rules, subjects and councils."""

    def named(text: str) -> int:
        if text not in names:
            names[text] = len(names)
            db.execute("INSERT INTO name VALUES (?, ?)", (names[text], text))
        return names[text]

    rows, terms = [], []
    for number, listed, start, size, one in found:
        rows.append((
            number, listed, start, size, one.key, SEVERITIES.index(one.severity), named(one.rule),
            named(one.subject or "data"), named(one.council_label or one.council), term_of("thing", one.focus),
            one.waived.until if one.waived else None,
        ))  # fmt: skip
        terms += [(term, number, near) for term, near in _terms(one).items()]
    db.executemany(f"INSERT INTO finding VALUES ({', '.join('?' * 11)})", rows)
    db.executemany("INSERT INTO sorted VALUES (?, ?, ?)", [(number, one.label, one.value) for number, *_, one in found])
    db.executemany("INSERT OR IGNORE INTO term VALUES (?, ?, ?)", sorted(terms))


def _terms(finding: Finding) -> dict[int, bool]:
    """By what a finding may be asked for, and whether that is where it stands or what it is about."""
    near = standing_at(finding)
    terms = {term_of("thing", as_addressed(name)): name in near for name in concerned(finding) if name}
    for kind, texts in (
        ("council", (finding.council, finding.council_label)),
        ("body", (finding.body, finding.body_label)),
    ):
        terms |= dict.fromkeys((term_of(kind, as_addressed(text).casefold()) for text in texts), False)
    return terms | dict.fromkeys((term_of("document", as_addressed(title)) for title in finding.documents), False)


def _lines(report: Path, told: dict[str, Any]) -> Iterator[tuple[str, int, bytes]]:
    """List, first byte and text of each finding; what the report says besides them is added to `told` at the end.

    Raises
    ------
    StoreDamaged : nothing was found where the findings should be.
    """
    besides: list[bytes] = []
    listed, at, seen = "", 0, False
    begins = {f' "{name}": [\n'.encode(): name for name in LISTS}
    with report.open("rb") as lines:
        if not lines.peek(3).startswith(b'{ "'):  # as an earlier version of govgraph wrote it
            _none(report)
        for line in lines:
            if listed and line.startswith(b"{"):
                yield listed, at, line.rstrip(b",\n")
            elif line in begins:
                listed = begins[line]
                besides.append(line)
            else:
                listed = ""
                besides.append(line)
            seen = seen or line.startswith(b' "findings": ')
            at += len(line)
    told.update(_whole(besides, report) if seen else _none(report))


def _whole(besides: Iterable[bytes], report: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(b"".join(besides))
    except ValueError:
        _none(report)
    return found


def _none(report: Path) -> dict[str, Any]:
    raise StoreDamaged(f"{report} does not have one finding on each line", "Build it again: govgraph build --force")


if __name__ == "__main__":
    make_beside(lambda generation, file: place(generation / "report.json", file))
