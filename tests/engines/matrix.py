"""What of govgraph each engine does itself, found by doing it: the table that docs/engines.md holds."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from govgraph.graph import Graph
from govgraph.questions.library import find, library
from govgraph.questions.table import Table
from govgraph.store.base import DATASET_TYPES, Request
from govgraph.store.endpoint import Endpoint
from govgraph.store.engines import Engine
from govgraph.store.engines.halves import halves_of
from govgraph.store.remote_generations import RemoteGenerations
from govgraph.web.linked_data import DESCRIPTION

__all__ = ["BEGIN", "END", "PAGE", "ROWS", "Compared", "Matrix"]

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"
BEGIN, END = "<!-- the matrix, written by its test: begin -->", "<!-- end of the matrix -->"
NATIVE, PATTERN, FETCHED, COPIED = "native", "pattern there, rest here", "fetched", "on a copy"
AROUND, WHOLE = "around what it names", "statements of the endpoint"  # in the notes of an answer that was made here
EXPECTED = Path(__file__).parents[1] / "queries"
BODY, BOARD = "Safer Harrow Management Group", "https://w3id.org/govgraph/id/harrow/body/partnership-board"


@dataclass(frozen=True)
class Compared:
    """What an engine answered, beside what the embedded store answers.

    Parameters
    ----------
    cell : how the engine came by it.
    """

    cell: str
    embedded: Any
    elsewhere: Any


class _Watched(Engine):
    """An adapter that remembers how queries were answered; `notes` are what the answers themselves say of it."""

    def __init__(self) -> None:
        self.ways: set[str] = set()
        self.reasons: set[str] = set()
        self.notes: set[str] = set()

    @classmethod
    def of(cls, inner: Engine) -> "_Watched":
        """One that does in everything what the given adapter does."""
        watched = type(cls.__name__, (cls, type(inner)), {})()
        assert isinstance(watched, cls)
        return watched

    def must_fetch(self, text: str) -> str:
        reason = super().must_fetch(text)
        self._note(reason, self._way(text) if not reason else "")
        return reason

    def gives_up(self, message: str) -> str:
        reason = super().gives_up(message)
        self._note(reason, f"refused: {message}")
        return reason

    def _note(self, reason: str, way: str) -> None:
        if reason:
            self.reasons.add(reason)
        else:
            self.ways.add(way)

    def _way(self, text: str) -> str:
        return NATIVE if self.rewrite(text) == text or halves_of(text).whole else PATTERN

    @property
    def cell(self) -> str:
        """How, in a few words: if anything was fetched, that; else whether anything was left to be done here."""
        if len(self.reasons) > 2:
            return f"{FETCHED} for some of its queries"
        if self.reasons:
            told = " ".join(self.notes)
            how = f"{FETCHED} {AROUND}" if AROUND in told else FETCHED
            how += ", if it names something" if AROUND in told and WHOLE in told else ""
            return f"{how}: {'; '.join(sorted(self.reasons))}"
        refused = [way for way in self.ways if way.startswith("refused")]
        return "; ".join(refused) or (PATTERN if PATTERN in self.ways else NATIVE)


def _cases(question: str) -> list[dict[str, str]]:
    """What a question is asked with: nothing, where it may be; its examples; and what its expected rows are for."""
    parameters = find(question).parameters
    cases: list[dict[str, str]] = [] if any(parameter.required for parameter in parameters) else [{}]
    if parameters:
        cases.append({parameter.name: parameter.example for parameter in parameters})
    for file in sorted([*EXPECTED.glob(f"{question}.expected.csv"), *EXPECTED.glob(f"{question}~*.expected.csv")]):
        given = dict(re.findall(r"^# (\w+): (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE))
        if given not in cases:
            cases.append(given)
    return cases


def _rows(table: Table) -> list[dict[str, Any]]:
    """Rows in order. The parts of a joined text are a set: SPARQL gives them no order (§18.5.1.7)."""
    joined: dict[str, str] = {}
    if table.question:
        text = find(table.question).text
        joined = {name: sign for sign, name in re.findall(r'separator="([^"]*)"\) AS \?(\w+)', text)}
    return [
        {name: sorted(term["value"].split(joined[name])) if name in joined else term for name, term in row.items()}
        for row in table.terms
    ]


def _asked(question: str, notes: set[str]) -> Callable[[Graph], Any]:
    def ask(graph: Graph) -> Any:
        tables = [graph.ask(question, **case) for case in _cases(question)]
        notes.update(note for table in tables for note in table.notes)
        return [_rows(table) for table in tables]

    return ask


def _statements(graph: Graph, request: Request) -> list[str]:
    return sorted(graph.answer(request).body.decode().splitlines())


def _page(graph: Graph) -> list[str]:
    thing = {"thing": {"type": "uri", "value": BOARD}}
    return _statements(graph, Request(DESCRIPTION, thing, ("application/n-triples",)))


def _findings(graph: Graph) -> list[tuple[str, ...]]:
    found = graph.validate().findings
    return sorted((each.rule, str(each.focus), each.severity, each.message, *each.clauses) for each in found)


FEATURES: Mapping[str, Callable[[Graph], Any]] = {
    "the review (`govgraph validate`)": _findings,
    "the data of a page": _page,
    "`DESCRIBE` of a thing": lambda graph: sorted(graph.construct(f"DESCRIBE <{BOARD}>").splitlines()),
    "`describe`": lambda graph: graph.describe(BODY).rows,
    "`decide`": lambda graph: graph.decide(kind="revenue spend", amount=600_000).decider,
    "`deadlines`": lambda graph: graph.deadlines("notice", "2024-02-19"),
    "`options` of a parameter": lambda graph: graph.options("on-theme", "theme"),
    "`search`": lambda graph: graph.search("health board"),
    "`to_networkx`": lambda graph: sorted(map(str, graph.to_networkx().edges(data=True))),
    "an unknown word: remarks": lambda graph: graph.select("SELECT * WHERE { ?s gov:answerTo ?o }").notes,
}
"""What is more than a question, each as what is to be equal on every engine."""

ON_A_COPY: Mapping[str, Callable[[Graph], Any]] = {
    "a day of the past (`--as-of`)": lambda graph: _rows(graph.at("2011-04-17").ask("who-chairs")),
    "a version of a document (`--version`)": lambda graph: _rows(
        graph.at(version="handbook-earlier").ask("answers-to", body=BODY)
    ),
    "`ends` on a day": lambda graph: graph.ends("2024-02-15").rows,
    "`whatif`": lambda graph: [str(effect) for effect in graph.whatif(remove=[BOARD]).effects],
    "a dump of everything": lambda graph: _statements(graph, Request("", accept=DATASET_TYPES[1:], whole=True)),
}
"""What reads all of a graph, or much of it, and so a copy of an endpoint's."""

