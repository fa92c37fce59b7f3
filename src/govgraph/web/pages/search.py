"""Search by name: things with their kind and the name that matched; one exact hit leads straight to its page."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from govgraph.errors import UnknownThing
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
        try:
            exact: Named | None = await site.named("find", text)
        except UnknownThing as error:
            exact, close = None, error.close
        same = [hit for hit in hits if hit.matched.casefold() == text.casefold()]
        if exact and (len(same) == 1 or exact.label.casefold() == text.casefold()):
            return RedirectResponse(href(exact.iri), 303)
        if exact and exact.iri not in [hit.iri for hit in hits]:
            hits.insert(0, exact)
    return await show(
        request, "search.html", search=text, hits=hits, most=LIMITS.search_results, close=[] if hits else close
    )


router.add_route("/search", search, include_in_schema=False)
