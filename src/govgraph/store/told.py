"""What is said of things: their descriptions in the names file, found by words.

Descriptions are kept in the order in which a search lists them, so that one with a word that most of them have ends
after the first few, however many there are.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator

__all__ = ["EARLIER", "LAYOUT", "add_told", "begin_told", "find_told", "finish_told", "has_told"]

EARLIER = " (earlier revision only)"
"""End of the kinds of a thing that only a superseded revision speaks of."""

LAYOUT = 2
"""Of the names file, in its `user_version`: from 2 on it holds descriptions."""

_WORDS = 4
"""Words of a search that count."""

_LETTERS = 3
"""Of one word at least; and of a last word that may be cut short: all words that begin so are looked up together."""

_COMMON = 5_000
"""Descriptions from which on a word is taken for a whole one: those that begin with it would be more still."""

_MOST = 500
"""Descriptions that one search reads; a thing may have several."""


def begin_told(db: sqlite3.Connection) -> None:
    """Make room for descriptions; they are sorted when all are there, on disk where they are many."""
    db.execute("CREATE TEMP TABLE heard (iri TEXT, label TEXT, kinds TEXT, text TEXT)")


def add_told(db: sqlite3.Connection, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Keep descriptions: IRI, label and kinds of the thing, and the text."""
    db.executemany("INSERT INTO heard VALUES (?, ?, ?, ?)", rows)


def finish_told(db: sqlite3.Connection) -> None:
    """Sort what was kept, current things and short texts first, and make the index of its words."""
    db.execute("CREATE TABLE told (iri TEXT, label TEXT, kinds TEXT, text TEXT)")
    order = "substr(kinds, -length(?)) = ?, length(text), label, iri, text"
    db.execute(f"INSERT INTO told SELECT * FROM heard ORDER BY {order}", (EARLIER, EARLIER))
    db.executescript(
        "DROP TABLE heard;"
        "CREATE VIRTUAL TABLE said USING fts5"
        "(text, content='told', columnsize=0, tokenize='porter unicode61 remove_diacritics 2');"
        "INSERT INTO said(said) VALUES ('rebuild');"
        f"PRAGMA user_version = {LAYOUT};"
    )


def has_told(db: sqlite3.Connection) -> bool:
    """Whether a names file holds descriptions; those of earlier versions do not."""
    return int(db.execute("PRAGMA user_version").fetchone()[0]) >= LAYOUT


def find_told(db: sqlite3.Connection, text: str) -> Iterator[tuple[str, str, str, str]]:
    """Things and descriptions that hold the words, best first; what is not asked for is not read.

    All of the first four words have to be in one description, whatever their endings. The last one may be cut short,
    if it is not a common word as it is; descriptions with it whole come first.
    """
    words = re.findall(r"\w+", text)[:_WORDS]
    if all(len(word) < _LETTERS for word in words):
        return
    *before, last = words
    match = " ".join(f'"{word}"' for word in words)
    yield from _holding(db, match)
    if len(last) < _LETTERS or _is_common(db, last):
        return
    found = False
    for row in _holding(db, match + "*"):
        found = True
        yield row
    if not found:
        yield from _cut_within_ending(db, before, last)


def _cut_within_ending(db: sqlite3.Connection, before: list[str], last: str) -> Iterator[tuple[str, str, str, str]]:
    """Where a word is cut within its ending, "accountab", the index has what comes before it: some are looked at."""
    begun = re.compile(rf"\b{last}", re.IGNORECASE)
    match = " ".join(f'"{word}"' for word in (*before, last[: max(_LETTERS, len(last) // 2)]))
    for row in _holding(db, match + "*"):
        if begun.search(row[3]):
            yield row


def _holding(db: sqlite3.Connection, match: str) -> sqlite3.Cursor:
    return db.execute(
        "SELECT told.iri, told.label, told.kinds, told.text FROM said CROSS JOIN told ON told.rowid = said.rowid"
        " WHERE said MATCH ? ORDER BY said.rowid LIMIT ?",
        (match, _MOST),
    )


def _is_common(db: sqlite3.Connection, word: str) -> bool:
    found = "SELECT rowid FROM said WHERE said MATCH ? LIMIT 1 OFFSET ?"
    return db.execute(found, (f'"{word}"', _COMMON)).fetchone() is not None
