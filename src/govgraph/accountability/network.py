"""The structure of who answers to whom, for what SPARQL cannot say: single points, distances, the middle.

Each function takes the rows of direct lines (``queries/single-points.rq`` and its neighbours) and gives the rows of
the answer. A saved question names one of them in its header, as in ``resolver: network.single_points``.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from govgraph.accountability.chain import silence
from govgraph.rdf.terms import JsonTerm, iri, literal

__all__ = ["NEAR", "RESOLVERS", "Network", "Resolved", "centrality", "distance", "network", "single_points"]

Row = Mapping[str, Any]

_AROUND = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX gov: <https://w3id.org/govgraph/def/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?body ?from ?fromLabel ?to ?toLabel ?clause ?line ?primary ?strengthOrder ?modeOrder WHERE {
  ?body skos:prefLabel ?own .
  ?body (gov:answersTo|^gov:answersTo)* ?from .
  ?from gov:answersTo ?to ; skos:prefLabel ?fromLabel .
  ?to skos:prefLabel ?toLabel .
  ?line gov:accountableParty ?from ; gov:accountableTo ?to ; gov:mode ?how ; gov:strength ?sure ;
        dct:bibliographicCitation ?clause .
  ?how gov:carriesAccountability ?carries ; skos:notation ?modeOrder .
  ?sure skos:notation ?strengthOrder .
  FILTER(?carries)
  BIND(EXISTS { ?line gov:isPrimary true } AS ?primary)
}
ORDER BY ?fromLabel ?from ?toLabel ?to DESC(?primary) ?strengthOrder ?modeOrder ?clause ?line
"""
"""Direct lines of all that lines connect with `?body`, which is bound: its label is where the engine begins."""

_PARTIES = """
PREFIX gov: <https://w3id.org/govgraph/def/>
SELECT (COUNT(DISTINCT ?party) AS ?parties)
WHERE { { ?party gov:answersTo ?other } UNION { ?other gov:answersTo ?party } }
"""
"""How many parties the whole graph has."""

NEAR = {
    "network.single_points": (_AROUND,),
    "network.distance": (_AROUND,),
    "network.centrality": (_AROUND, _PARTIES),
}
"""All that a resolver needs to tell of one body: rows about `?body`, which is bound, and what to add to each row."""

_ROOT = ""  # above every end; no IRI is empty
_EXACT, _SAMPLE = 2_000, 500  # parties up to which betweenness is exact, and from how many it is estimated beyond


@dataclass(frozen=True)
class Network:
    """Direct edges with what a reader needs to see of them.

    Parameters
    ----------
    edges : from each party to those it answers to.
    labels : IRI to label.
    clauses : of the leading line of each edge.
    """

    edges: "nx.DiGraph[str]"
    labels: Mapping[str, str]
    clauses: Mapping[tuple[str, str], str]

    @property
    def ends(self) -> list[str]:
        """Those who answer to nobody here."""
        return [party for party, out in self.edges.out_degree() if not out]

    def told(self, path: Sequence[str]) -> dict[str, JsonTerm]:
        """A path in words, and the clauses of its hops."""
        clauses = dict.fromkeys(self.clauses[hop] for hop in itertools.pairwise(path))
        return {"path": literal(" → ".join(map(self.labels.__getitem__, path))), "clause": literal("; ".join(clauses))}

    def named(self, column: str, party: str) -> dict[str, JsonTerm]:
        """A party as a column of IRIs and a column of labels."""
        return {column: iri(party), f"{column}Label": literal(self.labels[party])}

    def in_order(self, parties: Iterable[str]) -> list[str]:
        """Parties by label."""
        return sorted(parties, key=lambda party: (self.labels[party], party))


@dataclass(frozen=True)
class Resolved:
    """An answer that a resolver made: columns, rows of travelling terms, and notes."""

    columns: Sequence[str]
    terms: Sequence[dict[str, JsonTerm]]
    notes: Sequence[str] = ()


def network(rows: Iterable[Row]) -> Network:
    """The network of rows with from, fromLabel, to, toLabel and clause; the first line of an edge leads.

    Examples
    --------
    >>> row = {"from": "a", "fromLabel": "A", "to": "b", "toLabel": "B", "clause": "1.1"}
    >>> network([row]).ends
    ['b']
    """
    edges: nx.DiGraph[str] = nx.DiGraph()
    labels: dict[str, str] = {}
    clauses: dict[tuple[str, str], str] = {}
    for row in rows:
        edges.add_edge(row["from"], row["to"])
        labels |= {row["from"]: row["fromLabel"], row["to"]: row["toLabel"]}
        clauses.setdefault((row["from"], row["to"]), row["clause"])
    return Network(edges, labels, clauses)


