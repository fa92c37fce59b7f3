"""The documents: a list, and each version clause by clause beside what was drawn from it."""

import difflib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from govgraph.errors import BadInput
from govgraph.limits import LIMITS
from govgraph.rdf.terms import iri
from govgraph.review.findings import Finding
from govgraph.store.base import Request as Query
from govgraph.web.links import href
from govgraph.web.pages.clauses import Clause, clauses, passages, sections
from govgraph.web.pages.common import QUOTING, UNKEPT, labels_of, show, site_of, text_of
from govgraph.web.pages.reports import findings_at, keys_at
from govgraph.web.pages.review_words import page_of
from govgraph.web.pages.revisions import Revision, find_revision, revisions
from govgraph.web.reading import conditional
from govgraph.web.sparql import OPEN, content_type
from govgraph.web.state import Site

__all__ = ["counts_of", "data", "router"]

router = APIRouter()

_COUNTS = """
SELECT ?version (COUNT(DISTINCT ?clause) AS ?clauses) (COUNT(DISTINCT ?fact) AS ?facts) WHERE {{
  VALUES ?version {{ {} }}
  ?clause eli:is_part_of+ ?version . FILTER EXISTS {{ ?clause a gov:Clause }}
  OPTIONAL {{ ?fact gov:basis|gov:inferredFrom ?clause }}
}} GROUP BY ?version ORDER BY ?version
"""
_PLACES = """
SELECT DISTINCT ?version ?clause WHERE {{
  VALUES ?version {{ {} }} ?clause eli:is_part_of+ ?version . FILTER EXISTS {{ ?clause a gov:Clause }}
}} ORDER BY ?clause
"""
_VERSION_OF = """
SELECT DISTINCT ?clause ?version WHERE {
  { ?clause eli:is_part_of+ ?version } UNION { GRAPH ?graph { ?clause eli:is_part_of+ ?version } }
} ORDER BY ?version
"""
_CITED = """
SELECT DISTINCT ?document WHERE {
  ?document a gov:Document . FILTER NOT EXISTS { ?version gov:versionOf ?document }
} ORDER BY ?document
"""
_ROOM = 420  # of the clauses on one page, by their weight: keeps a page below 150 KB
_DOCUMENTS = 50  # on one page
_AT_ONCE = 200  # versions counted in one query
_FINDINGS = 6  # listed at one clause


async def index(request: Request) -> Response:
    """All versions of all documents, or as data; an address that names a version or a clause leads to its place."""
    site = site_of(request)
    known = await revisions(site)
    if place := await _place(site, known, text_of(request, "version"), text_of(request, "clause")):
        return RedirectResponse(place, 303)
    if request.url.path.endswith(".json"):
        counts = await counts_of(site, known)
        told = [_told(each) | counts[each.iri] for each in known]
        unread = any(each["findings"] is None for each in counts.values())
        found = {"generation": site.latest.number, "documents": told}
        return data(request, found, len(told), site.latest.number, unread)
    titles: dict[str, list[Revision]] = {}
    for each in known:
        titles.setdefault(each.document or each.iri, []).append(each)
    page, pages = page_of(request, len(titles), _DOCUMENTS)
    shown = list(titles.values())[(page - 1) * _DOCUMENTS : page * _DOCUMENTS]
    cited = [str(row["document"]) for row in (await site.table(_CITED)).rows] if page == pages else []
    labels = await labels_of(site, cited)
    counts = await counts_of(site, [each for versions in shown for each in versions])
    return await show(
        request,
        "documents.html",
        documents=shown,
        total=len(titles),
        counts=counts,
        unread=any(each["findings"] is None for each in counts.values()),
        cited=sorted((labels[each], href(each)) for each in cited if each in labels),
        page=page,
        pages=pages,
        at=lambda to: f"/documents?page={to}",
    )


async def _place(site: Site, known: Sequence[Revision], version: str, clause: str) -> str:
    """Where a version, or a clause, stands among the documents, by its IRI; nothing where it does not."""
    versions = {version}
    if clause:
        try:
            found = await site.table(_VERSION_OF, clause=iri(clause))
        except BadInput:  # not a legal IRI
            return ""
        versions = {str(row["version"]) for row in found.rows}
    revision = next((each for each in known if each.iri in versions and each.slug), None)
    if revision is None:
        return ""
    return revision.address + (f"?{urlencode({'clause': clause})}" if clause else "")


async def counts_of(site: Site, known: Sequence[Revision]) -> dict[str, dict[str, int | None]]:
    """Numbers of clauses, of facts drawn and of findings of some versions, by version; None is not known."""
    asked = []
    for apart in (False, True):  # from the merged facts, and from the graphs of what was superseded
        some = [each for each in known if each.superseded == apart]
        graphs = tuple(sorted({graph for each in some for graph in each.graphs}))
        for start in range(0, len(some), _AT_ONCE):
            values = " ".join(f"<{each.iri}>" for each in some[start : start + _AT_ONCE])
            asked += [Query(text.format(values), default_graphs=graphs) for text in (_COUNTS, _PLACES)]
    tables = await site.tables(*asked)
    places = {str(row["clause"]) for table in tables if "clauses" not in table.columns for row in table.rows}
    wrong = await keys_at(site, places | {each.iri for each in known})
    counts: dict[str, dict[str, int | None]] = {each.iri: {"clauses": 0, "facts": 0, "findings": 0} for each in known}
    keys = wrong or {}
    found: dict[str, set[str]] = {each.iri: set(keys.get(each.iri, ())) for each in known}
    for table in tables:
        for row in table.rows:
            version = row["version"]
            if "clauses" in table.columns:
                counts[version] |= {"clauses": row["clauses"], "facts": row["facts"]}
            else:
                found[version].update(keys.get(row["clause"], ()))
    for version, its in found.items():
        counts[version]["findings"] = None if wrong is None else len(its)
    return counts


