"""Charts: of one body and of the whole partnership, as a page and as a file."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.store.names import Named
from govgraph.web.links import iri_of
from govgraph.web.pages.charts import Charted, charted, charted_network, party_of
from govgraph.web.pages.common import show, site_of
from govgraph.web.sparql import OPEN
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()


async def whole(request: Request) -> Response:
    """The whole partnership."""
    return await show(request, "chart.html", body=None, chart=await charted_network(site_of(request)))


async def whole_file(request: Request) -> Response:
    """The whole partnership as SVG."""
    site = site_of(request)
    return _file(site, await charted_network(site))


async def one(request: Request) -> Response:
    """The chain of one body, or its file where the address ends in .svg."""
    site, path = site_of(request), request.path_params["path"]
    body = await _body(site, path.removesuffix(".svg"))
    chart = await charted(site, body)
    if path.endswith(".svg"):
        return _file(site, chart)
    return await show(request, "chart.html", body=body, chart=chart)


async def _body(site: Site, path: str) -> Named:
    return await party_of(site, iri_of(path))


def _file(site: Site, chart: Charted) -> Response:
    headers = {"Govgraph-Generation": str(site.latest.number), "Cache-Control": "no-cache", **OPEN}
    return Response(chart.alone, headers=headers, media_type="image/svg+xml")


router.add_route("/chart", whole, include_in_schema=False)
router.add_route("/chart.svg", whole_file, include_in_schema=False)
router.add_route("/chart/{path:path}", one, include_in_schema=False)
