"""A document clause by clause: what was drawn from each, what it cites, what was struck there, what was found."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from govgraph.errors import BadInput
from govgraph.knowledge.sources import passage
from govgraph.namespaces import DEF
from govgraph.review.findings import Finding
from govgraph.settings import sources_folder
from govgraph.web.links import href
from govgraph.web.pages.common import labels_of
from govgraph.web.pages.reports import findings_at
from govgraph.web.pages.revisions import Revision, anchor, query_of
from govgraph.web.state import Site

__all__ = ["Clause", "Fact", "Reference", "clauses", "passages", "readable", "sections"]

_CLAUSES = """
SELECT DISTINCT ?version ?clause ?number ?label ?first ?last ?start ?end ?digest ?description WHERE {
  ?clause eli:is_part_of+ ?version ; skos:prefLabel ?label . FILTER EXISTS { ?clause a gov:Clause }
  OPTIONAL { ?clause eli:number ?number }
  OPTIONAL { ?clause gov:lineStart ?first }
  OPTIONAL { ?clause gov:lineEnd ?last }
  OPTIONAL { ?clause gov:charStart ?start }
  OPTIONAL { ?clause gov:charEnd ?end }
  OPTIONAL { ?clause gov:sliceDigest ?digest }
  OPTIONAL { ?clause dct:description ?description }
} ORDER BY ?first ?last ?number ?clause
"""
_FACTS = """
SELECT DISTINCT ?version ?clause ?fact ?label (MIN(STR(?name)) AS ?kind) ?how ?strength WHERE {
  ?clause eli:is_part_of+ ?version . FILTER EXISTS { ?clause a gov:Clause }
  ?fact ?link ?clause . FILTER(?link IN (gov:basis, gov:inferredFrom))
  ?fact skos:prefLabel ?label ; a ?class .
  ?class skos:prefLabel ?name .
  FILTER NOT EXISTS { ?fact a/rdfs:subClassOf+ ?class }
  FILTER NOT EXISTS { ?fact a gov:CrossReference }
  BIND(IF(?link = gov:basis, "stated", "inferred") AS ?how)
  OPTIONAL { ?fact gov:strength ?strength }
} GROUP BY ?version ?clause ?fact ?label ?how ?strength ORDER BY ?kind ?label ?fact ?how
"""
_REFERENCES = """
SELECT DISTINCT ?version ?clause ?reference ?citedAs ?kind ?leads ?meant WHERE {
  ?clause eli:is_part_of+ ?version . ?reference gov:inClause ?clause ; gov:citedAs ?citedAs .
  FILTER EXISTS { ?reference a gov:CrossReference }
  OPTIONAL { ?reference gov:referenceKind ?kind }
  OPTIONAL { ?reference gov:resolvesTo ?leads }
  OPTIONAL { ?reference gov:intendedTarget ?meant }
} ORDER BY ?clause ?citedAs ?reference ?leads ?meant
"""
_STRUCK = """
SELECT DISTINCT ?version ?clause ?change ?label ?line WHERE {
  ?clause eli:is_part_of+ ?version . ?change gov:affectsClause ?clause ; skos:prefLabel ?label .
  FILTER EXISTS { ?change a gov:TextChange }
  OPTIONAL { ?change gov:lineStart ?line }
} ORDER BY ?clause ?line ?change
"""
_STRUCK_FROM = """
SELECT DISTINCT ?version ?clause ?change ?label ?line WHERE {
  ?change gov:inVersion ?version ; gov:basis ?clause ; skos:prefLabel ?label .
  FILTER EXISTS { ?change a gov:TextChange }
  OPTIONAL { ?change gov:lineStart ?line }
} ORDER BY ?clause ?line ?change
"""
_OUTSIDE = {DEF + "reference/" + name for name in ("instrument", "statute", "page")}
_LAST = ("reading", "used name", "used term")
"""Kinds of facts that only reviewers look for; they come after the others."""


@dataclass(frozen=True)
class Fact:
    """A thing or statement drawn from a clause; `strength` is "weak" or "inferred" where the text is not plain."""

    iri: str
    label: str
    kind: str
    strength: str = ""


@dataclass(frozen=True)
class Reference:
    """A place to which a clause sends its reader.

    Parameters
    ----------
    cited : as printed.
    outcome : "leads there", "leads elsewhere", "leads nowhere" or "not in the graph".
    leads, meant : where it leads and what seems to be meant, each a name and an address.
    """

    iri: str
    cited: str
    outcome: str
    leads: Sequence[tuple[str, str]] = ()
    meant: Sequence[tuple[str, str]] = ()


@dataclass
class Clause:
    """One clause with all that belongs beside it."""

    iri: str
    number: str
    label: str
    anchor: str
    first: int
    last: int
    start: int = 0
    end: int = 0
    digest: str = ""
    description: str = ""
    facts: list[Fact] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    struck: list[tuple[str, str]] = field(default_factory=list)
    findings: Sequence[Finding] = ()

    @property
    def kinds(self) -> dict[str, list[Fact]]:
        """The facts by kind; those that are about governance first."""
        found: dict[str, list[Fact]] = {}
        for fact in sorted(self.facts, key=lambda each: (each.kind in _LAST, each.kind)):
            found.setdefault(fact.kind, []).append(fact)
        return found

    @property
    def lines(self) -> str:
        """Where it stands in the source file, in words."""
        if not self.first:
            return ""
        return f"line {self.first}" if self.first == self.last else f"lines {self.first} to {self.last}"

    @property
    def weight(self) -> float:
        """How much room it takes on a page."""
        beside = len(self.facts) + len(self.references) + len(self.struck) + 3 * min(len(self.findings), 6)
        return 3 + beside + (self.end - self.start) / 200


async def clauses(site: Site, revision: Revision) -> list[Clause]:
    """The clauses of a version in reading order, each with what was drawn from it."""
    asked = [query_of(text, revision.iri, revision.graphs) for text in (_CLAUSES, _FACTS, _REFERENCES)]
    # The current text has the changes.
    asked.append(query_of(_STRUCK_FROM if revision.superseded else _STRUCK, revision.iri))
    own, facts, references, struck = await site.tables(*asked)
    wrong = await findings_at(site, {str(row["clause"]) for row in own.rows}) or {}
    found: dict[str, Clause] = {}
    taken: set[str] = set()
    for row in own.rows:
        clause = row["clause"]
        if clause not in found:
            name = anchor(clause)
            name = name if name not in taken else f"{name}-{len(found)}"
            taken.add(name)
            first, last, start, end = (_whole(row[each]) for each in ("first", "last", "start", "end"))
            digest, description = (str(row[each] or "") for each in ("digest", "description"))
            label, number = str(row["label"]), str(row["number"] or row["label"])
            found[clause] = Clause(clause, number, label, name, first, last, start, end, digest, description)
            found[clause].findings = wrong.get(clause, ())
    for row in facts.rows:
        if row["clause"] in found:
            _add(found[row["clause"]].facts, row["fact"], row["label"], row["kind"], row["how"], row["strength"])
    for clause, cited in (await _cited(site, references.rows)).items():
        if clause in found:
            found[clause].references = cited
    for row in struck.rows:
        if row["clause"] in found:
            found[row["clause"]].struck.append((str(row["label"]), row["change"]))
    for each in found.values():
        names = {fact.iri for fact in each.facts}
        # lines that only repeat a listed line for one group of its kind
        each.facts = [fact for fact in each.facts if fact.iri.partition("-for-")[0] not in names - {fact.iri}]
    return list(found.values())


def _add(facts: list[Fact], thing: str, label: object, kind: object, how: str, strength: str | None) -> None:
    if any(fact.iri == thing for fact in facts):
        return
    said = str(strength or "").removeprefix(DEF).lower()
    weak = "inferred" if how == "inferred" else said if said in ("weak", "inferred") else ""
    facts.append(Fact(thing, str(label), str(kind), weak))


async def _cited(site: Site, rows: Sequence[Mapping[str, str]]) -> dict[str, list[Reference]]:
    """The references of each clause."""
    named = await labels_of(site, (row[name] for row in rows for name in ("leads", "meant") if row[name]))
    grouped: dict[tuple[str, str, str, bool], tuple[dict[str, None], dict[str, None]]] = {}
    for row in rows:
        key = row["clause"], row["reference"], str(row["citedAs"]), row["kind"] in _OUTSIDE
        for name, targets in zip(("leads", "meant"), grouped.setdefault(key, ({}, {})), strict=True):
            if row[name]:
                targets[row[name]] = None
    found: dict[str, list[Reference]] = {}
    for (clause, reference, text, outside), (leads, meant) in grouped.items():
        if not leads:
            outcome = "not in the graph" if outside else "leads nowhere"
        else:
            outcome = "leads elsewhere" if meant.keys() - leads.keys() else "leads there"
        sides = [[(named.get(each, each), href(each)) for each in side] for side in (leads, meant)]
        found.setdefault(clause, []).append(Reference(reference, text, outcome, *sides))
    return found


async def passages(file: str, shown: Sequence[Clause]) -> tuple[dict[str, str], str]:
    """The words of clauses by IRI, from the operator's own copy; and what a reader is to know where there are none."""
    folder = sources_folder()
    if folder is None or not file:
        return {}, "The passage is shown only where the operator has the documents."
    return await asyncio.to_thread(_passages, folder, file, shown)