async def document(request: Request) -> Response:
    """One version of a document; as data where the address ends in .json."""
    site, name = site_of(request), request.path_params["path"][: 2 * LIMITS.name_characters]
    known = await revisions(site)
    revision = find_revision(known, name.removesuffix(".json"))
    own = await clauses(site, revision)
    wrong = await findings_at(site, [revision.iri, revision.document, *(each.iri for each in own)])
    if name.endswith(".json"):
        listed = [_clause(each) | ({"findings": None} if wrong is None else {}) for each in own]
        told = {"generation": site.latest.number, **_told(revision), "clauses": listed}
        return data(request, told, len(own), site.latest.number, wrong is None)
    pages = _pages(own)
    sought = text_of(request, "clause")
    at = next((page for page in enumerate(pages) for clause in page[1] if _named(clause, sought)), None)
    if sought and at:
        clause = next(each for each in at[1] if _named(each, sought))
        return RedirectResponse(f"{revision.address}?page={at[0] + 1}#{clause.anchor}", 303)
    asked = text_of(request, "page")
    number = min(int(asked), len(pages)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    number = max(number, 1)
    shown = pages[number - 1] if pages else []
    words, missing = await passages(revision.file, shown)
    where = {clause.iri: place for place, page in enumerate(pages, 1) for clause in page}
    count = (await counts_of(site, [revision]))[revision.iri]
    return await show(
        request,
        "document.html",
        status=404 if sought else 200,
        headers=QUOTING,
        revision=revision,
        others=[each for each in known if each.document == revision.document and each.iri != revision.iri],
        compared=_compared(revision, known),
        clauses=shown,
        most=_FINDINGS,
        whole=_worst(wrong.get(revision.iri, ()), wrong.get(revision.document, ())) if wrong else [],
        unread=wrong is None or count["findings"] is None,
        passages=words,
        missing=missing if shown else "",
        pages=[(page[0].number, page[-1].number) for page in pages],
        number=number,
        outline=[(part, told, first.anchor, where[first.iri]) for part, told, first in sections(own)],
        sought=sought,
        close=difflib.get_close_matches(sought, [each.number for each in own], LIMITS.suggestions, 0.5),
        total=len(own),
        count=count,
    )


def _named(clause: Clause, sought: str) -> bool:
    """Whether a reader means this clause: by number, label, IRI or the name of its place on the page."""
    folded = sought.casefold().removeprefix("clause ")
    if sought in (clause.iri, clause.anchor):
        return True
    return bool(sought) and folded in (clause.number.casefold(), clause.label.casefold())


def _pages(own: Sequence[Clause]) -> list[list[Clause]]:
    """The clauses in pages that take about the same room."""
    pages: list[list[Clause]] = []
    room = 0.0
    for clause in own:
        if not pages or room + clause.weight > _ROOM:
            pages.append([])
            room = 0
        pages[-1].append(clause)
        room += clause.weight
    return pages


def _worst(*found: Sequence[Finding]) -> list[Finding]:
    return [*{one.key: one for each in found for one in each}.values()]


def _compared(revision: Revision, known: Sequence[Revision]) -> list[tuple[str, Revision, Revision]]:
    """Comparisons with the versions next to it: words, the earlier and the later."""
    found = [
        ("What changed since the earlier revision", each, revision) for each in known if each.iri in revision.follows
    ]
    return found + [
        ("What the later revision changed", revision, each) for each in known if revision.iri in each.follows
    ]


def _told(revision: Revision) -> dict[str, Any]:
    return {
        "version": revision.iri,
        "label": revision.label,
        "document": revision.document,
        "title": revision.title,
        "about": [name for name, _ in revision.councils],
        "date": revision.day or None,
        "status": revision.status or None,
        "page": revision.address,
        "notes": list(revision.told),
    }


def _clause(clause: Clause) -> dict[str, Any]:
    """A clause as data; its words are its author's, and stay out."""
    return {
        "clause": clause.iri,
        "number": clause.number,
        "label": clause.label,
        "lines": [clause.first, clause.last] if clause.first else None,
        "description": clause.description or None,
        "facts": [
            {"fact": fact.iri, "label": fact.label, "kind": fact.kind, "strength": fact.strength or "explicit"}
            for fact in clause.facts
        ],
        "references": [
            {
                "reference": each.iri,
                "cited": each.cited,
                "outcome": each.outcome,
                "leads": [name for name, _ in each.leads],
                "meant": [name for name, _ in each.meant],
            }
            for each in clause.references
        ],
        "struck": [{"change": change, "label": label} for label, change in clause.struck],
        "findings": [
            {"id": one.id, "rule": one.rule, "severity": one.severity, "label": one.label, "message": one.message}
            for one in clause.findings
        ],
    }


def data(request: Request, told: dict[str, Any], rows: int, generation: int, unread: bool = False) -> Response:
    """What a page says, for programs.

    Parameters
    ----------
    unread : whether it lacks findings that are not known yet.
    """
    body = json.dumps(told, indent=1, ensure_ascii=False).encode()
    headers = {
        "Content-Type": content_type("application/json"),
        "Vary": "Accept",
        "Govgraph-Generation": str(generation),
        "Govgraph-Complete": "true",
        "Govgraph-Rows": str(rows),
        "Cache-Control": "no-cache",
        **OPEN,
        **(UNKEPT if unread else {}),
    }
    return conditional(request, body, headers)


router.add_route("/documents", index, include_in_schema=False)
router.add_route("/documents.json", index, include_in_schema=False)
router.add_route("/documents/{path:path}", document, include_in_schema=False)
