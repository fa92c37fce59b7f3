"""What the routes share: reader processes, the names of the latest generation, and answers seen before."""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from govgraph.errors import DeadlinePassed, GovgraphError, ReaderFailed, StoreFailed, UnknownGeneration
from govgraph.knowledge.remote_names import names_file
from govgraph.limits import LIMITS, Limits
from govgraph.namespaces import GRAPH
from govgraph.questions.table import Table, read_table
from govgraph.store.base import Answer, Request
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generation, Generations
from govgraph.store.names import LatestNames
from govgraph.store.pool import ReaderPool
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import FOREIGN, AnyGeneration, RemoteGeneration
from govgraph.store.remote_pool import RemotePool, RemoteSource
from govgraph.web.answers import Kept
from govgraph.web.bounded import Bounded
from govgraph.web.copies import Copies
from govgraph.web.dumping import Dumps
from govgraph.web.logging import Lines
from govgraph.web.metrics import Recorder, asking_client, noted_query
from govgraph.web.shares import Shares

__all__ = ["Site"]

_FOREIGN_SECONDS = 10.0  # so long an answer of an endpoint that tells of no changes is given again on pages
_AHEAD_SECONDS = 1.0
_FORMS = {"solutions": "select", "boolean": "ask", "graph": "graph"}