def _passages(folder: Path, file: str, shown: Sequence[Clause]) -> tuple[dict[str, str], str]:
    found = {}
    try:
        for clause in shown:
            if clause.digest:
                words = passage(folder, file, clause.start, clause.end, clause.digest)
                found[clause.iri] = readable(words)
    except (BadInput, ValueError):
        return {}, "The passage is shown only where the operator has the documents; this one is not there."
    if any(found.values()):
        return {name: words for name, words in found.items() if words}, ""
    return {}, "The operator's copy of the document is not the text that was read, so no passage is shown." * bool(
        found
    )


def readable(words: str) -> str:
    """A passage without the marks of its source file: of headings, lists, bold type and the borders of a table.

    >>> readable("## **8. Role of the Chair**"), readable("- 14.1. Each member"), readable("| a | b |")
    ('8. Role of the Chair', '14.1. Each member', 'a | b')
    """
    plain = re.sub(r"^ *#{1,6} +|\*\*|</?b>|^\| *| *\|$", "", words, flags=re.MULTILINE)
    return re.sub(r"^\s*[-*] +", "• " if "\n" in plain.strip() else "", plain, flags=re.MULTILINE)


def sections(found: Sequence[Clause]) -> list[tuple[str, str, Clause]]:
    """The parts into which the numbers of clauses fall: number, what its heading says, and the first clause of each.

    >>> sections([Clause("i", "5.3 b1", "", "", 1, 1), Clause("j", "5.4", "", "", 2, 2)])[0][:2]
    ('5', '')
    """
    headings = {clause.number: clause.description for clause in found}
    parts: dict[str, Clause] = {}
    for clause in found:
        parts.setdefault(re.split(r"[.\s(]", clause.number, maxsplit=1)[0] or clause.number, clause)
    return [(number, re.sub(r"^Heading: ", "", headings.get(number, "")), first) for number, first in parts.items()]


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
