"""The UK register of councils: a summary by type and nation, a list to filter, and who succeeded whom."""

import csv
import datetime
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.questions.library import find
from govgraph.store.base import Request as Query
from govgraph.web.council_map import Mark, draw_map
from govgraph.web.links import query_link
from govgraph.web.pages.common import show, site_of, text_of
from govgraph.web.reading import conditional
from govgraph.web.render import drawing
from govgraph.web.sparql import OPEN, content_type
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_PAGE = 60  # councils shown at one time
_SOURCE = """
SELECT DISTINCT ?source ?label ?creator ?place ?licence WHERE {
  ?council gov:councilType ?type ; dct:source ?source .
  ?source skos:prefLabel ?label .
  OPTIONAL { ?source dct:creator ?creator }
  OPTIONAL { ?source dct:source ?place }
  OPTIONAL { ?source dct:license ?licence }
} ORDER BY ?label
"""
_PLACES = """
SELECT ?council ?latitude ?longitude WHERE {
  ?council gov:councilType ?type ; schema:latitude ?latitude ; schema:longitude ?longitude
}
"""
_SHAPES = {"county": "square", "combined authority": "diamond", "strategic regional authority": "diamond"}
_FILTERS = ("name", "nation", "type", "standing")
_FORMS = {"json": "application/json", "csv": "text/csv"}
_COLUMNS = (
    "council", "name", "code", "gssCode", "type", "nation", "region", "from", "until", "standing", "within",
    "successors", "predecessors", "latitude", "longitude",
)  # fmt: skip

Link = tuple[str, str]
"""IRI and label."""


@dataclass
class Council:
    """One council of the register.

    Parameters
    ----------
    within : the county council and the combined authority in whose area it is.
    begins, ends : dates that the register gives; its last day is for some councils the day after.
    successors, predecessors : with the day of the change.
    place : latitude and longitude of the middle of its area, where the register gives it.
    """

    iri: str
    label: str
    code: str = ""
    gss: str = ""
    kind: str = ""
    nation: str = ""
    region: str = ""
    begins: str = ""
    ends: str = ""
    within: list[Link] = field(default_factory=list)
    successors: list[tuple[Link, str]] = field(default_factory=list)
    predecessors: list[tuple[Link, str]] = field(default_factory=list)
    place: tuple[float, float] | None = None

    def standing(self, today: str) -> str:
        """Whether it is there now, was, or is to come."""
        if self.ends and self.ends <= today:
            return "past"
        return "planned" if self.begins > today else "current"


@dataclass(frozen=True)
class Register:
    """All councils, and the day that "current" is meant for."""

    councils: Sequence[Council]
    changes: Sequence[Mapping[str, Any]]
    today: str

    def matching(self, wanted: Mapping[str, str]) -> list[Council]:
        """The councils that a filter leaves; every word of the name must occur."""
        words = wanted["name"].casefold().split()
        return [
            council
            for council in self.councils
            if all(word in f"{council.label} {council.code} {council.gss}".casefold() for word in words)
            and wanted["nation"] in ("", council.nation)
            and wanted["type"] in ("", council.kind)
            and wanted["standing"] in ("", council.standing(self.today))
        ]


async def register(site: Site) -> Register:
    """The register as the graph holds it; things without a type are not of it."""
    asked = find("councils").text, find("council-changes").text, _PLACES
    councils, changes, places = await site.tables(*map(Query, asked))
    told = ("code", "gssCode", "type", "nation", "region", "from", "until")
    found: dict[str, Council] = {}
    for row in councils.rows:
        if not row["type"]:
            continue
        name = row["council"]
        if name not in found:
            said = {key: str(row[key] or "") for key in told}
            found[name] = Council(
                name, str(row["councilLabel"]), said["code"], said["gssCode"], said["type"], said["nation"],
                said["region"], said["from"], said["until"],
            )  # fmt: skip
        for key in ("county", "combined"):
            link = (str(row[key]), str(row[f"{key}Label"]))
            if row[key] and link not in found[name].within:
                found[name].within.append(link)
    for row in places.rows:
        if row["council"] in found:
            found[row["council"]].place = (float(row["latitude"]), float(row["longitude"]))
    for row in changes.rows:
        before, after, day = row["council"], row["successor"], str(row["changedOn"] or "")
        if before in found:
            found[before].successors.append(((after, str(row["successorLabel"])), day))
        if after in found:
            found[after].predecessors.append(((before, str(row["councilLabel"])), day))
    return Register(list(found.values()), changes.rows, _today())


def _today() -> str:
    return datetime.date.today().isoformat()


