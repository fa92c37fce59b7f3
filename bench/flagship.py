"""The flagship question: govgraph (pyoxigraph on disk) against rdflib in memory, same facts, same SPARQL, one run.

Both must give the same rows. Prints the median of several runs and the ratio.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.questions.library import find
from govgraph.rdf.memory import read_statements
from govgraph.store.generations import Generations

BODY = "https://w3id.org/govgraph/id/harrow/body/delivery-groups"


def median_ms(job: Callable[[], object], times: int) -> float:
    """Median wall time of a job in milliseconds, after one run that does not count."""
    job()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Run the comparison and print its table."""
    import rdflib

    with tempfile.TemporaryDirectory() as scratch:
        start = time.perf_counter()
        generation = build(Generations(Path(scratch) / "store")).generation
        built = time.perf_counter() - start
        graph = Graph(generation)
        peer = read_statements(graph.construct("CONSTRUCT WHERE { ?s ?p ?o }"))
        text = find("ultimately-accountable-to").text

        def ours() -> set[tuple[str, str, str]]:
            rows = graph.ask("ultimately-accountable-to", body=BODY).rows
            return {(row["from"], row["to"], row["clause"]) for row in rows}

        def theirs() -> set[tuple[str, str, str]]:
            found = peer.query(text, initBindings={"body": rdflib.URIRef(BODY)})
            return {(str(row["from"]), str(row["to"]), str(row["clause"])) for row in found}  # type: ignore[index, call-overload]

        assert ours() == theirs(), "the two engines differ"
        rows = [("govgraph (pyoxigraph on disk)", median_ms(ours, 50)), ("rdflib in memory", median_ms(theirs, 3))]
    size = f"{generation.manifest['statements']:,} statements, built in {built:.1f} s"
    table = Table(title=f"who are delivery groups ultimately accountable to ({size})")
    for heading in ("engine", "median ms", "ratio"):
        table.add_column(heading, justify="left" if heading == "engine" else "right")
    for name, taken in rows:
        table.add_row(name, f"{taken:,.1f}", f"{taken / rows[0][1]:,.1f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
