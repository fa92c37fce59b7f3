"""The terms of the ontology as a page lists them: what each means, where it stands, how often, and an example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from govgraph.namespaces import DEF, GRAPH
from govgraph.store.base import Request as Query
from govgraph.web.state import Site

__all__ = ["Term", "terms_of"]

_TERMS = f"""
SELECT ?term ?kind ?label (SAMPLE(?told) AS ?definition) (SAMPLE(?noted) AS ?note) (SAMPLE(?shown) AS ?example)
WHERE {{
  GRAPH <{GRAPH}ontology> {{
    ?term a ?kind ; skos:prefLabel ?label .
    OPTIONAL {{ ?term skos:definition ?told }}
    OPTIONAL {{ ?term skos:scopeNote ?noted }}
    OPTIONAL {{ ?term skos:example ?shown }}
    FILTER(?kind IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty, skos:ConceptScheme, skos:Concept))
    FILTER(STRSTARTS(STR(?term), "{DEF}"))
  }}
}} GROUP BY ?term ?kind ?label ORDER BY ?label ?term
"""
_RELATED = f"""
SELECT ?term ?how ?other ?label WHERE {{
  GRAPH <{GRAPH}ontology> {{
    ?term ?how ?other .
    FILTER(?how IN (rdfs:subClassOf, rdfs:subPropertyOf, rdfs:domain, rdfs:range, skos:inScheme))
    FILTER(isIRI(?other) && STRSTARTS(STR(?term), "{DEF}"))
    OPTIONAL {{ ?other skos:prefLabel ?label }}
  }}
}} ORDER BY ?term ?how ?label ?other
"""
_OF_CLASSES = """
SELECT ?term (COUNT(DISTINCT ?thing) AS ?uses) (MIN(?thing) AS ?example) WHERE { ?thing a ?term } GROUP BY ?term
"""
_OF_PROPERTIES = """
SELECT ?term (COUNT(*) AS ?uses) (MIN(?thing) AS ?example) WHERE { ?thing ?term ?value } GROUP BY ?term
"""
_OF_CODES = f"""
SELECT ?term (COUNT(DISTINCT ?thing) AS ?uses) (MIN(?thing) AS ?example) WHERE {{
  GRAPH <{GRAPH}ontology> {{ ?term a skos:Concept }}
  ?thing ?how ?term . FILTER NOT EXISTS {{ GRAPH <{GRAPH}ontology> {{ ?thing skos:prefLabel ?own }} }}
}} GROUP BY ?term
"""
_KINDS = {
    "terms": {
        "Class": "Kinds of things",
        "ObjectProperty": "Properties that lead to things",
        "DatatypeProperty": "Properties that have values",
    },
    "codes": {"ConceptScheme": "Code lists", "Concept": "Codes"},
}
_RELATIONS = {
    "subClassOf": "broader", "subPropertyOf": "broader", "domain": "domain", "range": "range", "inScheme": "lists",
}  # fmt: skip

Link = tuple[str, str]
"""IRI and label."""


@dataclass
class Term:
    """One term.

    Parameters
    ----------
    note, shown : when to use it, and an example in words, where the ontology gives them.
    broader, domain, range, lists : the terms it is a kind of, that it stands on, that it leads to, and its code lists.
    uses : things of the class or code, or statements with the property, in the current facts.
    example : IRI and label of one of them.
    """

    iri: str
    label: str
    definition: str = ""
    note: str = ""
    shown: str = ""
    broader: list[Link] = field(default_factory=list)
    domain: list[Link] = field(default_factory=list)
    range: list[Link] = field(default_factory=list)
    lists: list[Link] = field(default_factory=list)
    uses: int = 0
    example: Link | None = None


async def terms_of(site: Site, part: str) -> Mapping[str, Sequence[Term]]:
    """The terms by kind.

    Parameters
    ----------
    part : "terms" for classes and properties, "codes" for the code lists.
    """
    counting = (_OF_CODES,) if part == "codes" else (_OF_CLASSES, _OF_PROPERTIES)
    listed, related, *counted = await site.tables(Query(_TERMS), Query(_RELATED), *map(Query, counting))
    kinds: dict[str, list[Term]] = {words: [] for words in _KINDS[part].values()}
    known: dict[str, Term] = {}
    for row in listed.rows:
        words = _KINDS[part].get(str(row["kind"]).rpartition("#")[2])
        if words and row["term"] not in known:
            told, note, shown = (str(row[name] or "") for name in ("definition", "note", "example"))
            known[row["term"]] = Term(row["term"], str(row["label"]), told, note, shown)
            kinds[words].append(known[row["term"]])
    for row in related.rows:
        if row["term"] in known:
            links: list[Link] = getattr(known[row["term"]], _RELATIONS[str(row["how"]).rpartition("#")[2]])
            links.append((row["other"], str(row["label"] or "")))
    examples: dict[str, str] = {}
    for row in (row for table in counted for row in table.rows):
        if row["term"] in known:
            known[row["term"]].uses = row["uses"]
            examples[row["term"]] = str(row["example"] or "")
    names = site.names()
    for iri, example in examples.items():
        if label := names.label(example):
            known[iri].example = (example, label)
    return {words: found for words, found in kinds.items() if found}
