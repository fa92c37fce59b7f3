"""The page of /sparql: the query in its editor, and below it the answer, what is wrong, or what each pattern finds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import GovgraphError
from govgraph.limits import LIMITS
from govgraph.questions.library import library
from govgraph.questions.table import read_table
from govgraph.store.base import Answer
from govgraph.web.explain import Explained
from govgraph.web.links import with_values
from govgraph.web.problems import problem_of
from govgraph.web.protocol import Asked
from govgraph.web.remarks import Remark, remarks
from govgraph.web.render import page
from govgraph.web.state import Site

__all__ = ["ACCEPTED", "blank", "explained", "found", "refused"]

ACCEPTED = ("application/sparql-results+json", "text/turtle")
"""Forms of answer that the page can show."""

_OWN = {"Cache-Control": "private, no-cache"}  # a query may ask for the time, and counting takes another time each time
_ROWS = 500
_GRAPH_FORMS = (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"), ("RDF/XML", "rdf"))
_TABLE_FORMS = (("JSON", "json"), ("CSV", "csv"), ("TSV", "tsv"), ("XML", "xml"))
_EXAMPLE = """# Every line of accountability, with the clause that states it and how sure the text is
SELECT ?partyLabel ?toLabel ?mode ?strength ?clause ?line
WHERE {
  ?line a gov:AccountabilityLine ; gov:accountableParty ?party ; gov:accountableTo ?to ;
        gov:mode/skos:prefLabel ?mode ; gov:strength/skos:prefLabel ?strength ;
        dct:bibliographicCitation ?clause .
  ?party skos:prefLabel ?partyLabel .
  ?to skos:prefLabel ?toLabel .
}
ORDER BY ?toLabel ?partyLabel
LIMIT 50
"""


async def blank(request: Request, site: Site) -> Response:
    """The editor with an example: a saved question where one is named."""
    saved = library().get(request.query_params.get("example", ""))
    text = f"# {' '.join(saved.question.split())}\n{with_values(saved.text)}\n" if saved else _EXAMPLE
    return await _page(request, site, text)


async def refused(request: Request, site: Site, asked: Asked, error: GovgraphError) -> Response:
    """The editor with a query that got no answer, and why."""
    text, problem = asked.query or "", problem_of(error)
    noted = remarks(text, problem)
    for each in noted:
        said = each.message[:1].lower() + each.message[1:]
        problem["detail"] = f"The query cannot be read at line {each.line}, column {each.column}: {said}"
    return await _page(request, site, text, asked, status=error.status, problem=problem, noted=noted)


async def explained(request: Request, site: Site, asked: Asked, counted: Explained) -> Response:
    """The editor, and what each pattern of the query finds."""
    return await _page(
        request, site, asked.query or "", asked, headers=_OWN, explained=counted, generation=counted.generation
    )


async def found(request: Request, site: Site, asked: Asked, answer: Answer, emptied: str) -> Response:
    """The editor, the answer, how whole it is, and links to the same answer as data.

    Parameters
    ----------
    emptied : for an answer without rows, the sentence that says which pattern leaves nothing.
    """
    text, graph = asked.query or "", answer.kind == "graph"
    table = None if graph else read_table(answer.body, answer.generation)
    lines = answer.body.decode().splitlines() if graph else []
    return await _page(
        request,
        site,
        text,
        asked,
        headers={"Govgraph-Complete": str(answer.complete).lower(), "Govgraph-Rows": str(answer.rows), **_OWN},
        generation=answer.generation,
        built=_day(site.generation(str(answer.generation)).manifest["created"]),
        noted=remarks(text, notes=answer.notes),
        table=table,
        graph="\n".join(lines[: _ROWS * 4]) if graph else None,
        total=answer.rows,
        yes=answer.kind == "boolean" and bool(table and table.terms and table.terms[0]["answer"]["value"] == "true"),
        boolean=answer.kind == "boolean",
        links=[(name, _again(asked, format=form)) for name, form in (_GRAPH_FORMS if graph else _TABLE_FORMS)],
        shown=_ROWS,
        emptied=emptied,
        whole=answer.complete,
        cut=len(lines) > _ROWS * 4 or (table is not None and len(table) > _ROWS),
    )


async def _page(
    request: Request,
    site: Site,
    text: str,
    asked: Asked | None = None,
    noted: Sequence[Remark] = (),
    **shown: Any,
) -> Response:
    text = text[: LIMITS.query_characters]
    known: dict[str, Any] = {"problem": None, "table": None, "graph": None, "explained": None, "links": []}
    known["generation"] = site.latest.number
    return page(
        request,
        "sparql.html",
        scripts=("editor.js",),
        licence=await site.licence(),
        query=text,
        kept=[(name, value) for name, value in _fields(asked) if name != "query"] if asked else [],
        noted=[(each, [(name, _again(asked, query=new)) for name, new in each.mended(text)]) for each in noted],
        places=[vars(each) for each in noted],
        permalink=_again(asked) if asked else "",
        explain=_again(asked, explain="") if asked else "",
        examples=_examples(),
        **{**known, **shown},
    )


def _fields(asked: Asked) -> list[tuple[str, str]]:
    """The request in the fields of a form; browsers send line ends of two characters (HTML §4.10.21.8)."""
    fields = [("query", (asked.query or "").replace("\r\n", "\n"))]
    fields += [("default-graph-uri", name) for name in asked.default_graphs]
    fields += [("named-graph-uri", name) for name in asked.named_graphs]
    return fields + ([("generation", asked.generation)] if asked.generation else [])


def _again(asked: Asked | None, **changed: str) -> str:
    """Address that asks the same again, with something changed."""
    fields = [(name, value) for name, value in (_fields(asked) if asked else []) if name not in changed]
    return "/sparql?" + urlencode([*fields, *changed.items()])


def _examples() -> list[tuple[str, list[tuple[str, str]]]]:
    """The saved questions by their first topic, each with the address that puts it into the editor."""
    topics: dict[str, list[tuple[str, str]]] = {}
    for saved in library().values():
        topics.setdefault(saved.tags[0], []).append((saved.title, f"/sparql?example={saved.id}"))
    return sorted(topics.items())


def _day(created: str) -> str:
    day = datetime.fromisoformat(created)
    return f"{day.day} {day:%B %Y}"
