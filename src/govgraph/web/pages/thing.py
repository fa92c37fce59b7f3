"""The page of a thing: a summary first, then what its kind calls for, where it is written, and the data."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import BadInput
from govgraph.knowledge.sources import passage
from govgraph.namespaces import DEF, PREFIXES
from govgraph.questions.library import find
from govgraph.questions.runner import prepare
from govgraph.questions.table import Table
from govgraph.rdf.terms import iri
from govgraph.settings import sources_folder
from govgraph.store.names import Named
from govgraph.web.class_diagram import draw_class
from govgraph.web.glossary import KINDS_OF_THINGS, Term, term_of
from govgraph.web.linked_data import dataset_of, known
from govgraph.web.links import href, iri_of, query_link
from govgraph.web.neighbours import Neighbours, around
from govgraph.web.pages.about import ABOUT, About, about
from govgraph.web.pages.charts import Charted, charted
from govgraph.web.pages.clauses import readable
from govgraph.web.pages.common import QUOTING, Cell, cells, columns, show, site_of
from govgraph.web.pages.reports import report_about
from govgraph.web.pages.wanted import Wanted
from govgraph.web.render import drawing
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_SECTIONS = (
    ("who-answers-to", "Who answers to it", DEF + "accountableTo"),
    ("who-chairs", "Chair and deputy", ""),
    ("seats", "Seats", DEF + "inBody"),
    ("responsibilities", "Responsibilities", DEF + "bearer"),
    ("changes-between-revisions", "What changed between the revisions", ""),
)
"""Questions whose answers stand on the page of a party; the last is the term that they make unnecessary."""

_FINDINGS = 10  # findings of the review that stand on the page
_OWN = ("", "All its lines to others", DEF + "accountableParty")
_LINES = """
SELECT ?party ?to (COALESCE(?name, "not stated") AS ?toLabel) ?mode ?strength ?clause ?condition
       (GROUP_CONCAT(DISTINCT ?matterLabel; separator="; ") AS ?matter) ?line
WHERE {
  ?line gov:accountableParty ?party ; gov:mode ?how ; gov:strength/skos:prefLabel ?strength .
  ?how skos:prefLabel ?mode ; skos:notation ?modeOrder .
  OPTIONAL { ?line dct:bibliographicCitation ?clause }
  OPTIONAL { ?line gov:accountableTo ?to . ?to skos:prefLabel ?name }
  OPTIONAL { ?line gov:condition ?condition }
  OPTIONAL { ?line gov:forMatter/skos:prefLabel ?matterLabel }
}
GROUP BY ?party ?to ?name ?mode ?strength ?clause ?condition ?line ?modeOrder
ORDER BY ?modeOrder ?toLabel ?clause ?line
"""


@dataclass(frozen=True)
class Section:
    """The answer of a saved question as part of a page."""

    title: str
    question: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    query: str


async def thing(request: Request) -> Response:
    """The page of a thing."""
    site, path = site_of(request), request.path_params["path"]
    name = iri_of(path)
    graphs = await known(site, name)
    dataset = dataset_of(site, graphs)
    facts = await about(site, name, dataset)
    party = DEF + "Party" in facts.classes and not dataset
    chart = await _chart(site, facts) if party else None
    sections = await _sections(site, facts) if party else []
    found = await report_about(site, name, _FINDINGS)
    term, near = await _term(site, name)
    told = {term for question, _, term in (*_SECTIONS, _OWN) if question in [found.question for found in sections]}
    return await show(
        request,
        "thing.html",
        headers=QUOTING if DEF + "Clause" in facts.classes else {},
        thing=facts,
        revisions=await _revisions(site, dataset),
        chart=chart,
        sections=sections,
        incoming=[group for group in facts.incoming if group.term not in (told | _AROUND if near else told)],
        passage=await _passage(site, facts),
        term=term,
        near=near,
        diagram=drawing(draw_class(near, href)) if near else "",
        findings=found.worst if found else [],
        found=found.total if found else 0,
        unread=found is None,
        review=Wanted(thing=name).address(),
        query=query_link(_EVERYWHERE if dataset else ABOUT, thing=iri(name)),
    )


_AROUND = {PREFIXES["rdfs"] + name for name in ("subClassOf", "domain", "range")}
"""What the diagram of a class tells."""

_EVERYWHERE = """SELECT ?thing ?property ?value ?graph WHERE { GRAPH ?graph { ?thing ?property ?value } }"""


async def _term(site: Site, name: str) -> tuple[Term | None, Neighbours | None]:
    """How often a term of the ontology is used; for a class, what stands around it."""
    found = await term_of(site, name)
    if found is None:
        return None, None
    term, every = found
    near = around(term, every) if term.kind == KINDS_OF_THINGS else None
    return term, near or None


async def _chart(site: Site, facts: About) -> Charted:
    return await charted(site, Named(facts.iri, facts.label, facts.kinds, facts.label))


async def _sections(site: Site, facts: About) -> list[Section]:
    """The saved questions that a party's kind calls for, where they have an answer."""
    found = []
    for name, title, _ in _SECTIONS:
        question = find(name)
        if question.parameters[0].class_iri not in facts.classes:
            continue
        prepared = prepare(question, {"body": facts.iri}, site.names())
        table = prepared.read(*await site.answers(prepared.requests))
        query = query_link(question.text, body=iri(facts.iri))
        found.append(await _section(site, name, title, table, query))
    own = await site.table(_LINES, party=iri(facts.iri))
    query = query_link(_LINES, party=iri(facts.iri))
    found.insert(1, await _section(site, *_OWN[:2], own, query))
    return [section for section in found if section.rows]


async def _section(site: Site, question: str, title: str, table: Table, query: str) -> Section:
    """An answer as part of a page, without columns that are empty or say the same everywhere."""
    hidden = ["bodyLabel", "lineLabel", "party"]
    hidden += [name for name in table.shown if not any(table.cell(row, name) for row in table.terms)]
    if len({table.cell(row, "documentLabel") for row in table.terms}) == 1:
        hidden.append("documentLabel")
    return Section(title, question, columns(table, hidden), await cells(site, table, hidden), query)


async def _revisions(site: Site, graphs: Sequence[str]) -> list[str]:
    """Names of the superseded revisions that alone have the thing."""
    text = "SELECT ?thing ?label WHERE { ?thing dct:source/skos:prefLabel ?label }"
    tables = [await site.table(text, thing=iri(graph)) for graph in graphs]
    return [str(row["label"]) for table in tables for row in table.rows]


async def _passage(site: Site, facts: About) -> str:
    """The words of a clause, where the operator has the document and it is unchanged."""
    folder = sources_folder()
    if folder is None or DEF + "Clause" not in facts.classes:
        return ""
    file = await site.table(_FILE, thing=iri(facts.iri))
    pinned: dict[str, Any] = {name: facts.value(DEF + name) for name in ("charStart", "charEnd", "sliceDigest")}
    if not file.rows or not all(pinned.values()):
        return ""
    try:
        start, end = int(pinned["charStart"]), int(pinned["charEnd"])
        found = await asyncio.to_thread(passage, folder, file.rows[0]["file"], start, end, pinned["sliceDigest"])
    except (BadInput, ValueError):
        return ""
    return readable(found)


_FILE = """
SELECT ?thing ?file WHERE {
  { ?thing eli:is_part_of+ ?version } UNION { GRAPH ?graph { ?thing eli:is_part_of+ ?version } }
  ?version gov:sourceFile ?file
} LIMIT 1
"""

router.add_route("/page/{path:path}", thing, include_in_schema=False)
