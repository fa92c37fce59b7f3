"""A chain of accountability as an object: hops, ends, circles, how sure it is, and its caveats in words.

It is built from the rows of the question ``ultimately-accountable-to``, so the picture,
the list, the tree and the table all say the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

__all__ = ["CONTEXT", "NETWORK", "Chain", "Hop", "Line", "chain_of", "network_of", "notes_on", "silence"]

Row = Mapping[str, Any]

CONTEXT = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX gov: <https://w3id.org/govgraph/def/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?body ?fact ?text ?clause WHERE {
  { ?statement gov:accountableParty ?body ; dct:bibliographicCitation ?clause .
    FILTER EXISTS { ?statement a gov:IndependenceStatement }
    BIND("independent" AS ?fact) BIND("" AS ?text) }
  UNION
  { ?body org:subOrganizationOf ?whole . ?whole skos:prefLabel ?text .
    OPTIONAL { ?body dct:bibliographicCitation ?clause }
    BIND("part of" AS ?fact) }
  UNION
  { ?line gov:accountableParty ?body ; skos:prefLabel ?text ; dct:bibliographicCitation ?clause .
    FILTER EXISTS { ?line a gov:AccountabilityLine }
    FILTER NOT EXISTS { ?line gov:accountableTo ?somebody }
    BIND("to nobody named" AS ?fact) }
  UNION
  { ?body skos:editorialNote ?text . BIND("remark" AS ?fact) }
  UNION
  { GRAPH ?revision { ?body skos:prefLabel ?text }
    FILTER NOT EXISTS { ?body skos:prefLabel ?current }
    BIND("superseded" AS ?fact) }
}
ORDER BY ?fact ?clause ?text
"""
"""What the graph says about a body beside its chain; `?body` is bound."""

NETWORK = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX gov: <https://w3id.org/govgraph/def/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?from ?fromLabel ?to ?toLabel ?mode ?strength ?clause
       (GROUP_CONCAT(DISTINCT ?matterLabel; separator="; ") AS ?matter) ?end ?line
