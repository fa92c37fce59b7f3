"""The service's reader processes: handed out one query at a time, killed at the deadline, replaced.

The web process holds no store. Each request takes a free reader, sends it one frame
and waits; a reader that does not answer in time, or dies, is killed and another
started. When a newer generation is current, readers are replaced as they come free,
so no request is dropped and each answer comes from one generation.
"""

import asyncio
import contextlib
import math
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, cast

import govgraph.errors as errors
from govgraph.errors import DeadlinePassed, GovgraphError, ReaderFailed
from govgraph.limits import LIMITS, Limits
from govgraph.store.base import Answer, Request
from govgraph.store.generations import Generation
from govgraph.store.guard import check_query
from govgraph.store.worker import pack, unpack_header

__all__ = ["ReaderPool"]

Frame = tuple[dict[str, Any], bytes]


class _Frames(asyncio.Protocol):
    """One end of the socket to a reader: puts frames together as they come in."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.closed = False
        self._held = bytearray()
        self._header: dict[str, Any] | None = None
        self._waiting: asyncio.Future[Frame] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        held = self._held
        if self._header is None:
            if len(held) < 4 or len(held) < 4 + (size := struct.unpack_from(">I", held)[0]):
                return
            self._header = unpack_header(bytes(held[4 : 4 + size]))
            del held[: 4 + size]
        length = self._header["length"]
        if len(held) < length or self._waiting is None:
            return
        body = bytes(held)
        self._held = bytearray()
        frame, self._header = (self._header, body), None
        if not self._waiting.done():
            self._waiting.set_result(frame)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the reader is gone"))

    def receive(self) -> "asyncio.Future[Frame]":
        """The next frame; there is never more than one on its way."""
        self._waiting = asyncio.get_running_loop().create_future()
        if self.closed:
            self._waiting.set_exception(ConnectionResetError("the reader is gone"))
        elif self._header is not None or self._held:
            self.data_received(b"")
        return self._waiting


class _Worker:
    """One reader process and the generation that it reads."""

    def __init__(self, process: asyncio.subprocess.Process, frames: _Frames, generation: int) -> None:
        self.process = process
        self.generation = generation
        self._frames = frames

    @classmethod
    async def start(cls, generation: Generation, limits: Limits) -> "_Worker":
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "govgraph.store.worker",
                str(generation.store),
                str(generation.number),
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=asyncio.subprocess.DEVNULL,
            )
        frames = _Frames()
        await asyncio.get_running_loop().create_connection(lambda: frames, sock=ours)
        worker = cls(process, frames, generation.number)
        try:
            async with asyncio.timeout(limits.query_seconds + 20):
                header, _ = await frames.receive()
        except (TimeoutError, ConnectionError):
            header = {}
        except asyncio.CancelledError:
            process.kill()
            raise
        if not header.get("ready"):
            await worker.kill()
            raise ReaderFailed("a reader process does not start", "Check the store: govgraph build")
        return worker

    @property
    def alive(self) -> bool:
        return not self._frames.closed and self.process.returncode is None

    def ask(self, request: Request, seconds: float) -> "asyncio.Future[Frame]":
        answer = self._frames.receive()
        assert self._frames.transport is not None
        self._frames.transport.write(pack({**vars(request), "seconds": seconds}))
        return answer

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if self._frames.transport:
            self._frames.transport.abort()
        await self.process.wait()


class ReaderPool:
    """Reader processes over the current generation of a store.

    Parameters
    ----------
    current : gives the generation that is current now; called before each query, so it must be cheap.
    limits : number of readers, deadline and sizes.

    Examples
    --------
    ``async with ReaderPool(generations.current) as pool: answer = await pool.answer(Request("ASK {}"))``
    """

    def __init__(self, current: Callable[[], Generation], limits: Limits = LIMITS) -> None:
        self._current = current
        self._limits = limits
        self._free: asyncio.Queue[_Worker | None] = asyncio.Queue()
        self._ending: set[asyncio.Future[None]] = set()
        self._closed = False
        self.replaced = 0
        """Readers that were killed, or died, on a query."""

    async def __aenter__(self) -> "ReaderPool":
        first = await _Worker.start(self._current(), self._limits)
        self._free.put_nowait(first)
        for _ in range(1, self._limits.readers):
            self._free.put_nowait(None)  # started when it is first needed
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True  # a reader that is at work now is ended when it has answered
        await asyncio.gather(*self._ending)
        while not self._free.empty():
            worker = self._free.get_nowait()
            if worker:
                await worker.kill()

    @property
    def idle(self) -> int:
        """Readers that are free now."""
        return self._free.qsize()

    async def answer(self, request: Request, seconds: float | None = None) -> Answer:
        """Answer one query whole.

        Parameters
        ----------
        seconds : a deadline that is earlier than that of every query.

        Raises
        ------
        QueryRefused : the text is not of a shape that a reader may take.
        DeadlinePassed : the reader was killed at its deadline.
        ReaderFailed : no reader came free in time, or the reader died.
        GovgraphError : whatever the reader said was wrong with the query.
        """
        check_query(request.text, self._limits)
        worker = await self._taken()
        keep: _Worker | None = None
        try:
            worker = await self._fresh(worker)
            header, body = await self._ask(worker, request, min(seconds or math.inf, self._limits.query_seconds))
            keep = worker
        finally:
            # Nothing is awaited here: a caller that was cancelled may be cancelled again at the next await.
            if worker and keep is None:
                self.replaced += 1
            if worker and (keep is None or self._closed):
                keep = None
                ending = asyncio.ensure_future(worker.kill())
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
            self._free.put_nowait(keep)
        if "error" in header:
            raise _error(header)
        told = {name: header[name] for name in ("kind", "media_type", "rows", "notes", "complete")}
        return Answer(body=body, generation=worker.generation, **told)

    async def _taken(self) -> _Worker | None:
        if not self._free.empty():
            return self._free.get_nowait()
        try:
            async with asyncio.timeout(self._limits.queue_seconds):
                return await self._free.get()
        except TimeoutError:
            raise ReaderFailed("all readers are busy", "Try again in some seconds.") from None

    async def _fresh(self, worker: _Worker | None) -> _Worker:
        generation = self._current()
        if worker and worker.generation == generation.number and worker.alive:
            return worker
        if worker:
            await worker.kill()
        return await _Worker.start(generation, self._limits)

    async def _ask(self, worker: _Worker, request: Request, seconds: float) -> Frame:
        started = time.monotonic()
        loop = asyncio.get_running_loop()
        answer = worker.ask(request, seconds)
        late = loop.call_later(seconds + 1, _give_up, answer)  # the kernel's timer in the reader fires first
        try:
            return await answer
        except TimeoutError:
            raise _deadline(seconds, started) from None
        except ConnectionError:
            if await worker.process.wait() == -14:  # SIGALRM
                raise _deadline(seconds, started) from None
            raise ReaderFailed(
                "the query broke its reader (too deep or too much memory); another has taken its place",
                "Ask it in smaller parts.",
            ) from None
        finally:
            late.cancel()


def _deadline(seconds: float, started: float) -> DeadlinePassed:
    error = DeadlinePassed(
        f"the query was stopped after {seconds:g} seconds",
        "Narrow it, add LIMIT, or run it on your own copy: govgraph query.",
    )
    error.elapsed = round(time.monotonic() - started, 3)
    return error


def _give_up(answer: "asyncio.Future[Frame]") -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())


def _error(header: dict[str, Any]) -> GovgraphError:
    """The error that a reader reported."""
    kind = getattr(errors, header["error"], GovgraphError)
    error: GovgraphError = kind(header["message"], header["next_step"])
    error.status, error.code = header["status"], header["code"]
    return error
