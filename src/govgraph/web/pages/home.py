"""The home page: search, the flagship question with a live answer, ways in, newest findings, what is in the graph."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import BeingMade, GovgraphError, MakingFailed, UnknownThing
from govgraph.questions.library import find
from govgraph.review.exports.words import headline, numbers_in_words
from govgraph.review.findings import Finding
from govgraph.store.base import Request as Query
from govgraph.store.names import Named
from govgraph.store.reports import head_of
from govgraph.web.pages.charts import FLAGSHIP, Charted, charted, party_of
from govgraph.web.pages.common import show, site_of
from govgraph.web.pages.documents import counts_of
from govgraph.web.pages.parts import headline_of
from govgraph.web.pages.reports import is_large, placed, report_of
from govgraph.web.pages.review import newest
from govgraph.web.pages.revisions import revisions
from govgraph.web.render import ready
from govgraph.web.state import Site

__all__ = ["router"]

_LOG = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def _warmed(app: FastAPI) -> AsyncIterator[None]:
    """Make ready, beside the site's start, what its first visitor would otherwise wait for."""
    warming = asyncio.create_task(_warm(app))
    try:
        yield
    finally:
        warming.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await warming


async def _warm(app: FastAPI) -> None:
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "scheme": "http",
        "server": ("localhost", 80), "root_path": "", "app": app,
    }  # fmt: skip
    try:
        await home(Request(scope))
        await asyncio.to_thread(ready)
    except GovgraphError as error:  # whoever asks will be told
        _LOG.info("the home page could not be made ready: %s", error)


router = APIRouter(lifespan=_warmed)

_COUNTED = {
    "bodies": "?thing a gov:Body",
    "councils": "?thing gov:councilType ?kind",
    "organisations": "?thing a gov:Organisation",
    "posts": "?thing a gov:Post",
    "portfolios": "?thing a gov:Portfolio",
    "lines": "?thing a gov:AccountabilityLine",
    "responsibilities": "?thing a gov:Responsibility",
    "rules": "VALUES ?rule { gov:Rule gov:DecisionRule } ?thing a ?rule",
    "actions": "?thing a gov:Action",
    "clauses": "?thing a gov:Clause",
}
_LESS = {
    "bodies": "?thing gov:councilType ?kind FILTER EXISTS { ?thing a gov:Body }",
    "lines": "?thing prov:wasDerivedFrom ?other FILTER EXISTS { ?thing a gov:AccountabilityLine }",
}
"""What does not count: taken off, since a nation has too many things to look at each of them for what it has."""


def _counting(patterns: dict[str, str]) -> str:
    each = (
        f'{{ SELECT ("{what}" AS ?what) (COUNT(DISTINCT ?thing) AS ?count) WHERE {{ {pattern} }} }}'
        for what, pattern in patterns.items()
    )
    return f"SELECT ?what ?count WHERE {{ {' UNION '.join(each)} }}"


_NAMES = {
    "bodies": "bodies",
    "organisations": "partner organisations",
    "posts": "posts",
    "portfolios": "portfolios",
    "lines": "lines of accountability",
    "responsibilities": "responsibilities",
    "rules": "rules",
    "actions": "actions of a plan",
    "clauses": "clauses of current texts",
    "councils": "councils of the UK register",
}
_DOCUMENTS = 12  # listed
_CHOICE = 150  # bodies in a list to choose from; of more, one is named in words
_BODIES = f"""
SELECT ?iri ?label WHERE {{
  {{ SELECT DISTINCT ?iri WHERE {{ ?line gov:accountableParty ?iri . FILTER EXISTS {{ ?iri a gov:Body }} }}
     LIMIT {_CHOICE + 1} }}
  ?iri skos:prefLabel ?label
}} ORDER BY ?label ?iri
"""


async def home(request: Request) -> Response:
    """The home page."""
    site = site_of(request)
    counts, less, bodies = await site.tables(Query(_counting(_COUNTED)), Query(_counting(_LESS)), Query(_BODIES))
    known = await revisions(site)
    documents = sorted(known, key=lambda each: (each.superseded, each.label.casefold()))[:_DOCUMENTS]
    counted = Counter({row["what"]: row["count"] for row in counts.rows})
    counted.subtract({row["what"]: row["count"] for row in less.rows})
    question = find(FLAGSHIP)
    example: Named | None = None
    chart: Charted | None = None
    # A store of other data has no such body; one of its own will do.
    for name in (question.parameters[0].example, *(str(row["iri"]) for row in bodies.rows[:1])):
        with contextlib.suppress(UnknownThing):
            example = await party_of(site, name)
            chart = await charted(site, example)
            break
    reviewed, findings = await _reviewed(site)
    return await show(
        request,
        "home.html",
        documents=documents,
        clauses={iri: count["clauses"] for iri, count in (await counts_of(site, documents)).items()},
        versions=len(known),
        findings=findings or [],
        reviewed=reviewed,
        unread=findings is None,
        counts=[(counted[what], name) for what, name in _NAMES.items() if counted[what]],
        bodies=bodies.rows,
        many=len(bodies.rows) > _CHOICE,
        question=question,
        example=example,
        chart=chart,
    )


async def _reviewed(site: Site) -> tuple[str, list[Finding] | None]:
    """What the review found in numbers, and its newest findings; None where those are not known yet."""
    if not is_large(site):
        report = await report_of(site)
        return (headline(report), await newest(site)) if report else ("", [])
    number = site.latest.number
    try:
        return await placed(site, headline_of, number, wait=False), await newest(site)
    except (BeingMade, MakingFailed):
        head = await asyncio.to_thread(head_of, site.generations.folder_of(number) / "report.json")
        return numbers_in_words(head["summary"], head["summary"]["rules"]), None


router.add_route("/", home, include_in_schema=False)
