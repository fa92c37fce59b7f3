"""One reader process as the service sees it: its socket, the generation that it reads, the job it is at."""

import asyncio
import contextlib
import functools
import json
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, cast

from govgraph.errors import DeadlinePassed, GovgraphError, ReaderFailed
from govgraph.limits import Limits
from govgraph.store.base import Request
from govgraph.store.remote_generations import AnyGeneration
from govgraph.store.worker import pack

__all__ = ["Job", "ReaderProcess"]

_SHORT = 200  # bytes of a header that is worth remembering


class Job:
    """A query on its way to a reader.

    Parameters
    ----------
    request, seconds : what is asked, and its deadline.
    answer : gets header and body of the reader's frame and the number of its generation, or an error.
    late : time of the event loop when something is done about a job that has not got on.
    """

    __slots__ = ("answer", "late", "reader", "request", "seconds", "started")

    def __init__(self, request: Request, seconds: float, answer: "asyncio.Future[Frame]", late: float) -> None:
        self.request, self.seconds = request, seconds
        self.answer, self.late = answer, late
        self.started = 0.0
        self.reader: ReaderProcess | None = None

    def fail(self, error: Exception) -> None:
        """Tell the asker what went wrong, if it still waits."""
        if not self.answer.done():
            self.answer.set_exception(error)

    def deadline(self, now: float) -> DeadlinePassed:
        """What to tell when the time is over."""
        error = DeadlinePassed(
            f"the query was stopped after {self.seconds:g} seconds",
            "Narrow it, add LIMIT, or run it on your own copy: govgraph query.",
        )
        error.elapsed = round(now - self.started, 3)
        return error


Frame = tuple[dict[str, Any], bytes, int]


class ReaderProcess(asyncio.Protocol):
    """A reader process and our end of the socket to it; frames are handed on as soon as they are whole.

    Parameters
    ----------
    generation : number of the generation that it reads.
    on_frame : called with the reader, a header and a body for each frame.
    on_loss : called when the process is gone.
    """

    def __init__(
        self,
        generation: int,
        on_frame: "Callable[[ReaderProcess, dict[str, Any], bytes], None]",
        on_loss: "Callable[[ReaderProcess], None]",
    ) -> None:
        self.generation = generation
        self.job: Job | None = None
        self.alive = True
        self._on_frame, self._on_loss = on_frame, on_loss
        self._held = bytearray()
        self._needed = 0  # bytes until the frame is whole, or until more can be told of it
        self._transport: asyncio.Transport | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(
        cls,
        generation: AnyGeneration,
        limits: Limits,
        on_frame: "Callable[[ReaderProcess, dict[str, Any], bytes], None]",
        on_loss: "Callable[[ReaderProcess], None]",
    ) -> "ReaderProcess":
        """Start a process and wait until it has opened its store.

        Raises
        ------
        ReaderFailed : it does not come up.
        """
        reader = cls(generation.number, on_frame, on_loss)
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            reader._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                *generation.reader,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=asyncio.subprocess.DEVNULL,
            )
        try:
            transport, _ = await asyncio.get_running_loop().create_connection(lambda: reader, sock=ours)
            transport.write(generation.greeting)
            async with asyncio.timeout(limits.query_seconds + 20):
                up = await reader._ready
        except TimeoutError:
            up = False
        except asyncio.CancelledError:
            reader._process.kill()
            raise
        if not up:
            await reader.kill()
            raise ReaderFailed("a reader process does not start", "Check the store: govgraph build")
        return reader

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Put frames together as they come in; one that comes in one piece is taken as it is."""
        if self._held:
            self._held += data
            if len(self._held) < self._needed:
                return
            data = bytes(self._held)
        self._needed = _length(data)
        if len(data) < self._needed:
            self._held = self._held or bytearray(data)
            return
        self._held = bytearray()
        end = 4 + int.from_bytes(data[:4], "big")
        head, body = data[4:end], data[end:]
        header = _remembered(head) if len(head) < _SHORT else json.loads(head)
        if self._ready.done():
            self._on_frame(self, header, body)
        else:
            self._ready.set_result(bool(header.get("ready")))

    def connection_lost(self, error: Exception | None) -> None:
        """The process has ended, or was killed."""
        self.alive = False
        if not self._ready.done():
            self._ready.set_result(False)
        self._on_loss(self)

    def ask(self, job: Job, now: float) -> None:
        """Send a job; its deadline begins now."""
        assert self._transport is not None
        self.job, job.reader = job, self
        job.started = now
        job.late = now + job.seconds + 1  # the kernel's timer in the reader fires first
        self._transport.write(pack({**vars(job.request), "seconds": job.seconds}))

    async def cause_of_death(self, job: Job) -> GovgraphError:
        """What to tell the asker of the job on which the process ended."""
        assert self._process is not None
        if await self._process.wait() == -signal.SIGALRM:
            return job.deadline(asyncio.get_running_loop().time())
        return ReaderFailed(
            "the query broke its reader (too deep or too much memory); another has taken its place",
            "Ask it in smaller parts.",
        )

    async def kill(self) -> None:
        """End the process, whatever it is at."""
        self.alive = False
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._transport:
            self._transport.abort()
        await self._process.wait()


def _length(held: bytes) -> int:
    """Bytes of the frame that begins here, as far as that can be told yet."""
    if len(held) < 4:
        return 4
    end = 4 + int.from_bytes(held[:4], "big")
    if len(held) < end:
        return end
    head = held[4:end]
    return end + int((_remembered(head) if len(head) < _SHORT else json.loads(head))["length"])


@functools.lru_cache(maxsize=256)
def _remembered(head: bytes) -> dict[str, Any]:
    """A header from its JSON; small answers have few different ones. Not to be changed by who gets it."""
    header: dict[str, Any] = json.loads(head)
    return header
