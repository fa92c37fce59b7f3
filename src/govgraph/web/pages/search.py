"""Search by name and by words: things with their kind and what matched; one exact name leads straight to its page."""

import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from govgraph.limits import LIMITS
from govgraph.rdf.terms import JsonTerm
from govgraph.store.base import Request as Query
from govgraph.store.names import Named
from govgraph.web.links import href
from govgraph.web.pages.common import show, site_of, text_of
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_WORDS = 4  # words of a search that descriptions are looked through for
_TOLD = """
SELECT DISTINCT ?thing ?label ?told ?a ?b ?c ?d WHERE {
  ?thing dct:description|skos:definition ?told .
  BIND(LCASE(STR(?told)) AS ?text)
  FILTER(CONTAINS(?text, ?a) && CONTAINS(?text, ?b) && CONTAINS(?text, ?c) && CONTAINS(?text, ?d))
  OPTIONAL { ?thing skos:prefLabel ?label }
  FILTER(BOUND(?label))
} ORDER BY STRLEN(STR(?told)) ?label ?thing LIMIT 30
"""


async def search(request: Request) -> Response:
    """Hits for ``q``; "did you mean" where there are none."""
    site, text = site_of(request), text_of(request, "q")
    hits: list[Named] = await site.named("search", text) if text else []
    close: list[str] = []
    if text:
        exact: Named | None = await site.named("exact", text)
        if exact is None and not hits:
            close = await site.named("close_to", text)
        same = [hit for hit in hits if hit.matched.casefold() == text.casefold()]
        if exact and (len(same) == 1 or exact.label.casefold() == text.casefold()):
            return RedirectResponse(href(exact.iri), 303)
        if exact and exact.iri not in [hit.iri for hit in hits]:
            hits.insert(0, exact)
    told = await _told(site, text, {hit.iri for hit in hits})
    return await show(
        request, "search.html", search=text, hits=hits, told=told, most=LIMITS.search_results,
        close=close,
    )  # fmt: skip


async def _told(site: Site, text: str, without: set[str]) -> list[tuple[str, str, str]]:
    """IRI, label and description of things whose description has the words; common little words count too."""
    words = re.findall(r"\w+", text.casefold())[:_WORDS]
    if not any(len(word) > 2 for word in words):
        return []
    padded = [*words, *[""] * _WORDS][:_WORDS]
    bound: dict[str, JsonTerm] = {
        name: {"type": "literal", "value": word} for name, word in zip("abcd", padded, strict=True)
    }
    [table] = await site.tables(Query(_TOLD, bound))
    return [(row["thing"], str(row["label"]), str(row["told"])) for row in table.rows if row["thing"] not in without]


router.add_route("/search", search, include_in_schema=False)
