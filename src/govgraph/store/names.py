"""Names of things: find by name, by what is said of them, and "did you mean", over a small SQLite file.

The file is built with each generation (FTS5 is part of Python's SQLite). Text from
a user is always bound as a parameter, and quoted as an FTS5 string.
"""

import contextlib
import difflib
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from govgraph.errors import StoreDamaged, UnknownThing
from govgraph.limits import LIMITS
from govgraph.store.remote_generations import AnyGeneration
from govgraph.store.told import add_told, begin_told, find_told, finish_told, has_told

__all__ = ["LatestNames", "Named", "Names", "Row", "is_up_to_date", "write_names"]

Row = tuple[str, str, str, Sequence[str], Sequence[str], Sequence[str]]
"""IRI, label, kinds, class IRIs, names and descriptions of a thing; without names it is found by descriptions only."""

_AT_ONCE = 5_000
"""Things that are written together."""

_NAMED = "FROM name JOIN thing ON thing.iri = name.thing"

_COMMON = 5_000
"""Names from which on a word is too common to weigh: the index would count all of them for each search."""

_WEIGHED = 500
"""Names that a search with a common word chooses from."""

_COMPARED = 10_000
"""Names up to which the spelling of all of them is compared with a name that is not there."""

_BEGINNING = 3
"""Letters of a word that have to be right where there are more."""

_ALIKE = 3_000
"""Names that are then compared."""


@dataclass(frozen=True)
class Named:
    """A thing found by one of its names, or by what is said of it.

    Parameters
    ----------
    iri, label : the thing and its preferred label.
    kinds : labels of its classes, most special first.
    matched : the name that was found, the label itself or another one; or the description.
    """

    iri: str
    label: str
    kinds: str
    matched: str


def write_names(file: Path, names: Iterable[Row]) -> int:
    """Write the names file of a generation.

    Parameters
    ----------
    names : what each thing is called, and what is said of it.

    Returns
    -------
    Number of things that have names.
    """
    count = 0
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"  # a file that is not finished is thrown away
            "CREATE TABLE thing (iri TEXT PRIMARY KEY, label TEXT, kinds TEXT);"
            "CREATE TABLE class (iri TEXT, thing TEXT);"
            "CREATE TABLE name (folded TEXT, name TEXT, thing TEXT);"
            "CREATE VIRTUAL TABLE text USING fts5"
            "(name, thing UNINDEXED, tokenize='porter unicode61 remove_diacritics 2', prefix='1 2 3 4');"
        )
        begin_told(db)
        rest = iter(names)
        while some := list(islice(rest, _AT_ONCE)):
            add_told(db, [(*row[:3], text) for row in some for text in dict.fromkeys(row[5])])
            rows = [row for row in some if row[4]]
            db.executemany("INSERT INTO thing VALUES (?, ?, ?)", [row[:3] for row in rows])
            db.executemany("INSERT INTO class VALUES (?, ?)", [(name, row[0]) for row in rows for name in row[3]])
            called = [(name, row[0]) for row in rows for name in dict.fromkeys(row[4])]
            db.executemany("INSERT INTO name VALUES (?, ?, ?)", [(_fold(name), name, iri) for name, iri in called])
            db.executemany("INSERT INTO text VALUES (?, ?)", called)
            count += len(rows)
        db.executescript("CREATE INDEX name_folded ON name(folded); CREATE INDEX class_iri ON class(iri, thing);")
        finish_told(db)
        db.commit()
    return count


def is_up_to_date(file: Path) -> bool:
    """Whether a names file is there and holds all that this version writes.

    >>> is_up_to_date(Path("nowhere"))
    False
    """
    try:
        with contextlib.closing(_opened(file)) as db:
            return has_told(db)
    except sqlite3.Error:
        return False


