"""Jobs of a build: here, or for a large data folder in processes of their own.

A worker process is a Python of its own that is handed jobs through a socket, so nothing of the caller is run twice or
shared; it ends with its caller, whatever ends that.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, TypeVar

from govgraph.errors import EnvironmentFailed, GovgraphError

__all__ = ["Workers", "main"]

Result = TypeVar("Result")
_AHEAD = 2
"""Jobs that wait for each worker, so that none waits for a job."""

_MADE = 100_000
"""So many objects are made before Python looks for circles among them: jobs make many, and hardly a circle."""

_YIELDS = 10
"""Niceness of a worker: where processors are short, loading in the caller, which takes longest, goes first."""


class Workers:
    """Runs jobs; a context manager that ends its processes.

    Parameters
    ----------
    processes : how many; 0 runs every job here, one after the other.

    >>> with Workers(0) as workers:
    ...     list(workers.run(max, [(1, 2), (4, 3)]))
    [2, 4]
    """

    def __init__(self, processes: int) -> None:
        self._number = processes
        self._free: SimpleQueue[Connection] = SimpleQueue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._ends: list[Connection] = []
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        if self._number:
            self._threads = ThreadPoolExecutor(self._number, "govgraph-build")
        for _ in range(self._number):
            self._start()
        self._threshold = gc.get_threshold()
        if self._number:
            gc.set_threshold(_MADE)  # what the workers send is many objects too
        return self

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [sys.executable, "-c", f"from govgraph.knowledge.workers import main; main({theirs.fileno()})"],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Every worker hashes texts alike: what one calls a node, the others know.
                env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        end = Connection(ours.detach())
        self._processes.append(process)
        self._ends.append(end)
        self._free.put(end)

    def __exit__(self, *_: object) -> None:
        gc.set_threshold(*self._threshold)
        for process in self._processes:
            process.kill()
            process.wait()
        if self._threads:
            self._threads.shutdown(cancel_futures=True)
        for end in self._ends:
            end.close()

    def run(self, function: Callable[..., Result], jobs: Iterable[tuple[Any, ...]]) -> Iterator[Result]:
        """Results in the order of the jobs.

        Parameters
        ----------
        function : of a module, not made within another function.
        jobs : arguments of each call.

        Raises
        ------
        EnvironmentFailed : a worker died; and whatever the function raises.
        """
        if self._threads is None:
            yield from (function(*job) for job in jobs)
            return
        waiting: list[Future[Result]] = []
        for job in jobs:
            waiting.append(self._threads.submit(self._ask, function, job))
            if len(waiting) > self._number * _AHEAD:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()

    def _ask(self, function: Callable[..., Result], job: tuple[Any, ...]) -> Result:
        worker = self._free.get()
        try:
            worker.send((function, job))
            kind, answer = worker.recv()
        except (OSError, EOFError):
            raise EnvironmentFailed(
                "a worker of the build died", "Build again; if it dies again, the memory may not suffice."
            ) from None
        finally:
            self._free.put(worker)
        if kind == "refused":
            refused, message, next_step = answer
            raise refused(message, next_step)
        if kind == "failed":
            raise answer
        result: Result = answer
        return result


def main(number: int) -> None:
    """Do jobs until there are no more.

    Parameters
    ----------
    number : of the open file through which they come.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller is interrupted, and ends its workers
    os.nice(_YIELDS)
    gc.freeze()
    gc.set_threshold(_MADE)
    end = Connection(number)
    while True:
        try:
            function, job = end.recv()
        except EOFError:
            return
        answer: tuple[str, Any]
        try:
            answer = "done", function(*job)
        except GovgraphError as error:
            answer = "refused", (type(error), error.message, error.next_step)
        except Exception as error:
            answer = "failed", error
        end.send(answer)
