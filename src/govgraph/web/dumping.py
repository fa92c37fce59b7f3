"""Have the dumps of a generation made, at most once, by a process of their own."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govgraph.errors import EnvironmentFailed
from govgraph.limits import LIMITS, Limits
from govgraph.store.dumping import INDEX
from govgraph.store.remote_generations import AnyGeneration, RemoteGeneration
from govgraph.web.copies import Copies

__all__ = ["Dumped", "Dumps"]


@dataclass(frozen=True)
class Dumped:
    """The dumps of one generation.

    Parameters
    ----------
    folder : where the files are.
    index : what `govgraph.store.dumping.dump` wrote: the files, and the counts for VoID.
    """

    folder: Path
    index: dict[str, Any]

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """What is known of each file, by its name; a file is found here, never by joining a path."""
        return {file["name"]: file for file in self.index["files"]}


class Dumps:
    """The dumps of the generations of a store; they lie beside the generations, or in a scratch folder.

    Parameters
    ----------
    store : folder of the store.
    limits : how long the making may take.
    copies : of generations in an endpoint.
    """

    def __init__(self, store: Path, limits: Limits = LIMITS, copies: Copies | None = None) -> None:
        self._store = store
        self._limits = limits
        self._copies = copies or Copies(limits)
        self._scratch: Path | None = None
        self._made: dict[str, Dumped] = {}
        self._making = asyncio.Lock()

    async def of(self, generation: AnyGeneration) -> Dumped:
        """The dumps of a generation, made now if nobody has asked for them before.

        Raises
        ------
        EnvironmentFailed : they cannot be made.
        """
        name = generation.folder.name
        if name not in self._made:
            async with self._making:
                if name not in self._made:
                    self._made[name] = await self._make(generation)
        return self._made[name]

    async def _make(self, generation: AnyGeneration) -> Dumped:
        if isinstance(generation, RemoteGeneration):
            await self._copies.of(generation)
        place = await asyncio.to_thread(self._place)
        folder = place / generation.folder.name
        if not (folder / INDEX).exists():
            await self._run(generation.folder, folder)
        await asyncio.to_thread(_clear, place, generation.folder.parent)
        try:
            return Dumped(folder, json.loads(await asyncio.to_thread((folder / INDEX).read_text)))
        except (OSError, ValueError) as error:
            raise _failed(f"their index cannot be read: {error}") from None

    async def _run(self, generation: Path, folder: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "govgraph.store.dumping", str(generation), str(folder),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._limits.dump_seconds):
                code = await process.wait()
        except BaseException as error:
            process.kill()
            await process.wait()
            if isinstance(error, TimeoutError):
                raise _failed(f"it took more than {self._limits.dump_seconds:g} seconds") from None
            raise
        if code:
            raise _failed("the process that makes them failed")

    def _place(self) -> Path:
        """Folder of all dumps: in the store, or of our own where that cannot be written to."""
        beside = self._store / "dumps"
        if os.access(beside if beside.exists() else self._store, os.W_OK):
            return beside
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="govgraph-dumps-"))
        return self._scratch

    def close(self) -> None:
        """Remove what was made outside the store."""
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)


def _clear(place: Path, generations: Path) -> None:
    """Remove the dumps of generations that are no longer kept."""
    for folder in place.glob("[0-9]*"):
        if not (generations / folder.name).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _failed(why: str) -> EnvironmentFailed:
    return EnvironmentFailed(f"the dumps cannot be made: {why}", "Try again, or make one yourself: govgraph export.")
