"""A reader process over a generation in an endpoint: one query at a time, bounded, killable.

Run by the pool as ``python -I -m govgraph.store.remote_worker``. The first frame on standard input says which endpoint
and generation; the others are as in `worker`. The kernel's timer ends the process at the deadline, which ends
the request to the endpoint on our side; the engine is told the time as well, where it takes one.

Unlike a reader of an embedded store it has a network. That no text from outside uses it is seen to by the guard, by
`outside`, and for what is answered here by a child without a network (see `apart`).
"""

import gc
import os
import resource
import signal
import struct
import sys
import time
from dataclasses import replace

from govgraph.errors import DeadlinePassed, EndpointSlow, GenerationChanged
from govgraph.limits import LIMITS
from govgraph.store.base import Answer, Request
from govgraph.store.frames import failure_frame
from govgraph.store.outside import confined
from govgraph.store.phrasing import Phrase
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import RemoteGeneration, RemoteGenerations
from govgraph.store.worker import serve, unpack_header

__all__ = ["SettledReader", "main"]

_EARLIER = 0.3  # seconds before the kernel's timer, so that a slow endpoint does not cost a process


class SettledReader:
    """Answers from one generation whole, or says that another has taken its place.

    The merged facts of a generation stay as they are; named graphs are those of the current generation. So after a
    query that reads named graphs, the endpoint is asked whether the generation is still the current one.

    Parameters
    ----------
    generation : what is read.
    """

    def __init__(self, generation: RemoteGeneration) -> None:
        self._generation = generation
        self._reader = RemoteReader(generation.endpoint, generation, apart=True)
        self._generations = RemoteGenerations(generation.endpoint)

    def answer(self, request: Request, seconds: float) -> Answer:
        """Answer one query.

        Raises
        ------
        DeadlinePassed : the endpoint has not answered in time.
        GenerationChanged : a newer generation has taken, or is taking, the place of this one.
        QueryRefused, and whatever `RemoteReader.answer` raises
        """
        request, started = confined(request, self._generation), time.monotonic()
        try:
            answer = self._reader.answer(request, max(seconds - _EARLIER, seconds / 2))
        except EndpointSlow:
            error = DeadlinePassed(f"the query was stopped after {seconds:g} seconds", "Narrow it, or add LIMIT.")
            error.elapsed = round(time.monotonic() - started, 3)
            raise error from None
        phrase = Phrase(request.text)
        named = request.whole or request.default_graphs or request.named_graphs
        if not (named or phrase.reads_graphs or phrase.names_dataset):
            return answer
        if not self._generation.whole:
            told = "an endpoint keeps the named graphs of the current generation only"
            return replace(answer, notes=[*answer.notes, told])
        if not self._generations.settled(self._generation.number):
            raise GenerationChanged(
                f"generation {self._generation.number} is being replaced", "Ask again in some seconds."
            )
        return answer


def main() -> None:
    """Serve requests from standard input until it closes."""
    requests = sys.stdin.buffer
    told = unpack_header(requests.read(struct.unpack(">I", requests.read(4))[0]))
    reader = SettledReader(RemoteGeneration.of(told))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write into the frames
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (LIMITS.reader_memory_bytes, LIMITS.reader_memory_bytes))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the kernel's timer ends the process, whatever it waits for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    answers.write(failure_frame({"ready": True}))
    answers.flush()
    gc.freeze()
    serve(reader.answer, requests, answers)


if __name__ == "__main__":
    main()
