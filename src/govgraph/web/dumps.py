"""/dumps/: everything to take home, with sizes and checksums; made once for each generation.

Whoever asks while they are being made waits a little, and is then told to come back (503).
"""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from govgraph.web.dumping import Dumped
from govgraph.web.negotiate import prefers_html
from govgraph.web.pages.review_words import page_of
from govgraph.web.reading import fresh
from govgraph.web.render import page
from govgraph.web.sparql import OPEN
from govgraph.web.state import Site

__all__ = ["place_of", "router"]

router = APIRouter()

_FILES = 100  # on one page


def place_of(generation: int, name: str) -> str:
    """Path of a dump; what it leads to never changes."""
    return f"/dumps/{generation}/{name}"


async def index(request: Request) -> Response:
    """The dumps of the current generation, or of one that is named: as a page, or as JSON."""
    site: Site = request.app.state.site
    named = str(request.path_params.get("generation") or request.query_params.get("generation", ""))
    generation = site.generation(named) if named else site.latest
    dumped = await site.dumps.of(generation)
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", "Govgraph-Generation": str(generation.number), **OPEN}
    if prefers_html(request.headers.get("accept")):
        listed = [(file, place_of(generation.number, file["name"])) for file in dumped.index["files"]]
        at, pages = page_of(request, len(listed), _FILES)
        return page(
            request, "dumps.html", headers=headers, generation=generation.number, licence=await site.licence(),
            files=listed[(at - 1) * _FILES : at * _FILES], total=len(listed), page=at, pages=pages,
            at=lambda to: f"/dumps/{generation.number}/?page={to}", kept=site.generations.numbers(),
        )  # fmt: skip
    files = [file | {"path": place_of(generation.number, file["name"])} for file in dumped.index["files"]]
    told = {"generation": generation.number, "created": generation.manifest["created"], "files": files}
    return JSONResponse(told, headers=headers)


async def file(request: Request) -> Response:
    """One file, whole or a range of it (RFC 9110 §14), found by its name in the index."""
    site: Site = request.app.state.site
    generation = site.generation(request.path_params["generation"])
    dumped = await site.dumps.of(generation)
    told = _told(dumped, request.path_params["name"])
    headers = {
        "ETag": f'"{told["sha256"]}"',
        "Repr-Digest": f"sha-256=:{_base64(told['sha256'])}:",
        "Cache-Control": "public, max-age=31536000, immutable",
        "Govgraph-Generation": str(generation.number),
        "Accept-Ranges": "bytes",
        **OPEN,
    }
    if fresh(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(dumped.folder / told["name"], headers=headers, media_type="application/gzip")


async def latest(request: Request) -> Response:
    """A lasting address for the file of that name of whatever generation is current."""
    site: Site = request.app.state.site
    told = _told(await site.dumps.of(site.latest), request.path_params["name"])
    headers = {"Cache-Control": "no-cache", "Govgraph-Generation": str(site.latest.number), **OPEN}
    return RedirectResponse(place_of(site.latest.number, told["name"]), 302, headers)


def _told(dumped: Dumped, name: str) -> dict[str, str]:
    if name not in dumped.files:
        raise HTTPException(404)
    return dumped.files[name]


def _base64(digest: str) -> str:
    import base64

    return base64.b64encode(bytes.fromhex(digest)).decode()


for _path, _route in (
    ("/dumps", index),
    ("/dumps/", index),
    ("/dumps/{generation:int}/", index),
    ("/dumps/{generation}/{name}", file),
    ("/dumps/{name}", latest),
):
    router.add_route(_path, _route, methods=["GET", "HEAD"], include_in_schema=False)
