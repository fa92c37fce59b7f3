"""The graph as other libraries hold it: rdflib for RDF, networkx for structure.

rdflib is loaded when it is asked for; networkx is there in any case.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import networkx as nx
import pyoxigraph as ox

from govgraph.errors import EnvironmentFailed
from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import serialise

if TYPE_CHECKING:
    import rdflib

__all__ = ["DESCRIPTION", "LINES", "networkx_of", "rdflib_of"]

DESCRIPTION = """
SELECT ?thing ?way ?property ?propertyLabel ?value ?valueLabel WHERE {
  { ?thing ?property ?value BIND("out" AS ?way) }
  UNION
  { ?value ?property ?thing BIND("in" AS ?way) }
  OPTIONAL { ?property skos:prefLabel ?said }
  OPTIONAL { ?value skos:prefLabel ?called }
  BIND(COALESCE(STR(?said), REPLACE(STR(?property), "^.*[/#]", "")) AS ?propertyLabel)
  BIND(COALESCE(STR(?called), STR(?value)) AS ?valueLabel)
}
ORDER BY DESC(?way) ?propertyLabel ?property ?valueLabel ?value
"""
"""Everything that is said about `?thing` (out) and that points to it (in)."""

LINES = """
SELECT ?from ?fromLabel ?to ?toLabel ?line ?mode ?carries ?strength ?clause WHERE {
  ?line a gov:AccountabilityLine ; gov:accountableParty ?from ; gov:accountableTo ?to ; gov:mode ?how ;
        gov:strength/skos:prefLabel ?strength ; dct:bibliographicCitation ?clause .
  ?how skos:prefLabel ?mode ; gov:carriesAccountability ?carries .
  ?from skos:prefLabel ?fromLabel .
  ?to skos:prefLabel ?toLabel .
}
ORDER BY ?fromLabel ?from ?toLabel ?to ?line
"""
"""Every line that names both its parties, of every mode."""


def networkx_of(rows: Iterable[Mapping[str, Any]]) -> "nx.MultiDiGraph[str]":
    """Parties and the lines between them.

    Parameters
    ----------
    rows : of `LINES`.

    Returns
    -------
    A node for each party (its IRI, with `label`); an edge for each line (its IRI is the key), from the party to the
    one it answers to, with `mode`, `carries`, `strength` and `clause`.

    Examples
    --------
    >>> row = {"from": "a", "fromLabel": "A", "to": "b", "toLabel": "B", "line": "l", "mode": "reporting",
    ...        "carries": True, "strength": "explicit", "clause": "1.1"}
    >>> networkx_of([row]).edges["a", "b", "l"]["clause"]
    '1.1'
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for row in rows:
        for end in ("from", "to"):
            graph.add_node(row[end], label=row[f"{end}Label"])
        told = {name: row[name] for name in ("mode", "carries", "strength", "clause")}
        graph.add_edge(row["from"], row["to"], key=row["line"], **told)
    return graph


def rdflib_of(store: ox.Store) -> "rdflib.Graph":
    """The statements of a store's default graph, with our prefixes.

    Raises
    ------
    EnvironmentFailed : rdflib is not installed.
    """
    try:
        import rdflib
    except ImportError:
        raise EnvironmentFailed("rdflib is not installed", 'Install it: pip install "govgraph[review]"') from None
    quads = store.quads_for_pattern(None, None, None, ox.DefaultGraph())
    content = serialise((quad.triple for quad in quads), "application/n-triples")
    graph = rdflib.Graph()
    for name, namespace in PREFIXES.items():
        graph.bind(name, namespace)
    return graph.parse(data=content.decode(), format="nt")
