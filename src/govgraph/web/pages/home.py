"""The home page: search, the flagship question with a live answer, ways in, newest findings, what is in the graph."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import GovgraphError, UnknownThing
from govgraph.questions.library import find
from govgraph.review.exports.words import headline
from govgraph.store.base import Request as Query
from govgraph.store.names import Named
from govgraph.web.pages.charts import FLAGSHIP, Charted, charted, party_of
from govgraph.web.pages.common import show, site_of
from govgraph.web.pages.reports import report_of
from govgraph.web.pages.review import newest
from govgraph.web.render import ready

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

_DOCUMENTS = """
SELECT ?version ?label ?status ?issued (COUNT(DISTINCT ?clause) AS ?clauses) WHERE {
  ?version a gov:DocumentVersion ; skos:prefLabel ?label ; gov:revisionStatus ?revision .
  OPTIONAL { ?version dct:issued ?issued }
  OPTIONAL { GRAPH ?graph { ?clause eli:is_part_of+ ?version ; a gov:Clause } }
  BIND(IF(?revision = gov:Current, "current", "earlier revision") AS ?status)
} GROUP BY ?version ?label ?status ?issued ORDER BY ?status ?label
"""
_COUNTS = """
SELECT ?what (COUNT(DISTINCT ?thing) AS ?count) WHERE {
  { ?thing a gov:Body BIND("bodies" AS ?what) FILTER NOT EXISTS { ?thing gov:councilType ?kind } }
  UNION { ?thing gov:councilType ?kind BIND("councils" AS ?what) }
  UNION { ?thing a gov:Organisation BIND("organisations" AS ?what) }
  UNION { ?thing a gov:Post BIND("posts" AS ?what) }
  UNION { ?thing a gov:AccountabilityLine BIND("lines" AS ?what)
          FILTER NOT EXISTS { ?thing prov:wasDerivedFrom ?other } }
  UNION { ?thing a gov:Portfolio BIND("portfolios" AS ?what) }
  UNION { ?thing a gov:Responsibility BIND("responsibilities" AS ?what) }
  UNION { ?thing a ?rule BIND("rules" AS ?what) FILTER(?rule IN (gov:Rule, gov:DecisionRule)) }
  UNION { ?thing a gov:Action BIND("actions" AS ?what) }
  UNION { ?thing a gov:Clause BIND("clauses" AS ?what) }
} GROUP BY ?what
"""
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
_BODIES = """
SELECT DISTINCT (?body AS ?iri) ?label WHERE {
  ?body a gov:Body ; skos:prefLabel ?label .
  FILTER EXISTS { ?line gov:accountableParty ?body }
} ORDER BY ?label ?iri
"""


async def home(request: Request) -> Response:
    """The home page."""
    site = site_of(request)
    documents, counts, bodies = await site.tables(Query(_DOCUMENTS), Query(_COUNTS), Query(_BODIES))
    counted = {row["what"]: row["count"] for row in counts.rows}
    question = find(FLAGSHIP)
    example: Named | None = None
    chart: Charted | None = None
    with contextlib.suppress(UnknownThing):  # a store of other data has no such body
        example = await party_of(site, question.parameters[0].example)
        chart = await charted(site, example)
    return await show(
        request,
        "home.html",
        documents=documents.rows,
        findings=await newest(site),
        reviewed=headline(report) if (report := await report_of(site)) else "",
        counts=[(counted[what], name) for what, name in _NAMES.items() if what in counted],
        bodies=bodies.rows,
        question=question,
        example=example,
        chart=chart,
    )


router.add_route("/", home, include_in_schema=False)