WHERE {
  ?line a gov:AccountabilityLine ; gov:accountableParty ?from ; gov:accountableTo ?to ; gov:mode ?how ;
        gov:strength ?sure ; dct:bibliographicCitation ?clause .
  ?how gov:carriesAccountability true ; skos:prefLabel ?mode ; skos:notation ?modeOrder .
  ?sure skos:prefLabel ?strength ; skos:notation ?strengthOrder .
  ?from skos:prefLabel ?fromLabel .
  ?to skos:prefLabel ?toLabel .
  FILTER(?from != ?to)
  OPTIONAL { ?line gov:isPrimary ?stated }
  OPTIONAL { ?line gov:forMatter/skos:prefLabel ?matterLabel }
  BIND(COALESCE(?stated, false) AS ?primary)
  BIND(NOT EXISTS { ?to gov:answersTo ?next } AS ?end)
}
GROUP BY ?from ?fromLabel ?to ?toLabel ?mode ?strength ?clause ?end ?line ?primary ?modeOrder ?strengthOrder
ORDER BY ?fromLabel ?from ?toLabel ?to DESC(?primary) ?strengthOrder ?modeOrder ?clause ?line
"""
"""Every line that carries accountability, in rows like those of ``ultimately-accountable-to``."""


@dataclass(frozen=True)
class Line:
    """One line of accountability that carries a hop."""

    iri: str
    mode: str
    strength: str
    clause: str
    matter: str
    undated: bool = False  # known of a snapshot only: it was asked for a day, and the line has no dates


@dataclass(frozen=True)
class Hop:
    """From a party to one that it answers to, with every line that says so, the leading one first."""

    party: str
    to: str
    end: bool
    lines: tuple[Line, ...]

    @property
    def strength(self) -> str:
        """How sure the text is of this hop: that of its leading line."""
        return self.lines[0].strength


@dataclass
class Chain:
    """Everything above one body.

    Parameters
    ----------
    body : IRI of the body that was asked about; empty for a chart of many.
    labels : IRI to label, for every party.
    hops : in the order of the walk.
    """

    body: str
    labels: dict[str, str] = field(default_factory=dict)
    hops: list[Hop] = field(default_factory=list)

    @property
    def graph(self) -> "nx.DiGraph[str]":
        """The parties and hops as a directed graph."""
        return nx.DiGraph([(hop.party, hop.to) for hop in self.hops])

    @property
    def ends(self) -> list[str]:
        """IRIs of those that answer to nobody in it, in the order of the walk."""
        return list(dict.fromkeys(hop.to for hop in self.hops if hop.end))

    @property
    def circles(self) -> list[list[str]]:
        """Parties that answer to one another in a circle."""
        return [sorted(circle) for circle in nx.strongly_connected_components(self.graph) if len(circle) > 1]

    def above(self, party: str) -> list[Hop]:
        """The hops that start from a party."""
        return [hop for hop in self.hops if hop.party == party]


def chain_of(rows: Iterable[Row], body: str = "") -> Chain:
    """Build the chain from rows of ``ultimately-accountable-to``.

    Parameters
    ----------
    rows : dictionaries with from, fromLabel, to, toLabel, mode, strength, clause, matter, end and line.
    body : IRI of the body asked about; the start of the first row if not given.

    Examples
    --------
    >>> row = {"from": "a", "fromLabel": "A", "to": "b", "toLabel": "B", "mode": "accountability",
    ...        "strength": "explicit", "clause": "1.1", "matter": "", "end": True, "line": "l"}
    >>> chain = chain_of([row])
    >>> [chain.labels[end] for end in chain.ends], chain.hops[0].strength
    (['B'], 'explicit')
    """
    chain = Chain(body)
    lines: dict[tuple[str, str], list[Line]] = {}
    ends: set[str] = set()
    for row in rows:
        chain.body = chain.body or row["from"]
        chain.labels.update({row["from"]: row["fromLabel"], row["to"]: row["toLabel"]})
        matter, undated = row.get("matter") or "", bool(row.get("undated"))
        found = Line(row["line"], row["mode"], row["strength"], row["clause"], matter, undated)
        carried = lines.setdefault((row["from"], row["to"]), [])
        if found not in carried:
            carried.append(found)
        if row["end"]:
            ends.add(row["to"])
    chain.hops = [Hop(party, to, to in ends, tuple(carried)) for (party, to), carried in lines.items()]
    return chain


def network_of(rows: Iterable[Row]) -> Chain:
    """All chains together, from rows of `NETWORK`; no body is the start."""
    chain = chain_of(rows)
    chain.body = ""
    return chain


def notes_on(body: str, rows: Sequence[Row], context: Sequence[Row]) -> list[str]:
    """What a reader should know before relying on a chain, as sentences.

    Parameters
    ----------
    body : label of the body asked about.
    rows : of ``ultimately-accountable-to``; none means that no chain was found.
    context : rows of `CONTEXT`.
    """
    chain = chain_of(rows)
    facts: dict[str, list[Row]] = {}
    for row in context:
        facts.setdefault(row["fact"], []).append(row)
    notes = _of_chain(chain) if rows else _of_silence(body, facts)
    for row in facts.get("to nobody named", []):
        notes.append(f"{row['clause']} makes a statement without saying to whom: {row['text'].rstrip('.')}.")
    return notes + [f"{row['text'].rstrip('.')}." for row in facts.get("remark", [])]


def _of_chain(chain: Chain) -> list[str]:
    notes = []
    for hop in chain.hops:
        if hop.strength != "explicit":
            pair = f"{chain.labels[hop.party]} → {chain.labels[hop.to]}"
            said = "no clause says so; inferred from" if hop.strength == "inferred" else "a softer word is used in"
            notes.append(f"{pair}: {said} {hop.lines[0].clause}.")
    for party in dict.fromkeys(hop.party for hop in chain.hops):
        principals = [chain.labels[hop.to] for hop in chain.above(party)]
        if len(principals) > 1:
            several = ", ".join(principals[:-1]) + " and " + principals[-1]
            notes.append(f"{chain.labels[party]} answers to {several}; no order of precedence is stated.")
    for circle in chain.circles:
        notes.append(f"A circle: {', '.join(chain.labels[party] for party in circle)} answer to one another.")
    return notes


def _of_silence(body: str, facts: Mapping[str, Sequence[Row]]) -> list[str]:
    if "superseded" in facts:
        return [f"{body} is in an earlier revision only; the current one does not have it."]
    notes = [
        f"{body}: stated to be independent, so it answers to nobody ({row['clause']})."
        for row in facts.get("independent", [])
    ]
    if not notes:
        notes = [silence(body)]
    for row in facts.get("part of", []):
        clause = f" ({row['clause']})" if row.get("clause") else ""
        notes.append(f"It is part of {row['text']}{clause}.")
    return notes


def silence(body: str) -> str:
    """What is said of a body without any line of its own."""
    return f"Not stated: no clause says to whom {body} answers."
