"""Evidence: tie each clause to a slice of its source document, and prove that it still holds.

A clause says which lines of which file it stands in. Pinning adds character offsets
and the SHA-256 of the slice (a Web Annotation TextPositionSelector with a digest);
the text itself is never stored. Verifying compares the pins with the documents, where
the reader has them.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.catalog import read_catalog
from govgraph.knowledge.facts import GOV, RDF_TYPE, Facts, statements
from govgraph.namespaces import DEF, PREFIXES
from govgraph.rdf.files import read_file

__all__ = ["Pin", "Verdict", "passage", "pin", "pinned", "verify"]

PINS = "pins.ttl"
_PART = ox.NamedNode(PREFIXES["eli"] + "is_part_of")
_NUMBER = ox.NamedNode(PREFIXES["eli"] + "number")


@dataclass(frozen=True)
class Pin:
    """Where a clause stands.

    Parameters
    ----------
    clause, number : IRI and number as printed.
    file : name of the source document.
    first, last : physical lines, from 1, both included.
    start, end : character offsets of the slice, from 0, end excluded; None before it is pinned.
    digest : SHA-256 of the slice as UTF-8, in hexadecimal; empty before it is pinned.
    marks : where one of these stands in the lines, the slice ends before it (`gov:residueMark`).
    """

    clause: str
    number: str
    file: str
    first: int
    last: int
    start: int | None = None
    end: int | None = None
    digest: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What verifying found for one clause: "holds", "moved", "changed", "not pinned" or "no document"."""

    pin: Pin
    outcome: str
    passage: str = ""


def pinned(data: Path) -> dict[Path, list[Pin]]:
    """The clauses of a data folder, by the folder that declares them."""
    folders: dict[Path, Facts] = {}
    everything = Facts()
    for dataset in read_catalog(data):
        for file in dataset.files:
            for statement in statements(read_file(file)):
                folders.setdefault(file.parent, Facts()).add(*statement)
                everything.add(*statement)
    return {folder: list(_pins(facts, everything)) for folder, facts in folders.items()}


def _pins(facts: Facts, everything: Facts) -> Iterator[Pin]:
    for clause in facts.subjects(RDF_TYPE, GOV.Clause):
        whole = everything.above(clause, _PART)
        files = [name for part in whole for name in everything.literals(part, GOV.sourceFile)]
        marks = [mark for part in whole for mark in everything.literals(part, GOV.residueMark)]
        first, last = facts.literal(clause, GOV.lineStart), facts.literal(clause, GOV.lineEnd)
        if not files or not first or not last:
            raise BadInput(
                f"clause <{clause.value}> has no document or no lines",
                "Give it eli:is_part_of, gov:lineStart and gov:lineEnd.",
            )
        start, end = facts.literal(clause, GOV.charStart), facts.literal(clause, GOV.charEnd)
        yield Pin(
            clause.value,
            facts.literal(clause, _NUMBER),
            files[0],
            int(first),
            int(last),
            int(start) if start else None,
            int(end) if end else None,
            facts.literal(clause, GOV.sliceDigest),
            tuple(sorted(marks)),
        )


def pin(data: Path, sources: Path) -> dict[Path, int]:
    """Write offsets and digests of every clause to `pins.ttl` beside the clauses.

    Parameters
    ----------
    data : a data folder.
    sources : the folder with the documents.

    Returns
    -------
    Number of clauses pinned, by file written. A file is replaced whole or not at all.

    Raises
    ------
    BadInput : a document is missing or has fewer lines; nothing is written.
    """
    written: dict[Path, str] = {}
    counts: dict[Path, int] = {}
    for folder, pins in pinned(data).items():
        if pins:
            lines = [_as_turtle(found, _text(sources, found.file)) for found in pins]
            counts[folder / PINS] = len(pins)
            written[folder / PINS] = "\n".join([_HEAD, *lines])
    for file, content in written.items():
        partial = file.with_suffix(".part")
        partial.write_text(content, encoding="utf-8")
        partial.replace(file)
    return counts


_HEAD = f"""# Where each clause stands in its document. Written by: govgraph sources pin
@prefix gov: <{DEF}> .
"""


def _as_turtle(found: Pin, text: str) -> str:
    start, end = _offsets(found, text)
    digest = hashlib.sha256(text[start:end].encode()).hexdigest()
    return f'<{found.clause}> gov:charStart {start} ; gov:charEnd {end} ; gov:sliceDigest "{digest}" .\n'


def _offsets(found: Pin, text: str) -> tuple[int, int]:
    lines = text.split("\n")
    if not 1 <= found.first <= found.last <= len(lines):
        raise BadInput(
            f"clause {found.number} is said to stand in lines {found.first} to {found.last} of {found.file},"
            f" which has {len(lines)} lines",
            "Mend gov:lineStart and gov:lineEnd.",
        )
    start = sum(len(line) + 1 for line in lines[: found.first - 1])
    passage = "\n".join(lines[found.first - 1 : found.last])
    cuts = [place for mark in found.marks if (place := passage.find(mark)) > 0]
    return start, start + len(passage[: min(cuts, default=len(passage))].rstrip())


def _text(sources: Path, file: str) -> str:
    try:
        return (sources / file).read_bytes().decode("utf-8").replace("\r\n", "\n")
    except OSError:
        raise BadInput(
            f"{sources / file} is not there", "Name the folder with the documents: --sources or GOVGRAPH_SOURCES."
        ) from None


def passage(sources: Path, file: str, start: int, end: int, digest: str) -> str:
    """The words of one clause from the reader's own copy; nothing where they are not what was pinned.

    Parameters
    ----------
    sources : the folder with the documents.
    file : name of the document, without a folder.
    start, end, digest : as pinned.

    Raises
    ------
    BadInput : the document is not there.
    """
    if Path(file).name != file:
        return ""
    found = _text(sources, file)[start:end]
    return found if hashlib.sha256(found.encode()).hexdigest() == digest else ""


def verify(data: Path, sources: Path) -> list[Verdict]:
    """Compare every pin with the documents.

    Returns
    -------
    One verdict for each clause, in the order of the data; the passage where it was found.
    """
    texts: dict[str, str | None] = {}
    verdicts: dict[str, Verdict] = {}
    for pins in pinned(data).values():
        for found in pins:
            if found.file not in texts:
                try:
                    texts[found.file] = _text(sources, found.file)
                except BadInput:
                    texts[found.file] = None
            verdicts.setdefault(found.clause, _verdict(found, texts[found.file]))
    return list(verdicts.values())


def _verdict(found: Pin, text: str | None) -> Verdict:
    if text is None:
        return Verdict(found, "no document")
    if found.start is None or found.end is None or not found.digest:
        return Verdict(found, "not pinned")
    passage = text[found.start : found.end]
    if hashlib.sha256(passage.encode()).hexdigest() == found.digest:
        return Verdict(found, "holds", passage)
    length = found.end - found.start
    for line_start in _line_starts(text):
        moved = text[line_start : line_start + length]
        if hashlib.sha256(moved.encode()).hexdigest() == found.digest:
            return Verdict(found, "moved", moved)
    return Verdict(found, "changed")


def _line_starts(text: str) -> Iterator[int]:
    position = 0
    for line in text.split("\n"):
        yield position
        position += len(line) + 1
