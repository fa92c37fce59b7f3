"""A writer process: takes one change at a time, makes one generation of it, or says why not.

Run by the service as ``python -I -m govgraph.writing.writer FOLDER``; changes and reports are frames on standard input
and output, as in `store.worker`. What a change says is parsed here and nowhere else: the process has no network, a
memory limit, and a kernel timer that ends it, and it holds nothing between two changes. Killed at any point, it leaves
the current generation as it was.
"""

import os
import signal
import struct
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from govgraph.errors import GovgraphError, WriterFailed
from govgraph.limits import LIMITS
from govgraph.store.confine import confine
from govgraph.store.generations import Generations
from govgraph.store.worker import pack, unpack_header
from govgraph.writing.changing import write
from govgraph.writing.checking import packaged_judge
from govgraph.writing.request import Write

__all__ = ["main"]


def _serve(generations: Generations, requests: BinaryIO, answers: BinaryIO) -> None:
    while size := requests.read(4):
        header = unpack_header(requests.read(struct.unpack(">I", size)[0]))
        body = requests.read(header.pop("length"))
        signal.setitimer(signal.ITIMER_REAL, float(header.pop("seconds")))
        try:
            reply = asdict(write(generations, Write.from_json(header), body, packaged_judge))
        except GovgraphError as error:
            reply = _failure(error)
        except MemoryError:
            reply = _failure(WriterFailed("the change needs more memory than a writer has", "Send it in parts."))
        except OSError as error:
            reply = _failure(WriterFailed(f"the change cannot be kept ({error.strerror})", "Nothing was changed."))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(pack(reply))
        answers.flush()


def _failure(error: GovgraphError) -> dict[str, Any]:
    return {
        "error": type(error).__name__,
        "message": error.message,
        "next_step": error.next_step,
        "status": error.status,
        "code": error.code,
        "findings": getattr(error, "findings", []),
    }


def main() -> None:
    """Carry out changes from standard input until it closes."""
    generations = Generations(Path(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write into the frames
    confine(None, LIMITS.writer_memory_bytes)
    answers.write(pack({"ready": True}))
    answers.flush()
    _serve(generations, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
