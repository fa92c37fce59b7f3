"""Read the UK register of local authorities (CSV), and judge it row by row.

A row whose own cells are wrong is left out. A link to an authority that is not among
those that stay (a successor, a county council, a combined authority) is left out by
itself. Both are reported; everything else is kept.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from govgraph.errors import BadInput

__all__ = ["Authority", "Problem", "Register", "read_register"]

CODE, NAME, NICE, OTHERS = "local-authority-code", "official-name", "nice-name", "alt-names"
GSS, KIND, NATION, REGION = "gss-code", "local-authority-type", "nation", "region"
START, END = "start-date", "end-date"
SUCCESSORS, COUNTY, COMBINED = "replaced-by", "county-la", "combined-authority"
LATITUDE, LONGITUDE = "lat", "long"  # a register may go without them
COLUMNS = (CODE, NAME, NICE, GSS, START, END, SUCCESSORS, NATION, REGION, KIND, COUNTY, COMBINED, OTHERS)
LINKS = (SUCCESSORS, COUNTY, COMBINED)

_CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_GSS = re.compile(r"[A-Z][0-9]{8}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAMAGED = re.compile("[\u00c3-\u00f4][\u0080-\u00bf]|\ufffd")  # UTF-8 that was read as something else


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in the file.

    Parameters
    ----------
    file, row, column : where it stands; rows count from 1, as a spreadsheet shows them (the heading is row 1).
    message : what is wrong.
    next_step : what to do.

    >>> print(Problem("uk.csv", 12, "end-date", '"2023-02-30" is not a day', "Mend it."))
    uk.csv, row 12, column end-date: "2023-02-30" is not a day. Mend it.
    """

    file: str
    row: int
    column: str
    message: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, column {self.column}: {self.message}. {self.next_step}"


@dataclass(frozen=True)
class Authority:
    """One row of the register; an empty text is a cell that says nothing.

    Parameters
    ----------
    row : where it stands.
    code, name, gss, nation, region, start, end : as printed, apart from superfluous blanks.
    kind : IRI of its type in the code list.
    nice, others : its short name, and further names.
    latitude, longitude : of the middle of its area, in degrees; empty where the register gives none.
    links : codes of other authorities, by the column that names them.
    """

    row: int
    code: str
    name: str
    gss: str
    nation: str
    region: str
    start: str
    end: str
    kind: str
    nice: str
    others: tuple[str, ...]
    links: Mapping[str, tuple[str, ...]]
    latitude: str = ""
    longitude: str = ""


@dataclass(frozen=True)
class Register:
    """What a file says.

    Parameters
    ----------
    authorities : by code, in upper case.
    problems : in the order of the rows.
    damaged : names that were passed over because their letters are damaged.
    """

    authorities: dict[str, Authority]
    problems: tuple[Problem, ...]
    damaged: tuple[str, ...]


class _Wrong(Exception):
    """A row is left out: column, message, next step."""


def read_register(file: Path, types: Mapping[str, str]) -> Register:
    """Read a register and keep what is right in it.

    Parameters
    ----------
    file : the CSV file.
    types : IRI of every known type of authority, by its code.

    Raises
    ------
    BadInput : the file cannot be read, or is not the register; one line.
    """
    found: dict[str, Authority] = {}
    rejected: dict[str, int] = {}
    problems: list[Problem] = []
    rows = _rows(file)
    header = [name.strip() for name in next(rows, [])]
    if missing := [column for column in COLUMNS if header.count(column) != 1]:
        raise BadInput(
            f"{file} is not the register of local authorities: it has no column {', '.join(missing)}",
            "Name the file that mySociety publishes (uk_la_future), comma-separated, with its headings in row 1.",
        )
    empty = True
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        empty = False
        try:
            authority = _authority(number, cells, header, types)
            if twin := found.get(authority.code.upper()):
                raise _Wrong(CODE, f'row {twin.row} has the code "{authority.code}" already', "Give each row its own.")
            found[authority.code.upper()] = authority
        except _Wrong as wrong:
            code = dict(zip(header, cells, strict=False)).get(CODE, "").strip().upper()
            rejected.setdefault(code, number)
            column, message, next_step = wrong.args
            problems.append(Problem(file.name, number, column, message, f"{next_step} The row is left out."))
    if empty:
        raise BadInput(f"{file} has headings and no rows", "Download the register again.")
    linked: dict[str, Authority] = {}
    for code, authority in found.items():
        linked[code], broken = _linked(authority, found, rejected, file.name)
        problems += broken
    damaged = [name for authority in found.values() for name in authority.others if _DAMAGED.search(name)]
    whole = {code: replace(a, others=tuple(n for n in a.others if n not in damaged)) for code, a in linked.items()}
    return Register(whole, tuple(sorted(problems, key=lambda problem: problem.row)), tuple(damaged))


