"""The service's reader processes: handed out one query at a time, killed at the deadline, replaced.

The web process holds no store. Each request waits for a free reader, sends it one frame
and waits; a reader that does not answer in time, or dies, is killed and another
started. When a newer generation is current, readers are replaced as they come free,
so no request is dropped and each answer comes from one generation.

A reader that has answered gets the next batch before the asker of the last is told, so that it never waits for the
web process; one timer looks after all deadlines of a pool. While a query takes long, those behind it in its batch are
given to other readers, and soon its reader has to let those go first that are at work as well.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import govgraph.errors as errors
from govgraph.errors import DeadlinePassed, GovgraphError, ReaderFailed
from govgraph.limits import LIMITS, Limits
from govgraph.store.base import Answer, Request
from govgraph.store.guard import check_query
from govgraph.store.jobs import Batch, Job, Turn
from govgraph.store.readers import ReaderProcess
from govgraph.store.remote_generations import AnyGeneration

__all__ = ["ReaderPool"]

_TICK = 0.1  # seconds between two looks at readers that are at work
_LONG = 1.0  # seconds of a processor after which others go before a query; then a new reader costs little beside it


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

    def __init__(self, current: Callable[[], AnyGeneration], limits: Limits = LIMITS) -> None:
        self._current = current
        self._limits = limits
        self._free: deque[ReaderProcess | None] = deque()  # None is one that is started when it is first needed
        self._busy: set[ReaderProcess] = set()
        self._waiting: deque[Batch] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Handle | None = None
        self._wakes = 0.0
        self._closed = False
        self.replaced = 0
        """Readers that were killed, or died, on a query."""

    async def __aenter__(self) -> "ReaderPool":
        first = await self._start(self._current())
        self._free.extend([None] * (self._limits.readers - 1))
        self._free.append(first)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True  # a reader that is at work now is ended when it has answered
        while self._tasks:
            await asyncio.gather(*self._tasks)
        if self._timer and not self._busy:
            self._timer.cancel()
        while self._free:
            if reader := self._free.pop():
                await reader.kill()

    @property
    def idle(self) -> int:
        """Readers that are free now."""
        return len(self._free)

    async def answer(self, request: Request, seconds: float | None = None, turn: Turn | None = None) -> Answer:
        """Answer one query whole.

        Parameters
        ----------
        seconds : a deadline that is earlier than that of every query.
        turn : to be waited for; it ends with the answer, and where there is none the caller ends it.

        Raises
        ------
        QueryRefused : the text is not of a shape that a reader may take.
        DeadlinePassed : the reader was killed at its deadline.
        ReaderFailed : no reader came free in time, or the reader died.
        GovgraphError : whatever the reader said was wrong with the query.
        """
        check_query(request.text, self._limits)
        allowed = min(seconds, self._limits.query_seconds) if seconds else self._limits.query_seconds
        job = Job(request, allowed, asyncio.get_running_loop().create_future(), self._submit, turn)
        if turn:
            turn.wait(job)
        else:
            self._submit(Batch([job]))
        try:
            header, body, rows, generation = await job.answer
        except asyncio.CancelledError:
            self._given_up(job)  # nothing is awaited: who was cancelled may be cancelled again at the next await
            raise
        if "error" in header:
            raise _error(header)
        return Answer(header["kind"], header["media_type"], body, rows, generation, header["notes"], header["complete"])

    def _submit(self, batch: Batch) -> None:
        """Take a batch that a reader is to do as soon as one is free."""
        batch.late = asyncio.get_running_loop().time() + self._limits.queue_seconds
        self._waiting.append(batch)
        self._hand_out()

    def _hand_out(self) -> None:
        """Give the batches that wait to the readers that are free."""
        while self._waiting and self._free:
            batch = self._waiting.popleft()
            if not batch.drop_done():
                batch.end()
                continue
            try:
                generation = self._current()
            except GovgraphError as error:
                batch.fail(error)
                continue
            reader = self._free.pop()
            if reader and reader.generation == generation.number and reader.alive:
                self._ask(reader, batch)
            else:
                batch.keep_first()  # others do the rest sooner than a reader that has yet to be started
                self._spawn(self._renew(reader, generation, batch))
        if self._waiting:
            self._wake_at(self._waiting[0].late)

    def _ask(self, reader: ReaderProcess, batch: Batch) -> None:
        now = asyncio.get_running_loop().time()
        reader.ask(batch, now)
        self._busy.add(reader)
        self._wake_at(min(now + _TICK, batch.jobs[0].late))

    def _answered(self, reader: ReaderProcess, header: dict[str, Any], body: bytes, rows: int) -> None:
        batch = reader.batch
        if batch is None:
            return  # it was given up, and the reader is being ended
        now = asyncio.get_running_loop().time()
        if not batch.answered((header, body, rows, reader.generation), now):
            return
        self._leave(reader)
        if reader.lowered:
            self._spawn(reader.kill())
            self._replace(batch)
            return
        self._free.append(reader)
        batch.end()  # whoever waits for that joins those who wait for a reader
        self._settle()

    def _take_back(self, reader: ReaderProcess | None) -> None:
        """A reader is free, or None in place of one that has been lost."""
        if reader:
            self._free.append(reader)
        else:
            self._free.appendleft(None)
        self._settle()

    def _settle(self) -> None:
        """Put the readers that are free to work; where all is over, end them."""
        self._hand_out()
        while self._closed and self._free:
            if unused := self._free.pop():
                self._spawn(unused.kill())

    def _leave(self, reader: ReaderProcess) -> None:
        self._busy.discard(reader)
        reader.batch = None

    def _lost(self, reader: ReaderProcess) -> None:
        """A process has ended; if it was at work, what it was at is to blame."""
        if batch := reader.batch:
            self._leave(reader)
            self.replaced += 1
            if batch.jobs:
                self._spawn(_mourn(reader, batch.jobs[0]))
            batch.move()
            self._replace(batch)

    def _end(self, reader: ReaderProcess, batch: Batch) -> None:
        """End a reader that is at work; what stands behind that is done by others."""
        self._leave(reader)
        self.replaced += 1
        self._spawn(reader.kill())
        batch.move()
        self._replace(batch)

    def _replace(self, batch: Batch) -> None:
        """Start another reader at once, so that nobody who asks later has to wait for it; its asker waits, too."""
        if self._closed:
            batch.end()
            return
        task = self._spawn(self._started(batch))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _started(self, batch: Batch) -> None:
        fresh = None
        with contextlib.suppress(GovgraphError, OSError):  # who asks next starts one, and is told what is wrong
            fresh = await self._start(self._current())
        batch.end()
        self._take_back(fresh)

    async def restored(self, seconds: float) -> None:
        """Wait until readers that were lost have been replaced, at most some seconds."""
        if self._starting:
            await asyncio.wait(set(self._starting), timeout=seconds)

    def _given_up(self, job: Job) -> None:
        """The asker has gone away; a reader that is at its query is ended, and one that comes to it later as well."""
        for reader in self._busy:
            if reader.batch and list(reader.batch.jobs)[:1] == [job]:
                self._end(reader, reader.batch)
                break

    async def _renew(self, reader: ReaderProcess | None, generation: AnyGeneration, batch: Batch) -> None:
        """Start a reader of the current generation in place of another, and give it the batch."""
        fresh = None
        try:
            if reader:
                await reader.kill()
            fresh = await self._start(generation)
        except (GovgraphError, OSError) as error:
            batch.fail(error)
        if fresh and batch.drop_done():
            self._ask(fresh, batch)
        else:
            batch.end()
            self._take_back(fresh)

    async def _start(self, generation: AnyGeneration) -> ReaderProcess:
        return await ReaderProcess.start(generation, self._limits, self._answered, self._lost)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _wake_at(self, when: float) -> None:
        """Look at what is late then, or earlier; mostly a timer runs already."""
        if self._timer and self._wakes <= when:
            return
        if self._timer:
            self._timer.cancel()
        # For what is due already uvloop gives a handle that cannot say when, so that is kept here.
        self._timer, self._wakes = asyncio.get_running_loop().call_at(when, self._look), when

    def _look(self) -> None:
        """End what is late, and let others go before what takes long."""
        self._timer = None
        now = asyncio.get_running_loop().time()
        while self._waiting and self._waiting[0].late <= now:
            self._waiting.popleft().fail(ReaderFailed("all readers are busy", "Try again in some seconds."))
        for reader in list(self._busy):
            if reader.batch and reader.batch.jobs:
                self._look_at(reader, reader.batch, now)
        if self._busy:
            self._wake_at(now + _TICK)
        elif self._waiting:
            self._wake_at(self._waiting[0].late)

    def _look_at(self, reader: ReaderProcess, batch: Batch, now: float) -> None:
        job = batch.jobs[0]
        if job.late <= now:
            job.fail(job.deadline(now))
            self._end(reader, batch)
        elif batch.seen is not job:
            batch.seen, batch.used = job, reader.used()
        elif job.answer.done():
            self._end(reader, batch)  # its asker went away before the reader came to it
        else:
            batch.move()
            if not reader.lowered and len(self._busy) > 1 and reader.used() - batch.used > _LONG:
                reader.lower()


async def _mourn(reader: ReaderProcess, job: Job) -> None:
    job.fail(await reader.cause_of_death(job))


def _error(header: dict[str, Any]) -> GovgraphError:
    """The error that a reader reported."""
    kind = getattr(errors, header["error"], GovgraphError)
    error: GovgraphError = kind(header["message"], header["next_step"])
    error.status, error.code = header["status"], header["code"]
    if isinstance(error, DeadlinePassed):
        error.elapsed = header["elapsed"]
    return error
