"""/def/terms.json: the terms that a query may use, for the completion of editors; small, and kept by browsers."""

import json
import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.namespaces import DEF, GRAPH, PREFIXES, curie
from govgraph.store.base import Request as Query
from govgraph.web.glossary import counted_beside
from govgraph.web.linked_data import METHODS, preflight
from govgraph.web.pages.common import site_of
from govgraph.web.reading import conditional
from govgraph.web.sparql import OPEN
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_OURS = f"""
SELECT ?term ?label (SAMPLE(?told) AS ?definition) ?kind WHERE {{
  GRAPH <{GRAPH}ontology> {{
    VALUES (?type ?kind) {{
      (owl:Class "class") (owl:ObjectProperty "property") (owl:DatatypeProperty "property") (skos:Concept "code")
    }}
    ?term a ?type ; skos:prefLabel ?label .
    OPTIONAL {{ ?term skos:definition ?told }}
    FILTER(STRSTARTS(STR(?term), "{DEF}"))
  }}
}} GROUP BY ?term ?label ?kind ORDER BY ?term
"""
_PROPERTIES = "SELECT ?term (COUNT(*) AS ?uses) WHERE { ?s ?term ?o } GROUP BY ?term ORDER BY ?term"
_CLASSES = "SELECT ?term (COUNT(*) AS ?uses) WHERE { ?s a ?term } GROUP BY ?term ORDER BY ?term"
_LONGEST = 300  # characters of a definition
_PLAIN = re.compile(r"[a-z-]+:[A-Za-z0-9_][A-Za-z0-9_-]*")  # what SPARQL reads as a prefixed name without escapes


async def terms(request: Request) -> Response:
    """Prefixes, and each class, property and code with its label, definition and number of uses."""
    if request.method == "OPTIONS":
        return preflight()
    site = site_of(request)
    [ours] = await site.tables(Query(_OURS))
    used = await counted_beside(site) if site.large else await _used(site)
    told = []
    for row in ours.rows:
        kind = str(row["kind"])
        counts = (used or {}).get(kind)  # codes are not counted
        uses = None if counts is None else counts.pop(str(row["term"]), 0)
        told.append(_term(str(row["term"]), str(row["label"]), kind, uses, str(row.get("definition") or "")))
    for kind, counts in (used or {}).items():
        told += [_term(iri, _words(iri), kind, uses, "") for iri, uses in counts.items() if curie(iri) != iri]
    content = {"generation": ours.generation, "prefixes": PREFIXES, "terms": told}
    headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-cache",
        "Govgraph-Generation": str(ours.generation),
        "Govgraph-Complete": "false" if used is None else "true",
        "Govgraph-Rows": str(len(told)),
        **OPEN,
    }
    return conditional(request, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), headers)


async def _used(site: Site) -> dict[str, dict[str, int]]:
    """How often each class and property is used."""
    classes, properties = await site.tables(Query(_CLASSES), Query(_PROPERTIES))
    return {"class": _counts(classes.rows), "property": _counts(properties.rows)}


def _counts(rows: list[dict[str, object]]) -> dict[str, int]:
    return {str(row["term"]): int(str(row["uses"])) for row in rows}


def _term(iri: str, label: str, kind: str, uses: int | None, definition: str) -> dict[str, object]:
    """One term; `uses` is null where they are not counted, `insert` what a query must say where the name cannot."""
    name = curie(iri)
    told: dict[str, object] = {"name": name, "label": label, "kind": kind, "uses": uses}
    if definition:
        told["definition"] = definition if len(definition) <= _LONGEST else definition[: _LONGEST - 1] + "…"
    if not _PLAIN.fullmatch(name):
        told["insert"] = f"<{iri}>"
    return told


def _words(iri: str) -> str:
    """The local name of a term of others in words.

    >>> _words("http://www.w3.org/ns/org#memberOf")
    'member of'
    """
    local = re.sub(r".*[/#]", "", iri)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local).lower()


router.add_route("/def/terms.json", terms, methods=METHODS, include_in_schema=False)
