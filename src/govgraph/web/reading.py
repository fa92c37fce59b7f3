"""What every readable resource shares: conditional requests (RFC 9110 §13) and the headers for other sites."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

__all__ = ["conditional", "fresh", "moment", "tagged"]

_WITH_BODY_ONLY = ("Content-Type", "Content-Length", "Content-Encoding")


def tagged(body: bytes, generation: int) -> str:
    """A strong entity tag for a body.

    >>> tagged(b"x", 7)
    '"g7-2d711642b726b04401627ca9"'
    """
    return f'"g{generation}-{hashlib.sha256(body).hexdigest()[:24]}"'


def fresh(request: Request, tag: str) -> bool:
    """Whether the client has what the tag stands for; a weak tag counts like a strong one (§13.1.2)."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in known.split(",")]


def moment(created: str) -> str:
    """A time of a manifest as HTTP writes it (RFC 9110 §5.6.7).

    >>> moment("2026-11-22T01:56:18+00:00")
    'Sun, 22 Nov 2026 01:56:18 GMT'
    """
    return format_datetime(datetime.fromisoformat(created).astimezone(UTC), usegmt=True)


def _unmodified(request: Request, modified: str) -> bool:
    """Whether the client's copy is as new as ours; asked only where it sends no tags (§13.1.3)."""
    since = request.headers.get("if-modified-since")
    if not since or not modified or "if-none-match" in request.headers:
        return False
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(modified)
    except (ValueError, TypeError):
        return False


def conditional(request: Request, body: bytes, headers: Mapping[str, str]) -> Response:
    """A whole answer, or 304 where the client has it already."""
    tag = headers.get("ETag") or tagged(body, int(headers.get("Govgraph-Generation", "0")))
    told = {**headers, "ETag": tag}
    if fresh(request, tag) or _unmodified(request, headers.get("Last-Modified", "")):
        return Response(status_code=304, headers={k: v for k, v in told.items() if k not in _WITH_BODY_ONLY})
    return Response(body, headers=told)
