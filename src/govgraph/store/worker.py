"""A reader process: one generation, one query at a time, no network, bounded, killable.

Run by the pool as ``python -I -m govgraph.store.worker FOLDER NUMBER``; requests and
answers are frames on standard input and output. A frame is four bytes (length of a
JSON header, big-endian), the header, and as many bytes as the header's ``length`` says.

What holds even against a query that breaks the engine: once the store is open the process
is confined (see `confine`), and a kernel timer ends it at the deadline. It imports no rdflib.
"""

import json
import os
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from govgraph.errors import GovgraphError, ReaderFailed
from govgraph.limits import LIMITS
from govgraph.store.base import Request
from govgraph.store.confine import confine
from govgraph.store.embedded import EmbeddedReader

__all__ = ["main", "pack", "unpack_header"]


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


def _serve(reader: EmbeddedReader, requests: BinaryIO, answers: BinaryIO) -> None:
    while size := requests.read(4):
        header = unpack_header(requests.read(struct.unpack(">I", size)[0]))
        body = b""
        signal.setitimer(signal.ITIMER_REAL, float(header.pop("seconds")))
        header.pop("length")
        try:
            answer = reader.answer(Request(**header))
            body = answer.body
            reply: dict[str, Any] = {
                "kind": answer.kind,
                "media_type": answer.media_type,
                "rows": answer.rows,
                "notes": answer.notes,
                "complete": answer.complete,
            }
        except GovgraphError as error:
            reply = _failure(error)
        except MemoryError:
            reply = _failure(ReaderFailed("the query needs more memory than a reader has", "Ask for less."))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(pack(reply, body))
        answers.flush()


def _failure(error: GovgraphError) -> dict[str, Any]:
    return {
        "error": type(error).__name__,
        "message": error.message,
        "next_step": error.next_step,
        "status": error.status,
        "code": error.code,
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
    _serve(reader, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
