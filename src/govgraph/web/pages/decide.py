"""Who decides: a form and the answer, and the answer as data."""

import asyncio
import json
from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.decisions.answer import DECISION_KINDS, decision_of, on_day
from govgraph.decisions.case import case_of
from govgraph.decisions.routing import Decision
from govgraph.decisions.rules import KINDS, RULES
from govgraph.errors import BadInput, BadParameter
from govgraph.limits import LIMITS
from govgraph.store.base import Request as Query
from govgraph.store.names import Named
from govgraph.web.links import query_link
from govgraph.web.pages.common import clauses_of, show, site_of, text_of
from govgraph.web.problems import problem_of
from govgraph.web.reading import conditional
from govgraph.web.sparql import OPEN
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_FIELDS = ("kind", "amount", "service_budget", "wards", "contract", "best_consideration", "council", "as_of")
_WORDS = {"yes": True, "true": True, "no": False, "false": False, "": None}
_MOST = 30  # rules that may be affirmed or denied at once


async def form(request: Request) -> Response:
    """The form and, once it has a kind, the answer."""
    site = site_of(request)
    given = {name: text_of(request, name) for name in _FIELDS}
    problem, decision, clauses = None, None, {}
    try:
        if given["kind"]:
            decision = await _decide(site, request, given)
            clauses = await clauses_of(site, (outcome.rule.iri for _, outcome in decision.rows))
    except BadInput as error:
        problem = problem_of(error)
    kinds: list[Named] = await site.named("all_of", [DECISION_KINDS])
    return await show(
        request,
        "decide.html",
        status=problem["status"] if problem else 200,
        given=given,
        affirmed=_names(request, "affirm"),
        kinds=[kind.label for kind in kinds],
        problem=problem,
        decision=decision,
        clauses=clauses,
        address=request.url.query,
        query=query_link(RULES),
    )


async def data(request: Request) -> Response:
    """The answer as JSON."""
    given = {name: text_of(request, name) for name in _FIELDS}
    if not given["kind"]:
        raise BadParameter('"decide" needs a kind of decision', 'Give it, such as kind="revenue spend".')
    decision = await _decide(site_of(request), request, given)
    headers = {
        "Content-Type": "application/json",
        "Govgraph-Generation": str(decision.generation),
        "Govgraph-Complete": "true",
        "Cache-Control": "no-cache",
        **OPEN,
    }
    body = json.dumps(decision.as_dict(), indent=2, ensure_ascii=False)
    return conditional(request, body.encode(), headers)


async def _decide(site: Site, request: Request, given: dict[str, str]) -> Decision:
    kind: Named = await site.named("find", given["kind"], [DECISION_KINDS])
    rules, kinds = await site.tables(Query(RULES), Query(KINDS))
    contract, best = given["contract"].lower(), given["best_consideration"].lower()
    if best not in _WORDS:
        raise BadParameter(f'best consideration is neither yes nor no: "{best[:40]}"', "Write yes or no.")
    sums = (given["amount"], given["service_budget"], given["wards"])
    by = _WORDS.get(contract, contract)
    day, notes = on_day(given["as_of"])
    decision = await asyncio.to_thread(
        decision_of, rules.rows, kinds.rows, kind.iri, lambda kind: case_of(kind, *sums, by, _WORDS[best]),
        affirm=_names(request, "affirm"), deny=_names(request, "deny"), council=given["council"], day=day,
    )  # fmt: skip
    return replace(decision, generation=rules.generation, notes=(*decision.notes, *notes))


def _names(request: Request, name: str) -> list[str]:
    return [text[: LIMITS.name_characters] for text in request.query_params.getlist(name)[:_MOST] if text.strip()]


router.add_route("/decide", form, include_in_schema=False)
router.add_route("/decide.json", data, include_in_schema=False)
