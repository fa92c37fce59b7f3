"""Load files of N-Quads into a store in bounded portions, as quickly as the engine's own loader does."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox

__all__ = ["load_quads"]

AT_ONCE = 56 * 1024 * 1024
"""Bytes that each of two threads sorts together; the engine takes some eight times as much memory for them."""

THREADS = 2
"""Portions that are sorted at one time."""


def load_quads(
    store: ox.Store,
    files: Iterable[Path],
    progress: Callable[[int], None] = lambda size: None,
    threads: int = THREADS,
) -> int:
    """Load files, several small ones together: few and sorted tables are quick to read, and seldom put together.

    Parameters
    ----------
    files : N-Quads without blank nodes that this program wrote, none of them larger than memory allows.
    progress : told how many bytes have been loaded.
    threads : portions that are sorted at one time. One alone takes the memory of two: it costs less, and takes longer
        where nothing else is to be done.

    Returns
    -------
    Number of portions: each leaves tables of its own, which lie over those of the others.
    """

    def load(portion: bytes) -> int:
        store.bulk_load(portion, ox.RdfFormat.N_QUADS, lenient=True)
        return len(portion)

    loaded = count = 0
    with ThreadPoolExecutor(threads, "govgraph-load") as pool:
        waiting = []
        for portion in _portions(files, AT_ONCE * THREADS // threads):
            waiting.append(pool.submit(load, portion))
            count += 1
            del portion
            if len(waiting) == threads:
                loaded += waiting.pop(0).result()
                progress(loaded)
        for one in waiting:
            one.result()
    return count


def _portions(files: Iterable[Path], least: int) -> Iterator[bytes]:
    """What the files hold, at least so many bytes of it together."""
    parts: list[bytes] = []
    size = 0
    for file in files:
        parts.append(file.read_bytes())
        size += len(parts[-1])
        if size >= least:
            whole = [b"".join(parts)]
            parts, size = [], 0
            yield whole.pop()  # so that nothing is held here while it is loaded
    if parts:
        yield b"".join(parts)
