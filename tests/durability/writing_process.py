"""A writer process as the service runs it, which a test can kill."""

import contextlib
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import pyoxigraph as ox

from govgraph.limits import LIMITS
from govgraph.store.generations import Generations
from govgraph.store.worker import pack, unpack_header
from govgraph.writing.request import Write

__all__ = ["GRAPH", "SIZE", "WriterProcess", "present", "update"]

GRAPH = ox.NamedNode("https://example.org/graph/log")
SIZE = 20
"""Statements in one change."""


class WriterProcess:
    """A writer over a store.

    Parameters
    ----------
    folder : the store.
    prepare : run in the new process before the writer starts, such as to bound what it may use.
    """

    def __init__(self, folder: Path, prepare: Callable[[], None] | None = None) -> None:
        command = [sys.executable, "-I", "-m", "govgraph.writing.writer", str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=prepare
        )
        assert self._receive()["ready"]

    def write(self, body: bytes) -> dict[str, Any]:
        """Ask for one update and wait for the report.

        Raises
        ------
        EOFError, BrokenPipeError : the writer is dead.
        """
        self.send(body)
        return self._receive()

    def send(self, body: bytes) -> None:
        """Ask for one update and do not wait."""
        assert self.process.stdin is not None
        header = Write("update", "the test").as_json() | {"seconds": LIMITS.write_seconds}
        self.process.stdin.write(pack(header, body))
        self.process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        size = self.process.stdout.read(4)
        if len(size) < 4:
            raise EOFError
        header = unpack_header(self.process.stdout.read(struct.unpack(">I", size)[0]))
        self.process.stdout.read(header["length"])
        return header

    def __enter__(self) -> "WriterProcess":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def update(number: int, size: int = SIZE) -> bytes:
    """A change whose statements all carry its number, so that a torn one can be told."""
    rows = " ".join(
        f"<https://example.org/change/{number}> <https://example.org/part> {part} ." for part in range(size)
    )
    return f"INSERT DATA {{ GRAPH <{GRAPH.value}> {{ {rows} }} }}".encode()


def present(folder: Path) -> dict[int, int]:
    """How many statements of each change the current generation holds; every file is checked first."""
    generation = Generations(folder).current()
    generation.verify(contents=True)
    store = ox.Store.read_only(str(generation.store))
    found: dict[int, int] = {}
    for quad in store.quads_for_pattern(None, None, None, GRAPH):
        assert isinstance(quad.subject, ox.NamedNode)
        number = int(quad.subject.value.rpartition("/")[2])
        found[number] = found.get(number, 0) + 1
    return found
