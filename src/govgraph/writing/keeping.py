"""Keep a change that was tried: say in which named graphs it happens, and make a generation of it.

A trial reads and writes the current facts as one graph. What it takes out leaves every current graph that states it;
what it adds about a thing goes to the graph that speaks of that thing, where there is exactly one.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.catalog import CATALOG_GRAPH
from govgraph.knowledge.facts import Statement
from govgraph.knowledge.merge import DERIVED_GRAPH, ONTOLOGY_GRAPH
from govgraph.knowledge.whatif import Trial
from govgraph.namespaces import GRAPH
from govgraph.store.generations import Generation, Generations
from govgraph.writing.changing import change
from govgraph.writing.checking import Judge

__all__ = ["OTHER", "keep"]

OTHER = GRAPH + "changes"
"""Graph for statements about things that no current graph speaks of, or several do."""


def keep(
    generations: Generations,
    tried: int,
    trial: Trial,
    *,
    gate: Judge | None,
    who: str,
    into: str = "",
    accept: str | None = None,
) -> Generation:
    """Make a generation of what was tried.

    Parameters
    ----------
    tried : number of the generation that it was tried on.
    into : IRI of the graph that receives what the trial adds; empty: see above.
    gate, who, accept : as for `govgraph.writing.change`.

    Raises
    ------
    BadInput : another generation is current by now, or it changes what follows from the rest.
    ChangeRefused : it adds violations; nothing has changed.
    """
    current = generations.current()
    if current.number != tried:
        raise BadInput(f"generation {current.number} has come since generation {tried} was tried", "Try it again.")
    store = ox.Store.read_only(str(current.store))
    superseded = current.manifest["superseded"]
    graphs = [name for name in current.manifest["graphs"] if name not in (*superseded, DERIVED_GRAPH)]
    gone = ((name, each) for each in trial.gone for name in graphs if _states(store, each, name))
    come = ((into or _home(store, each, graphs), each) for each in trial.come)
    text = f"{_written('DELETE', gone)} ;\n{_written('INSERT', come)}"
    return change(generations, text, gate=gate, who=who, accept=accept)


def _states(store: ox.Store, statement: Statement, graph: str) -> bool:
    return ox.Quad(*statement, ox.NamedNode(graph)) in store


def _home(store: ox.Store, statement: Statement, graphs: Iterable[str]) -> str:
    """The one graph that speaks of a thing."""
    found = [
        name
        for name in graphs
        if name not in (CATALOG_GRAPH, ONTOLOGY_GRAPH)
        and next(store.quads_for_pattern(statement[0], None, None, ox.NamedNode(name)), None)
    ]
    return found[0] if len(found) == 1 else OTHER


def _written(verb: str, statements: Iterable[tuple[str, Statement]]) -> str:
    """INSERT DATA or DELETE DATA, in an order that does not change from run to run."""

    def lines() -> Iterator[str]:
        for graph, (subject, predicate, value) in statements:
            yield f"GRAPH <{graph}> {{ {subject} {predicate} {value} }}"

    return f"{verb} DATA {{\n" + "\n".join(sorted(lines())) + "\n}"
