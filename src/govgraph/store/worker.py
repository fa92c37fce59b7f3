"""A reader process: one generation, one query at a time, no network, bounded, killable.

Run by the pool as ``python -I -m govgraph.store.worker FOLDER NUMBER``; requests and
answers are frames on standard input and output, as `frames` says.

What holds even against a query that breaks the engine: once the store is open the process
is confined (see `confine`), and a kernel timer ends it at the deadline. It imports no rdflib.
"""

import contextlib
import gc
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from govgraph.errors import GovgraphError, ReaderFailed
from govgraph.limits import LIMITS
from govgraph.store.base import Answer, Request
from govgraph.store.confine import confine
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.frames import JOB, answer_frame, failure_frame, request_of

_LONG = 0.03  # seconds after which the rest of a batch is returned; the service waits longer before it asks others
_RETURNED = failure_frame({"returned": True})

__all__ = ["failure", "main", "pack", "serve", "unpack_header"]


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """A frame of other processes: four bytes (length of a JSON header), the header with the body's length, the body.

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
    """Answer requests until there are no more; what stands behind a long one in its batch is returned."""
    with contextlib.suppress(AttributeError, OSError):  # not on every system
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # do not push the service aside when it writes
    began, behind = 0.0, 0
    while start := requests.read(JOB.size):
        if not behind:
            began = time.monotonic()
        lead, length, following = JOB.unpack(start)
        head, text = requests.read(lead), requests.read(length)
        if behind and time.monotonic() - began > _LONG:
            frame = _RETURNED  # others do it sooner
        else:
            frame = _answered(answered, *request_of(head, text))
        behind = following
        if not behind:
            signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(frame)
        answers.flush()


def _answered(answered: Callable[[Request, float], Answer], request: Request, seconds: float) -> bytes:
    """The frame that answers a request; a kernel timer, which the next sets anew, ends the process at the deadline."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return answer_frame(answered(request, seconds))
    except GovgraphError as error:
        return failure_frame(failure(error))
    except MemoryError:
        return failure_frame(failure(ReaderFailed("the query needs more memory than a reader has", "Ask for less.")))


def failure(error: GovgraphError) -> dict[str, Any]:
    """Header of a frame that tells an error."""
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
    answers.write(failure_frame({"ready": True}))
    answers.flush()
    gc.freeze()  # nothing of what is here now goes away again
    serve(lambda request, seconds: reader.answer(request), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
