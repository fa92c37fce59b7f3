"""rdflib graphs, for SHACL: they parse each query once.

pySHACL hands rdflib the same query text for every focus node, and parsing it takes longer than running it: the
review of the packaged graph takes about a quarter of the time this way.
"""

from functools import cache
from typing import Any

from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

__all__ = ["ReadyGraph", "read_statements"]


@cache
def _prepared(text: str) -> Query:
    return prepareQuery(text)


class ReadyGraph(Graph):
    """An rdflib graph that parses each query text once."""

    def query(self, query_object: str | Query, *args: Any, **options: Any) -> Result:
        """Run a query; see `rdflib.Graph.query`."""
        ready = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(ready, *args, **options)


def read_statements(*contents: bytes) -> ReadyGraph:
    """A graph of what the given N-Triples say.

    >>> len(read_statements(b"<http://a> <http://b> <http://c> ."))
    1
    """
    graph = ReadyGraph()
    for content in contents:
        graph.parse(data=content.decode(), format="nt")
    return graph
