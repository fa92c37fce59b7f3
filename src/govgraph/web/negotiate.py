"""Choose a form of answer from an Accept header (RFC 9110 §12.5.1): quality, wildcards, parameters, specificity."""

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["negotiated", "prefers_html", "profiles"]

_WORD = r"[\w!#$%&'*+.^`|~-]+"  # a token of RFC 9110 §5.6.2
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_RANGE = re.compile(rf"({_WORD})/({_WORD})((?:;(?:{_WORD}=(?:{_WORD}|{_QUOTED}))?)*)", re.ASCII)  # without spaces
_PARAMETER = re.compile(rf";({_WORD})=({_WORD}|{_QUOTED})", re.ASCII)
_MEMBER = re.compile(rf'(?:[^,"]|{_QUOTED}|")+')
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_PROFILE = re.compile(r"<([^<>]*)>[^,]*")
_LONGEST = 4_000  # characters of a header that are read


@dataclass(frozen=True)
class _Range:
    """One member of an Accept header."""

    kind: str
    subtype: str
    parameters: int
    quality: float

    @property
    def rank(self) -> int:
        """How special it is."""
        return (0 if self.kind == "*" else 10 if self.subtype == "*" else 20) + min(self.parameters, 9)

    def fits(self, media_type: str) -> bool:
        """Whether it takes a media type; parameters such as a character set take any form of it that we have."""
        kind, _, subtype = media_type.partition("/")
        return self.kind in ("*", kind) and self.subtype in ("*", subtype)


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
    return list(_ranked((accept or "")[:_LONGEST], tuple(offered)))


@functools.lru_cache(maxsize=512)
def _ranked(accept: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    """Clients repeat their headers, so that the outcome is remembered for the latest of them."""
    if not accept.strip():
        return offered
    ranges = [parsed for part in _MEMBER.findall(accept) if (parsed := _parsed(part))]
    found = []
    for place, media_type in enumerate(offered):
        fitting = [(each.rank, each.quality) for each in ranges if each.fits(media_type)]
        if fitting:
            rank, quality = max(fitting)
            if quality > 0:
                found.append((-quality, -rank, place, media_type))
    return tuple(media_type for *_, media_type in sorted(found))


def _parsed(part: str) -> _Range | None:
    """A media range, or nothing where it cannot be read."""
    pieces = part.split()
    if '"' not in part and any(a[-1] not in ";=" and b[0] not in ";=" for a, b in itertools.pairwise(pieces)):
        return None  # a space may stand beside a semicolon only
    match = _RANGE.fullmatch("".join(pieces))
    if not match:
        return None
    kind, subtype = match[1].lower(), match[2].lower()
    if kind == "*" and subtype != "*":
        return None
    quality, count = 1.0, 0
    for name, value in _PARAMETER.findall(match[3]):
        if name.lower() == "q":
            if not _QUALITY.fullmatch(value):
                return None
            quality = float(value)
        else:
            count += 1
    return _Range(kind, subtype, count, quality)


def prefers_html(accept: str | None, other: Sequence[str] = ("application/problem+json", "application/json")) -> bool:
    """Whether a client would rather have a page than one of the other types; a header with only */* would not."""
    ranked = negotiated(accept, [*other, "text/html"])
    return bool(accept) and ranked[:1] == ["text/html"]


def profiles(accept: str | None, offered: Sequence[str]) -> list[str]:
    """The offered profiles that an Accept-Profile header names, the most wanted first (Conneg by Profile §7).

    >>> profiles("<http://e/b>;q=0.5, <http://e/a>", ["http://e/a", "http://e/b"])
    ['http://e/a', 'http://e/b']
    """
    found = []
    for match in _PROFILE.finditer((accept or "")[:_LONGEST]):
        quality = re.search(r";\s*q=([01](?:\.\d{0,3})?)", match[0])
        rank = float(quality[1]) if quality else 1.0
        if match[1] in offered and rank > 0:
            found.append((-rank, match[1]))
    return [name for _, name in sorted(found, key=lambda each: each[0])]
