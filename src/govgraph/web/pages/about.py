"""Everything that the graph says about one thing, sorted for a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from govgraph.limits import LIMITS
from govgraph.namespaces import DEF, PREFIXES
from govgraph.rdf.terms import JsonTerm, iri, plain
from govgraph.store.base import Request as Query
from govgraph.web.links import href
from govgraph.web.pages.common import labels_of
from govgraph.web.pages.words import HIDDEN, incoming, outgoing
from govgraph.web.state import Site

__all__ = ["ABOUT", "About", "Basis", "Group", "about"]

ABOUT = "SELECT DISTINCT ?thing ?property ?value WHERE { ?thing ?property ?value } ORDER BY ?property ?value"
_POINTING_AT_MOST = 2000
"""Statements about others that are looked at: half of a nation may point to one code."""

_POINTING = f"""
SELECT DISTINCT ?subject ?property ?thing WHERE {{ ?subject ?property ?thing }} LIMIT {_POINTING_AT_MOST}
"""
_KINDS = """
SELECT DISTINCT ?thing ?kind ?label WHERE {
  ?thing a ?kind .
  { ?kind skos:prefLabel ?label } UNION { GRAPH ?ontology { ?kind skos:prefLabel ?label } }
  FILTER NOT EXISTS { ?thing a ?special . ?special rdfs:subClassOf+ ?kind . FILTER(?special != ?kind) }
} ORDER BY ?label
"""
_BASIS = """
SELECT DISTINCT ?thing ?how ?clause ?label ?description ?first ?last WHERE {
  VALUES ?how { gov:basis gov:inferredFrom }
  ?thing ?how ?clause .
  OPTIONAL { ?clause skos:prefLabel ?label }
  OPTIONAL { ?clause dct:description ?description }
  OPTIONAL { ?clause gov:lineStart ?first }
  OPTIONAL { ?clause gov:lineEnd ?last }
} ORDER BY ?how ?first ?clause
"""
_AT_MOST = 200  # things listed under one heading
_SKOS, _DCT = PREFIXES["skos"], PREFIXES["dct"]


@dataclass(frozen=True)
class Group:
    """Things or values under one heading; `more` were left out."""

    term: str
    heading: str
    entries: Sequence[tuple[str, str]]
    more: int = 0


@dataclass(frozen=True)
class Basis:
    """A clause that a thing rests on."""

    label: str
    address: str
    description: str
    lines: str
    inferred: bool


@dataclass
class About:
    """A thing and what is said about it.

    Parameters
    ----------
    classes : IRIs of its classes; `kinds` are the labels of the most special ones.
    summary : a definition or description in our own words.
    crowded : more things point to it than were looked at, so that `incoming` has only some of them.
    """

    iri: str
    label: str = ""
    kinds: str = ""
    classes: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    summary: str = ""
    generic: bool = False
    facts: list[Group] = field(default_factory=list)
    incoming: list[Group] = field(default_factory=list)
    crowded: bool = False
    basis: list[Basis] = field(default_factory=list)
    values: dict[str, list[str]] = field(default_factory=dict)

    def value(self, term: str) -> str:
        """The first value of a term, or nothing."""
        return (self.values.get(term) or [""])[0]


async def about(site: Site, thing: str, graphs: Sequence[str] = ()) -> About:
    """Everything about a thing.

    Parameters
    ----------
    graphs : where to read; empty is the default graph.
    """
    texts = (ABOUT, _POINTING, _KINDS, _BASIS)
    asked = [Query(text, {"thing": iri(thing)}, default_graphs=tuple(graphs)) for text in texts]
    own, pointing, kinds, basis = await site.tables(*asked)
    terms: dict[str, list[JsonTerm]] = {}
    for row in own.terms:
        terms.setdefault(row["property"]["value"], []).append(row["value"])
    subjects: dict[str, list[str]] = {}
    for found in sorted(pointing.rows, key=lambda row: (row["property"], row["subject"])):
        subjects.setdefault(found["property"], []).append(found["subject"])
    mentioned = [term["value"] for values in terms.values() for term in values if term["type"] == "uri"]
    listed = [subject for found in subjects.values() for subject in found]
    labels = await labels_of(site, [thing, *terms, *subjects, *mentioned, *listed])
    result = About(thing, values={name: [term["value"] for term in found] for name, found in terms.items()})
    result.label = (
        labels.get(thing) or result.value(PREFIXES["rdfs"] + "label") or result.value(_DCT + "title") or thing
    )
    result.kinds = ", ".join(dict.fromkeys(str(row["label"]) for row in kinds.rows))
    result.classes = set(result.values.get(PREFIXES["rdf"] + "type", []))
    if graphs:
        result.classes |= {DEF + "Clause"} if DEF + "lineStart" in terms else set()
    result.names = result.values.get(_SKOS + "altLabel", [])
    result.remarks = result.values.get(_SKOS + "editorialNote", [])
    result.summary = result.value(_SKOS + "definition") or result.value(_DCT + "description")
    result.generic = result.value(DEF + "isGeneric") == "true"
    result.facts = _facts(terms, labels)
    if DEF + "lineStart" in result.values:
        where = _lines(result.value(DEF + "lineStart"), result.value(DEF + "lineEnd")) + " of the source file"
        result.facts.append(Group(DEF + "lineStart", "Where it stands", [(where, "")]))
    result.incoming = _incoming(subjects, labels)
    result.crowded = len(pointing.rows) == _POINTING_AT_MOST
    result.basis = [
        Basis(
            str(row["label"] or row["clause"]),
            href(row["clause"]),
            str(row["description"] or ""),
            _lines(row["first"], row["last"]),
            row["how"] == DEF + "inferredFrom",
        )
        for row in basis.rows
    ]
    return result


def _facts(terms: dict[str, list[JsonTerm]], labels: dict[str, str]) -> list[Group]:
    groups = []
    for term, values in terms.items():
        if term not in HIDDEN and term != DEF + "inferredFrom":
            place, words = outgoing(term, labels)
            entries = sorted((_shown(value, labels) for value in values), key=lambda entry: _natural(entry[0]))
            groups.append((place, words, Group(term, words, entries[:_AT_MOST], max(0, len(entries) - _AT_MOST))))
    return [group for *_, group in sorted(groups, key=lambda found: found[:2])]


def _incoming(subjects: dict[str, list[str]], labels: dict[str, str]) -> list[Group]:
    groups = []
    for term, found in subjects.items():
        if term not in HIDDEN - {PREFIXES["rdf"] + "type", DEF + "basis"}:
            place, words = incoming(term, labels)
            entries = [(labels[subject], href(subject)) for subject in _originals(found) if subject in labels]
            entries.sort(key=lambda entry: _natural(entry[0]))
            if entries:
                more = max(0, len(entries) - _AT_MOST)
                groups.append((place, words, Group(term, words, entries[:_AT_MOST], more)))
    return [group for *_, group in sorted(groups, key=lambda found: found[:2])]


def _originals(subjects: Sequence[str]) -> list[str]:
    """The things without those lines that only repeat a listed line for one group of its kind."""
    listed = set(subjects)
    return [subject for subject in dict.fromkeys(subjects) if subject.partition("-for-")[0] not in listed - {subject}]


def _shown(value: JsonTerm, labels: dict[str, str]) -> tuple[str, str]:
    """Text and address of a value."""
    if value["type"] == "uri":
        return labels.get(value["value"], value["value"])[: 2 * LIMITS.name_characters], href(value["value"])
    told = plain(value)
    if isinstance(told, bool):
        return "yes" if told else "no", ""
    return str(told), ""


def _natural(text: str) -> list[tuple[int, int | str]]:
    """Sort key under which 22.9 comes before 22.10."""
    parts = re.findall(r"\d+|\D+", text.casefold())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _lines(first: object, last: object) -> str:
    if first is None:
        return ""
    return f"line {first}" if first == last else f"lines {first} to {last}"
