"""Charts: of one body and of the whole partnership, as a page, as a drawing and as data."""

import csv
import io
import json
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import AnswerTooLarge, BadInput
from govgraph.store.names import Named
from govgraph.web.links import iri_of
from govgraph.web.pages.charts import Charted, charted, charted_network, charted_rows, party_of
from govgraph.web.pages.common import show, site_of
from govgraph.web.pages.selection import Row, Selection, above, lines_of, selection_of, too_many
from govgraph.web.problems import problem_of
from govgraph.web.reading import conditional
from govgraph.web.sparql import OPEN, content_type
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_COLUMNS = ("from", "fromLabel", "to", "toLabel", "mode", "strength", "clause", "matter", "begun", "ended", "line")
_FORMS = {"svg": "image/svg+xml", "json": "application/json", "csv": "text/csv"}


async def whole(request: Request) -> Response:
    """The whole partnership."""
    return await _page(request, None)


async def whole_file(request: Request) -> Response:
    """The whole partnership as a drawing or as data."""
    return await _file(request, None, request.url.path.rpartition(".")[2])


async def one(request: Request) -> Response:
    """The chain of one body, or its file where the address ends in .svg, .json or .csv."""
    site, path = site_of(request), request.path_params["path"]
    stem, _, ending = path.rpartition(".")
    if ending in _FORMS and stem:
        return await _file(request, await party_of(site, iri_of(stem)), ending)
    return await _page(request, await party_of(site, iri_of(path)))


async def _page(request: Request, body: Named | None) -> Response:
    """The chart with its form; a form that asks for what there is not says so above the plain chart."""
    site, problem = site_of(request), None
    try:
        wanted = await selection_of(site, request)
    except BadInput as error:
        problem = problem_of(error)
        wanted = await selection_of(site, Request({**request.scope, "query_string": b""}))
    if body is None and await too_many(site, wanted):
        return await show(
            request,
            "chart_many.html",
            status=problem["status"] if problem else 200,
            wanted=wanted,
            most=site.limits.chart_lines,
            problem=problem,
        )
    chart = await _chart(site, body, wanted)
    return await show(
        request,
        "chart.html",
        status=problem["status"] if problem else 200,
        scripts=["chart.js"],
        body=body,
        chart=chart,
        wanted=wanted,
        problem=problem,
    )


async def _chart(site: Site, body: Named | None, wanted: Selection) -> Charted:
    if wanted.plain:
        return await charted(site, body) if body else await charted_network(site)
    return await charted_rows(site, await _rows(site, body, wanted), body, wanted.notes, wanted.carrying)


async def _rows(site: Site, body: Named | None, wanted: Selection) -> list[Row]:
    if body is None:
        return await lines_of(site, wanted)
    return above(await lines_of(site, wanted, body.iri), body.iri)


async def _file(request: Request, body: Named | None, ending: str) -> Response:
    site = site_of(request)
    wanted = await selection_of(site, request)
    number = site.latest.number
    if ending == "svg":
        if body is None and await too_many(site, wanted):
            raise AnswerTooLarge(
                f"there are more than {site.limits.chart_lines:,} lines, too many for one drawing",
                "Draw one body's: /chart/… ; or take the lines as data: /chart.csv",
            )
        content = (await _chart(site, body, wanted)).alone
    else:
        rows = await _rows(site, body, wanted)
        content = _as_json(rows, number, body, wanted) if ending == "json" else _as_csv(rows)
    headers = {
        "Content-Type": content_type(_FORMS[ending]),
        "Govgraph-Generation": str(number),
        "Govgraph-Complete": "true",
        "Cache-Control": "no-cache",
        **OPEN,
    }
    return conditional(request, content.encode(), headers)


def _as_json(rows: list[Row], generation: int, body: Named | None, wanted: Selection) -> str:
    told: dict[str, Any] = {
        "generation": generation,
        "body": body.iri if body else None,
        "modes": sorted(wanted.chosen),
        "as_of": wanted.day.isoformat() if wanted.day else None,
        "version": wanted.version or None,
        "notes": list(wanted.notes),
        "rows": [{name: row[name] for name in (*_COLUMNS, "end", "undated")} for row in rows],
    }
    return json.dumps(told, indent=2, ensure_ascii=False, default=str)


def _as_csv(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*_COLUMNS, "end", "undated"])
    writer.writerows([[row[name] for name in _COLUMNS] + [row["end"], row["undated"]] for row in rows])
    return text.getvalue()


router.add_route("/chart", whole, include_in_schema=False)
for _ending in _FORMS:
    router.add_route(f"/chart.{_ending}", whole_file, include_in_schema=False)
router.add_route("/chart/{path:path}", one, include_in_schema=False)