class Site:
    """The state of a running site.

    There are two pools: `public` runs query text from outside, `own` runs the queries of the pages, so that
    a costly query of one visitor does not keep the others from reading. Earlier generations get a
    reader of their own while somebody asks them.

    Parameters
    ----------
    store : folder of the store, or an endpoint.
    limits : of each pool.
    log : where the line of each request goes; None for nowhere.
    """

    def __init__(self, store: Path | Endpoint, limits: Limits = LIMITS, log: BinaryIO | None = None) -> None:
        self.limits = limits
        self.generations: Generations | RemoteSource = (
            RemoteSource(store, _names_of) if isinstance(store, Endpoint) else Generations(store)
        )
        self.public = self._readers(limits)
        self.shares = Shares(limits)
        self._own = self._readers(replace(limits, query_seconds=LIMITS.query_seconds))
        self._earlier: OrderedDict[int, ReaderPool] = OrderedDict()
        self._opening = asyncio.Lock()
        self.comparing = asyncio.Lock()
        self.names = LatestNames(self.generations.latest)
        self.lines = Lines(log)
        self.recorder = Recorder(self.lines)
        self.kept = Kept(limits.cache_bytes, limits.cached_answer_bytes)
        self.copies = Copies(limits)
        self.dumps = Dumps(self.generations.folder, limits, self.copies)
        self.differences: Bounded[tuple[int, int], dict[str, list[str]]] = Bounded(
            limits.cache_bytes, limits.cached_answer_bytes
        )
        self._answers: Bounded[str, Answer] = Bounded(limits.cache_bytes, limits.cached_answer_bytes)
        self._verified = 0
        self._verifying: tuple[int, asyncio.Task[None]] | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the readers alive while the site runs."""
        async with contextlib.AsyncExitStack() as running:
            if isinstance(self.generations, RemoteSource):
                await running.enter_async_context(self.generations.watched())
                ahead = asyncio.create_task(self._copied_ahead())
                running.callback(ahead.cancel)
            await running.enter_async_context(self.public)
            await running.enter_async_context(self._own)
            try:
                yield
            finally:
                for pool in self._earlier.values():
                    await pool.__aexit__()
                await self.dumps.close()
                await self.copies.close()
                self.names.close()
                self.lines.flush()

    def _readers(self, limits: Limits, generation: AnyGeneration | None = None) -> ReaderPool:
        """Readers of a generation, or of the one that is current."""
        if isinstance(self.generations, RemoteSource):
            assert not isinstance(generation, Generation)
            return RemotePool(self.generations, limits, (lambda: generation) if generation else None)
        return ReaderPool((lambda: generation) if generation else self.generations.latest, limits)

    @property
    def latest(self) -> AnyGeneration:
        """The generation that is current now."""
        return self.generations.latest()

    @property
    def lasting(self) -> int:
        """Number of the generation that is current, where what is said of it stays true.

        Raises
        ------
        StoreFailed : the endpoint does not tell when it changes.
        """
        number = self.latest.number
        if number == FOREIGN:
            raise StoreFailed("the endpoint does not tell when it changes", "Ask it each time.")
        return number

    @property
    def superseded(self) -> list[str]:
        """Graphs of revisions that a later one replaces."""
        return list(self.latest.manifest.get("superseded", []))

    @property
    def large(self) -> bool:
        """Whether the graph has so many statements that what is about all of them is asked only on demand."""
        return int(self.latest.manifest.get("statements", 0)) > self.limits.whole_statements

    def generation(self, named: str) -> AnyGeneration:
        """A generation that is kept, by the number that a caller gives.

        Raises
        ------
        UnknownGeneration : it is not kept, or is no number.
        """
        kept = self.generations.numbers()
        if named.isascii() and named.isdigit() and len(named) < 10 and int(named) in kept:
            latest = self.latest
            return latest if int(named) == latest.number else self.generations.open(int(named))
        told = ", ".join(map(str, kept))
        raise UnknownGeneration(f'no generation "{named[:20]}" is kept', f"Kept are: {told}.")

    async def query(self, request: Request, generation: str = "", seconds: float | None = None) -> Answer:
        """Answer a query from outside, from the current generation or an earlier one that is kept.

        Parameters
        ----------
        generation : its number as the caller gave it; empty for the current one.
        seconds : a deadline that is earlier than that of every query.

        Raises
        ------
        UnknownGeneration, TooManyRequests, and whatever `ReaderPool.answer` raises
        """
        started = time.perf_counter()
        noted_query(request.text)
        turn = self.shares.turn(asking_client())
        try:
            if generation:
                turn = await self.shares.take(asking_client())  # which readers those are is seen when its turn comes
                answer = await (await self._pool(generation)).answer(request, seconds)
            else:
                answer = await self.public.answer(request, seconds, turn)
        except GovgraphError as error:
            if isinstance(error, DeadlinePassed | ReaderFailed):
                await self.public.restored(1.0)  # whoever costs a reader waits for the next, not whoever asks then
            self.recorder.query("unknown", error.code, time.perf_counter() - started)
            raise
        finally:
            turn.end()
        self.recorder.query(_FORMS[answer.kind], "ok", time.perf_counter() - started)
        return answer

    async def _pool(self, named: str) -> ReaderPool:
        """The readers of a generation; of earlier ones only some are open at one time."""
        if not named or self.generation(named).number == self.latest.number:
            return self.public
        generation = self.generation(named)
        async with self._opening:
            pool = self._earlier.get(generation.number)
            if pool is None:
                while len(self._earlier) >= self.limits.earlier_readers:
                    _, unused = self._earlier.popitem(last=False)
                    await unused.__aexit__()
                pool = self._readers(replace(self.limits, readers=1), generation)
                await pool.__aenter__()
                self._earlier[generation.number] = pool
            self._earlier.move_to_end(generation.number)
        return pool

    async def named(self, method: str, *arguments: Any) -> Any:
        """Call a method of the names outside the event loop: "did you mean" compares many names."""
        return await asyncio.to_thread(getattr(self.names(), method), *arguments)

    async def answer(self, request: Request, generation: str = "") -> Answer:
        """Answer one of the site's own queries; the same query of the same generation is answered once."""
        if generation and self.generation(generation).number != self.latest.number:
            return await (await self._pool(generation)).answer(request)
        number = self.latest.number
        told = number if number != FOREIGN else f"{number}, {time.monotonic() // _FOREIGN_SECONDS}"
        key = f"{told} {request.as_json()!r}"
        found = self._answers.get(key)
        if found:
            return found
        answer = await self._own.answer(request)
        if answer.generation == self.latest.number:
            self._answers.put(key, answer, len(answer.body) + len(key))
        return answer

    async def answers(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer several queries from one generation, even while a build puts a new one in place."""
        found: list[Answer] = []
        for _ in range(3):
            found = list(await asyncio.gather(*(self.answer(request) for request in requests)))
            if len({answer.generation for answer in found}) <= 1:
                break
        return found

    async def tables(self, *requests: Request) -> list[Table]:
        """Answer several SELECT or ASK queries as tables."""
        return [read_table(answer.body, answer.generation) for answer in await self.answers(requests)]

    async def table(self, text: str, **bindings: dict[str, str]) -> Table:
        """Answer one SELECT or ASK query as a table."""
        [table] = await self.tables(Request(text, bindings))
        return table

    @staticmethod
    def read(answer: Answer) -> Table:
        """An answer in JSON as a table."""
        return read_table(answer.body, answer.generation)

    async def licence(self) -> str:
        """Address of the licence that the catalogue states, or nothing."""
        found = await self.table(_LICENCE)
        return str(found.rows[0]["licence"]) if found.rows else ""

    async def copied(self, *generations: AnyGeneration) -> None:
        """Make sure that the whole store of a generation is on this machine.

        Raises
        ------
        StoreFailed : it is in an endpoint, and cannot be copied.
        """
        for generation in generations:
            if isinstance(generation, RemoteGeneration):
                await self.copies.of(generation)

    async def _copied_ahead(self) -> None:
        """Copy each generation whose engine leaves some queries to us, so that each reader need not fetch it."""
        tried = ""
        while True:
            with contextlib.suppress(GovgraphError):  # the next query tells what is wrong
                latest = self.latest
                if isinstance(latest, RemoteGeneration) and latest.folder.name != tried:
                    tried = latest.folder.name
                    engine = await asyncio.to_thread(getattr, latest.endpoint, "engine")  # it may have to be asked
                    if engine.leaves_queries:
                        await self.copies.of(latest)
            await asyncio.sleep(_AHEAD_SECONDS)

    async def verified(self, generation: AnyGeneration) -> None:
        """Check every file of a generation against its manifest, once: whoever asks meanwhile waits for the same.

        Raises
        ------
        StoreDamaged : names the first file that differs.
        """
        if self._verified == generation.number:
            return
        if self._verifying is None or self._verifying[0] != generation.number:
            task = asyncio.create_task(asyncio.to_thread(generation.verify, True))
            task.add_done_callback(self._after_verifying)
            self._verifying = generation.number, task
        await asyncio.shield(self._verifying[1])
        self._verified = generation.number

    def _after_verifying(self, task: asyncio.Task[None]) -> None:
        if self._verifying and self._verifying[1] is task:
            self._verifying = None  # who asks again after a failure looks again
        if not task.cancelled():
            task.exception()  # whoever waits is told; nobody may

    async def alive(self) -> int:
        """Number of the generation that a reader has just answered from."""
        return (await self._own.answer(Request("ASK {}"))).generation


def _names_of(generation: RemoteGeneration) -> Path:
    return names_file(RemoteReader(generation.endpoint, generation), generation)


_LICENCE = f"""
PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?licence WHERE {{ <{GRAPH}catalog> dct:license ?licence }} LIMIT 1
"""
