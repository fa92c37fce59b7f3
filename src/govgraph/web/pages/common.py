"""What several pages need: the site behind a request, labels, clauses of statements, and table cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from govgraph.limits import LIMITS
from govgraph.questions.table import Table
from govgraph.store.base import Request as Query
from govgraph.web.links import href
from govgraph.web.render import page
from govgraph.web.state import Site

__all__ = [
    "QUOTING",
    "UNKEPT",
    "Cell",
    "Clauses",
    "cells",
    "clauses_of",
    "columns",
    "labels_of",
    "show",
    "site_of",
    "text_of",
]  # fmt: skip

_AT_ONCE = 300  # things named in one query
_CITING = (
    "line", "rule", "responsibility", "seat", "relation", "service", "contribution", "fundRole", "servicing",
    "representation", "holding", "action", "signOff", "item", "succession", "fact", "portfolio", "group", "post",
)  # fmt: skip

Clauses = Mapping[str, Sequence[tuple[str, str]]]
"""For each statement the number and address of its clauses."""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: texts, each with an address or none."""

    parts: Sequence[tuple[str, str]]


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site


async def show(request: Request, template: str, **values: Any) -> Response:
    """A page with what its header and footer say."""
    site = site_of(request)
    values.setdefault("generation", site.latest.number)
    if values.get("unread"):
        values["headers"] = {**values.get("headers", {}), **UNKEPT}
    return page(request, template, licence=await site.licence(), **values)


UNKEPT = {"Cache-Control": "no-store"}
"""Headers of what lacks findings that are not known yet, though they are of the same generation."""


QUOTING = {"Cache-Control": "private, no-cache"}
"""Headers of a page that may show the words of documents: the operator's copy may come, change and go at any time."""


def text_of(request: Request, name: str) -> str:
    """A parameter of the address, cut to a bounded length."""
    return request.query_params.get(name, "").strip()[: LIMITS.name_characters]


def _values(iris: Sequence[str]) -> str:
    return " ".join(f"<{iri}>" for iri in iris)


def _in_parts(iris: Iterable[str]) -> list[list[str]]:
    unique = list(dict.fromkeys(iris))
    return [unique[start : start + _AT_ONCE] for start in range(0, len(unique), _AT_ONCE)]


async def labels_of(site: Site, iris: Iterable[str]) -> dict[str, str]:
    """Labels of things and terms, in whatever graph they stand; the IRIs come from the store."""
    query = """
SELECT DISTINCT ?thing ?label WHERE {{
  VALUES ?thing {{ {} }}
  {{ ?thing skos:prefLabel|dct:title ?label }} UNION {{ GRAPH ?graph {{ ?thing skos:prefLabel|dct:title ?label }} }}
}}"""
    tables = await site.tables(*(Query(query.format(_values(part))) for part in _in_parts(iris)))
    labels: dict[str, str] = {}
    for row in (row for table in tables for row in table.rows):
        labels.setdefault(row["thing"], str(row["label"]))
    return labels


async def clauses_of(site: Site, statements: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """The clauses that statements rest on, in reading order; the IRIs come from the store."""
    query = """
SELECT DISTINCT ?statement ?clause ?number ?line WHERE {{
  VALUES ?statement {{ {} }}
  ?statement gov:basis|gov:inferredFrom ?clause .
  ?clause eli:number ?number .
  OPTIONAL {{ ?clause gov:lineStart ?line }}
}} ORDER BY ?statement ?line ?number"""
    tables = await site.tables(*(Query(query.format(_values(part))) for part in _in_parts(statements)))
    clauses: dict[str, list[tuple[str, str]]] = {}
    for row in (row for table in tables for row in table.rows):
        clauses.setdefault(row["statement"], []).append((str(row["number"]), href(row["clause"])))
    return clauses


async def cells(site: Site, table: Table, without: Sequence[str] = ()) -> list[list[Cell]]:
    """Rows of an answer as cells with links: things to their pages, clause numbers to their clauses.

    Parameters
    ----------
    without : columns that are left out.
    """
    citing = next((name for name in _CITING if name in table.columns), "")
    clauses = {}
    if citing and "clause" in table.columns:
        clauses = await clauses_of(site, (row[citing]["value"] for row in table.terms if citing in row))
    return [
        [_cell(table, row, name, clauses.get(row[citing]["value"], []) if citing in row else []) for name in shown]
        for shown in [columns(table, without)]
        for row in table.terms
    ]


def columns(table: Table, without: Sequence[str] = ()) -> list[str]:
    """The columns that a page shows; "source" leads to the line where no other column does."""
    shown = [name for name in table.shown if name not in (*without, "line", "order")]
    return [*shown, "source"] if "line" in table.columns and "lineLabel" not in shown else shown


def _cell(table: Table, row: Any, name: str, clauses: Sequence[tuple[str, str]]) -> Cell:
    if name == "source":
        return Cell([("source", href(row["line"]["value"]))] if "line" in row else [])
    if name == "clause" and clauses:
        return Cell(clauses)
    thing = row.get(name.removesuffix("Label")) if name.endswith("Label") else row.get(name)
    address = href(thing["value"]) if thing and thing["type"] == "uri" else ""
    return Cell([(table.cell(row, name), address)])
