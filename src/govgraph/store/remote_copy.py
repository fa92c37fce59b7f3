"""A copy on disk of a generation in an endpoint, for what reads a whole store: dumps and comparisons.

Run as ``python -I -m govgraph.store.remote_copy FOLDER``; the first frame on standard input says which endpoint and
generation, as for a reader. The store appears in the folder by one rename, when all of it is there. On failure the
process ends with 1 and says why on standard output.
"""

import itertools
import json
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import GenerationChanged, GovgraphError
from govgraph.store.copying import Copies
from govgraph.store.remote_generations import RemoteGeneration, RemoteGenerations
from govgraph.store.scratch import scratch_in
from govgraph.store.worker import unpack_header

__all__ = ["copy_to", "main"]


def copy_to(generation: RemoteGeneration, folder: Path) -> None:
    """Write a generation into ``folder/store``, as an embedded store holds it.

    Raises
    ------
    GenerationChanged : another one took its place meanwhile.
    StoreFailed : it is too large, or the endpoint failed.
    """
    copies = Copies(generation.endpoint, generation)
    copies.check_size()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with scratch_in(folder, "copying-") as scratch:
        _write(copies, generation.named_graphs, scratch)
        if not RemoteGenerations(generation.endpoint).settled(generation.number):
            raise GenerationChanged(f"generation {generation.number} was replaced while it was copied", "Try again.")
        if not generation.store.exists():
            (scratch / "store").rename(folder / "store")


def _write(copies: Copies, graphs: Sequence[str], scratch: Path) -> None:
    """Write the copy into ``scratch/store``, and close what it was made in."""
    store = ox.Store(str(scratch / "working"))
    named = copies.statements(graphs=graphs) if graphs else ()
    store.bulk_extend(itertools.chain(copies.statements(), named))
    for name in graphs:
        store.add_graph(ox.NamedNode(name))
    store.flush()
    store.backup(str(scratch / "store"))


def main() -> None:
    """Copy what standard input names."""
    requests, folder = sys.stdin.buffer, Path(sys.argv[1])
    told = unpack_header(requests.read(struct.unpack(">I", requests.read(4))[0]))
    try:
        copy_to(RemoteGeneration.of(told), folder)
    except GovgraphError as error:
        words = {"error": type(error).__name__, "message": error.message, "next_step": error.next_step}
        print(json.dumps(words), flush=True)
        os._exit(1)  # a store that was being filled is not waited for


if __name__ == "__main__":
    main()
