"""Have a query answered by a child of this process that has no network, over statements that this one has fetched.

The child is this process as it is at that moment, so that nothing has to be copied to it; then it is confined for good
(see `confine`). The kernel's timer ends it with its parent. Nothing of it but one frame is read.
"""

import os
import signal
from collections.abc import Callable

import govgraph.errors as errors
from govgraph.errors import GovgraphError, ReaderFailed
from govgraph.limits import LIMITS
from govgraph.store.base import Answer
from govgraph.store.confine import confine
from govgraph.store.frames import ANSWER, answer_frame, failure_frame, header_of
from govgraph.store.worker import failure

__all__ = ["answered_apart"]


def answered_apart(answered: Callable[[], Answer], generation: int) -> Answer:
    """What a function answers, called in a confined child of this process.

    Parameters
    ----------
    generation : its number, for the answer.

    Raises
    ------
    GovgraphError : what the function raised.
    ReaderFailed : the child ended without an answer.
    """
    reading, writing = os.pipe()
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    child = os.fork()
    if not child:
        _answer(answered, writing, left)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return _read(told, generation)


def _answer(answered: Callable[[], Answer], writing: int, seconds: float) -> None:
    """Be the child: it ends here, whatever happens."""
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        confine(None, LIMITS.reader_memory_bytes)
        try:
            answer = answered()
            frame = answer_frame(answer)
        except GovgraphError as error:
            frame = failure_frame(failure(error))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(frame)
    finally:
        os._exit(0)


def _read(told: bytes, generation: int) -> Answer:
    if len(told) < ANSWER.size:
        raise ReaderFailed("the query broke its reader (too deep or too much memory)", "Ask it in smaller parts.")
    head, _, rows = ANSWER.unpack_from(told)
    end = ANSWER.size + head
    header = header_of(told[ANSWER.size : end])
    if "error" in header:
        error: GovgraphError = getattr(errors, header["error"], GovgraphError)(header["message"], header["next_step"])
        error.status, error.code = header["status"], header["code"]
        raise error
    kind, media_type, notes, complete = (header[name] for name in ("kind", "media_type", "notes", "complete"))
    return Answer(kind, media_type, told[end:], rows, generation, notes, complete)
