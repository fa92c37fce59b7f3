"""The terms of the ontology as a page lists them: what each means, where it stands, how often, and an example."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from govgraph.errors import StoreFailed
from govgraph.namespaces import DEF, GRAPH, PREFIXES, curie
from govgraph.rdf.terms import iri
from govgraph.store.base import Request as Query
from govgraph.web.state import Site

__all__ = ["KINDS_OF_THINGS", "Link", "Term", "counted_beside", "term_of", "terms_of"]

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
_DCAM = "http://purl.org/dc/dcam/"
_RELATED = f"""
SELECT ?term ?how ?other ?label WHERE {{
  GRAPH <{GRAPH}ontology> {{
    ?term ?how ?other .
    FILTER(?how IN (rdfs:subClassOf, rdfs:subPropertyOf, rdfs:domain, <{_DCAM}domainIncludes>,
                    rdfs:range, <{_DCAM}rangeIncludes>, skos:inScheme))
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
KINDS_OF_THINGS = "Kinds of things"
_KINDS = {
    "terms": {
        "Class": KINDS_OF_THINGS,
        "ObjectProperty": "Properties that lead to things",
        "DatatypeProperty": "Properties that have values",
    },
    "codes": {"ConceptScheme": "Code lists", "Concept": "Codes"},
}
_COUNTING = {
    KINDS_OF_THINGS: _OF_CLASSES,
    "Properties that lead to things": _OF_PROPERTIES,
    "Properties that have values": _OF_PROPERTIES,
    "Code lists": _OF_CODES,
    "Codes": _OF_CODES,
}
_RELATIONS = {
    "subClassOf": "broader", "subPropertyOf": "broader", "domain": "domain", "domainIncludes": "domain",
    "range": "range", "rangeIncludes": "range", "inScheme": "lists",
}  # fmt: skip
_VALUES = {
    "string": "text", "langString": "text in a language", "date": "day", "dateTime": "moment", "gYear": "year",
    "integer": "whole number", "nonNegativeInteger": "whole number", "positiveInteger": "whole number",
    "decimal": "number", "boolean": "yes or no", "anyURI": "address", "duration": "length of time",
}  # fmt: skip

Link = tuple[str, str]
"""IRI and label."""


@dataclass
class Term:
    """One term.

    Parameters
    ----------
    note, shown : when to use it, and an example in words, where the ontology gives them.
    kind : what the terms of its kind are called together.
    broader, domain, range, lists : the terms it is a kind of, that it stands on, that it leads to, and its code lists.
    uses : things of the class or code, or statements with the property, in the current facts; None where that has not
        been counted.
    example : IRI and label of one of them.
    """

    iri: str
    label: str
    kind: str = ""
    definition: str = ""
    note: str = ""
    shown: str = ""
    broader: list[Link] = field(default_factory=list)
    domain: list[Link] = field(default_factory=list)
    range: list[Link] = field(default_factory=list)
    lists: list[Link] = field(default_factory=list)
    uses: int | None = 0
    example: Link | None = None


async def terms_of(site: Site, part: str) -> Mapping[str, Sequence[Term]]:
    """The terms by kind.

    Parameters
    ----------
    part : "terms" for classes and properties, "codes" for the code lists.
    """
    kinds = await _kinds(site, part)
    if site.large:
        counts = await counted_beside(site) if part == "terms" else None  # codes are not counted beside
        for term in (term for terms in kinds.values() for term in terms):
            term.uses = None
            if counts:
                term.uses = counts["class"].get(term.iri, 0) or counts["property"].get(term.iri, 0)
    else:
        await _count(site, kinds, [Query(text) for text in dict.fromkeys(_COUNTING[words] for words in kinds)])
    return kinds


async def counted_beside(site: Site) -> dict[str, dict[str, int]] | None:
    """How often each class and property is used in a large graph; None until that has been counted beside."""
    with contextlib.suppress(StoreFailed):
        counts = await site.dumps.counts(site.latest, wait=False)
        return {"class": dict(counts["classes"]), "property": dict(counts["properties"])}
    return None


async def term_of(site: Site, name: str) -> tuple[Term, Sequence[Term]] | None:
    """One term, counted, and all those of its part of the ontology, which are not; None for what is no term."""
    for part in _KINDS if name.startswith(DEF) else ():
        kinds = await _kinds(site, part)
        every = [term for terms in kinds.values() for term in terms]
        for term in every:
            if term.iri == name:
                await _count(site, {term.kind: [term]}, [Query(_COUNTING[term.kind], {"term": iri(name)})])
                return term, every
    return None


async def _kinds(site: Site, part: str) -> dict[str, list[Term]]:
    """The terms by kind, as the ontology gives them."""
    listed, related = await site.tables(Query(_TERMS), Query(_RELATED))
    kinds: dict[str, list[Term]] = {words: [] for words in _KINDS[part].values()}
    known: dict[str, Term] = {}
    for row in listed.rows:
        words = _KINDS[part].get(str(row["kind"]).rpartition("#")[2])
        if words and row["term"] not in known:
            told, note, shown = (str(row[name] or "") for name in ("definition", "note", "example"))
            known[row["term"]] = Term(row["term"], str(row["label"]), words, told, note, shown)
            kinds[words].append(known[row["term"]])
    for row in related.rows:
        if row["term"] in known:
            links: list[Link] = getattr(known[row["term"]], _RELATIONS[re.split("[#/]", str(row["how"]))[-1]])
            links.append((row["other"], str(row["label"] or "") or _named(row["other"])))
    return {words: found for words, found in kinds.items() if found}


async def _count(site: Site, kinds: Mapping[str, Sequence[Term]], counting: Sequence[Query]) -> None:
    """Say of terms how often they are used, each with an example."""
    known = {term.iri: term for terms in kinds.values() for term in terms}
    names = site.names()
    for table in await site.tables(*counting):
        for row in table.rows:
            if term := known.get(row["term"]):
                term.uses, example = row["uses"], str(row["example"] or "")
                if label := names.label(example):
                    term.example = (example, label)


def _named(iri: str) -> str:
    """What a term of others is called: kinds of values in words, anything else by its short name."""
    kind = iri.removeprefix(PREFIXES["xsd"]).removeprefix(PREFIXES["rdf"])
    return _VALUES.get(kind) or ("code" if iri == PREFIXES["skos"] + "Concept" else curie(iri))
