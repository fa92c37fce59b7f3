"""Ask from a notebook: `%load_ext govgraph.notebook`, then `%%govgraph` and `%%sparql` (one `%` on a line of its own).

Both print the notes of the answer and give a pandas DataFrame with labels instead of IRIs; a chain of accountability is
drawn as well. They read the variable `graph` of the notebook if it holds
one (`graph = govgraph.open("store").at("2011-04-17")`), and the packaged graph otherwise.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from govgraph.accountability.chain import chain_of
from govgraph.accountability.drawing import draw
from govgraph.errors import EnvironmentFailed, GovgraphError
from govgraph.graph import Graph
from govgraph.namespaces import curie
from govgraph.opening import open
from govgraph.questions.library import find
from govgraph.questions.table import Table, heading, read_table
from govgraph.rdf.terms import JsonTerm, json_term, plain
from govgraph.store.base import GRAPH_TYPES, Request

if TYPE_CHECKING:
    import pandas
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["frame", "load_ipython_extension", "parameters_of"]

_RESULTS = ("application/sparql-results+json", "application/n-triples", *GRAPH_TYPES)


def load_ipython_extension(ipython: "InteractiveShell") -> None:
    """What `%load_ext govgraph.notebook` calls."""
    from IPython.core.error import UsageError

    def current() -> Graph:
        found = ipython.user_ns.get("graph")
        if not isinstance(found, Graph):
            found = ipython.user_ns["graph"] = open()
        return found

    def govgraph(line: str, cell: str = "") -> "pandas.DataFrame":
        """Ask a saved question: its id on the line, then its parameters, one a line, as `body: Partnership Board`."""
        try:
            graph = current()
            table = graph.ask(line.strip(), **parameters_of(cell))
            _show(table)
            return frame(table, graph)
        except GovgraphError as error:
            raise UsageError(str(error)) from None

    def sparql(line: str, cell: str = "") -> "pandas.DataFrame":
        """Run SPARQL; the common prefixes are known."""
        try:
            graph = current()
            table = _answer(graph, f"{line}\n{cell}")
            _show(table)
            return frame(table, graph)
        except GovgraphError as error:
            raise UsageError(str(error)) from None

    ipython.register_magic_function(govgraph, "line_cell", "govgraph")  # type: ignore[arg-type,unused-ignore]
    ipython.register_magic_function(sparql, "line_cell", "sparql")  # type: ignore[arg-type,unused-ignore]


def parameters_of(cell: str) -> dict[str, str]:
    """Parameters as they stand in a cell, one a line; empty lines and lines that start with # are passed over.

    >>> parameters_of("body: Partnership Board\\n# and\\nkind: quorum")
    {'body': 'Partnership Board', 'kind': 'quorum'}
    """
    lines = [line for line in cell.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def frame(table: Table, graph: Graph) -> "pandas.DataFrame":
    """An answer as a DataFrame for people: columns in words, labels instead of IRIs, notes in `attrs`.

    Parameters
    ----------
    table : an answer.
    graph : knows the labels.

    Raises
    ------
    EnvironmentFailed : pandas is not installed.

    Examples
    --------
    ``frame(graph.ask("who-chairs", body="Partnership Board"), graph)["held by"]``
    """
    try:
        import pandas
    except ImportError:
        raise EnvironmentFailed("pandas is not installed", 'Install it: pip install "govgraph[notebook]"') from None
    labels = graph.labels(cell["value"] for row in table.terms for cell in row.values() if cell["type"] == "uri")
    rows = [[_readable(row.get(name), labels) for name in table.shown] for row in table.terms]
    made = pandas.DataFrame(rows, columns=[heading(name) for name in table.shown])
    made = made.convert_dtypes()  # whole numbers stay whole beside empty cells
    made.attrs = {"question": table.question, "generation": table.generation, "notes": list(table.notes)}
    return made


def _readable(cell: JsonTerm | None, labels: dict[str, str]) -> Any:
    if cell is None:
        return None
    return labels.get(cell["value"], curie(cell["value"])) if cell["type"] == "uri" else plain(cell)


def _show(table: Table) -> None:
    """Print the notes, and draw the chain of a question that is about one."""
    from IPython.display import display

    if table.question and find(table.question).chart == "chain" and table.terms:
        body = table.parameters["body"]
        drawn = draw(chain_of(table.rows), f"Who {body} answers to")
        display({"image/svg+xml": drawn, "text/plain": f"chart: who {body} answers to"}, raw=True)  # type: ignore[no-untyped-call,unused-ignore]
    for note in table.notes:
        print(f"note: {note}")


def _answer(graph: Graph, query: str) -> Table:
    """An answer to any form of query; the statements of a graph are rows of subject, predicate and object."""
    answer = graph.answer(Request(query, accept=_RESULTS))
    if answer.kind != "graph":
        return replace(read_table(answer.body, answer.generation), notes=graph.notes)
    columns = ["subject", "predicate", "object"]
    triples = ox.parse(input=answer.body, format=ox.RdfFormat.N_TRIPLES)
    rows = [dict(zip(columns, map(json_term, quad.triple), strict=True)) for quad in triples]
    return Table(columns, rows, answer.generation, notes=graph.notes)
