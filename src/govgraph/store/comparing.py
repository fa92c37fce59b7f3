"""The statements by which two generations differ, found in a process of its own.

Run as ``python -I -m govgraph.store.comparing GENERATION GENERATION MOST``; on standard output there is then
one JSON object with the statements that were added and removed, as lines of N-Quads, each in its named graph.
"""

import json
import sys
from pathlib import Path

import pyoxigraph as ox

__all__ = ["compare"]


def compare(before: Path, after: Path, most: int) -> dict[str, list[str]]:
    """The statements that only one of two generations has.

    Parameters
    ----------
    before, after : folders with ``store/``.
    most : if there are more, the lists are left out and "too many" says how many there are.
    """
    old, new = (_statements(folder) for folder in (before, after))
    added, removed = new - old, old - new
    if len(added) + len(removed) > most:
        return {"too many": [str(len(added) + len(removed))]}
    return {"added": sorted(added), "removed": sorted(removed)}


def _statements(folder: Path) -> set[str]:
    store = ox.Store.read_only(str(folder / "store"))
    return {f"{quad} ." for quad in store if isinstance(quad.graph_name, ox.NamedNode)}


if __name__ == "__main__":
    json.dump(compare(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])), sys.stdout)
