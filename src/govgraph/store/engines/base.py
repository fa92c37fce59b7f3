"""What an adapter says of one SPARQL engine: how it is addressed, and where it differs from SPARQL 1.1.

The base class is the engine that follows the standard; an adapter overrides what its engine does otherwise.
"""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

__all__ = ["GENERIC", "Engine", "beside"]


class Engine:
    """A SPARQL 1.1 engine, and how it differs from the standard.

    `name` : as given with ``--engine``.
    `title` : as people call it.
    `authentication` : "basic" or "digest", where the endpoint asks for a name and a password.
    `partial_headers` : headers of an answer (lower case) that say that it is only a part, and what each one says.
    `row_caps` : row numbers at which the engine is known to cut an answer by default.
    `can_union` : a query can be asked over the union of all graphs.
    `graph_store` : the engine offers the Graph Store Protocol; without it, loading uses INSERT DATA.
    `atomic` : readers see all operations of an update request, or none of them.
    `opening` : what statements that are sent must begin with, for the engine to see that they are Turtle.
    `quick_graphs` : statements come in a fraction of the time that rows take.
    `merges_integers` : xsd:int, xsd:byte and the like come back as xsd:integer.
    `cannot` : what it cannot do, in plain words, and what is done instead.
    """

    name = "generic"
    title = "any SPARQL 1.1 endpoint"
    authentication = "basic"
    partial_headers: ClassVar[Mapping[str, str]] = {}
    row_caps: tuple[int, ...] = ()
    can_union = False
    graph_store = True
    atomic = False
    batch_bytes = 4 << 20
    opening = b""
    quick_graphs = False
    merges_integers = False
    cannot: ClassVar[Mapping[str, str]] = {}

    def rewrite(self, text: str) -> str:
        """A query that this engine answers as SPARQL 1.1 says the given one is to be answered."""
        return text

    def page(self, columns: str, where: str, offset: int, limit: int, *, ordered: bool, graph: bool = False) -> str:
        """A query for some of the rows of a pattern.

        Parameters
        ----------
        columns, where : what is selected, and the pattern.
        offset : rows before it.
        ordered : every page in one and the same order; else in the order in which the engine finds them.
        graph : as statements of the three columns, not as rows.

        Examples
        --------
        >>> GENERIC.page("?s ?p", "?s ?p ?o", 100, 50, ordered=True)
        'SELECT ?s ?p WHERE { ?s ?p ?o } ORDER BY ?s ?p OFFSET 100 LIMIT 50'
        """
        order = f" ORDER BY {columns}" if ordered else ""
        form = f"CONSTRUCT {{ {columns} }}" if graph else f"SELECT {columns}"
        return f"{form} WHERE {{ {where} }}{order}{f' OFFSET {offset}' if offset else ''} LIMIT {limit}"

    @property
    def leaves_queries(self) -> bool:
        """Whether there are queries that it cannot answer rightly, so that they are answered here."""
        return type(self).must_fetch is not Engine.must_fetch

    def must_fetch(self, text: str) -> str:
        """Why this engine cannot answer the query rightly, so that it is answered here; empty if it can."""
        return ""

    def gives_up(self, message: str) -> str:
        """Why a query that the engine refused with this message is to be answered here; empty if it is an error."""
        return ""

    def finish(self, text: str, results: dict[str, Any]) -> dict[str, Any]:
        """The answer to a query (SPARQL results, JSON), from the engine's results of what `rewrite` made of the query.

        Some engines are only sent the pattern of a query: what they are known to get wrong is then done here. What was
        sent may so be a SELECT where the query asks ASK.
        """
        return self.normalise(results)

    def normalise(self, results: dict[str, Any]) -> dict[str, Any]:
        """SPARQL results (JSON) with terms in the standard's form."""
        return results

    def normalise_statements(self, ntriples: bytes) -> bytes:
        """Statements that the engine sent (N-Triples), with literals in the standard's form."""
        return ntriples

    def update_url(self, url: str) -> str:
        """Where updates go, unless that is named."""
        return url

    def graph_store_url(self, url: str) -> str:
        """Where the Graph Store Protocol is, unless that is named; empty if there is none."""
        return url

    def graph_url(self, graph_store_url: str, graph: str) -> str:
        """Address of one graph; an empty name is the default graph.

        >>> GENERIC.graph_url("https://example.org/store", "https://example.org/g#1")
        'https://example.org/store?graph=https%3A%2F%2Fexample.org%2Fg%231'
        """
        sign = "&" if urlsplit(graph_store_url).query else "?"
        return graph_store_url + sign + (f"graph={quote(graph, safe='')}" if graph else "default")

    def load_url(self, graph_store_url: str, graph: str) -> str:
        """Address to which statements of a graph are sent that nobody reads yet, where that can be done faster."""
        return self.graph_url(graph_store_url, graph)

    def parameters(self, seconds: float) -> Mapping[str, str]:
        """Further parameters of a query, such as the engine's own time limit."""
        return {}


def beside(url: str, path: str) -> str:
    """The address with its last step replaced.

    >>> beside("http://127.0.0.1:7878/query", "update")
    'http://127.0.0.1:7878/update'
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rsplit("/", 1)[0] + "/" + path, query="", fragment=""))


GENERIC = Engine()
"""An engine of which nothing is known: taken at its word."""
