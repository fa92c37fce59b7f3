"""The versions of documents that the graph holds, and where what each of them says is kept."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote
from weakref import WeakKeyDictionary

from govgraph.errors import UnknownVersion
from govgraph.knowledge.versions import Version, find_version
from govgraph.namespaces import DEF, GRAPH, ID, PREFIXES
from govgraph.review.findings import day_in_words
from govgraph.store.base import Request as Query
from govgraph.store.remote_generations import FOREIGN
from govgraph.web.links import href, iri_of
from govgraph.web.pages.common import labels_of
from govgraph.web.state import Site

__all__ = ["Revision", "anchor", "find_revision", "query_of", "revisions"]

_DCT, _SKOS, _PROV, _ELI = (PREFIXES[name] for name in ("dct", "skos", "prov", "eli"))
_VERSIONS = """
SELECT DISTINCT ?version ?property ?value WHERE {
  { SELECT DISTINCT ?version WHERE { GRAPH ?any { ?version a gov:DocumentVersion } } }
  GRAPH ?graph { ?version ?property ?value }
  FILTER(?graph != graph:derived)
} ORDER BY ?version ?property ?value
"""
_SETS = """
SELECT DISTINCT ?version ?set ?told WHERE {
  GRAPH ?catalogue { ?set a dcat:Dataset ; dct:source ?version . OPTIONAL { ?set dct:description ?told } }
} ORDER BY ?version ?set ?told
"""
_ABOUT = """
SELECT DISTINCT ?document ?council WHERE {
  GRAPH ?any { ?document eli:is_about ?council . ?document a gov:Document }
} ORDER BY ?document ?council
"""


@dataclass(frozen=True)
class Revision:
    """One version of a document.

    Parameters
    ----------
    iri, label, document, title : of the version and of its document.
    councils : whom the document is about, each with its address.
    day : on which it was issued, as it is written in Britain; empty where the text states none.
    status : where it stands among the versions of its document, in words.
    graphs : where its statements are read; none is the default graph.
    sets : graphs that hold what it alone says.
    file : name of its source file, where there is one.
    slug : last part of its address; empty where another version has the same.
    follows : the versions that it is a revision of.
    marks : what in its source file marks the start of text that does not belong to it.
    told : what the catalogue and the version say of how complete they are.
    """

    iri: str
    label: str
    document: str
    title: str
    councils: Sequence[tuple[str, str]] = ()
    day: str = ""
    status: str = ""
    graphs: Sequence[str] = ()
    sets: Sequence[str] = ()
    file: str = ""
    slug: str = ""
    follows: Sequence[str] = ()
    marks: Sequence[str] = ()
    told: Sequence[str] = field(default=(), compare=False)

    @property
    def address(self) -> str:
        """Of its page."""
        return f"/documents/{quote(self.slug, safe='/-._~')}" if self.slug else href(self.iri)

    @property
    def superseded(self) -> bool:
        """Whether it is read from graphs of its own, apart from the current text."""
        return bool(self.graphs)


_KNOWN: WeakKeyDictionary[Site, tuple[int, list[Revision]]] = WeakKeyDictionary()
"""Those of the latest generation: a nation has thousands, and every page of a document needs them."""


async def revisions(site: Site) -> list[Revision]:
    """All versions, by title of the document; the current one first."""
    number = site.latest.number
    known = _KNOWN.get(site)
    if known is None or known[0] != number or number == FOREIGN:
        known = _KNOWN[site] = number, await _revisions(site)
    return known[1]


async def _revisions(site: Site) -> list[Revision]:
    found, sets, about = await site.tables(*map(Query, (_VERSIONS, _SETS, _ABOUT)))
    told: dict[str, dict[str, list[str]]] = {}
    for terms in found.terms:
        facts = told.setdefault(terms["version"]["value"], {})
        facts.setdefault(terms["property"]["value"], []).append(terms["value"]["value"])
    drawn: dict[str, list[tuple[str, str]]] = {}
    for row in sets.rows:
        drawn.setdefault(row["version"], []).append((row["set"], str(row["told"] or "")))
    councils: dict[str, list[str]] = {}
    for row in about.rows:
        councils.setdefault(row["document"], []).append(row["council"])
    mentioned = [terms["value"]["value"] for terms in found.terms if terms["value"]["type"] == "uri"]
    labels = await labels_of(site, [*told, *mentioned, *(each for known in councils.values() for each in known)])
    slugs = Counter(map(_last, told))
    made = [
        _revision(site, version, facts, drawn.get(version, []), councils, labels, slugs[_last(version)] == 1)
        for version, facts in told.items()
    ]
    return sorted(made, key=lambda each: (each.title.casefold(), each.document, each.superseded, each.label, each.iri))


def _revision(
    site: Site,
    iri: str,
    facts: Mapping[str, Sequence[str]],
    drawn: Sequence[tuple[str, str]],
    councils: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    alone: bool,
) -> Revision:
    def first(term: str) -> str:
        return next(iter(facts.get(term, [])), "")

    document, status = first(DEF + "versionOf"), first(DEF + "revisionStatus")
    sets = list(dict.fromkeys(name for name, _ in drawn))
    superseded = bool(sets) and set(sets) <= set(site.superseded)
    issued = first(_DCT + "issued") or first(DEF + "inForceFrom")
    return Revision(
        iri,
        labels.get(iri, iri),
        document,
        labels.get(document, "") or labels.get(iri, iri),
        [(labels.get(each, each), href(each)) for each in councils.get(document, [])],
        day_in_words(issued),
        labels.get(status, ""),
        [*sets, GRAPH + "ontology"] if superseded else [],
        sets,
        first(DEF + "sourceFile"),
        _last(iri) if alone else iri.removeprefix(ID) if iri.startswith(ID) else "",
        facts.get(_PROV + "wasRevisionOf", []),
        facts.get(DEF + "residueMark", []),
        list(dict.fromkeys([*(text for _, text in drawn if text), *facts.get(_SKOS + "editorialNote", [])])),
    )


def query_of(text: str, version: str, graphs: Sequence[str] = ()) -> Query:
    """A query of one version; it is written into the text, since the engine starts from a term that it can see.

    >>> query_of("SELECT ?clause WHERE { ?clause eli:is_part_of ?version }", "http://e/v").text
    'SELECT ?clause WHERE { VALUES ?version { <http://e/v> } ?clause eli:is_part_of ?version }'
    """
    return Query(
        text.replace("WHERE {", f"WHERE {{ VALUES ?version {{ <{version}> }}", 1), default_graphs=tuple(graphs)
    )


def find_revision(known: Sequence[Revision], name: str) -> Revision:
    """The version with this short name, address, label or IRI.

    Raises
    ------
    UnknownVersion : with short names that are close.
    BadInput : several versions have the name.
    """
    versions = [Version(each.iri, each.label, (), each.superseded, ()) for each in known]
    whole = iri_of(name)
    try:
        found = find_version(versions, whole if whole in {each.iri for each in known} else name).iri
    except UnknownVersion as error:
        error.listing = "See the list: /documents"
        raise
    return next(each for each in known if each.iri == found)


def anchor(clause: str) -> str:
    """The name of a clause within the page of its document.

    >>> anchor("https://w3id.org/govgraph/id/harrow/clause/handbook-22-26")
    'c-handbook-22-26'
    """
    return "c-" + (re.sub(r"[^A-Za-z0-9]+", "-", _last(clause)).strip("-") or "clause")


def _last(iri: str) -> str:
    return re.split("[/#]", iri.rstrip("/#"))[-1]
