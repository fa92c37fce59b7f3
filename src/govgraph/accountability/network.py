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

NEAR = dict.fromkeys(("network.single_points", "network.distance", "network.centrality"), _AROUND)
"""All that a resolver needs to tell of one body: rows about `?body`, which is bound."""

_ROOT = ""  # above every end; no IRI is empty


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

    Being between is a share of the pairs of those whom lines connect with the party. So what other councils a graph
    has changes nothing, and the lines around a party tell all of it.

    Parameters
    ----------
    rows : direct lines.
    body, label : the party asked about; empty for all.
    """
    found = network(rows)
    standing = _standing(found.edges, body)
    pairs = {party: (size - 1) * (size - 2) for party, size in _sizes(found.edges).items()}
    shares = {party: each.between / pairs[party] if each.between else 0.0 for party, each in standing.items()}
    terms = [
        {
            **found.named("body", party),
            "answering": literal(str(found.edges.in_degree(party)), "integer"),
            "below": literal(str(standing[party].below), "integer"),
            "above": literal(str(standing[party].above), "integer"),
            "between": literal(f"{shares[party]:.3f}", "decimal"),
        }
        for party in sorted(found.in_order(standing), key=lambda each: (-standing[each].below, -round(shares[each], 3)))
    ]
    columns = ["body", "bodyLabel", "answering", "below", "above", "between"]
    return Resolved(columns, terms, _why_none(found, terms, body, label, ""))


def _sizes(edges: "nx.DiGraph[str]") -> dict[str, int]:
    """How many parties there are in the part that lines connect with each."""
    return {party: len(part) for part in nx.weakly_connected_components(edges) for party in part}


@dataclass
class _Standing:
    """How many are below and above a party, and on how many pairs of others' shortest chains it lies."""

    below: int = 0
    above: int = 0
    between: float = 0.0


def _standing(edges: "nx.DiGraph[str]", body: str) -> dict[str, _Standing]:
    """Where a party stands, or all do, from a walk up from everybody below it (Brandes 2001).

    networkx sets up all parties anew for each walk, which in a nation costs far more than the walks.
    """
    if body and body not in edges:
        return {}
    standing = {party: _Standing() for party in ([body] if body else edges)}
    walkers = {body, *nx.ancestors(edges, body)} if body else standing.keys()
    for walker in filter(walkers.__contains__, edges):
        hops, chains, reached = {walker: 0}, Counter({walker: 1}), [walker]
        lower: dict[str, list[str]] = {}
        for party in reached:  # which grows as it is gone through
            for higher in edges[party]:
                if higher not in hops:
                    hops[higher], lower[higher] = hops[party] + 1, []
                    reached.append(higher)
                if hops[higher] == hops[party] + 1:
                    chains[higher] += chains[party]
                    lower[higher].append(party)
        carried = dict.fromkeys(reached, 0.0)
        for party in reversed(reached[1:]):
            for before in lower[party]:
                carried[before] += chains[before] / chains[party] * (1 + carried[party])
            if party in standing:
                standing[party].below += 1
                standing[party].between += carried[party]
        if walker in standing:
            standing[walker].above = len(reached) - 1
    return standing


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
