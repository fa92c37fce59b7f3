"""The tables of the scale bench, and their place in a document."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.measure import table
from bench.scaling.peers import COMPARED, MOST, Times

__all__ = ["Size", "put_into", "tables"]

START, END = "<!-- tables: printed by python -m bench scale -->", "<!-- end of tables -->"


@dataclass
class Size:
    """What was measured of a nation.

    Parameters
    ----------
    figures : by what was measured.
    asked : by question and parameter, or by question: ms and rows.
    pages : by kind of page: ms, or why there are none.
    peers : by peer: the same by question.
    """

    councils: int
    figures: dict[str, float] = field(default_factory=dict)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    pages: Times = field(default_factory=dict)
    peers: dict[str, Times] = field(default_factory=dict)


def tables(sizes: Sequence[Size], whole: float) -> str:
    """All tables in Markdown, a column for each size.

    Parameters
    ----------
    whole : seconds after which a question about everything was given up.
    """
    heading = [f"{one.councils:,} councils" for one in sizes]
    names = dict.fromkeys(name for one in sizes for name in one.figures)
    parts = [table(["", *heading], [[name, *(_number(one.figures.get(name)) for one in sizes)] for name in names])]
    wide = [part for one in sizes for part in (f"{one.councils:,}: ms", "rows", "growth")]
    for title, parameter in (("one thing", True), ("everything", False)):
        asked = dict.fromkeys(name for one in sizes for name in one.asked if (" " in name) == parameter)
        if asked:
            parts.append(table([f"a question about {title}", *wide], [_grown(sizes, name) for name in asked]))
    pages = dict.fromkeys(page for one in sizes for page in one.pages)
    parts.append(
        table(
            ["a page, asked for the first time: ms", *heading],
            [[page, *(_number(one.pages.get(page)) for one in sizes)] for page in pages],
        )
    )
    peers = dict.fromkeys(peer for one in sizes for peer in one.peers)
    of_peers = dict.fromkeys((*COMPARED, *(name for one in sizes for peer in one.peers.values() for name in peer)))
    rows = [
        [f"{name}, {peer}", *(_number(one.peers.get(peer, {}).get(name)) for one in sizes)]
        for name in of_peers
        for peer in peers
    ]
    parts.append(table(["a question about one body, peer: ms", *heading], rows))
    return "\n\n".join((_measured_with(whole), *parts))


def put_into(document: Path, text: str) -> None:
    """Put the tables in the place of those that a document has.

    Raises
    ------
    ValueError : the document has no place for them.
    """
    before, found, rest = document.read_text(encoding="utf-8").partition(START)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"{document} has no lines {START} and {END}")
    document.write_text(f"{before}{START}\n{text}\n\n{END}{after}", encoding="utf-8")


def _measured_with(whole: float) -> str:
    packages = ("pyoxigraph", "oxigraph", "rdflib")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}. Given up: a question about one thing"
        f" after {MOST:g} s, one about everything after {whole:g} s."
    )


def _grown(sizes: Sequence[Size], name: str) -> list[str]:
    """A question's time, rows and growth; the growth that its answer does not explain is marked."""
    cells, before = [name], None
    for one in sizes:
        now = one.asked.get(name)
        grown = ""
        if now and now["ms"] and before and before["ms"]:
            factor, answer = now["ms"] / before["ms"], max(now["rows"], 1) / max(before["rows"], 1)
            grown = f"{factor:.1f}{' !' if factor > 2 * answer and now['ms'] > 5 else ''}"
        cells += [_number(now["ms"] or "given up") if now else "", _number(now["rows"]) if now else "", grown]
        before = now
    return cells


def _number(value: float | str | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return (
        f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")
    )