class Names:
    """The names of one generation.

    Parameters
    ----------
    file : written by `write_names`.
    """

    def __init__(self, file: Path) -> None:
        try:
            self._db = _opened(file)
            self._db.execute("SELECT 1 FROM thing LIMIT 1")
            self._has_told = has_told(self._db)
        except sqlite3.Error as error:
            raise StoreDamaged(f"{file} cannot be opened ({error})", "Build it again: govgraph build --force") from None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def label(self, iri: str) -> str:
        """The label of a thing, or nothing where there is no such thing."""
        row = self._db.execute("SELECT label FROM thing WHERE iri = ?", (iri,)).fetchone()
        return str(row[0]) if row else ""

    def find(self, name: str, classes: Sequence[str] = ()) -> Named:
        """The thing with exactly this label, other name or IRI (case and punctuation apart).

        Parameters
        ----------
        classes : class IRIs; things of other classes are passed over.

        Raises
        ------
        UnknownThing : with names that are close, if any.
        """
        found = self.exact(name, classes)
        if found is None:
            name = name[: LIMITS.name_characters]
            raise UnknownThing(name, self.close_to(name, classes))
        return found

    def exact(self, name: str, classes: Sequence[str] = ()) -> Named | None:
        """What `find` finds, or nothing; names that are close are not looked for, which takes longer."""
        name = name[: LIMITS.name_characters]
        condition, values = _within(classes)
        values |= {"name": name, "folded": _fold(name)}
        for found in (
            f"SELECT iri, label, kinds, label FROM thing WHERE iri = :name{condition}",
            f"SELECT thing.iri, label, kinds, name.name {_NAMED} WHERE folded = :folded{condition}"
            " ORDER BY label <> name.name, thing.iri LIMIT 1",
        ):
            row = self._db.execute(found, values).fetchone()
            if row:
                return Named(*row)
        return None

    def search(self, text: str, classes: Sequence[str] = (), limit: int = LIMITS.search_results) -> list[Named]:
        """Things with a name that holds all the words (the last one may be cut short), best first."""
        words = re.findall(r"\w+", text[: LIMITS.name_characters])
        if not words:
            return []
        condition, values = _within(classes)
        match = " ".join(f'"{word}"' for word in words)
        if any(map(self._is_common, (*(f'"{word}"' for word in words), f'"{words[-1]}"*'))):
            return self._unweighed(text, match, classes, limit)
        values |= {"match": match + "*", "limit": limit}
        rows = self._db.execute(
            "SELECT thing.iri, label, kinds, text.name, min(rank) AS best"
            f" FROM text JOIN thing ON thing.iri = text.thing WHERE text MATCH :match{condition}"
            " GROUP BY thing.iri ORDER BY best, length(label), label LIMIT :limit",
            values,
        )
        return [Named(*row[:4]) for row in rows]

    def _is_common(self, match: str) -> bool:
        found = "SELECT rowid FROM text WHERE text MATCH ? LIMIT 1 OFFSET ?"
        return self._db.execute(found, (match, _COMMON)).fetchone() is not None

    def _unweighed(self, text: str, match: str, classes: Sequence[str], limit: int) -> list[Named]:
        """The same where a word is common: names that begin so, then some that hold the words, short ones first."""
        condition, values = _within(classes)
        start = _fold(text)
        values |= {"start": start, "end": start + "\U0010ffff", "match": match, "most": _WEIGHED}
        hits: dict[str, Named] = {}
        for names in (
            "name WHERE folded >= :start AND folded < :end",
            "text WHERE text MATCH :match",
            "text WHERE text MATCH :match || '*'",
        ):
            table, _, wanted = names.partition(" WHERE ")
            rows = self._db.execute(
                f"SELECT iri, label, kinds, called FROM (SELECT thing.iri, label, kinds, {table}.name AS called"
                f" FROM {table} CROSS JOIN thing ON thing.iri = {table}.thing WHERE {wanted}{condition} LIMIT :most)"
                f" ORDER BY length(called), label, iri LIMIT {limit}",
                values,
            )
            for row in rows:
                hits.setdefault(row[0], Named(*row))
            if len(hits) >= limit:
                break
        return list(hits.values())[:limit]

    def told(self, text: str, limit: int = LIMITS.search_results) -> list[Named]:
        """Things with a description that holds all the words, best first; `matched` is the description.

        The first four words count, whatever their endings, and the last may be cut short. Current things come first,
        then short texts. A file of an earlier version has no descriptions, so nothing is found.
        """
        hits: dict[str, Named] = {}
        found = find_told(self._db, text[: LIMITS.name_characters]) if self._has_told else ()
        for row in found:
            hits.setdefault(row[0], Named(*row))
            if len(hits) >= limit:
                break
        return list(hits.values())

    def all_of(self, classes: Sequence[str]) -> list[Named]:
        """All things of the given classes, by label."""
        if not classes:
            rows = self._db.execute("SELECT iri, label, kinds, label FROM thing ORDER BY label")
        else:
            marks = ", ".join("?" * len(classes))
            rows = self._db.execute(
                "SELECT iri, label, kinds, label FROM thing WHERE iri IN"
                f" (SELECT class.thing FROM class WHERE class.iri IN ({marks})) ORDER BY label",
                list(classes),
            )
        return [Named(*row) for row in rows]

    def close_to(self, name: str, classes: Sequence[str] = ()) -> list[str]:
        """Names that look like the one given: by spelling first, then by shared words."""
        name = name[: LIMITS.name_characters]
        labels = {_fold(called): called for called in self._candidates(name, classes)}
        spelt = [labels[key] for key in difflib.get_close_matches(_fold(name), list(labels), LIMITS.suggestions, 0.6)]
        words = re.findall(r"\w{3,}", name)
        found = [hit.label for word in words for hit in self.search(word, classes, LIMITS.suggestions)]
        return list(dict.fromkeys(spelt + found))[: LIMITS.suggestions]

    def _candidates(self, name: str, classes: Sequence[str]) -> list[str]:
        """Names to compare the spelling with: all of them, or so many that begin alike where there are very many."""
        condition, values = _within(classes)
        if (self._db.execute("SELECT max(rowid) FROM name").fetchone()[0] or 0) <= _COMPARED:
            rows = self._db.execute(f"SELECT name.name {_NAMED} WHERE TRUE{condition} ORDER BY name.name", values)
            return [called for (called,) in rows]
        words = [word[:_BEGINNING] for word in _fold(name).split()]
        found: dict[str, None] = {}
        for match in [" ".join(f'"{word}"*' for word in words), *(f'"{word}"*' for word in words)] if words else ():
            rows = self._db.execute(
                "SELECT begun.name FROM (SELECT name, thing FROM text WHERE text MATCH :match LIMIT :begun) AS begun"
                f" CROSS JOIN thing ON thing.iri = begun.thing WHERE TRUE{condition} LIMIT :most",
                values | {"match": match, "most": _ALIKE, "begun": 4 * _ALIKE},
            )
            found |= dict.fromkeys(called for (called,) in rows)
            if len(found) >= _ALIKE:
                break
        return sorted(found)