def single_points(rows: Iterable[Row], body: str = "", label: str = "") -> Resolved:
    """The bodies that every chain of two or more parties passes: dominators of the chains, seen from their ends.

    Parameters
    ----------
    rows : direct lines.
    body, label : the party whose chains are asked about; empty for all.
    """
    found = network(rows)
    downwards = found.edges.reverse()
    downwards.add_edges_from((_ROOT, end) for end in found.ends)
    above = nx.immediate_dominators(downwards, _ROOT) if _ROOT in downwards else {}
    ends = {_ROOT, *found.ends}
    points = {party: [point for point in _climb(above, party) if point not in ends] for party in above}
    dependants = Counter(point for passed in points.values() for point in passed)
    shown = sorted(
        ((-dependants[point], point, party) for party, passed in points.items() for point in passed),
        key=lambda each: (each[0], found.labels[each[1]], each[1], found.labels[each[2]], each[2]),
    )
    terms = [
        {
            **found.named("point", point),
            "dependants": literal(str(-count), "integer"),
            **found.named("body", party),
            **found.told(nx.shortest_path(found.edges, party, point)),
        }
        for count, point, party in shown
        if count < -1 and body in ("", party)
    ]
    columns = ["point", "pointLabel", "dependants", "body", "bodyLabel", "path", "clause"]
    return Resolved(columns, terms, _why_none(found, terms, body, label, "no single point lies on its chains"))


def _climb(above: Mapping[str, str | None], party: str) -> Iterator[str]:
    """Everything that dominates a party, nearest first."""
    higher = above.get(party)
    while higher not in (None, party):
        assert higher is not None
        yield higher
        party, higher = higher, above.get(higher)


def distance(rows: Iterable[Row], body: str = "", label: str = "") -> Resolved:
    """The shortest chain from each party to each of its ends.

    Parameters
    ----------
    rows : direct lines.
    body, label : the party asked about; empty for all.
    """
    found = network(rows)
    paths: dict[str, list[tuple[int, str, list[str]]]] = {}
    for end in found.in_order(found.ends):
        for party, path in nx.single_source_shortest_path(found.edges.reverse(copy=False), end).items():
            if party != end and body in ("", party):
                paths.setdefault(party, []).append((len(path) - 1, end, path[::-1]))
    terms = [
        {
            **found.named("body", party),
            **found.named("end", end),
            "hops": literal(str(hops), "integer"),
            **found.told(path),
        }
        for party in found.in_order(paths)
        for hops, end, path in sorted(paths[party], key=lambda each: each[0])
    ]
    columns = ["body", "bodyLabel", "end", "endLabel", "hops", "path", "clause"]
    return Resolved(columns, terms, _why_none(found, terms, body, label, "its chains lead into a circle"))


def centrality(rows: Iterable[Row], body: str = "", label: str = "") -> Resolved:
    """How many answer to each party, directly and in all, how many are above it, and how often it lies between.

    Parameters
    ----------
    rows : direct lines; where they are not those of the whole graph, each tells how many ``parties`` that has.
    body, label : the party asked about; empty for all.
    """
    rows = list(rows)
    found = network(rows)
    sample = None if len(found.edges) <= _EXACT else _SAMPLE
    between = nx.betweenness_centrality(found.edges, k=sample, seed=1)
    here = len(found.edges)
    everybody = int(rows[0].get("parties", here)) if rows else here  # nobody is between two whom no lines connect
    part = _pairs(here) / _pairs(everybody) if everybody > here else 1
    counted = [
        (len(nx.ancestors(found.edges, party)), between[party] * part, party)
        for party in found.in_order(found.edges)
        if body in ("", party)
    ]
    terms = [
        {
            **found.named("body", party),
            "answering": literal(str(found.edges.in_degree(party)), "integer"),
            "below": literal(str(below), "integer"),
            "above": literal(str(len(nx.descendants(found.edges, party))), "integer"),
            "between": literal(f"{share:.3f}", "decimal"),
        }
        for below, share, party in sorted(counted, key=lambda each: (-each[0], -each[1]))
    ]
    notes = _why_none(found, terms, body, label, "")
    if sample:
        notes.append(f'"between" is estimated from {sample} of {len(found.edges):,} parties.')
    return Resolved(["body", "bodyLabel", "answering", "below", "above", "between"], terms, notes)


def _pairs(parties: int) -> int:
    """Ordered pairs of the others."""
    return (parties - 1) * (parties - 2)


def _why_none(found: Network, terms: Sequence[object], body: str, label: str, otherwise: str) -> list[str]:
    """What to say where a party was asked about and nothing was found."""
    if terms or not body:
        return []
    answers = body in found.edges and found.edges.out_degree(body)
    return [f"{label}: {otherwise}." if answers else silence(label)]


RESOLVERS: Mapping[str, Callable[[Iterable[Row], str, str], Resolved]] = {
    "network.single_points": single_points,
    "network.distance": distance,
    "network.centrality": centrality,
}
"""What the header of a question may name."""