ROWS: Sequence[str] = [*library(), *FEATURES, *ON_A_COPY]
"""What each engine is tried with: the saved questions by id, then the features."""


class Matrix:
    """Runs each row on each engine once, when it is asked for.

    Parameters
    ----------
    embedded : the packaged graph in the embedded store.
    endpoints : gives an engine's endpoint that holds the same graph.
    caches : an empty folder for what is kept of the endpoints.
    """

    def __init__(self, embedded: Graph, endpoints: Callable[[str], Endpoint], caches: Path) -> None:
        self._embedded = embedded
        self._endpoints = endpoints
        self._caches = caches
        self.compared = cache(self._compare)
        self._expected = cache(self._answer_here)

    def _answer_here(self, row: str) -> Any:
        return self._run(row, set())(self._embedded)

    def _compare(self, row: str, engine: str) -> Compared:
        with pytest.MonkeyPatch.context() as patch:
            # A copy that one row leaves on disk would answer the others.
            patch.setenv("XDG_CACHE_HOME", str(self._caches / (COPIED if row in ON_A_COPY else FETCHED)))
            watched, graph = self._open(engine)  # for each row: what one fetches may be enough for the next
            elsewhere = self._run(row, watched.notes)(graph)
        return Compared(COPIED if row in ON_A_COPY else watched.cell, self._expected(row), elsewhere)

    def _open(self, engine: str) -> tuple[_Watched, Graph]:
        endpoint = self._endpoints(engine)
        watched = _Watched.of(endpoint.engine)
        graph = Graph(RemoteGenerations(Endpoint(endpoint.url, engine=watched)).latest())
        graph.select("SELECT * WHERE { ?s gov:answerTo ?o }")  # what is looked up once is no part of a row
        graph.search("board")
        watched.ways.clear()
        watched.reasons.clear()
        return watched, graph

    def _run(self, row: str, notes: set[str]) -> Callable[[Graph], Any]:
        return FEATURES.get(row) or ON_A_COPY.get(row) or _asked(row, notes)

    def written(self, engines: Mapping[str, str]) -> str:
        """The table as it stands in the docs; `engines` gives the heading of each."""
        lines = [f"| | embedded | {' | '.join(engines.values())} |", "|---" * (2 + len(engines)) + "|"]
        for row in ROWS:
            cells = [self.compared(row, engine).cell.replace("|", "\\|") for engine in engines]
            lines.append(f"| {row} | {' | '.join([NATIVE, *cells])} |")
        return "\n".join(lines)


def in_the_docs() -> str:
    """The table that the docs hold."""
    text = PAGE.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


def write_into_the_docs(table: str) -> None:
    """Put a table in the place of the one that the docs hold."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    PAGE.write_text(f"{before}\n\n{table}\n\n{after}", encoding="utf-8")


def told(value: Any) -> str:
    """A value for a failing test, cut to a length that can be read."""
    return json.dumps(value, default=str, ensure_ascii=False)[:2000]
