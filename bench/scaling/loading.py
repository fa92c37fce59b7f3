"""Load files of N-Quads into a new store as a build does: `python -m bench.scaling.loading STORE FILE …`."""

import sys
from pathlib import Path

import pyoxigraph as ox

from govgraph.store.loading import load_quads


def main() -> None:
    """Load, and write everything to disk."""
    store = ox.Store(sys.argv[1])
    load_quads(store, map(Path, sys.argv[2:]))
    store.flush()


if __name__ == "__main__":
    main()
