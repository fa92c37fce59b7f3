"""What a service that reads an endpoint needs: which generation is current, asked again and again, and its readers."""

import asyncio
import contextlib
import json
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from govgraph.errors import EndpointDown, EnvironmentFailed, GenerationChanged, GovgraphError, UnknownGeneration
from govgraph.limits import LIMITS, Limits
from govgraph.store.base import Answer, Request
from govgraph.store.endpoint import Endpoint
from govgraph.store.jobs import Turn
from govgraph.store.pool import ReaderPool
from govgraph.store.remote_generations import RemoteGeneration, RemoteGenerations, cached_folder

__all__ = ["RemotePool", "RemoteSource"]

_EVERY = 2.0  # seconds between two looks at the endpoint
_COUNT_EVERY = 60.0  # an endpoint that is taken as it is tells of no change, so it is counted again
_TRIES = 3


class RemoteSource:
    """The generations of an endpoint, as they were a moment ago: cheap enough to be asked for each request.

    Parameters
    ----------
    endpoint : where they are.
    named : called with a generation before it becomes the latest here, to have its names made.

    Examples
    --------
    ``async with RemoteSource(endpoint).watched() as source: source.latest().number``
    """

    def __init__(self, endpoint: Endpoint, named: Callable[[RemoteGeneration], object]) -> None:
        self.endpoint = endpoint
        self._named = named
        self.folder = cached_folder(endpoint.url)
        self._generations = RemoteGenerations(endpoint)
        self._counted = time.monotonic()
        self._kept: dict[int, RemoteGeneration] = {}
        self._latest: RemoteGeneration | None = None
        self._failure: GovgraphError = EndpointDown(f"{endpoint.url} has not been asked yet", "Ask again in a second.")
        self._reading = asyncio.Lock()

    def latest(self) -> RemoteGeneration:
        """The generation that is current.

        Raises
        ------
        GovgraphError : what kept the endpoint from saying so.
        """
        if self._latest is None:
            raise self._failure
        return self._latest

    def numbers(self) -> list[int]:
        """The numbers of the generations that are kept, oldest first."""
        return sorted(self._kept)

    def open(self, number: int) -> RemoteGeneration:
        """One generation by number.

        Raises
        ------
        UnknownGeneration : it is not kept.
        """
        if number not in self._kept:
            raise UnknownGeneration(f"no generation {number} is kept", "Leave the number out.")
        return self._kept[number]

    def folder_of(self, number: int) -> Path:
        """Folder on this machine for what is made from a generation."""
        return self._kept[number].folder if number in self._kept else self.folder / f"{number:06d}"

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator["RemoteSource"]:
        """Look at the endpoint now, and then every few seconds."""
        await self.refresh()
        task = asyncio.create_task(self._watch())
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            await self.refresh()

    async def refresh(self) -> None:
        """Look at the endpoint; what keeps it from answering is told by `latest`."""
        async with self._reading:
            await asyncio.to_thread(self._read)

    def _read(self) -> None:
        try:
            found = self._generations.latest()
            if found.foreign and time.monotonic() - self._counted > _COUNT_EVERY:
                self._generations, self._counted = RemoteGenerations(self.endpoint), time.monotonic()
                found = self._generations.latest()
            known = self._kept.get(found.number)
            if known is None or known.manifest != found.manifest:
                kept = {number: self._generations.open(number) for number in self._generations.numbers()}
                for generation in kept.values():
                    _prepare(generation, self._generations)
                self._named(found)
                self._kept = {**kept, found.number: found}
                _forget(self.folder, {each.folder.name for each in self._kept.values()})
            self._latest = self._kept[found.number]
        except GovgraphError as error:
            self._latest, self._failure = None, error
        except OSError as error:
            told = f"{self.folder} cannot be written to ({error.strerror or error})"
            self._latest = None
            self._failure = EnvironmentFailed(told, "Name another folder for caches: XDG_CACHE_HOME.")


def _prepare(generation: RemoteGeneration, generations: RemoteGenerations) -> None:
    """Put on this machine what pages read beside queries: the manifest and the report."""
    folder = generation.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / "manifest.json").exists():
        if report := generations.report(generation.number):
            _write(folder / "report.json", report)
        _write(folder / "manifest.json", json.dumps(generation.manifest, indent=1).encode())


def _write(file: Path, content: bytes) -> None:
    partial = file.with_name(f"{file.name}.{os.getpid()}.part")
    partial.write_bytes(content)
    partial.replace(file)


def _forget(folder: Path, kept: set[str]) -> None:
    """Remove what was made from generations that the endpoint keeps no longer."""
    for each in folder.glob("[0-9]*-*"):
        if each.name not in kept:
            shutil.rmtree(each, ignore_errors=True)


class RemotePool(ReaderPool):
    """Reader processes over the current generation of an endpoint; one is started when it is first needed.

    Parameters
    ----------
    source : tells which generation is current.
    current : gives the generation that is read, where that is another one.
    limits : number of readers, deadline and sizes.
    """

    def __init__(
        self,
        source: RemoteSource,
        limits: Limits = LIMITS,
        current: Callable[[], RemoteGeneration] | None = None,
    ) -> None:
        super().__init__(current or source.latest, limits)
        self._source = source

    async def __aenter__(self) -> "RemotePool":
        self._free.extend([None] * self._limits.readers)
        return self

    async def answer(self, request: Request, seconds: float | None = None, turn: Turn | None = None) -> Answer:
        """Answer one query whole, from one generation: asked again where another has just taken its place."""
        for _ in range(_TRIES - 1):
            with contextlib.suppress(GenerationChanged):
                return await super().answer(request, seconds, turn)
            await self._source.refresh()
        return await super().answer(request, seconds, turn)
