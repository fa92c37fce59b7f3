"""What the routes share: reader processes, the names of the latest generation, and answers seen before."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from govgraph.limits import LIMITS, Limits
from govgraph.namespaces import GRAPH
from govgraph.questions.table import Table, read_table
from govgraph.store.base import Answer, Request
from govgraph.store.generations import Generation, Generations
from govgraph.store.names import LatestNames
from govgraph.store.pool import ReaderPool

__all__ = ["Site"]

_KEPT_ANSWERS, _KEPT_BYTES = 500, 256 * 1024


class Site:
    """The state of a running site.

    There are two pools: `public` runs query text from outside, `own` runs the queries of the pages, so that
    a costly query of one visitor does not keep the others from reading.

    Parameters
    ----------
    store : folder of the store.
    limits : of each pool.
    """

    def __init__(self, store: Path, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.generations = Generations(store)
        self.public = ReaderPool(self.generations.latest, limits)
        self._own = ReaderPool(self.generations.latest, replace(limits, query_seconds=LIMITS.query_seconds))
        self.names = LatestNames(self.generations.latest)
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the readers alive while the site runs."""
        async with self.public, self._own:
            yield
        self.names.close()

    @property
    def latest(self) -> Generation:
        """The generation that is current now."""
        return self.generations.latest()

    @property
    def superseded(self) -> list[str]:
        """Graphs of revisions that a later one replaces."""
        return list(self.latest.manifest.get("superseded", []))

    async def named(self, method: str, *arguments: Any) -> Any:
        """Call a method of the names outside the event loop: "did you mean" compares many names."""
        return await asyncio.to_thread(getattr(self.names(), method), *arguments)

    async def answer(self, request: Request) -> Answer:
        """Answer one of the site's own queries; the same query of the same generation is answered once."""
        key = f"{self.latest.number} {request.as_json()!r}"
        if key in self._answers:
            self._answers.move_to_end(key)
            return self._answers[key]
        answer = await self._own.answer(request)
        if len(answer.body) <= _KEPT_BYTES and answer.generation == self.latest.number:
            self._answers[key] = answer
            if len(self._answers) > _KEPT_ANSWERS:
                self._answers.popitem(last=False)
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

    async def licence(self) -> str:
        """Address of the licence that the catalogue states, or nothing."""
        found = await self.table(_LICENCE)
        return str(found.rows[0]["licence"]) if found.rows else ""

    async def alive(self) -> int:
        """Number of the generation that a reader has just answered from."""
        return (await self._own.answer(Request("ASK {}"))).generation


_LICENCE = f"""
PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?licence WHERE {{ <{GRAPH}catalog> dct:license ?licence }} LIMIT 1
"""
