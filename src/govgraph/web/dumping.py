"""Have the dumps, the counts and the places of findings of a generation made, at most once, by processes of their own.

Those of a nation take minutes. Whoever asks before they are there waits a little and is then told so; the making goes
on. A making that failed is not begun anew by everybody who asks: they are told why, and when it will be tried again.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govgraph.errors import BeingMade, DeadlinePassed, EnvironmentFailed, GovgraphError, MakingFailed, StoreFailed
from govgraph.limits import LIMITS, Limits
from govgraph.review.placed import is_of
from govgraph.store.beside import reason
from govgraph.store.dumping import INDEX
from govgraph.store.remote_generations import AnyGeneration, RemoteGeneration
from govgraph.web.copies import Copies

__all__ = ["Dumped", "Dumps"]

_DUMPING, _COUNTING, _PLACING = "govgraph.store.dumping", "govgraph.store.statistics", "govgraph.review.placing"
_WORDS = {_DUMPING: "the dumps", _COUNTING: "the counts", _PLACING: "the places of the findings"}
_INSTEAD = "It is tried again after a while. Whoever has the store can make a file at any time: govgraph export."
_AGAIN = "It is tried again after a while. If it fails again, build the graph again: govgraph build --force"


@dataclass(frozen=True)
class Dumped:
    """The dumps of one generation.

    Parameters
    ----------
    folder : where the files are.
    index : what `govgraph.store.dumping.dump` wrote: the files.
    """

    folder: Path
    index: dict[str, Any]

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """What is known of each file, by its name; a file is found here, never by joining a path."""
        return {file["name"]: file for file in self.index["files"]}


@dataclass(frozen=True)
class _Making:
    """What is being made, and since when, by the clock of the event loop."""

    task: asyncio.Task[None]
    since: float


@dataclass(frozen=True)
class _Failure:
    """What could not be made and why, after which pause and at what time of the event loop it may be tried again."""

    what: str
    why: str
    pause: float
    until: float

    def refusal(self, now: float) -> MakingFailed:
        """What to say to those who ask."""
        refused = _failed(self.what, self.why)
        refused.wait = max(0.0, self.until - now)
        return refused


class Dumps:
    """The dumps of the generations of a store, and what else is made of one; beside the generations, or in scratch.

    Parameters
    ----------
    store : folder of the store.
    limits : how long the making may take, how long it is waited for, and how long a failure is remembered.
    copies : of generations in an endpoint.
    """

    def __init__(self, store: Path, limits: Limits = LIMITS, copies: Copies | None = None) -> None:
        self._store = store
        self._limits = limits
        self._copies = copies or Copies(limits)
        self._scratch: Path | None = None
        self._known: dict[Path, Any] = {}
        self._making: dict[Path, _Making] = {}
        self._failed: dict[Path, _Failure] = {}
        self._one = asyncio.Lock()  # dumps of two generations are not made at the same time

    async def of(self, generation: AnyGeneration) -> Dumped:
        """The dumps of a generation, made now if nobody has asked for them before.

        Raises
        ------
        BeingMade : that takes longer; it goes on.
        MakingFailed : they cannot be made, or could not a while ago.
        """
        folder = await self._place() / generation.folder.name
        told = await self._read(folder / INDEX, _DUMPING, lambda: self._dump(generation, folder))
        return Dumped(folder, told)

    async def counts(self, generation: AnyGeneration, *, wait: bool = True) -> dict[str, Any]:
        """The counts of a generation by class, by property and so on, for VoID; made like the dumps, but in seconds.

        Parameters
        ----------
        wait : for a while, if they are not there; else their making begins, and the caller is told so at once.

        Raises
        ------
        BeingMade, MakingFailed
        """
        file = await self._place() / f"{generation.folder.name}.json"
        return await self._read(file, _COUNTING, lambda: self._counted(generation, file), wait)

    async def places(self, report: Path, *, wait: bool = True) -> Path:
        """Where each finding stands in the report of a generation (`review.placing`); made like the counts.

        Parameters
        ----------
        report : in the folder of its generation.
        wait : as for the counts.

        Raises
        ------
        BeingMade, MakingFailed
        """
        file = await self._place() / f"{report.parent.name}.sqlite"
        if not await asyncio.to_thread(is_of, file, report):  # none, one of another report, or not whole
            await self._made(file, _PLACING, lambda: self._run(_PLACING, report.parent, file), wait)
            if not await asyncio.to_thread(is_of, file, report):
                raise _failed(_PLACING, "the report changed meanwhile")
        return file

    async def _read(
        self, file: Path, what: str, work: Callable[[], Coroutine[Any, Any, None]], wait: bool = True
    ) -> dict[str, Any]:
        """What is in a file, once it has been made."""
        if file not in self._known:
            if not file.exists():
                await self._made(file, what, work, wait)
            try:
                self._known[file] = json.loads(await asyncio.to_thread(file.read_text))
            except (OSError, ValueError):
                raise _failed(what, "what was written cannot be read") from None
        found: dict[str, Any] = self._known[file]
        return found

    async def _made(self, file: Path, what: str, work: Callable[[], Coroutine[Any, Any, None]], wait: bool) -> None:
        """Wait for what makes a file; it is started only once, and only so long after that is it waited for."""
        now = asyncio.get_running_loop().time()
        making = self._making.get(file)
        if making is None:
            failed = self._failed.get(file)
            if failed and failed.until > now:
                raise failed.refusal(now)
            making = self._making[file] = _Making(asyncio.create_task(self._attempt(file, what, work)), now)
            making.task.add_done_callback(lambda task: self._done(file, task))
        left = making.since + self._limits.dump_wait_seconds - now
        done, _ = await asyncio.wait([making.task], timeout=max(0.0, left) if wait else 0)
        if not done or making.task.cancelled():
            raise BeingMade(f"{_WORDS[what]} of this generation are being made", "Come back in a minute.")
        making.task.result()

    async def _attempt(self, file: Path, what: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Make a file; a failure is remembered, each time for longer."""
        try:
            await work()
        except (StoreFailed, DeadlinePassed, OSError) as error:
            why = error.message if isinstance(error, GovgraphError) else error.strerror or "an error of the system"
            before, limits, now = self._failed.get(file), self._limits, asyncio.get_running_loop().time()
            pause = min(before.pause * 2, limits.dump_pause_most_seconds) if before else limits.dump_pause_seconds
            failed = self._failed[file] = _Failure(what, why, pause, now + pause)
            raise failed.refusal(now) from None
        self._failed.pop(file, None)

    def _done(self, file: Path, task: asyncio.Task[None]) -> None:
        self._making.pop(file, None)
        if not task.cancelled():
            task.exception()  # whoever waits is told; nobody may

    async def _dump(self, generation: AnyGeneration, folder: Path) -> None:
        async with self._one:
            await self._copied(generation)
            await self._run(_DUMPING, generation.folder, folder)

    async def _counted(self, generation: AnyGeneration, file: Path) -> None:
        await self._copied(generation)
        await self._run(_COUNTING, generation.folder, file)

    async def _copied(self, generation: AnyGeneration) -> None:
        if isinstance(generation, RemoteGeneration):
            await self._copies.of(generation)

    async def _run(self, module: str, folder: Path, target: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", module, str(folder), str(target),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._limits.dump_seconds):
                code = await process.wait()
        except BaseException as error:
            process.kill()
            await process.wait()
            for unfinished in target.parent.glob(f"building-{process.pid}-*"):
                _remove(unfinished)
            if isinstance(error, TimeoutError):
                raise EnvironmentFailed(f"it took more than {self._limits.dump_seconds:g} seconds") from None
            raise
        await asyncio.to_thread(_clear, target.parent, folder.parent)
        if code:
            raise EnvironmentFailed(reason(code))

    async def _place(self) -> Path:
        """Folder of all dumps: in the store, or of our own where that cannot be written to."""
        return await asyncio.to_thread(self._folder)

    def _folder(self) -> Path:
        beside = self._store / "dumps"
        if os.access(beside if beside.exists() else self._store, os.W_OK):
            return beside
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="govgraph-dumps-"))
        return self._scratch

    async def close(self) -> None:
        """End what is being made, and remove what was made outside the store."""
        tasks = [making.task for making in self._making.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)


def _clear(place: Path, generations: Path) -> None:
    """Remove what was made of generations that are no longer kept."""
    for each in place.glob("[0-9]*"):
        if not (generations / each.stem).exists():
            _remove(each)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _failed(what: str, why: str) -> MakingFailed:
    return MakingFailed(f"{_WORDS[what]} cannot be made: {why}", _AGAIN if what == _PLACING else _INSTEAD)
