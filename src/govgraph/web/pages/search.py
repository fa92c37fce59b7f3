"""Search by name and by words: things with their kind and what matched; one exact name leads straight to its page."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from govgraph.limits import LIMITS
from govgraph.store.names import Named
from govgraph.web.links import href
from govgraph.web.pages.common import show, site_of, text_of

__all__ = ["router"]

router = APIRouter()


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
    known = {hit.iri for hit in hits}
    said: list[Named] = await site.named("told", text, LIMITS.search_results + len(known)) if text else []
    told = [hit for hit in said if hit.iri not in known][: LIMITS.search_results]
    return await show(
        request, "search.html", search=text, hits=hits, told=told, most=LIMITS.search_results,
        close=close,
    )  # fmt: skip


router.add_route("/search", search, include_in_schema=False)
