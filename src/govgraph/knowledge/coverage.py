"""How much of a list of facts, read out of the documents by hand, the data hold.

`python -m govgraph.knowledge.coverage --facts FILE [--data FOLDER]` prints rows covered / rows by section, and lists
the rest. The list is a Markdown file that is not part of the project: a table of documents (code and file name), and
sections whose tables, lists and sentences carry locators ("L531", "L423-450", "L69, 103"; "§22.69" or "LDR b5"
where no line is given).

A table row whose first cell is an identifier ("A01", "R-M1", "PS-4") is one row. Elsewhere each locator is one row.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import BadInput, GovgraphError
from govgraph.knowledge.catalog import read_catalog
from govgraph.knowledge.facts import GOV, RDF_TYPE, Facts, statements
from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import read_file
from govgraph.resources import packaged

__all__ = ["Evidence", "Place", "Row", "coverage", "evidence", "main", "parse", "table"]

_IDENTIFIER = re.compile(r"(?:[ACFGKS]\d{2}|R-[A-Z]+\d+|[KP]-\d+|(?:PS|CS|SN)-\d+|(?:Opt|Risk) \d)$")
_SECTION = re.compile(r"(?:#+ |\*\*)(\d+(?:\.\d+)*)\.?\s")
_DOCUMENT = re.compile(r"\| (D\d{3}) \| `([^`]+)`")
_LINES = (
    r"L(?P<first>\d+)(?:[-–]L?(?P<last>\d+))?"
    r"(?P<more>(?:(?:\s*\([^)]*\))?(?:,\s*|/)(?!\d+/)\d{1,3}(?![\d%.])(?:[-–]\d+)?)*)"
)
_TOKEN = re.compile(rf"\b(?P<document>D\d{{3}})\b|\b{_LINES}")
_MORE = re.compile(r"(\d+)(?:[-–](\d+))?")
_HEADED = "Cab|GR1|GR2|LDR|DL|ASC|CCE|CEA|ENV|EPH|FIN|HSG|BPL|EDU"
_OWN = {
    "D000": re.compile(rf"(?:(?:{_HEADED})\b[^|·;]{{0,20}})$"),
    "D001": re.compile(r"\b[AB] b\d+(?:[-–]b?\d+)? $"),
    "D002": re.compile(r"\bGP b\d+ $"),
    "D004": re.compile(r"\b(?:Hdr|Rec \d(?:[-–]\d)?|(?:PS|CS|SN|Opt|Risk)[ -]\d+|S[34]) $"),
}
"""What stands before a line number and tells the document, where no code does."""
_NUMBER = re.compile(rf"§(\d+(?:\.\d+)?(?: b\d+)?)|\b((?:{_HEADED}|[AB]) b\d+)(?:[-–]b?(\d+))?")
_UNSAID = "D003"
"""The document that the list means where it names none: the handbook, which most of it is about."""
_RESTS = (GOV.basis, GOV.inClause, GOV.inferredFrom, GOV.intendedTarget, GOV.listedIn, GOV.resolvesTo)
"""What leads from a fact to a clause that it rests on, stands in or speaks of."""


@dataclass(frozen=True)
class Place:
    """Where a document says something.

    Parameters
    ----------
    document : code of the document in the list of facts.
    first, last : lines; 0 where the list gives a clause only.
    number : of the clause, where the list gives no line.
    """

    document: str
    first: int = 0
    last: int = 0
    number: str = ""

    def __str__(self) -> str:
        lines = f"L{self.first}" + (f"-{self.last}" if self.last > self.first else "")
        return f"{self.document} {self.number or lines}"


@dataclass(frozen=True)
class Row:
    """One row of the list of facts.

    Parameters
    ----------
    section : number of the section.
    identifier : of the row; empty where the list gives none.
    places : where the documents say it.
    words : the beginning of the row, for people.
    """

    section: str
    identifier: str
    places: tuple[Place, ...]
    words: str = ""

    @property
    def key(self) -> str:
        """Section, and identifier or place: what tells the row from all others."""
        return f"{self.section} {self.identifier or ', '.join(map(str, self.places))}"


@dataclass(frozen=True)
class Evidence:
    """What the data hold, as far as rows are concerned.

    Parameters
    ----------
    identifiers : every `dct:identifier`.
    spans : by file name: first and last line, number and whether a fact rests on it, for clauses and text changes.
    """

    identifiers: frozenset[str]
    spans: dict[str, tuple[tuple[int, int, str, bool], ...]]


def parse(text: str, sections: Sequence[str] = ("1", "2", "3", "4", "5")) -> tuple[dict[str, str], list[Row]]:
    """The documents that a list of facts names, and its rows.

    Parameters
    ----------
    text : the list of facts.
    sections : numbers of the main sections to read.

    Returns
    -------
    File name by code of the document; rows in the order of the text, no place twice in a section.

    Examples
    --------
    >>> documents, rows = parse("| D003 | `book.md` |\\n## 2. Relations\\n| A01 | board | §9 L12 |\\n- a chair L7")
    >>> documents, [row.key for row in rows]
    ({'D003': 'book.md'}, ['2 A01', '2 D003 L7'])
    """
    documents = dict(_DOCUMENT.findall(text))
    rows: dict[str, Row] = {}
    section, document = "", _UNSAID
    column: int | None = None  # of bare line numbers, in the table being read
    main_document: dict[str, str] = {}
    for line in text.splitlines():
        if heading := _SECTION.match(line):
            section = heading[1]
            document = next(iter(re.findall(r"D\d{3}", line)), "") or _inherited(main_document, section)
            main_document[section] = document
        if section.split(".")[0] not in sections:
            continue
        if opened := re.match(r"\*\*(D\d{3})\*\*", line):
            document = opened[1]
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        column = (cells.index("L") if "L" in cells else column) if cells else None
        for row in _rows(line, cells, section, document, column):
            rows.setdefault(row.key, row)
    return documents, list(rows.values())


def _inherited(known: dict[str, str], section: str) -> str:
    """Document of the nearest section above that has one."""
    while "." in section:
        section = section.rpartition(".")[0]
        if section in known:
            return known[section]
    return _UNSAID


def _rows(line: str, cells: list[str], section: str, document: str, column: int | None) -> Iterator[Row]:
    if column is not None and cells[column].isdecimal():
        line = " | ".join([*cells[:column], "L" + cells[column], *cells[column + 1 :]])
    places = list(_places(line, document))
    if cells and _IDENTIFIER.match(cells[0]):
        yield Row(section, cells[0], tuple(place for place, _ in places), " | ".join(cells[1:4])[:90])
        return
    for place, words in places:
        yield Row(section, "", (place,), words)


def _places(text: str, document: str) -> Iterator[tuple[Place, str]]:
    """Every locator of a text, with the words before it; clause numbers where there is no line."""
    found, said, read = False, document, 0
    for token in _TOKEN.finditer(text):
        before, since, read = text[: token.start()], text[read : token.start()], token.end()
        if token["document"]:
            said = token["document"]
            continue
        own = next((code for code, pattern in _OWN.items() if pattern.search(since)), said)
        found = True
        words = re.sub(r"[|*]", "", before).strip()[-60:]
        pairs = [(token["first"], token["last"]), *_MORE.findall(re.sub(r"\([^)]*\)", "", token["more"]))]
        for first, last in pairs:
            yield Place(own, int(first), max(int(last or first), int(first))), words
    if found:
        return
    for number in _NUMBER.finditer(text):
        words = re.sub(r"[|*]", "", text[: number.start()]).strip()[-60:]
        if number[1]:
            yield Place("D003", number=number[1]), words
            continue
        head, _, first = number[2].rpartition(" b")
        for bullet in range(int(first), int(number[3] or first) + 1):
            yield Place("D001" if head in ("A", "B") else "D000", number=f"{head} b{bullet}"), words


def evidence(data: Path | None = None) -> Evidence:
    """What a data folder holds: identifiers, and the places of its documents on which facts rest.

    Parameters
    ----------
    data : a data folder; None is the packaged graph.

    Raises
    ------
    NotADataFolder, BadRdf : the folder.
    """
    files = (file for dataset in read_catalog(data or packaged("data")) for file in dataset.files)
    facts = Facts(statement for file in files for statement in statements(read_file(file)))
    resting = {value for _, predicate, value in facts if predicate in _RESTS}
    part, number = (ox.NamedNode(PREFIXES["eli"] + name) for name in ("is_part_of", "number"))
    spans: dict[str, list[tuple[int, int, str, bool]]] = {}
    for kind, within in ((GOV.Clause, part), (GOV.TextChange, GOV.inVersion)):
        for node in facts.subjects(RDF_TYPE, kind):
            whole = {upper for one in facts.objects(node, within) for upper in facts.above(one, part)}
            name = next((name for one in whole for name in facts.literals(one, GOV.sourceFile)), "")
            first, last = facts.literal(node, GOV.lineStart), facts.literal(node, GOV.lineEnd)
            rests = kind == GOV.TextChange or node in resting
            spans.setdefault(name, []).append((int(first), int(last), facts.literal(node, number), rests))
    identifier = ox.NamedNode(PREFIXES["dct"] + "identifier")
    identifiers = frozenset(value.value for _, predicate, value in facts if predicate == identifier)
    return Evidence(identifiers, {name: tuple(found) for name, found in spans.items()})


def coverage(rows: Sequence[Row], documents: dict[str, str], held: Evidence) -> list[tuple[Row, str]]:
    """How each row is covered.

    Parameters
    ----------
    rows, documents : from `parse`.
    held : from `evidence`.

    Returns
    -------
    With each row: "identifier" where something has the identifier of the row, or that and a letter; "clause" where
    a fact rests, at every place of the row, on a clause that stands there; else nothing.
    """
    stems = held.identifiers | {name[:-1] for name in held.identifiers if re.search(r"\d[a-z]$", name)}
    found = []
    for row in rows:
        stated = bool(row.places) and all(_stands(place, documents, held) for place in row.places)
        found.append((row, "identifier" if row.identifier in stems else "clause" if stated else ""))
    return found


def _stands(place: Place, documents: dict[str, str], held: Evidence) -> bool:
    """Whether a fact rests on the narrowest clause around one of the lines, or on the clause of that number."""
    spans = held.spans.get(documents.get(place.document, ""), ())
    if place.number:
        return any(rests for _, _, number, rests in spans if number == place.number)
    for line in range(place.first, place.last + 1):
        around = [(last - first, rests) for first, last, _, rests in spans if first <= line <= last]
        narrowest = min((size for size, _ in around), default=-1)
        if any(rests for size, rests in around if size == narrowest):
            return True
    return False


def table(found: Sequence[tuple[Row, str]]) -> str:
    """Rows covered / rows by section, then the rows that are not covered.

    Parameters
    ----------
    found : from `coverage`.
    """
    lines = [f"{'section':<9}{'covered / rows':>16}{'by identifier':>15}{'by clause':>11}"]
    for section, part in [*((s, list(p)) for s, p in groupby(found, lambda one: one[0].section)), ("all", list(found))]:
        ways = [how for _, how in part]
        identifiers, clauses = ways.count("identifier"), ways.count("clause")
        covered = f"{identifiers + clauses} / {len(part)}"
        lines.append(f"{section:<9}{covered:>16}{identifiers:>15}{clauses:>11}")
    rest = [f"  {row.key}: {row.words}" for row, how in found if not how]
    return "\n".join([*lines, "", f"not covered: {len(rest)}", *rest])


def main(words: Sequence[str] | None = None) -> int:
    """Print the coverage; 0, or 2 if the list or the data cannot be read.

    Parameters
    ----------
    words : of the command line; None is those that the program was started with.
    """
    reader = argparse.ArgumentParser(prog="python -m govgraph.knowledge.coverage", description=(__doc__ or "")[:78])
    reader.add_argument("--facts", type=Path, required=True, help="the list of facts, a Markdown file")
    reader.add_argument("--data", type=Path, help="a data folder (default: the packaged graph)")
    asked = reader.parse_args(words)
    try:
        documents, rows = parse(_text(asked.facts))
        if not rows:
            raise BadInput(f"{asked.facts} has no row with a locator", "Name a list of facts with --facts.")
        print(table(coverage(rows, documents, evidence(asked.data))))
    except GovgraphError as error:
        print(f"govgraph: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"{file} cannot be read as text", "Name a list of facts with --facts.") from None


if __name__ == "__main__":
    sys.exit(main())
