"""Choose a form of answer from an Accept header (RFC 9110 §12.5.1): quality, wildcards, specificity."""

import re
from collections.abc import Sequence

__all__ = ["negotiated", "prefers_html"]

_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)\s*((?:;[^,]*)?)$")
_QUALITY = re.compile(r";\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)
_LONGEST = 4_000  # characters of a header that are read


def negotiated(accept: str | None, offered: Sequence[str]) -> list[str]:
    """The offered media types that the header accepts, the most wanted first.

    Parameters
    ----------
    accept : the header; None or empty accepts everything.
    offered : media types without parameters, the server's favourite first.

    Returns
    -------
    Ordered by quality, then by how closely they were named, then as offered. A type gets the quality of the
    most specific range that fits it; quality 0 refuses it. A range that cannot be read is passed over.

    >>> negotiated("text/csv;q=0.5, */*;q=0.1, text/html;q=0", ["text/html", "application/json", "text/csv"])
    ['text/csv', 'application/json']
    """
    if accept is None or not accept.strip():
        return list(offered)
    ranges = [parsed for part in accept[:_LONGEST].split(",") if (parsed := _parsed(part))]
    found = []
    for place, media_type in enumerate(offered):
        fitting = [(rank, quality) for wanted, rank, quality in ranges if _fits(wanted, media_type)]
        if fitting:
            rank = max(rank for rank, _ in fitting)
            quality = max(quality for fit, quality in fitting if fit == rank)
            if quality > 0:
                found.append((-quality, -rank, place, media_type))
    return [media_type for *_, media_type in sorted(found)]


def _parsed(part: str) -> tuple[str, int, float] | None:
    """Media range, how specific it is, and its quality."""
    match = _RANGE.match(part)
    if not match:
        return None
    kind, subtype = match[1].lower(), match[2].lower()
    if kind == "*" and subtype != "*":
        return None
    quality = _QUALITY.search(match[3])
    if not quality and re.search(r";\s*q\s*=", match[3], re.IGNORECASE):
        return None
    rank = 0 if kind == "*" else 1 if subtype == "*" else 2
    return f"{kind}/{subtype}", rank, min(float(quality[1]), 1.0) if quality else 1.0


def _fits(wanted: str, media_type: str) -> bool:
    return wanted in ("*/*", media_type) or wanted == media_type.partition("/")[0] + "/*"


def prefers_html(accept: str | None, other: Sequence[str] = ("application/problem+json", "application/json")) -> bool:
    """Whether a client would rather have a page than one of the other types; a header with only */* would not."""
    ranked = negotiated(accept, [*other, "text/html"])
    return bool(accept) and ranked[:1] == ["text/html"]