def _rows(file: Path) -> Iterator[list[str]]:
    """The cells of the file, row by row."""
    try:
        if not file.is_file():
            raise BadInput(f"{file} is not {'a file' if file.exists() else 'there'}", "Check the name.")
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror})", "Check the file.") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8 text (byte {error.start})", "Save it as CSV in UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise BadInput(f"{file}, line {reader.line_num}: not readable as CSV ({error})", "Mend that line.") from None


def _authority(number: int, cells: list[str], header: list[str], types: Mapping[str, str]) -> Authority:
    """One row, if its own cells are right."""
    if len(cells) != len(header):
        last = header[min(len(cells), len(header)) - 1]
        message = f"the row has {len(cells)} cells and the heading {len(header)}"
        raise _Wrong(last, message, "Put text that holds commas in quotation marks.")
    cell = {column: " ".join(text.split()) for column, text in zip(header, cells, strict=True)}
    if not cell[CODE]:
        raise _Wrong(CODE, "the code is missing", "Fill it in.")
    if not _CODE.fullmatch(cell[CODE]):
        raise _Wrong(CODE, f'"{cell[CODE]}" is not a code', "Use letters, digits and single hyphens.")
    if not cell[NAME]:
        raise _Wrong(NAME, "the name is missing", "Fill it in.")
    for column in (NAME, NICE):
        if _DAMAGED.search(cell[column]) or not cell[column].isprintable():
            raise _Wrong(column, f"letters of {cell[column]!r} are damaged", "Save the file as UTF-8 and mend them.")
    if cell[KIND] not in types:
        known = ", ".join(sorted(types))
        raise _Wrong(KIND, f'"{cell[KIND]}" is not a known type', f"Use one of {known}.")
    if cell[GSS] and not _GSS.fullmatch(cell[GSS]):
        raise _Wrong(GSS, f'"{cell[GSS]}" is not a GSS code', "Write one capital letter and eight digits, or nothing.")
    start, end = _day(cell, START), _day(cell, END)
    if start and end and end < start:
        raise _Wrong(END, f"the authority ends on {end}, before it starts on {start}", "Mend one of the two days.")
    latitude, longitude = _degrees(cell, LATITUDE, 90), _degrees(cell, LONGITUDE, 180)
    others = re.split(r",(?! )", cells[header.index(OTHERS)])  # names hold commas too: "Bristol, City of"
    return Authority(
        row=number,
        code=cell[CODE],
        name=cell[NAME],
        gss=cell[GSS],
        nation=cell[NATION],
        region=cell[REGION],
        start=start,
        end=end,
        kind=types[cell[KIND]],
        nice=cell[NICE],
        others=tuple(name for other in others if (name := " ".join(other.split()))),
        links={c: tuple(dict.fromkeys(t.strip() for t in cell[c].split(",") if t.strip())) for c in LINKS},
        latitude=latitude if longitude else "",
        longitude=longitude if latitude else "",
    )


def _degrees(cell: Mapping[str, str], column: str, most: int) -> str:
    """A number of degrees to about a hundred metres, or the empty text."""
    text = cell.get(column, "")
    if not text:
        return ""
    try:
        degrees = float(text)
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= most:
        step = f"Write a number of degrees from -{most} to {most}, or nothing."
        raise _Wrong(column, f'"{text}" is not a place on the Earth', step)
    return f"{degrees:.3f}"


def _day(cell: Mapping[str, str], column: str) -> str:
    """A day of the calendar, or the empty text."""
    text = cell[column]
    try:
        if text and not _DAY.fullmatch(text):
            raise ValueError
        if text:
            date.fromisoformat(text)
    except ValueError:
        step = "Write a day of the calendar as YYYY-MM-DD, or nothing."
        raise _Wrong(column, f'"{text}" is not a day', step) from None
    return text


def _linked(
    authority: Authority, found: Mapping[str, Authority], rejected: Mapping[str, int], file: str
) -> tuple[Authority, list[Problem]]:
    """The authority with those links that lead somewhere, and the others as problems."""
    kept: dict[str, tuple[str, ...]] = {}
    broken: list[Problem] = []
    for column, codes in authority.links.items():
        kept[column] = tuple(found[c.upper()].code for c in codes if c.upper() in found and c != authority.code)
        for code in codes:
            if code == authority.code:
                reason, step = f'the authority names itself ("{code}")', "Name another one, or none."
            elif code.upper() in found:
                continue
            elif code.upper() in rejected:
                reason = f'"{code}" stands in row {rejected[code.upper()]}, which is left out'
                step = "Mend that row."
            else:
                reason, step = f'no row has the code "{code}"', "Add that authority, or mend the code."
            broken.append(Problem(file, authority.row, column, reason, f"{step} Only this link is left out."))
    return replace(authority, links=kept), broken
