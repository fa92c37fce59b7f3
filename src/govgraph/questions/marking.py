"""Mark in an answer from a snapshot what is undated, and say what was left out.

A row is undated where a statement that it names does not say when it held. Its statements are the
lines, holdings and portfolios that it names; if there are none, what else in it rests on a clause;
if there is none of that either, the parties.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyoxigraph as ox

from govgraph.accountability.chain import silence
from govgraph.knowledge.facts import GOV, RDF_TYPE, statements
from govgraph.knowledge.periods import DATES, Period, periods
from govgraph.knowledge.snapshot import Snapshot
from govgraph.knowledge.standing import KINDS
from govgraph.questions.table import Table
from govgraph.rdf.terms import JsonTerm, literal

__all__ = ["marked", "of_the_whole"]

_STATED = {GOV.basis, GOV.inferredFrom, *DATES}


@dataclass(frozen=True)
class _Mark:
    """How a statement that a row names is dated; a lower rank counts before a higher one."""

    rank: int
    noun: str
    undated: bool
    seen: bool


def marked(table: Table, snapshot: Snapshot, terms: Mapping[str, JsonTerm], text: str) -> Table:
    """The answer with a column "undated", and with notes on what the snapshot holds.

    Parameters
    ----------
    table : answer to a saved question, from the snapshot.
    terms : what the question's parameters were bound to.
    text : the question's SPARQL.
    """
    asked = {name: term["value"] for name, term in terms.items() if term["type"] == "uri"}
    missing = [name for name, iri in asked.items() if not snapshot.holds(iri)]
    if missing:
        notes = [f"{snapshot.when}: {table.parameters[name]} is not in the graph" for name in missing]
    elif len(table):
        notes = list(table.notes)
    else:
        notes = _of_silence(table, snapshot, asked)
        if "version" in snapshot.parameters and re.search(r"\bGRAPH\b", text):
            notes.append("this question compares graphs, but a version stands alone: try govgraph diff --versions")
    if snapshot.day:
        table, counted = _with_column(table, snapshot)
        notes += counted
    return replace(table, parameters={**table.parameters, **snapshot.parameters}, notes=[*notes, *snapshot.notes])


def _of_silence(table: Table, snapshot: Snapshot, asked: Mapping[str, str]) -> list[str]:
    """Where nothing was found: the text may well say more than the snapshot holds."""
    notes = list(table.notes)
    for name, iri in asked.items():
        label = table.parameters[name]
        if silence(label) in notes:
            said = f"{snapshot.when}: no line says to whom {label} answers"
            if snapshot.day and (count := snapshot.lines_left_out(iri)):
                said += f"; lines of it that are left out: {count}"
            notes[notes.index(silence(label))] = said
    return notes


def of_the_whole(snapshot: Snapshot) -> list[str]:
    """How many statements of the whole snapshot are undated, for answers to a query of one's own."""
    if snapshot.day is None:
        return list(snapshot.notes)
    notes: dict[str, list[_Mark]] = {}
    for kind, noun in KINDS.items():
        for subject, _, _ in statements(snapshot.store.quads_for_pattern(None, RDF_TYPE, kind, ox.DefaultGraph())):
            if mark := _mark(snapshot, subject.value):
                notes.setdefault(noun, []).append(mark)
    return [_in_words(snapshot, noun, marks) for noun, marks in notes.items()] + list(snapshot.notes)


def _with_column(table: Table, snapshot: Snapshot) -> tuple[Table, list[str]]:
    """The table with its column "undated", and how many lines, holdings and portfolios, else rows, are so."""
    marks: dict[str, _Mark | None] = {}
    judged: dict[str, _Mark] = {}
    terms = []
    for number, row in enumerate(table.terms):
        named = [cell["value"] for cell in row.values() if cell["type"] == "uri"]
        marks |= {iri: _mark(snapshot, iri) for iri in named if iri not in marks}
        found = {iri: mark for iri in named if (mark := marks[iri])}
        rank = min((mark.rank for mark in found.values()), default=0)
        own = {iri: mark for iri, mark in found.items() if mark.rank == rank}
        if not own:
            terms.append(row)
            continue
        undated = any(mark.undated for mark in own.values())
        terms.append({**row, "undated": literal(str(undated).lower(), "boolean")})
        judged |= own if rank == 0 else {str(number): _Mark(rank, "rows", undated, False)}
    nouns = dict.fromkeys(mark.noun for mark in judged.values())
    notes = [_in_words(snapshot, noun, [m for m in judged.values() if m.noun == noun]) for noun in nouns]
    return replace(table, columns=[*table.columns, "undated"], terms=terms), notes


def _mark(snapshot: Snapshot, iri: str) -> _Mark | None:
    """How a thing is dated; None where it is no statement, such as a term, a clause or a document."""
    assert snapshot.day
    node = ox.NamedNode(iri)
    about = snapshot.about(iri)
    if not _STATED & {predicate for predicate, _ in about.properties(node)}:
        return None
    kinds = about.objects(node, RDF_TYPE)
    noun = next((KINDS[kind] for kind in kinds if kind in KINDS), "")
    period = periods(about).get(node, Period())
    rank = 0 if noun else 2 if GOV.Party in kinds else 1
    return _Mark(rank, noun, period.holds(snapshot.day) is None, bool(period.seen))


def _in_words(snapshot: Snapshot, noun: str, marks: list[_Mark]) -> str:
    undated = [mark for mark in marks if mark.undated]
    if not undated:
        return f"{snapshot.when}: {noun} that held: {len(marks)}, each of them dated"
    are = "is undated and was" if len(undated) == 1 else "are undated and were"
    said = f"{snapshot.when}: {len(undated)} of {len(marks)} {noun} {are} kept"
    elsewhen = sum(mark.seen for mark in undated)
    return said + (f" ({elsewhen} of them shown by a document on another day only)" if elsewhen else "")
