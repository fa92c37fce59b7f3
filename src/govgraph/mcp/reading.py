"""What the tools share: reader processes, the names of the current generation, labels and clauses."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from govgraph.knowledge.remote_names import names_file
from govgraph.limits import LIMITS, Limits
from govgraph.mcp.answers import Clause
from govgraph.questions.table import Table, read_table
from govgraph.store.base import Answer, Request
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generations
from govgraph.store.names import LatestNames, Names
from govgraph.store.pool import ReaderPool
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import AnyGeneration, RemoteGeneration
from govgraph.store.remote_pool import RemotePool, RemoteSource

__all__ = ["Reading", "union"]

_AT_ONCE = 300  # things named in one query
_LEGAL = re.compile(r'[^\x00-\x20<>"{}|^`\\]+')
_LABELS = """
SELECT DISTINCT ?thing ?label WHERE {{
  VALUES ?thing {{ {0} }}
  {{ ?thing skos:prefLabel|dct:title|rdfs:label ?label }}
  UNION {{ GRAPH ?graph {{ ?thing skos:prefLabel|dct:title|rdfs:label ?label }} }}
}}"""
_CLAUSES = """
SELECT DISTINCT ?thing ?how ?clause ?number ?label ?line WHERE {{
  VALUES ?thing {{ {0} }}
  {{ ?thing ?how ?clause . FILTER(?how IN (gov:basis, gov:inferredFrom)) }}
  UNION {{ GRAPH ?graph {{ ?thing ?how ?clause . FILTER(?how IN (gov:basis, gov:inferredFrom)) }} }}
  UNION {{ ?thing a gov:Clause . BIND(?thing AS ?clause) BIND(gov:basis AS ?how) }}
  {{ ?clause eli:number ?number ; skos:prefLabel ?label }}
  UNION {{ GRAPH ?any {{ ?clause eli:number ?number ; skos:prefLabel ?label }} }}
  OPTIONAL {{ GRAPH ?within {{ ?clause gov:lineStart ?line }} }}
}} ORDER BY ?thing ?line ?number"""


class Reading:
    """Reads the current generation of a store in reader processes, so that no query can stop the server.

    Parameters
    ----------
    store : its folder, in which one has been built, or an endpoint.
    limits : of the readers and of the tools.
    """

    def __init__(self, store: Path | Endpoint, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self._elsewhere: RemoteSource | None = None
        self._pool: ReaderPool
        latest: Callable[[], AnyGeneration]
        if isinstance(store, Endpoint):
            self._elsewhere = RemoteSource(store, _named)
            latest, self._pool = self._elsewhere.latest, RemotePool(self._elsewhere, limits)
        else:
            latest = Generations(store).latest
            self._pool = ReaderPool(latest, limits)
        self._latest = latest
        self._names = LatestNames(latest)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the readers alive while the server runs."""
        async with contextlib.AsyncExitStack() as running:
            if self._elsewhere:
                await running.enter_async_context(self._elsewhere.watched())
            await running.enter_async_context(self._pool)
            yield
        self._names.close()

    @property
    def latest(self) -> AnyGeneration:
        """The generation that is current now."""
        return self._latest()

    @property
    def names(self) -> Names:
        """Names of the current generation."""
        return self._names()

    async def answer(self, request: Request) -> Answer:
        """Answer one query whole.

        A call that its client gives up ends its reader; another takes its place.

        Raises
        ------
        QueryRefused, QuerySyntax, DeadlinePassed, ReaderFailed, AnswerTooLarge
        """
        return await self._pool.answer(request)

    async def answers(self, requests: Sequence[Request]) -> list[Answer]:
        """Answer several queries from one generation, even while a build puts a new one in place."""
        found: list[Answer] = []
        for _ in range(3):
            found = [await self.answer(request) for request in requests]
            if len({answer.generation for answer in found}) <= 1:
                break
        return found

    async def tables(self, *requests: Request) -> list[Table]:
        """Answer several SELECT or ASK queries as tables."""
        answers = await self.answers(requests)
        return [await asyncio.to_thread(read_table, answer.body, answer.generation) for answer in answers]

    async def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Labels of things and terms, in whatever graph they stand."""
        labels: dict[str, str] = {}
        for row in await self._about(_LABELS, iris):
            labels.setdefault(row["thing"], str(row["label"]))
        return labels

    async def clauses(self, iris: Iterable[str]) -> dict[str, list[Clause]]:
        """For each thing the clauses that it rests on, in reading order; a clause rests on itself."""
        clauses: dict[str, list[Clause]] = {}
        for row in await self._about(_CLAUSES, iris):
            found = Clause(
                label=str(row["label"]),
                number=str(row["number"]),
                iri=row["clause"],
                inferred=row["how"].endswith("inferredFrom"),
            )
            clauses.setdefault(row["thing"], []).append(found)
        return {thing: union(found) for thing, found in clauses.items()}

    async def _about(self, query: str, iris: Iterable[str]) -> list[dict[str, Any]]:
        """Rows about things; an IRI with a character that could end it is passed over."""
        known = [iri for iri in dict.fromkeys(iris) if _LEGAL.fullmatch(iri) and ":" in iri]
        parts = [known[start : start + _AT_ONCE] for start in range(0, len(known), _AT_ONCE)]
        requests = [Request(query.format(" ".join(f"<{iri}>" for iri in part))) for part in parts]
        return [row for table in await self.tables(*requests) for row in table.rows]


def _named(generation: RemoteGeneration) -> Path:
    return names_file(RemoteReader(generation.endpoint, generation), generation)


def union(clauses: Iterable[Clause]) -> list[Clause]:
    """Each clause once, in order."""
    return list({(clause.iri, clause.number, clause.inferred): clause for clause in clauses}.values())
