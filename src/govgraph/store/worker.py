"""A reader process: one generation, one query at a time, no network, bounded, killable.

Run by the pool as ``python -I -m govgraph.store.worker FOLDER NUMBER``; requests and
answers are frames on standard input and output. A frame is four bytes (length of a
JSON header, big-endian), the header, and as many bytes as the header's ``length`` says.

What holds even against a query that breaks the engine: once the store is open the process
is confined (see `confine`), and a kernel timer ends it at the deadline. It imports no rdflib.
"""

import functools
import gc
import json
import os
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from govgraph.errors import GovgraphError, ReaderFailed
from govgraph.limits import LIMITS
from govgraph.store.base import Answer, Request
from govgraph.store.confine import confine
from govgraph.store.embedded import EmbeddedReader

__all__ = ["main", "pack", "serve", "unpack_header"]


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame.

    >>> pack({"a": 1}, b"xy")[4:]
    b'{"a": 1, "length": 2}xy'
    """
    head = json.dumps(header | {"length": len(body)}).encode()
    return struct.pack(">I", len(head)) + head + body


def unpack_header(data: bytes) -> dict[str, Any]:
    """The header of a frame, from its JSON bytes."""
    header: dict[str, Any] = json.loads(data)
    return header


def serve(answered: Callable[[Request, float], Answer], requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more; a kernel timer is set before each."""
    while size := requests.read(4):
        header = unpack_header(requests.read(struct.unpack(">I", size)[0]))
        seconds = float(header.pop("seconds"))
        signal.setitimer(signal.ITIMER_REAL, seconds)
        header.pop("length")
        try:
            answer = answered(Request(**header), seconds)
            body = answer.body
            told = (answer.kind, answer.media_type, answer.rows, tuple(answer.notes), answer.complete)
            head = _head(*told, len(body))
        except GovgraphError as error:
            head, body = pack(_failure(error)), b""
        except MemoryError:
            head = pack(_failure(ReaderFailed("the query needs more memory than a reader has", "Ask for less.")))
            signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(head + body)
        answers.flush()


@functools.lru_cache(maxsize=256)
def _head(kind: str, media_type: str, rows: int, notes: tuple[str, ...], complete: bool, length: int) -> bytes:
    """Length and header of an answer's frame; small answers have few different ones."""
    told = {"kind": kind, "media_type": media_type, "rows": rows, "notes": notes, "complete": complete}
    head = json.dumps(told | {"length": length}).encode()
    return struct.pack(">I", len(head)) + head


def _failure(error: GovgraphError) -> dict[str, Any]:
    return {
        "error": type(error).__name__,
        "message": error.message,
        "next_step": error.next_step,
        "status": error.status,
        "code": error.code,
        "elapsed": getattr(error, "elapsed", 0.0),
    }


def main() -> None:
    """Serve requests from standard input until it closes."""
    reader = EmbeddedReader(Path(sys.argv[1]), int(sys.argv[2]))
    reader.answer(Request("ASK {}"))  # the engine is warm before the first request
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write into the frames
    confine(Path(sys.argv[1]), LIMITS.reader_memory_bytes)
    answers.write(pack({"ready": True}))
    answers.flush()
    gc.freeze()  # nothing of what is here now goes away again
    serve(lambda request, seconds: reader.answer(request), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