async def index(request: Request) -> Response:
    """The summary, the form and the councils that it finds."""
    site = site_of(request)
    held, [sources] = await register(site), await site.tables(Query(_SOURCE))
    wanted = {name: text_of(request, name) for name in _FILTERS}
    found = held.matching(wanted)
    asked = {name: text for name, text in wanted.items() if text}
    last = max(1, -(-len(found) // _PAGE))
    number = text_of(request, "page")
    at = min(last, max(1, int(number))) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    return await show(
        request,
        "councils.html",
        held=held,
        found=found,
        map=drawing(draw_map(_marks(held, found))),
        placed=sum(council.place is not None for council in found),
        shown=found[(at - 1) * _PAGE : at * _PAGE],
        wanted=wanted,
        address="?" + urlencode(asked) if asked else "",
        at=at,
        pages=[(page, "?" + urlencode({**asked, "page": page})) for page in range(1, last + 1)],
        nations=_values(council.nation for council in held.councils),
        kinds=_values(council.kind for council in held.councils),
        summary=_summary(held.councils, held.today),
        sources=sources.rows,
        query=query_link(find("councils").text),
    )


def _marks(held: Register, found: Sequence[Council]) -> Iterator[Mark]:
    """The councils that have a place: those that are sought, and the other current ones."""
    wanted = {council.iri for council in found}
    for council in held.councils:
        if council.place and (council.iri in wanted or council.standing(held.today) == "current"):
            shape = _SHAPES.get(council.kind.casefold(), "round")
            yield Mark(council.label, *council.place, shape, council.iri in wanted)


def _values(texts: Iterable[str]) -> list[str]:
    return sorted({text for text in texts if text}, key=str.casefold)


def _summary(councils: Sequence[Council], today: str) -> list[tuple[str, dict[str, int], int, int]]:
    """For each type the current councils by nation, their sum, and how many others the register has."""
    counted: dict[str, dict[str, int]] = {}
    others: dict[str, int] = {}
    for council in councils:
        by_nation = counted.setdefault(council.kind, {})
        if council.standing(today) == "current":
            by_nation[council.nation] = by_nation.get(council.nation, 0) + 1
        else:
            others[council.kind] = others.get(council.kind, 0) + 1
    rows = [(kind, found, sum(found.values()), others.get(kind, 0)) for kind, found in counted.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))


async def changes(request: Request) -> Response:
    """Who took the place of whom, by day."""
    held = await register(site_of(request))
    days: dict[str, dict[Link, list[Link]]] = {}
    for row in held.changes:
        after = (str(row["successor"]), str(row["successorLabel"]))
        before = (str(row["council"]), str(row["councilLabel"]))
        days.setdefault(str(row["changedOn"] or ""), {}).setdefault(after, []).append(before)
    query = query_link(find("council-changes").text)
    ordered = [(day, sorted(days[day].items(), key=lambda item: item[0][1])) for day in sorted(days, reverse=True)]
    return await show(request, "council_changes.html", days=ordered, today=held.today, query=query)


async def data(request: Request) -> Response:
    """The councils that the form finds, all of them, as JSON or CSV."""
    site, ending = site_of(request), request.url.path.rpartition(".")[2]
    held, number = await register(site), site.latest.number
    found = held.matching({name: text_of(request, name) for name in _FILTERS})
    rows = [dict(zip(_COLUMNS, _row(council, held.today), strict=True)) for council in found]
    if ending == "json":
        content = json.dumps({"generation": number, "rows": rows}, indent=2, ensure_ascii=False)
    else:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        writer.writerows([" ".join(each) if isinstance(each, list) else each for each in row.values()] for row in rows)
        content = text.getvalue()
    headers = {
        "Content-Type": content_type(_FORMS[ending]),
        "Govgraph-Generation": str(number),
        "Govgraph-Complete": "true",
        "Govgraph-Rows": str(len(rows)),
        "Cache-Control": "no-cache",
        **OPEN,
    }
    return conditional(request, content.encode(), headers)


def _row(council: Council, today: str) -> list[Any]:
    return [
        council.iri, council.label, council.code, council.gss, council.kind, council.nation, council.region,
        council.begins, council.ends, council.standing(today), [iri for iri, _ in council.within],
        [link[0] for link, _ in council.successors], [link[0] for link, _ in council.predecessors],
        *(council.place or (None, None)),
    ]  # fmt: skip


router.add_route("/councils", index, include_in_schema=False)
router.add_route("/councils/changes", changes, include_in_schema=False)
for _ending in _FORMS:
    router.add_route(f"/councils.{_ending}", data, include_in_schema=False)
