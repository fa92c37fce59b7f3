"""How long a cold build of the packaged graph takes, beside `oxigraph load` of the same statements.

The peer is the engine's own loader: it only reads N-Quads into a store. A build reads
Turtle, derives, checks, merges, indexes names, copies and fsyncs, so it is the slower
one; the ratio says how much that costs. Every round starts with empty folders (the
operating system's file cache is left as it is).
"""

import statistics
import sys
import tempfile
from pathlib import Path

from bench.measure import Run, installed, run, size, table

__all__ = ["main"]

ROUNDS = 3
WAYS = {"govgraph build, no gate": ["--no-validate"], "govgraph build": []}
PEER = "oxigraph load"


def main() -> None:
    """Measure and print the table."""
    oxigraph = installed("oxigraph", "oxigraph")
    runs: dict[str, list[Run]] = {name: [] for name in (*WAYS, PEER)}
    bytes_on_disk: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="govgraph-bench-") as folder:
        scratch = Path(folder)
        statements = scratch / "statements.nq"
        for turn in range(ROUNDS):
            for name, options in WAYS.items():
                store = scratch / f"{name}-{turn}"
                runs[name].append(run(sys.executable, "-m", "govgraph", "build", "--store", store, *options))
                bytes_on_disk[name] = size(store)
            if not statements.exists():
                built = store / "generations" / "000001" / "store"
                run(oxigraph, "dump", "--location", built, "--file", statements)
            loaded = scratch / f"{PEER}-{turn}"
            runs[PEER].append(run(oxigraph, "load", "--location", loaded, "--file", statements))
            bytes_on_disk[PEER] = size(loaded)
        with statements.open("rb") as lines:
            count = sum(1 for _ in lines)
    print(f"{count:,} statements in all graphs, the same for each; median of {ROUNDS} cold runs on this machine\n")
    print(_table(runs, bytes_on_disk, count))


def _table(runs: dict[str, list[Run]], bytes_on_disk: dict[str, int], count: int) -> str:
    seconds = {name: statistics.median(one.seconds for one in own) for name, own in runs.items()}
    rows = [
        [
            name,
            f"{seconds[name]:.2f}",
            f"{count:,}",
            f"{bytes_on_disk[name]:,}",
            f"{max(one.memory for one in runs[name]) / 2**20:.0f}",
            f"{seconds[name] / seconds[PEER]:.1f}",
            f"{bytes_on_disk[name] / bytes_on_disk[PEER]:.1f}",
        ]
        for name in runs
    ]
    heading = ["what", "seconds", "statements", "bytes on disk", "MiB of memory", "seconds: ratio", "bytes: ratio"]
    return table(heading, rows)


if __name__ == "__main__":
    main()
