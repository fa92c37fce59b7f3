"""A report of the review that is too large to be read, sent as it is kept."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from govgraph.review.placing import stamp
from govgraph.web.pages.review_words import headers_of
from govgraph.web.reading import fresh
from govgraph.web.state import Site

__all__ = ["as_kept"]

_AT_ONCE = 1024 * 1024
_NUMBER = re.compile(rb'\A\{ "generation": \d+')
"""How a report begins; while it is written, its generation has no number yet."""


async def as_kept(request: Request, site: Site, number: int, rows: int) -> Response:
    """The whole report of a generation as JSON, a piece at a time; its waivers are those of the day of the build.

    Parameters
    ----------
    rows : how many findings it lists.
    """
    file = site.generations.folder_of(number) / "report.json"
    size, modified = await asyncio.to_thread(stamp, file)
    headers = headers_of(number, rows) | {"ETag": f'"g{number}-{size:x}-{modified:x}"'}
    if fresh(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    head, first = await asyncio.to_thread(_begun, file, number)
    length = {"Content-Length": str(size - first + len(head))}
    if request.method == "HEAD":
        return Response(headers=headers | length, media_type="application/json")
    return StreamingResponse(_pieces(file, head, first), headers=headers | length, media_type="application/json")


def _begun(file: Path, number: int) -> tuple[bytes, int]:
    """How the report begins with the number of its generation, and the byte at which the file goes on from there."""
    with file.open("rb") as kept:
        found = _NUMBER.match(kept.read(64))
    return (b'{ "generation": %d' % number, found.end()) if found else (b"", 0)


async def _pieces(file: Path, head: bytes, first: int) -> AsyncIterator[bytes]:
    yield head
    kept: BinaryIO = await asyncio.to_thread(file.open, "rb")
    try:
        kept.seek(first)
        while piece := await asyncio.to_thread(kept.read, _AT_ONCE):
            yield piece
    finally:
        kept.close()
