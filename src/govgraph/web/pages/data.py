"""/about: what the data are, how facts are drawn, what is not in here, how to take and to cite them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.namespaces import GRAPH
from govgraph.store.base import Request as Query
from govgraph.web.pages.common import show, site_of
from govgraph.web.pages.review_words import page_of
from govgraph.web.sparql import OPEN

__all__ = ["router"]

router = APIRouter()

_SETS_SHOWN = 100  # on one page

_SETS = f"""
SELECT ?set ?title ?description ?licence ?status ?source ?sourceLabel ?holder ?issued WHERE {{
  GRAPH <{GRAPH}catalog> {{
    ?set a dcat:Dataset ; dct:title ?title .
    OPTIONAL {{ ?set dct:description ?description }}
    OPTIONAL {{ ?set dct:license ?licence }}
    OPTIONAL {{ ?set gov:revisionStatus ?status }}
    OPTIONAL {{ ?set dct:rightsHolder ?holder }}
  }}
  OPTIONAL {{
    GRAPH <{GRAPH}catalog> {{ ?set dct:source ?source }}
    OPTIONAL {{ ?source skos:prefLabel ?sourceLabel }}
    OPTIONAL {{ ?source dct:issued ?issued }}
  }}
}} ORDER BY ?title ?set
"""
_STRENGTHS = f"""
SELECT ?strength ?label ?definition (COUNT(DISTINCT ?line) AS ?lines) WHERE {{
  GRAPH <{GRAPH}ontology> {{
    ?strength skos:inScheme ?list ; skos:prefLabel ?label ; skos:notation ?order .
    gov:Explicit skos:inScheme ?list .
    OPTIONAL {{ ?strength skos:definition ?definition }}
  }}
  OPTIONAL {{ ?line gov:strength ?strength ; a gov:AccountabilityLine }}
}} GROUP BY ?strength ?label ?definition ?order ORDER BY ?order
"""


async def about(request: Request) -> Response:
    """What the data are."""
    site = site_of(request)
    sets, strengths = await site.tables(Query(_SETS), Query(_STRENGTHS))
    manifest = site.latest.manifest
    graphs = manifest.get("graphs", {})
    page, pages = page_of(request, len(sets.rows), _SETS_SHOWN)
    return await show(
        request,
        "about.html",
        headers=OPEN,
        sets=[
            (row, _statements(graphs, str(row["set"])))
            for row in sets.rows[(page - 1) * _SETS_SHOWN : page * _SETS_SHOWN]
        ],
        total=len(sets.rows),
        page=page,
        pages=pages,
        at=lambda to: f"/about?page={to}#sets",
        strengths=strengths.rows,
        created=str(manifest["created"])[:10],
        kept=site.generations.numbers(),
    )


def _statements(graphs: object, name: str) -> int:
    """Statements of a graph, as the manifest counts them."""
    found = graphs.get(name, 0) if isinstance(graphs, dict) else 0
    return found if isinstance(found, int) else 0


router.add_route("/about", about, include_in_schema=False)
