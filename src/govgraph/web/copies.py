"""What is made on this machine from a generation in an endpoint, at most once, by processes of their own."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import govgraph.errors as errors
from govgraph.errors import DeadlinePassed, GovgraphError, StoreFailed, UnknownGeneration
from govgraph.limits import Limits
from govgraph.store.remote_generations import RemoteGeneration

__all__ = ["Copies"]

_PATIENCE = 25.0  # seconds that a visitor waits for a review; it goes on behind


class Copies:
    """Copies and reviews of the generations of an endpoint, in the user's cache folder.

    Parameters
    ----------
    limits : how long the making may take.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._making: dict[Path, asyncio.Task[None]] = {}

    async def of(self, generation: RemoteGeneration) -> None:
        """Make a copy of the statements, if there is none yet.

        Raises
        ------
        UnknownGeneration : an earlier one, whose named graphs the endpoint holds no longer.
        StoreFailed : it cannot be made; says why.
        """
        if not generation.store.exists() and not generation.whole:
            raise UnknownGeneration(
                f"of generation {generation.number} the endpoint keeps the merged facts only",
                "Build both in a folder to compare them: govgraph build --store FOLDER",
            )
        await self._made(generation.store, self._run("govgraph.store.remote_copy", generation))

    async def reviewed(self, generation: RemoteGeneration) -> None:
        """Have it reviewed, if there is no report yet; one that takes long is waited for only so long.

        Raises
        ------
        StoreFailed : it is being reviewed, or cannot be; says which.
        """
        file = generation.folder / "report.json"
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._made(file, self._run("govgraph.review.remote_review", generation))
        except TimeoutError:
            raise StoreFailed(
                f"generation {generation.number} is being reviewed for the first time", "Come back in a minute."
            ) from None

    async def close(self) -> None:
        """End what is being made."""
        for task in list(self._making.values()):
            task.cancel()
            await asyncio.wait([task])

    async def _made(self, file: Path, work: Coroutine[Any, Any, None]) -> None:
        """Wait for what makes a file; it is not started a second time, and goes on when who waits goes away."""
        if file.exists():
            work.close()
            return
        task = self._making.get(file)
        if task:
            work.close()
        else:
            task = self._making[file] = asyncio.create_task(work)
            task.add_done_callback(lambda done: self._done(file, done))
        await asyncio.shield(task)

    def _done(self, file: Path, task: asyncio.Task[None]) -> None:
        self._making.pop(file, None)
        if not task.cancelled():
            task.exception()  # whoever waits is told; nobody may

    async def _run(self, module: str, generation: RemoteGeneration) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", module, str(generation.folder),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._limits.copy_seconds):
                output, _ = await process.communicate(generation.greeting)
        except BaseException as error:
            process.kill()
            await process.wait()
            if isinstance(error, TimeoutError):
                raise DeadlinePassed("reading the whole endpoint takes too long", "Use govgraph itself.") from None
            raise
        if process.returncode:
            raise _failure(output)


def _failure(output: bytes) -> GovgraphError:
    """The error that the process reported."""
    try:
        told = json.loads(output)
        kind: type[GovgraphError] = getattr(errors, told["error"], StoreFailed)
        return kind(told["message"], told["next_step"])
    except (ValueError, KeyError):
        return StoreFailed("the endpoint cannot be read as a whole", "Try again, or export it: govgraph export.")
