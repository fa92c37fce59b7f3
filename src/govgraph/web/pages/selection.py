"""Which lines a chart shows: their modes, a day, and a version of a document; asked for in the address."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from govgraph.errors import BadInput
from govgraph.knowledge.periods import day_of
from govgraph.limits import LIMITS
from govgraph.namespaces import GRAPH
from govgraph.rdf.terms import iri
from govgraph.store.base import Request as Query
from govgraph.web.state import Site

__all__ = ["LINES", "Selection", "above", "lines_of", "selection_of", "too_many"]

LINES = """
SELECT ?from ?fromLabel ?to ?toLabel ?mode ?strength
       (COALESCE(?cited, GROUP_CONCAT(DISTINCT ?number; separator=", ")) AS ?clause)
       (GROUP_CONCAT(DISTINCT ?matterLabel; separator="; ") AS ?matter) ?begun ?ended ?line
WHERE {
  ?line gov:accountableParty ?from ; gov:accountableTo ?to ; gov:mode ?how ; gov:strength ?sure .
  FILTER EXISTS { ?line a gov:AccountabilityLine }
  ?how skos:prefLabel ?mode ; skos:notation ?modeOrder .
  ?sure skos:prefLabel ?strength ; skos:notation ?strengthOrder .
  ?from skos:prefLabel ?fromLabel .
  ?to skos:prefLabel ?toLabel .
  FILTER(?from != ?to)
  OPTIONAL { ?line dct:bibliographicCitation ?cited }
  OPTIONAL { ?line gov:basis|gov:inferredFrom ?place OPTIONAL { ?place eli:number ?number } }
  OPTIONAL { ?line gov:isPrimary ?stated }
  OPTIONAL { ?line gov:validFrom ?begun }
  OPTIONAL { ?line gov:validUntil ?ended }
  OPTIONAL { ?line gov:forMatter ?about OPTIONAL { ?about skos:prefLabel ?matterLabel } }
  BIND(COALESCE(?stated, false) AS ?primary)
}
GROUP BY ?from ?fromLabel ?to ?toLabel ?mode ?strength ?cited ?begun ?ended ?line ?primary ?modeOrder ?strengthOrder
ORDER BY ?fromLabel ?from ?toLabel ?to DESC(?primary) ?strengthOrder ?modeOrder ?clause ?line
"""
_REACHED = "SELECT DISTINCT ?start ?party WHERE { ?start (^gov:accountableParty/gov:accountableTo)+ ?party }"
_SOME = "SELECT ?line WHERE {{ ?line gov:accountableParty ?from ; gov:accountableTo ?to }} LIMIT {}"
_MODES = """
SELECT DISTINCT ?mode ?label ?carries ?definition WHERE {
  ?mode gov:carriesAccountability ?carries ; skos:prefLabel ?label ; skos:notation ?order .
  OPTIONAL { ?mode skos:definition ?definition }
} ORDER BY ?order ?label
"""
_VERSIONS = f"""
SELECT DISTINCT ?graph ?version ?label WHERE {{
  GRAPH <{GRAPH}catalog> {{ ?graph dct:source ?version }}
  GRAPH ?listed {{ ?version a gov:DocumentVersion ; skos:prefLabel ?label }}
  FILTER EXISTS {{ GRAPH ?graph {{ ?line a gov:AccountabilityLine }} }}
}} ORDER BY ?label
"""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Selection:
    """What a chart was asked to show.

    Parameters
    ----------
    modes : every mode of the code list: label, whether a chain follows it, definition.
    chosen : labels of the modes shown.
    day : the day asked about; None for all lines of the current texts.
    versions : short name, label and graph of each document version that has lines.
    version : short name of the one shown; empty for all current texts.
    """

    modes: Sequence[tuple[str, bool, str]] = ()
    chosen: frozenset[str] = frozenset()
    day: datetime.date | None = None
    versions: Sequence[tuple[str, str, str]] = ()
    version: str = ""
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def plain(self) -> bool:
        """Whether it is what the chart shows when nothing is asked for."""
        usual = {label for label, carries, _ in self.modes if carries}
        return self.chosen == usual and self.day is None and not self.version

    @property
    def carrying(self) -> bool:
        """Whether a chain of accountability may follow every mode shown."""
        return all(carries for label, carries, _ in self.modes if label in self.chosen)

    @property
    def address(self) -> str:
        """The part of an address that asks for it, with its question mark; empty where it is plain."""
        if self.plain:
            return ""
        fields = [("mode", label) for label, *_ in self.modes if label in self.chosen]
        fields += [("as_of", self.day.isoformat())] if self.day else []
        return "?" + urlencode([*fields, *([("version", self.version)] if self.version else [])])


async def selection_of(site: Site, request: Request) -> Selection:
    """Read the address of a chart.

    Raises
    ------
    BadInput : a mode, day or version that there is not.
    """
    modes, versions = await site.tables(Query(_MODES), Query(_VERSIONS))
    known = [(str(row["label"]), bool(row["carries"]), str(row["definition"] or "")) for row in modes.rows]
    held = [(str(row["version"]).rpartition("/")[2], str(row["label"]), str(row["graph"])) for row in versions.rows]
    labels = [label for label, *_ in known]
    asked = [name[: LIMITS.name_characters] for name in request.query_params.getlist("mode")]
    for name in asked:
        if name not in labels:
            raise BadInput(f'there is no mode "{name[:60]}"', f"There are: {', '.join(labels) or 'none'}.")
    version = request.query_params.get("version", "")[: LIMITS.name_characters]
    if version and version not in [name for name, *_ in held]:
        offered = ", ".join(name for name, *_ in held) or "none"
        raise BadInput(f'no version "{version[:60]}" has lines', f"There are: {offered}.")
    text = request.query_params.get("as_of", "").strip()[:40]
    day = day_of(text) if text else None
    notes = []
    if day:
        notes.append(
            f"As of {day.day} {day:%B %Y}: lines that say they had not begun or had ended are left out,"
            " undated ones are kept and say so in the table."
        )
    notes += [f"Only what one document states: {label}." for name, label, _ in held if name == version]
    chosen = frozenset(asked) or frozenset(label for label, carries, _ in known if carries)
    return Selection(known, chosen, day, held, version, tuple(notes))


async def too_many(site: Site, wanted: Selection) -> bool:
    """Whether there are more lines than a chart of everybody can show."""
    most = site.limits.chart_lines
    [table] = await site.tables(Query(_SOME.format(most + 1), default_graphs=_graphs(wanted)))
    return len(table.rows) > most


def _graphs(wanted: Selection) -> tuple[str, ...]:
    """Where the lines are read; none is the merged facts."""
    if not wanted.version:
        return ()
    own = next(graph for name, _, graph in wanted.versions if name == wanted.version)
    return own, GRAPH + "ontology"


async def lines_of(site: Site, wanted: Selection, start: str = "") -> list[Row]:
    """The lines of a selection in rows like those of ``ultimately-accountable-to``.

    Parameters
    ----------
    start : IRI of the party that the lines are followed from; empty for all lines.
    """
    graphs, text = _graphs(wanted), LINES
    if start:
        [reached] = await site.tables(Query(_REACHED, {"start": iri(start)}, default_graphs=graphs))
        parties = " ".join(
            f"<{party}>" for party in dict.fromkeys([start, *(str(row["party"]) for row in reached.rows)])
        )
        text = LINES.replace("WHERE {", f"WHERE {{\n  VALUES ?from {{ {parties} }}", 1)
    [table] = await site.tables(Query(text, default_graphs=graphs))
    rows = [row for row in table.rows if row["mode"] in wanted.chosen and _stood(row, wanted.day)]
    answering = {row["from"] for row in rows}
    undated = wanted.day is not None
    return [
        {**row, "end": row["to"] not in answering, "undated": undated and not (row["begun"] or row["ended"])}
        for row in rows
    ]


def _stood(row: Row, day: datetime.date | None) -> bool:
    """Whether a line was valid on a day; its period takes in the first day and leaves out the last."""
    if day is None:
        return True
    begun, ended = (str(row[name] or "")[:10] for name in ("begun", "ended"))
    return begun <= day.isoformat() and (not ended or day.isoformat() < ended)


def above(rows: Iterable[Row], body: str) -> list[Row]:
    """The lines that can be reached upwards from a party, nearest first.

    >>> rows = [{"from": "b", "to": "c"}, {"from": "a", "to": "b"}, {"from": "x", "to": "c"}]
    >>> [row["to"] for row in above(rows, "a")]
    ['b', 'c']
    """
    by_party: dict[str, list[Row]] = {}
    for row in rows:
        by_party.setdefault(row["from"], []).append(row)
    found: list[Row] = []
    waiting, seen = [body], {body}
    for party in waiting:  # grows while it is read
        for row in by_party.get(party, []):
            found.append(row)
            if row["to"] not in seen:
                seen.add(row["to"])
                waiting.append(row["to"])
    return found
