"""What the pages of the review share: words for templates, pages of a list, and headers of data."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from govgraph.review.exports.words import count, source_in_words
from govgraph.review.findings import SEVERITIES, SUBJECTS, Finding, day_in_words
from govgraph.web.pages.common import labels_of, text_of
from govgraph.web.sparql import OPEN
from govgraph.web.state import Site

__all__ = ["OUTCOMES", "PAGE", "headers_of", "page_of", "unnamed", "words"]

PAGE = 50  # findings on one page of a list
MOST = 150  # choices in a list, and bodies in a table; of more, one is named in words
OUTCOMES = {"found": "found something", "held": "held", "waived": "found only what is waived"}


def words() -> dict[str, Any]:
    """What every template of the review needs."""
    return {
        "count": count,
        "day_in_words": day_in_words,
        "law": _law,
        "SEVERITIES": SEVERITIES,
        "SUBJECTS": SUBJECTS,
        "MOST": MOST,
    }


def _law(source: str) -> str:
    """What a rule rests on where that is a law or a specification; a term of ours says nothing to an officer."""
    return source if source_in_words(source) == source else ""


async def unnamed(site: Site, findings: Iterable[Finding]) -> dict[str, str]:
    """Labels of values that the review found no label for, such as those of superseded revisions."""
    return await labels_of(
        site, (each.value for each in findings if each.value_syntax.startswith("<") and not each.value_label)
    )


def page_of(request: Request, found: int, size: int = PAGE) -> tuple[int, int]:
    """The page of a list that is asked for, and how many there are; what is no page is the nearest one."""
    pages = max(1, -(-found // size))
    given = text_of(request, "page")
    asked = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
    return min(max(1, asked), pages), pages


def headers_of(generation: int, rows: int) -> dict[str, str]:
    """Headers of findings as data."""
    return {
        "Cache-Control": "no-cache",
        "Govgraph-Generation": str(generation),
        "Govgraph-Complete": "true",
        "Govgraph-Rows": str(rows),
        **OPEN,
    }