class LatestNames:
    """The names of whatever generation is the latest: the file is opened again when the generation changes.

    Parameters
    ----------
    latest : gives the generation that is current now; called each time, so it must be cheap.
    """

    def __init__(self, latest: Callable[[], AnyGeneration]) -> None:
        self._latest = latest
        self._open: list[tuple[Path, Names]] = []  # the latest, and the one before it while it may be in use

    def __call__(self) -> Names:
        file = self._latest().names
        if not self._open or self._open[0][0] != file:
            self._open.insert(0, (file, Names(file)))
            for _, unused in self._open[2:]:
                unused.close()
            del self._open[2:]
        return self._open[0][1]

    def close(self) -> None:
        """Close the files."""
        for _, names in self._open:
            names.close()


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def _fold(name: str) -> str:
    """Key under which two spellings of one name meet.

    >>> _fold("Harrow Chief Executives' Group") == _fold("harrow chief executives group")
    True
    """
    return " ".join(re.findall(r"\w+", name.casefold().replace("'", "").replace("’", "")))


def _within(classes: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """SQL condition that keeps things of the given classes, and its values."""
    if not classes:
        return "", {}
    values: dict[str, Any] = {f"class{number}": iri for number, iri in enumerate(classes)}
    marks = ", ".join(f":{key}" for key in values)
    own = f"SELECT 1 FROM class WHERE class.iri IN ({marks}) AND class.thing = thing.iri"
    return f" AND EXISTS ({own})", values
