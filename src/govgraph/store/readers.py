"""One reader process as the service sees it: its socket, the generation that it reads, the batch it is at."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, cast

from govgraph.errors import GovgraphError, ReaderFailed
from govgraph.limits import Limits
from govgraph.store.frames import ANSWER, header_of, job_frame
from govgraph.store.jobs import Batch, Job
from govgraph.store.remote_generations import AnyGeneration

__all__ = ["ReaderProcess"]

_LOWER = 3  # by so much the priority of a reader falls that is long at one query: half the processor's time of another


class ReaderProcess(asyncio.Protocol):
    """A reader process and our end of the socket to it; frames are handed on as soon as they are whole.

    Parameters
    ----------
    generation : number of the generation that it reads.
    on_frame : called with the reader, and header, body and rows of each frame.
    on_loss : called when the process is gone.
    """

    def __init__(
        self,
        generation: int,
        on_frame: "Callable[[ReaderProcess, dict[str, Any], bytes, int], None]",
        on_loss: "Callable[[ReaderProcess], None]",
    ) -> None:
        self.generation = generation
        self.batch: Batch | None = None
        self.alive = True
        self.lowered = False
        """Its priority has been lowered for good."""
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
        on_frame: "Callable[[ReaderProcess, dict[str, Any], bytes, int], None]",
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
            self._held = bytearray()
        at, size = 0, len(data)
        while size - at >= ANSWER.size:
            lead, length, rows = ANSWER.unpack_from(data, at)
            start = at + ANSWER.size
            end = start + lead + length
            if end > size:
                break
            header = header_of(data[start : start + lead])
            if self._ready.done():
                self._on_frame(self, header, data[start + lead : end], rows)
            else:
                self._ready.set_result(bool(header.get("ready")))
            at = end
        if at < size:
            self._held = bytearray(data[at:])
            self._needed = end - at if size - at >= ANSWER.size else ANSWER.size

    def connection_lost(self, error: Exception | None) -> None:
        """The process has ended, or was killed."""
        self.alive = False
        if not self._ready.done():
            self._ready.set_result(False)
        self._on_loss(self)

    def ask(self, batch: Batch, now: float) -> None:
        """Send a batch; the deadline of its first job begins now."""
        assert self._transport is not None
        self.batch = batch
        behind = len(batch.jobs)
        batch.jobs[0].start(now)
        frames = [job_frame(job.request, job.seconds, behind - place) for place, job in enumerate(batch.jobs, 1)]
        self._transport.write(b"".join(frames))

    def used(self) -> float:
        """Seconds of a processor that the process has used; 0 where that is not told of other processes."""
        assert self._process is not None
        with contextlib.suppress(OSError):
            return time.clock_gettime(~self._process.pid << 3 | 2)  # clock_getcpuclockid(3), as Linux numbers it
        return 0.0

    def lower(self) -> None:
        """Let what else is to be done go before what this reader is at.

        Not everybody may undo that, so such a reader is replaced when it has answered.
        """
        self.lowered = True
        assert self._process is not None
        with contextlib.suppress(OSError):  # it has just ended
            before = os.getpriority(os.PRIO_PROCESS, self._process.pid)
            os.setpriority(os.PRIO_PROCESS, self._process.pid, min(before + _LOWER, 19))

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
