"""Queries on their way to a reader: each with its deadline, and some of one asker together.

To hand a query to another process and to take its answer costs more than a small query itself. So those of one asker
that wait anyway go to a reader together, as a batch, and it does them one after the other. It answers each as soon as
it is done. When one takes long, the rest of its batch is given back, and other readers do it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from govgraph.errors import DeadlinePassed
from govgraph.store.base import Request

__all__ = ["Batch", "Frame", "Job", "Lease", "Turn"]

Frame = tuple[dict[str, Any], bytes, int, int]
"""Header, body and rows of a reader's frame, and the number of its generation."""


class Lease(Protocol):
    """The right to keep one reader at work; whoever handed it out gets it back."""

    def give_back(self, jobs: "Iterable[Job]") -> None:
        """These have not been done, and wait again before all others of their asker."""
        ...

    def end(self, quick: bool) -> None:
        """The reader has done its batch, and did it quickly or not."""
        ...


class Turn(Protocol):
    """The right of whoever asks to have one query run, among others who ask."""

    def wait(self, job: "Job") -> None:
        """Have a job submitted when its turn comes, which may be now, or let it fail."""
        ...


class Job:
    """A query on its way to a reader.

    Parameters
    ----------
    request, seconds : what is asked, and its deadline.
    answer : gets what the reader says, or an error.
    submit : takes a batch whose turn has come.
    """

    __slots__ = ("answer", "late", "request", "seconds", "started", "submit", "turn")

    def __init__(
        self,
        request: Request,
        seconds: float,
        answer: asyncio.Future[Frame],
        submit: "Callable[[Batch], None]",
        turn: Turn | None = None,
    ) -> None:
        self.request, self.seconds = request, seconds
        self.answer, self.submit, self.turn = answer, submit, turn
        self.started = 0.0
        self.late = 0.0
        """Time of the event loop when it is stopped."""

    def start(self, now: float) -> None:
        """A reader begins with it; the kernel's timer in the reader fires before ours."""
        self.started, self.late = now, now + self.seconds + 1

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


class Batch:
    """Queries of one asker that a reader does one after the other.

    Parameters
    ----------
    jobs : in their order; the first is the one that the reader is at.
    lease : ended when the reader has done them; None where everybody may ask at once.
    """

    __slots__ = ("_moved", "_returned", "jobs", "late", "lease", "seen", "used")

    def __init__(self, jobs: Iterable[Job], lease: Lease | None = None) -> None:
        self.jobs = deque(jobs)
        self.lease = lease
        self.late = 0.0
        """Time of the event loop when it has waited too long for a reader."""
        self.seen: Job | None = None
        """What the reader was at when that was last looked at."""
        self.used = 0.0
        """Seconds of a processor that the reader had used when it was first seen at that."""
        self._moved: int | None = None  # so many were given back before the reader said that it would not do them
        self._returned: list[Job] = []

    def drop_done(self) -> bool:
        """Forget the jobs that nobody waits for any more; whether there are others."""
        if any(job.answer.done() for job in self.jobs):
            self.jobs = deque(job for job in self.jobs if not job.answer.done())
        return bool(self.jobs)

    def answered(self, frame: Frame, now: float) -> bool:
        """Take what the reader says to the first job; whether that was the last one."""
        if self.jobs:
            job = self.jobs.popleft()
            if "returned" in frame[0]:
                self._returned.append(job)
            elif not job.answer.done():
                job.answer.set_result(frame)
            if self.jobs:
                self.jobs[0].start(now)
        elif self._moved:
            self._moved -= 1
        return not self.jobs and not self._moved

    def move(self) -> None:
        """Give all but the first back; the reader returns them, too, when it comes to them."""
        if self.lease and len(self.jobs) > 1:
            self._moved = len(self.jobs) - 1
            self.keep_first()

    def keep_first(self) -> None:
        """Give all but the first back, before a reader has got them."""
        if self.lease and len(self.jobs) > 1:
            first, *rest = self.jobs
            self.jobs = deque([first])
            self.lease.give_back(rest)

    def fail(self, error: Exception) -> None:
        """Tell all askers what went wrong."""
        for job in self.jobs:
            job.fail(error)
        self.end()

    def end(self) -> None:
        """The reader is free, or lost."""
        lease, self.lease = self.lease, None
        if lease:
            if self._returned:
                lease.give_back(self._returned)
            lease.end(not self._returned and self._moved is None)
