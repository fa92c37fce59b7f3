"""What a revision struck from a text, what stands in its place, and how the bodies changed with it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from govgraph.namespaces import DEF, PREFIXES
from govgraph.questions.library import find
from govgraph.store.base import Request as Query
from govgraph.web.links import href
from govgraph.web.pages.clauses import Clause, passages
from govgraph.web.pages.common import labels_of
from govgraph.web.pages.revisions import Revision, anchor, query_of
from govgraph.web.state import Site

__all__ = ["BodyChanges", "Struck", "bodies_changed", "struck"]

Link = tuple[str, str]
"""A name and its address."""

_CHANGES = """
SELECT DISTINCT ?version ?change ?property ?value WHERE {
  ?change gov:inVersion ?version ; ?property ?value . FILTER EXISTS { ?change a gov:TextChange }
} ORDER BY ?change ?property ?value
"""
_PLACES = """
SELECT DISTINCT ?version ?change ?clause ?number ?description ?start ?end ?digest WHERE {
  ?change gov:inVersion ?version ; gov:basis|gov:affectsClause ?clause . FILTER EXISTS { ?change a gov:TextChange }
  OPTIONAL { ?clause eli:number ?number }
  OPTIONAL { ?clause dct:description ?description }
  OPTIONAL { ?clause gov:charStart ?start }
  OPTIONAL { ?clause gov:charEnd ?end }
  OPTIONAL { ?clause gov:sliceDigest ?digest }
} ORDER BY ?clause
"""
_STANDING = """
SELECT DISTINCT ?version ?fact WHERE {
  ?change gov:inVersion ?version ; gov:affectsFact|gov:replacedBy ?fact . ?fact a ?kind
  FILTER EXISTS { ?change a gov:TextChange }
} ORDER BY ?fact
"""
_NUMBERS = "SELECT DISTINCT ?version ?number WHERE { ?clause eli:is_part_of+ ?version ; eli:number ?number }"
_PARTS = {
    "member": ("member", "members"),
    "seats": ("seats", "seats"),
    "group": ("group", "groups"),
    "duty": ("duty", "duties"),
}
"""Parts of a body as the saved question names them: one of them, and several."""
_SKOS = PREFIXES["skos"]


@dataclass
class Struck:
    """One change of a text.

    Parameters
    ----------
    first, last : physical lines of the source file where it stood.
    words : the words struck, where the operator has them; `description` says in ours what they were.
    at : clauses of the later text where it stood, each with an address and what it says.
    gone, standing, instead : what is no longer stated, what it touches that is, and what stands in its place.
    """

    iri: str
    label: str
    anchor: str
    kind: str = ""
    first: int = 0
    last: int = 0
    description: str = ""
    words: str = ""
    at: Sequence[tuple[str, str, str]] = ()
    gone: Sequence[Link] = ()
    standing: Sequence[Link] = ()
    instead: Sequence[Link] = ()
    remarks: Sequence[str] = ()

    @property
    def lines(self) -> str:
        """Where it stood in the source file, in words."""
        if not self.first:
            return ""
        return f"line {self.first}" if self.first == self.last else f"lines {self.first} to {self.last}"


@dataclass(frozen=True)
class Row:
    """One thing that came, went or changed in a body."""

    name: str
    address: str
    change: str
    strength: str
    clauses: Sequence[Link]
    now: Sequence[Link] = ()


@dataclass
class BodyChanges:
    """What changed in one body, by part: its members, its groups, its duties."""

    iri: str
    label: str
    parts: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return "b" + anchor(self.iri)[1:]

    @property
    def sentence(self) -> str:
        """How many of each part came and went, in words."""
        told = []
        for part, rows in self.parts.items():
            for change in ("struck", "new"):
                if count := sum(row.change == change for row in rows):
                    noun = _PARTS.get(part, (part, part))[count > 1]
                    told.append(f"{count} {noun} struck" if change == "struck" else f"{count} new {noun}")
            told += [f"{part} of {row.name}: {row.change}" for row in rows if row.change not in ("struck", "new")]
        return "; ".join(told)


async def struck(site: Site, earlier: Revision, later: Revision) -> tuple[list[Struck], str]:
    """The changes of the earlier text in reading order; and what to know where their words are not shown."""
    changes, places, standing = await site.tables(
        *(query_of(text, earlier.iri) for text in (_CHANGES, _PLACES, _STANDING))
    )
    told: dict[str, dict[str, list[str]]] = {}
    for row in changes.rows:
        told.setdefault(row["change"], {}).setdefault(row["property"], []).append(str(row["value"]))
    linked = [row["value"]["value"] for row in changes.terms if row["value"]["type"] == "uri"]
    labels = await labels_of(site, linked)
    clauses = {row["clause"]: row for row in places.rows}
    deleted = [
        Clause(name, "", "", "", 0, 0, _whole(row["start"]), _whole(row["end"]), str(row["digest"] or ""))
        for name, row in clauses.items()
        if any(name in facts.get(DEF + "basis", []) for facts in told.values())
    ]
    words, missing = await passages(earlier.file, deleted)
    stands = {row["fact"] for row in standing.rows}
    found = []
    for change, facts in told.items():
        one = Struck(change, (facts.get(_SKOS + "prefLabel") or [change])[0], anchor(change))
        one.first, one.last = (_whole((facts.get(DEF + name) or [""])[0]) for name in ("lineStart", "lineEnd"))
        one.kind = labels.get((facts.get(DEF + "changeType") or [""])[0], "")
        basis = facts.get(DEF + "basis", [])
        one.words = _without_marks("\n".join(words[name] for name in basis if name in words), later.marks)
        one.description = " ".join(str(clauses[name]["description"] or "") for name in basis if name in clauses).strip()
        one.at = [_at(later, clauses[name]) for name in facts.get(DEF + "affectsClause", []) if name in clauses]
        instead = facts.get(DEF + "replacedBy", [])
        touched = [name for name in facts.get(DEF + "affectsFact", []) if name not in instead]
        one.gone = _links((name for name in touched if name not in stands), labels)
        one.standing = _links((name for name in touched if name in stands), labels)
        one.instead = _links(instead, labels)
        one.remarks = facts.get(_SKOS + "editorialNote", [])
        found.append(one)
    return sorted(found, key=lambda each: (each.first, each.last, each.label, each.iri)), missing


def _without_marks(words: str, marks: Sequence[str]) -> str:
    """The words struck, without what a word processor wrote around them.

    >>> _without_marks("Deleted: <#>A group¶", ["Deleted:"])
    'A group'
    """
    for mark in (*marks, "<#>", "¶"):
        words = words.replace(mark, "")
    return "\n".join(line for each in words.split("\n") if (line := each.strip()))


def _at(later: Revision, row: Mapping[str, str]) -> tuple[str, str, str]:
    number = str(row["number"] or "")
    address = f"{later.address}?clause={quote(number, safe='')}" if later.slug and number else href(row["clause"])
    return number or "the clause", address, str(row["description"] or "")


def _links(names: Iterable[str], labels: Mapping[str, str]) -> list[Link]:
    return sorted((labels.get(name, name), href(name)) for name in names)


async def bodies_changed(site: Site, earlier: Revision, later: Revision) -> list[BodyChanges]:
    """What changed in each body between a revision and the next; by name, the members first."""
    texts = find("changes-between-revisions").text, find("earlier-members-not-current").text
    asked = [Query(text) for text in texts]
    asked += [query_of(_NUMBERS, each.iri, each.graphs) for each in (earlier, later)]
    changes, members, *numbers = await site.tables(*asked)
    now: dict[tuple[str, str], list[Link]] = {}
    for row in members.rows:
        if row["nowIn"]:
            now.setdefault((row["body"], row["member"]), []).append((str(row["nowInLabel"]), href(row["nowIn"])))
    places: dict[str, str] = {}
    for revision, table in zip((earlier, later), numbers, strict=True):
        for row in table.rows:
            number = str(row["number"])
            places.setdefault(number, f"{revision.address}?clause={quote(number, safe='')}" if revision.slug else "")
    found: dict[str, BodyChanges] = {}
    for row in changes.rows:
        if row["document"] != later.document:
            continue
        body = found.setdefault(row["body"], BodyChanges(row["body"], str(row["bodyLabel"])))
        struck_member = row["part"] == "member" and row["change"] == "struck"
        body.parts.setdefault(str(row["part"]), []).append(
            Row(
                str(row["thingLabel"]),
                href(row["thing"]),
                str(row["change"]),
                str(row["strength"]),
                _cited(str(row["clause"] or ""), places),
                now.get((row["body"], row["thing"]), []) if struck_member else [],
            )
        )
    order = list(_PARTS)
    for body in found.values():
        body.parts = dict(sorted(body.parts.items(), key=lambda item: order.index(item[0]) if item[0] in order else 9))
    return list(found.values())


def _cited(text: str, places: Mapping[str, str]) -> list[Link]:
    """The clause numbers of a list of them; a number may hold a comma itself.

    >>> _cited("deleted text, line 8, 10.1", {"10.1": "/a", "deleted text, line 8": "/b"})
    [('deleted text, line 8', '/b'), ('10.1', '/a')]
    """
    pieces, found = text.split(", "), []
    while pieces:
        longest = next((n for n in range(len(pieces), 0, -1) if ", ".join(pieces[:n]) in places), 1)
        number = ", ".join(pieces[:longest])
        found.append((number, places.get(number, "")))
        pieces = pieces[longest:]
    return [link for link in found if link[0]]


def _whole(value: object) -> int:
    return int(str(value)) if re.fullmatch(r"\d{1,18}", str(value)) else 0
