"""The service's side of writing: hands changes to the writer process one at a time, and replaces it when it dies."""

import asyncio
import contextlib
import logging
import struct
import sys
from pathlib import Path
from typing import Any

import govgraph.errors as errors
from govgraph.errors import ChangeRefused, DeadlinePassed, GovgraphError, WriterFailed
from govgraph.limits import LIMITS, Limits
from govgraph.store.worker import pack, unpack_header
from govgraph.writing.request import Write, Written

__all__ = ["Writer"]

_LOG = logging.getLogger(__name__)


class Writer:
    """Writes to one store.

    Parameters
    ----------
    folder : the store.
    limits : deadline and waiting time.

    Examples
    --------
    ``async with Writer(folder) as writer: written = await writer.write(Write("update", "clerk"), b"CLEAR ALL")``
    """

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self._folder = folder
        self._limits = limits
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> "Writer":
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(TimeoutError):  # a change that is on its way may end
            async with asyncio.timeout(self._limits.write_seconds), self._turn:
                pass
        await self._kill()

    async def write(self, asked: Write, body: bytes = b"") -> Written:
        """Carry out one change; when this returns, it is on disk.

        Raises
        ------
        DeadlinePassed : the writer was killed at its deadline; nothing has changed.
        WriterFailed : it died, or others kept it busy; nothing has changed.
        GovgraphError : whatever the writer said is wrong with the change; nothing has changed.
        """
        try:
            async with asyncio.timeout(self._limits.queue_seconds):
                await self._turn.acquire()
        except TimeoutError:
            raise WriterFailed("other changes are on their way", "Try again in some seconds.") from None
        # A caller that goes away does not stop a change half-way: it runs to its end, and the next one waits for it.
        running = asyncio.ensure_future(self._write(asked, body))
        running.add_done_callback(self._done)
        header = await asyncio.shield(running)
        if "error" in header:
            error = _error(header)
            _LOG.info("change refused", extra=_told(asked) | {"problem": error.code, "status": error.status})
            raise error
        written = Written(**{name: value for name, value in header.items() if name != "length"})
        what = {"generation": written.generation, "added": written.added, "removed": written.removed}
        graphs = {"graphs": list(written.graphs)[:20], "changed": written.changed}
        _LOG.info("change written", extra=_told(asked) | what | graphs)
        return written

    def _done(self, running: "asyncio.Future[dict[str, Any]]") -> None:
        self._turn.release()
        if not running.cancelled():
            running.exception()  # it is told to the caller, if there still is one

    async def _write(self, asked: Write, body: bytes) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._limits.write_seconds + 5):  # the kernel's timer in the writer fires first
                process = await self._started()
                assert process.stdin is not None
                process.stdin.write(pack(asked.as_json() | {"seconds": self._limits.write_seconds}, body))
                await process.stdin.drain()
                return await _receive(process)
        except TimeoutError:
            await self._kill()
            raise self._late() from None
        except (asyncio.IncompleteReadError, ConnectionError):
            ended = await self._kill()
            if ended == -14:  # SIGALRM
                raise self._late() from None
            raise WriterFailed(
                "the change broke its writer (too deep or too much memory), so nothing was changed",
                "Send it in smaller parts.",
            ) from None

    async def _started(self) -> asyncio.subprocess.Process:
        """The writer process; one that has died since is replaced."""
        if self._process and self._process.returncode is None:
            return self._process
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "govgraph.writing.writer", str(self._folder),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await _receive(self._process)
        return self._process

    async def _kill(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        ended = process.returncode
        if ended is None:
            with contextlib.suppress(TimeoutError):  # a process that is dying says by which signal
                async with asyncio.timeout(0.5):
                    assert process.stdin is not None
                    process.stdin.close()
                    return await process.wait()
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        return await process.wait()

    def _late(self) -> DeadlinePassed:
        error = DeadlinePassed(
            f"the change was stopped after {self._limits.write_seconds:g} seconds, and nothing was changed",
            "Send it in smaller parts.",
        )
        error.elapsed = self._limits.write_seconds
        return error


async def _receive(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    size = struct.unpack(">I", await process.stdout.readexactly(4))[0]
    return unpack_header(await process.stdout.readexactly(size))


def _told(asked: Write) -> dict[str, Any]:
    """What the log says of a change; it stands beside the message, where no name can look like a line."""
    return {"kind": asked.kind, "who": asked.who, "graph": asked.graph, "accepted_by": asked.accept}


def _error(header: dict[str, Any]) -> GovgraphError:
    """The error that the writer reported."""
    kind = getattr(errors, header["error"], GovgraphError)
    error: GovgraphError = kind(header["message"], header["next_step"])
    error.status, error.code = header["status"], header["code"]
    if isinstance(error, ChangeRefused):
        error.findings = header["findings"]
    return error
