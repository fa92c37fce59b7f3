"""The service's reader processes: handed out one query at a time, killed at the deadline, replaced.

The web process holds no store. Each request takes a free reader, sends it one frame
and waits; a reader that does not answer in time, or dies, is killed and another
started. When a newer generation is current, readers are replaced as they come free,
so no request is dropped and each answer comes from one generation.
"""

import asyncio
import contextlib
import struct
import sys
from collections.abc import Callable
from typing import Any

import govgraph.errors as errors
from govgraph.errors import DeadlinePassed, GovgraphError, ReaderFailed
from govgraph.limits import LIMITS, Limits
from govgraph.store.base import Answer, Request
from govgraph.store.generations import Generation
from govgraph.store.guard import check_query
from govgraph.store.worker import pack, unpack_header

__all__ = ["ReaderPool"]


class _Worker:
    """One reader process and the generation that it reads."""

    def __init__(self, process: asyncio.subprocess.Process, generation: int) -> None:
        self.process = process
        self.generation = generation

    @classmethod
    async def start(cls, generation: Generation, limits: Limits) -> "_Worker":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "govgraph.store.worker",
            str(generation.store),
            str(generation.number),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=2**20,
        )
        worker = cls(process, generation.number)
        try:
            async with asyncio.timeout(limits.query_seconds + 20):
                header, _ = await worker.receive()
        except (TimeoutError, asyncio.IncompleteReadError):
            await worker.kill()
            raise ReaderFailed("a reader process does not start", "Check the store: govgraph build") from None
        if not header.get("ready"):
            raise ReaderFailed("a reader process does not start", "Check the store: govgraph build")
        return worker

    async def receive(self) -> tuple[dict[str, Any], bytes]:
        assert self.process.stdout is not None
        size = struct.unpack(">I", await self.process.stdout.readexactly(4))[0]
        header = unpack_header(await self.process.stdout.readexactly(size))
        return header, await self.process.stdout.readexactly(header["length"])

    async def ask(self, request: Request, seconds: float) -> tuple[dict[str, Any], bytes]:
        assert self.process.stdin is not None
        self.process.stdin.write(pack(request.as_json() | {"seconds": seconds}))
        await self.process.stdin.drain()
        return await self.receive()

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
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

    async def __aenter__(self) -> "ReaderPool":
        first = await _Worker.start(self._current(), self._limits)
        self._free.put_nowait(first)
        for _ in range(1, self._limits.readers):
            self._free.put_nowait(None)  # started when it is first needed
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*self._ending)
        while not self._free.empty():
            worker = self._free.get_nowait()
            if worker:
                await worker.kill()

    async def answer(self, request: Request) -> Answer:
        """Answer one query whole.

        Raises
        ------
        QueryRefused : the text is not of a shape that a reader may take.
        DeadlinePassed : the reader was killed at its deadline.
        ReaderFailed : no reader came free in time, or the reader died.
        GovgraphError : whatever the reader said was wrong with the query.
        """
        check_query(request.text, self._limits)
        try:
            async with asyncio.timeout(self._limits.queue_seconds):
                worker = await self._free.get()
        except TimeoutError:
            raise ReaderFailed("all readers are busy", "Try again in some seconds.") from None
        keep: _Worker | None = None
        try:
            worker = await self._fresh(worker)
            header, body = await self._ask(worker, request)
            keep = worker
        finally:
            # Nothing is awaited here: a caller that was cancelled may be cancelled again at the next await.
            if worker and keep is None:
                ending = asyncio.ensure_future(worker.kill())
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
            self._free.put_nowait(keep)
        if "error" in header:
            raise _error(header)
        return Answer(header["kind"], header["media_type"], body, header["rows"], worker.generation)

    async def _fresh(self, worker: _Worker | None) -> _Worker:
        generation = self._current()
        if worker and worker.generation == generation.number and worker.process.returncode is None:
            return worker
        if worker:
            await worker.kill()
        return await _Worker.start(generation, self._limits)

    async def _ask(self, worker: _Worker, request: Request) -> tuple[dict[str, Any], bytes]:
        seconds = self._limits.query_seconds
        try:
            async with asyncio.timeout(seconds + 1):  # the kernel's timer in the reader fires first
                return await worker.ask(request, seconds)
        except TimeoutError:
            raise self._deadline() from None
        except (asyncio.IncompleteReadError, ConnectionError):
            if await worker.process.wait() == -14:  # SIGALRM
                raise self._deadline() from None
            raise ReaderFailed(
                "the query broke its reader (too deep or too much memory); another has taken its place",
                "Ask it in smaller parts.",
            ) from None

    def _deadline(self) -> DeadlinePassed:
        return DeadlinePassed(
            f"the query was stopped after {self._limits.query_seconds:g} seconds",
            "Narrow it, add LIMIT, or run it on your own copy: govgraph query.",
        )


def _error(header: dict[str, Any]) -> GovgraphError:
    """The error that a reader reported."""
    kind = getattr(errors, header["error"], GovgraphError)
    error: GovgraphError = kind(header["message"], header["next_step"])
    error.status, error.code = header["status"], header["code"]
    return error
