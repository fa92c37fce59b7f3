"""The review as a place to work: what was found, one finding at a time, and all of it to take away."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import AnswerTooLarge, BeingMade, MakingFailed, UnknownGeneration
from govgraph.limits import LIMITS
from govgraph.rdf.terms import iri
from govgraph.review.exports.words import by_body
from govgraph.review.findings import SEVERITIES, Finding, Report
from govgraph.web.negotiate import prefers_html
from govgraph.web.pages import rules
from govgraph.web.pages.common import show, site_of, text_of
from govgraph.web.pages.parts import View, view_of
from govgraph.web.pages.reports import (
    compared,
    earlier,
    finding_of,
    is_large,
    last_seen,
    like,
    newest_of,
    number_of,
    report_of,
)
from govgraph.web.pages.review_words import PAGE, headers_of, page_of, unnamed, words
from govgraph.web.pages.taken import as_kept
from govgraph.web.pages.wanted import NO_BODY, Wanted, wanted_of
from govgraph.web.problems import respond
from govgraph.web.reading import conditional
from govgraph.web.state import Site

__all__ = ["newest", "router"]

router = APIRouter()

_NEWEST = 5
_FORMS: dict[str, tuple[str, str, Callable[[Report], str]]] = {
    "json": ("JSON", "application/json", Report.to_json),
    "csv": ("CSV", "text/csv; charset=utf-8", Report.to_csv),
    "md": ("Markdown", "text/markdown; charset=utf-8", Report.to_markdown),
    "html": ("One page to print", "text/html; charset=utf-8", Report.to_html),
    "ttl": ("Turtle (SHACL)", "text/turtle; charset=utf-8", Report.to_turtle),
    "sarif": ("SARIF", "application/sarif+json", Report.to_sarif),
    "xml": ("JUnit", "application/xml", Report.to_junit),
}
"""Name, media type and writer of each form in which a report can be taken away."""

_SHOWN_HERE = ("json", "ttl")  # what a browser shows; the others it saves as files


async def newest(site: Site) -> list[Finding]:
    """At most five findings that the reviewed generation before did not have, worst first, one of each rule.

    Where no earlier review is kept, every finding counts as new.

    Raises
    ------
    BeingMade : the report is large, and looked through for the first time.
    """
    before = await earlier(site)
    if any(is_large(site, number) for number in (0, *before[:1])):
        return await newest_of(site, _NEWEST)
    report = await report_of(site)
    if report is None:
        return []
    if before:
        report = await compared(site, report, before[0])
    first: dict[str, Finding] = {}
    for each in report.findings:
        if each.state != "standing":
            first.setdefault(each.rule, each)
    return list(first.values())[:_NEWEST]


async def overview(request: Request) -> Response:
    """What was found: numbers, a form to narrow them, and the findings, some on each page."""
    site, wanted = site_of(request), wanted_of(request)
    number = number_of(site, wanted.generation) or site.latest.number
    before = await earlier(site, number)
    view = await view_of(site, wanted, number, before)
    if view is None:
        return await rules.none_kept(request, site, number)
    report = view.report
    if wanted.rule and wanted.rule not in view.known:
        return await rules.unknown_rule(request, number, wanted.rule, view.known)
    part = await asyncio.to_thread(wanted.part, report)
    listed = wanted.listed(part)
    page, pages = page_of(request, len(view.councils) if view.unread else len(listed))
    forms = {form: name for form, (name, *_) in _FORMS.items()}
    if view.unread and view.fitting:
        forms = {} if _is_part(wanted) else {"json": forms["json"]}
    shown = listed[(page - 1) * PAGE : page * PAGE]
    return await show(
        request,
        "review.html",
        generation=number,
        latest=site.latest.number,
        wanted=wanted,
        report=report,
        view=view,
        found=view.fitting or len(listed),
        listed=shown,
        councils=view.councils[(page - 1) * PAGE : page * PAGE],
        labels=await unnamed(site, shown),
        page=page,
        pages=pages,
        at=lambda to: wanted.address(page=to),
        everything=Wanted(against=wanted.against, generation=wanted.generation),
        whole=Wanted(council=wanted.council, against=wanted.against, generation=wanted.generation),
        narrowed=await _narrowed(site, wanted, view),
        options=view.options,
        bodies=_bodies(report, wanted) if view.whole else [],
        before=before,
        kept=await earlier(site),
        forms=forms,
        most=site.limits.part_findings,
        **words(),
    )


def _is_part(wanted: Wanted) -> bool:
    """Whether less than a whole report is asked for, or more than it says of itself."""
    return bool(wanted.narrowed or wanted.against)


def _bodies(report: Report, wanted: Wanted) -> list[tuple[str, str, dict[str, int]]]:
    """Each body or document with its numbers of findings, the worst first: words, address, numbers."""
    rows, at = [], Wanted(council=wanted.council, generation=wanted.generation)
    for label, found in by_body(report.findings).items():
        first, address = found[0], ""
        if first.body:
            address = at.address(body=first.body)
        elif len(first.documents) == 1:
            address = at.address(document=first.documents[0], body=NO_BODY)
        rows.append((label, address, {name: sum(each.severity == name for each in found) for name in SEVERITIES}))
    return rows


async def _narrowed(site: Site, wanted: Wanted, view: View) -> list[tuple[str, str, str]]:
    """What the list is narrowed to, in words, each with the address that leaves it out."""
    told = dict(wanted.narrowed)
    if "thing" in told:
        table = await site.table(_LABEL, thing=iri(told["thing"]))
        told["thing"] = str(table.rows[0]["label"]) if table.rows else told["thing"]
    for field, choices in view.options.items():
        if field in told and choices:
            told[field] = next((text for value, text, _ in choices if value == told[field]), told[field])
    names = {"thing": "about", "text": "with the words"}
    return [
        (field, f"{names.get(field, field)}: {text}", wanted.address(**{field: ""})) for field, text in told.items()
    ]


_LABEL = """
SELECT ?thing ?label WHERE {
  { ?thing skos:prefLabel|dct:title ?label } UNION { GRAPH ?graph { ?thing skos:prefLabel|dct:title ?label } }
} LIMIT 1
"""


async def download(request: Request) -> Response:
    """The findings that are asked for, as a file."""
    site, wanted = site_of(request), wanted_of(request)
    form = request.url.path.rpartition(".")[2]
    number = number_of(site, wanted.generation) or site.latest.number
    view = await view_of(site, wanted, number, await earlier(site, number))
    if view is None:
        raise UnknownGeneration(
            f"generation {number} was not reviewed, or its report was not kept",
            "Build the graph again: govgraph build --force",
        )
    if view.unread and view.fitting:
        if form == "json" and not _is_part(wanted):
            return await as_kept(request, site, number, view.total)
        raise AnswerTooLarge(
            f"{view.fitting:,} findings are more than {site.limits.part_findings:,}, which are given at one time",
            "Ask for those of one council with council=NAME; /review.json has all of them.",
        )
    _, media_type, write = _FORMS[form]
    part = await asyncio.to_thread(wanted.part, view.report)
    body = (await asyncio.to_thread(write, part)).encode()
    headers = headers_of(number, len(wanted.listed(part))) | {"Content-Type": media_type}
    if form not in _SHOWN_HERE:
        headers["Content-Disposition"] = f'attachment; filename="review-generation-{number}.{form}"'
    return conditional(request, body, headers)


async def finding(request: Request) -> Response:
    """One finding, to be shared: as a page, or as JSON where the address ends in it."""
    site, named = site_of(request), request.path_params["id"][: LIMITS.name_characters]
    key, _, ending = named.partition(".")
    number = number_of(site, text_of(request, "generation")) or site.latest.number
    found = await finding_of(site, number, key)
    if found is None or ending not in ("", "json"):
        return await _gone(request, site, key, number)
    if ending:
        body = json.dumps({"generation": number} | asdict(found), indent=1, ensure_ascii=False).encode()
        headers = headers_of(number, 1) | {"Content-Type": "application/json"}
        return conditional(request, body, headers)
    before = await earlier(site, number)
    there, unread = await _had(site, before, key)
    same_rule, same_thing = await like(site, number, found)
    return await show(
        request,
        "review_finding.html",
        generation=number,
        latest=site.latest.number,
        finding=found,
        labels=await unnamed(site, [found]),
        same_rule=same_rule,
        same_thing=same_thing,
        before=before,
        since=there[-1] if there else 0,
        unread=unread,
        about=Wanted(thing=found.focus).address(),
        **words(),
    )


async def _had(site: Site, numbers: Sequence[int], key: str) -> tuple[list[int], bool]:
    """Which of some generations have a finding, and whether there is one where that is not known yet."""
    there, unknown = [], False
    for number in numbers:
        try:
            if await finding_of(site, number, key, wait=False):
                there.append(number)
        except (BeingMade, MakingFailed):
            unknown = True
    return there, unknown


async def _gone(request: Request, site: Site, key: str, number: int) -> Response:
    """That there is no such finding, and where it was last seen."""
    seen = await last_seen(site, key)
    if prefers_html(request.headers.get("accept")):
        return await show(
            request, "review_gone.html", status=404, generation=number, latest=site.latest.number, seen=seen, **words()
        )
    told = f"It was last seen in generation {seen[0]}." if seen else "No generation that is kept has it."
    problem = {
        "type": "about:blank", "title": "Unknown finding", "status": 404, "code": "unknown-finding",
        "detail": f"No finding of generation {number} has that address. {told} All findings: /review.json",
    }  # fmt: skip
    return respond(request, problem | ({"generation": seen[0]} if seen else {}))


router.add_route("/review", overview, include_in_schema=False)
for _form in _FORMS:
    router.add_route(f"/review.{_form}", download, include_in_schema=False)
router.add_route("/review/finding/{id}", finding, include_in_schema=False)
router.include_router(rules.router)
