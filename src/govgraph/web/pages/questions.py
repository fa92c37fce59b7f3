"""The saved questions: a list, a form and an answer for each, and the answer as data."""

import asyncio
from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.accountability.chain import chain_of
from govgraph.accountability.outline import in_one_sentence
from govgraph.errors import AnswerTooLarge, BadInput, DeadlinePassed
from govgraph.limits import LIMITS
from govgraph.questions.library import Parameter, Question, find, library
from govgraph.questions.options import listed, options_of
from govgraph.questions.runner import prepare
from govgraph.questions.table import Table
from govgraph.store.names import Named
from govgraph.web.links import query_link
from govgraph.web.pages.charts import Charted, charted
from govgraph.web.pages.common import cells, columns, show, site_of, text_of
from govgraph.web.problems import problem_of
from govgraph.web.reading import conditional
from govgraph.web.sparql import OPEN, content_type
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_ROWS, _OPTIONS = 100, 300
_READERS = (
    ("Councillors", ("ultimately-accountable-to", "who-chairs", "seats", "portfolio-responsibilities", "on-theme")),
    ("Officers", ("who-decides", "key-decision-rules", "rules", "cross-references", "changes-between-revisions")),
    ("Analysts", ("ends", "several-principals", "circles", "centrality", "facts-of-a-clause")),
)
"""Who mostly asks what."""
_FORMS = {
    "json": "application/json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "md": "text/markdown; charset=utf-8",
    "ttl": "text/turtle",
}


async def index(request: Request) -> Response:
    """All questions, by reader and by topic."""
    known = library()
    topics: dict[str, list[Question]] = {}
    for each in known.values():
        topics.setdefault(each.tags[0], []).append(each)
    readers = [(reader, [known[name] for name in names if name in known]) for reader, names in _READERS]
    return await show(request, "questions.html", topics=sorted(topics.items()), readers=readers)


async def question(request: Request) -> Response:
    """One question: its form and, once it has what it needs, its answer; data where the address ends in a form."""
    site, name = site_of(request), request.path_params["name"][: LIMITS.name_characters]
    stem, _, ending = name.rpartition(".")
    if ending in _FORMS and stem:
        return await _data(site, request, find(stem), ending)
    asked = find(name)
    given = _given(request, asked)
    problem, table, chart, link = None, None, None, ""
    required = any(parameter.required for parameter in asked.parameters)
    waits = site.large and bool(asked.parameters) and not text_of(request, "everything") and not given
    try:
        if given or not (required or waits):
            table, link = await _ask(site, asked, given)
            chart = await _chart(site, asked, given) if table.terms else None
    except (BadInput, AnswerTooLarge, DeadlinePassed) as error:
        problem = problem_of(error)
    hidden = ["step", *(f"{parameter}Label" for parameter in given)]
    return await show(
        request,
        "question.html",
        status=problem["status"] if problem else 200,
        question=asked,
        given=given,
        options={parameter.name: await _options(site, parameter, site.large) for parameter in asked.parameters},
        waits=waits and not required,
        problem=problem,
        table=table,
        shown=columns(table, hidden) if table else [],
        rows=await cells(site, replace(table, terms=table.terms[:_ROWS]), hidden) if table else [],
        sentence=_sentence(asked, table),
        chart=chart,
        query=link or query_link(asked.text),
        address=request.url.query,
        forms=list(_FORMS),
    )


def _given(request: Request, asked: Question) -> dict[str, str]:
    """What the address gives for the question's parameters; other parameters of an address are passed over."""
    found = {parameter.name: text_of(request, parameter.name) for parameter in asked.parameters}
    return {name: text for name, text in found.items() if text}


async def _ask(site: Site, asked: Question, given: dict[str, str]) -> tuple[Table, str]:
    """The answer, and the address of the query behind it."""
    prepared = prepare(asked, given, site.names())
    answers = await site.answers(prepared.requests)
    table = await asyncio.to_thread(prepared.read, *answers)  # a resolver may have a nation's lines to go through
    return table, query_link(asked.text, **prepared.requests[0].bindings)


async def _chart(site: Site, asked: Question, given: dict[str, str]) -> Charted | None:
    if asked.chart != "chain" or "body" not in given:
        return None
    body: Named = await site.named("find", given["body"], [asked.parameters[0].class_iri])
    return await charted(site, body)


def _sentence(asked: Question, table: Table | None) -> str:
    if table is None or asked.chart != "chain" or not table.parameters or not table.terms:
        return ""
    return in_one_sentence(chain_of(table.rows), table.parameters["body"])


async def _options(site: Site, parameter: Parameter, large: bool) -> list[str]:
    """Names to choose from in a form; in a large graph only where there are few."""
    wanted = options_of(parameter, most=_OPTIONS + 1 if large else 0)
    names = listed(await site.answer(wanted)) if wanted else []
    return [] if large and len(names) > _OPTIONS else names[:_OPTIONS]


async def _data(site: Site, request: Request, asked: Question, ending: str) -> Response:
    """The answer in one form."""
    given = {name: text_of(request, name) for name in request.query_params}
    table, _ = await _ask(site, asked, given)
    if ending == "json":
        body = table.to_json()
    elif ending == "md":
        body = table.to_markdown()
    elif ending == "ttl":
        body = table.to_turtle()
    else:
        body = table.to_csv("," if ending == "csv" else "\t")
    headers = {
        "Content-Type": content_type(_FORMS[ending]),
        "Govgraph-Generation": str(table.generation),
        "Govgraph-Complete": "true",
        "Govgraph-Rows": str(len(table)),
        "Cache-Control": "no-cache",
        **OPEN,
    }
    return conditional(request, body.encode(), headers)


router.add_route("/questions", index, include_in_schema=False)
router.add_route("/questions/{name}", question, include_in_schema=False)
