"""Where every chain of accountability ended on a day, straight from the lines of a store.

`snapshot` makes a whole graph of the day, which any question can be put to; this walks the lines alone, so it costs
what the lines cost, however large the graph is. A path expression of SPARQL could not do it: it walks over lines that
had ended (DESIGN.md §2.4).
"""

import datetime

import networkx as nx
import pyoxigraph as ox

from govgraph.knowledge.derive import ends_of
from govgraph.knowledge.facts import GOV, PROV, RDF_TYPE, Statement, statements
from govgraph.knowledge.periods import DATES, periods
from govgraph.knowledge.standing import PARTS
from govgraph.namespaces import PREFIXES

__all__ = ["LINES", "ends_on"]

_EDGES = """
SELECT ?line ?party ?principal WHERE {
  ?mode gov:carriesAccountability true .
  ?line gov:mode ?mode ; a gov:AccountabilityLine ; gov:accountableParty ?party ; gov:accountableTo ?principal .
  FILTER(?party != ?principal)
}"""
_DECISIVE = {*PARTS, *DATES, GOV.basis, GOV.inferredFrom, PROV.wasDerivedFrom}
_ABOUT = """
SELECT ?node ?property ?value WHERE {{
  {{ SELECT DISTINCT ?node WHERE {{ {0} }} }}
  ?node ?property ?value .
  FILTER(?property IN ({1}))
}}"""
LINES = {term.value for term in (*_DECISIVE, GOV.carriesAccountability, GOV.mode, RDF_TYPE)}
"""Properties of what is walked: statements with others are not looked at."""

_WALKED = ("?node gov:accountableParty ?party", "?line gov:accountableParty|gov:accountableTo ?node")


def ends_on(store: ox.Store, day: datetime.date) -> dict[ox.NamedNode, set[ox.NamedNode]]:
    """Whoever each party answered to in the end, on a day.

    Parameters
    ----------
    store : of a generation, or what of it has one of `LINES`; its default graph is read.
    day : a line that had ended or not begun is not walked, nor one whose party, principal or ground was not there;
        undated ones are.

    Returns
    -------
    Party to the parties that it reached and that answered to nobody; a party in a circle without a way out has none.

    Examples
    --------
    ``ends_on(ox.Store.read_only(str(generation.store)), datetime.date(2011, 4, 17))``
    """
    standing = _Standing(store, day)
    edges: nx.DiGraph[ox.NamedNode] = nx.DiGraph()
    found = store.query(_EDGES, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    for line, party, principal in found:
        assert isinstance(line, ox.NamedNode)
        assert isinstance(party, ox.NamedNode)
        assert isinstance(principal, ox.NamedNode)
        if standing.holds(line) and standing.holds(party) and standing.holds(principal):
            edges.add_edge(party, principal)
    return ends_of(edges)


class _Standing:
    """Whether a node stood on a day: what `standing.fallen` says, asked of single nodes.

    Parameters
    ----------
    store : of a generation.
    day : the day.
    """

    def __init__(self, store: ox.Store, day: datetime.date) -> None:
        self._store = store
        self._day = day
        self._known: dict[ox.NamedNode, bool] = {}
        self._about: dict[ox.NamedNode, list[Statement]] = {}
        for nodes in _WALKED:  # one query for all is ten times quicker than a look-up for each
            self._read(nodes)

    def _read(self, nodes: str) -> None:
        found = self._store.query(_ABOUT.format(nodes, ", ".join(map(str, _DECISIVE))), prefixes=PREFIXES)
        assert isinstance(found, ox.QuerySolutions)
        for node, predicate, value in found:
            assert isinstance(node, ox.NamedNode)
            assert isinstance(predicate, ox.NamedNode)
            if isinstance(value, ox.NamedNode | ox.Literal):
                self._about.setdefault(node, []).append((node, predicate, value))

    def holds(self, node: ox.NamedNode) -> bool:
        """False where the node was not valid, lacked a part, or was inferred from what did not stand."""
        if node not in self._known:
            self._known[node] = True  # what leads back to itself does not fall for that
            self._known[node] = self._stood(node)
        return self._known[node]

    def _stood(self, node: ox.NamedNode) -> bool:
        about = self._about.get(node)
        if about is None:
            own = statements(self._store.quads_for_pattern(node, None, None, ox.DefaultGraph()))
            about = [statement for statement in own if statement[1] in _DECISIVE]
        period = periods(about).get(node)
        if period and period.holds(self._day) is False:
            return False
        return self._complete(about) and self._founded(about)

    def _complete(self, about: list[Statement]) -> bool:
        parts: dict[ox.NamedNode, bool] = {}
        for _, predicate, value in about:
            if predicate in PARTS and isinstance(value, ox.NamedNode):
                parts[predicate] = parts.get(predicate, False) or self.holds(value)
        return all(parts.values())

    def _founded(self, about: list[Statement]) -> bool:
        if any(predicate == GOV.basis for _, predicate, _ in about):
            return True
        grounds = (PROV.wasDerivedFrom, GOV.inferredFrom)
        rests_on = [value for _, predicate, value in about if predicate in grounds]
        return all(self.holds(value) for value in rests_on if isinstance(value, ox.NamedNode))
