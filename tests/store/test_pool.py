"""Readers answer whole, are killed at the deadline, and cannot be used to reach out or to starve others."""

import asyncio
import json
import os
import time
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvloop

from govgraph.errors import AnswerTooLarge, DeadlinePassed, GovgraphError, QueryRefused, QuerySyntax, ReaderFailed
from govgraph.knowledge.build import build
from govgraph.limits import Limits
from govgraph.store import pool as pool_module
from govgraph.store.base import Request
from govgraph.store.generations import Generation, Generations
from govgraph.store.jobs import Batch, Job
from govgraph.store.pool import ReaderPool

SMALL = Request("SELECT ?s WHERE { ?s a <https://w3id.org/govgraph/def/PartnershipBoard> }")
ENDLESS = Request("SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)


def pool_of(generation: Generation, **limits: Any) -> ReaderPool:
    return ReaderPool(lambda: generation, Limits(**limits))


def test_a_small_query_is_answered_whole_with_its_generation(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation) as pool:
            answer = await pool.answer(SMALL)
        assert json.loads(answer.body)["results"]["bindings"][0]["s"]["value"].endswith("/body/partnership-board")
        assert (answer.rows, answer.generation, answer.kind) == (1, generation.number, "solutions")

    run(scene())


def test_an_endless_query_is_stopped_at_the_deadline_and_the_next_one_is_answered(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, query_seconds=1, readers=1) as pool:
            start = time.monotonic()
            with pytest.raises(DeadlinePassed):
                await pool.answer(ENDLESS)
            assert time.monotonic() - start < 5
            assert (await pool.answer(SMALL)).rows == 1

    run(scene())


def test_a_reader_that_has_answered_outlives_the_deadline_of_what_it_answered(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, query_seconds=1.5, readers=1) as pool:
            await pool.answer(SMALL)
            await asyncio.sleep(2)
            assert [reader.alive for reader in pool._free if reader] == [True]

    run(scene())


def test_a_query_that_is_no_text_is_refused_and_costs_no_reader(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, readers=1) as pool:
            with pytest.raises(GovgraphError):
                await pool.answer(Request('ASK { ?s ?p "\ud800" }'))
            assert (await pool.answer(SMALL)).rows == 1

    run(scene())


def test_others_are_answered_while_an_endless_query_runs(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, query_seconds=30, readers=2) as pool:
            heavy = asyncio.create_task(pool.answer(ENDLESS))
            for _ in range(20):
                assert (await pool.answer(SMALL)).rows == 1
            assert not heavy.done()
            heavy.cancel()
            with pytest.raises(asyncio.CancelledError):
                await heavy

    run(scene())


class Together:
    """A lease under which queries go to readers as one batch, and what is given back goes out alone."""

    def __init__(self, pool: ReaderPool) -> None:
        self.pool = pool
        self.ended: list[bool] = []

    def send(self, *requests: Request) -> list[asyncio.Task[Any]]:
        self.waiting: list[Job] = []
        self.tasks = [asyncio.create_task(self.pool.answer(request, None, self)) for request in requests]
        return self.tasks

    def wait(self, job: Job) -> None:
        self.waiting.append(job)
        if len(self.waiting) == len(self.tasks):
            job.submit(Batch(self.waiting, self))

    def give_back(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            job.submit(Batch([job]))

    def end(self, quick: bool = True) -> None:
        self.ended.append(quick)


def test_a_batch_is_answered_query_by_query(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, readers=1) as pool:
            lease = Together(pool)
            texts = [f"SELECT ?x {{ VALUES ?x {{ {number} }} }}" for number in range(20)]
            answers = await asyncio.gather(*lease.send(*map(Request, texts)))
            assert [json.loads(each.body)["results"]["bindings"][0]["x"]["value"] for each in answers] == [
                str(number) for number in range(20)
            ]
            assert lease.ended == [True]
            one, wrong, three = lease.send(SMALL, Request("SELECT broken"), SMALL)
            with pytest.raises(QuerySyntax):
                await wrong
            assert (await one).rows == (await three).rows == 1

    run(scene())


def test_what_stands_behind_a_long_query_in_its_batch_is_done_by_another_reader(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, query_seconds=4, readers=2) as pool:
            lease = Together(pool)
            small, heavy, *others = lease.send(SMALL, ENDLESS, SMALL, SMALL)
            assert (await small).rows == 1
            for each in others:
                assert (await each).rows == 1
            assert not heavy.done()
            with pytest.raises(DeadlinePassed) as caught:
                await heavy
            assert 3 < caught.value.elapsed < 8
            await pool.restored(20)
            assert lease.ended == [False]
            assert pool.replaced == 1

    run(scene())


def test_a_text_that_breaks_the_engine_costs_nobody_else_of_its_batch_the_answer(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "check_query", lambda text, limits: None)

    async def scene() -> None:
        async with pool_of(generation, query_seconds=3, readers=1) as pool:
            lease = Together(pool)
            one, breaks, three = lease.send(SMALL, Request("ASK " + "{" * 20_000 + "}" * 20_000), SMALL)
            with pytest.raises((ReaderFailed, QuerySyntax)):
                await breaks
            assert (await one).rows == (await three).rows == 1

    run(scene())


def test_a_query_of_a_batch_whose_caller_has_gone_does_not_hold_the_reader(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, query_seconds=30, readers=1) as pool:
            busy = Request("SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . FILTER(STRLEN(STR(?c)) > 3) }")
            lease = Together(pool)
            first, heavy, last = lease.send(SMALL, ENDLESS, busy)
            await asyncio.sleep(0)
            heavy.cancel()
            assert (await first).rows == (await asyncio.wait_for(last, 20)).rows == 1

    run(scene())


def test_others_go_before_a_query_that_takes_long_and_its_reader_is_replaced_afterwards(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_LONG", 0.05)
    long = Request("SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 4000000 } }")

    async def scene() -> None:
        async with pool_of(generation, query_seconds=60, readers=2) as pool:
            [first] = [reader for reader in pool._free if reader]
            assert first._process
            usual = os.getpriority(os.PRIO_PROCESS, first._process.pid)
            await pool.answer(long)
            assert (first.lowered, first.alive) == (False, True), "nobody else was there"
            asked = asyncio.create_task(pool.answer(long))
            beside = asyncio.create_task(pool.answer(ENDLESS))
            while not first.lowered:
                assert not asked.done()
                await asyncio.sleep(0.01)
            assert os.getpriority(os.PRIO_PROCESS, first._process.pid) == min(usual + 3, 19)
            assert (await asked).rows == 1
            assert pool.replaced == 0
            assert (await pool.answer(SMALL)).rows == 1
            assert not first.alive
            beside.cancel()
            with pytest.raises(asyncio.CancelledError):
                await beside

    run(scene())


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_those_who_are_late_already_are_told_so_whatever_loop_serves(
    loop: Callable[[], asyncio.AbstractEventLoop], generation: Generation
) -> None:
    async def scene() -> None:
        async with pool_of(generation, readers=1, queue_seconds=0.0) as pool:
            asked = [pool.answer(SMALL) for _ in range(4)]
            answer, *late = await asyncio.gather(*asked, return_exceptions=True)
        assert not isinstance(answer, BaseException)
        assert answer.rows == 1
        assert [type(each) for each in late] == [ReaderFailed] * 3

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scene())


def test_a_caller_who_goes_away_frees_the_reader(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, query_seconds=30, readers=1) as pool:
            heavy = asyncio.create_task(pool.answer(ENDLESS))
            await asyncio.sleep(0.3)
            heavy.cancel()
            with pytest.raises(asyncio.CancelledError):
                await heavy
            assert (await pool.answer(SMALL)).rows == 1

    run(scene())


def test_a_caller_who_is_cancelled_again_and_again_frees_the_reader_all_the_same(generation: Generation) -> None:
    async def scene() -> None:
        async with pool_of(generation, query_seconds=30, readers=1) as pool:
            with anyio.move_on_after(0.3) as given_up:  # such a scope cancels at every await until it is left
                await pool.answer(ENDLESS)
            assert given_up.cancelled_caught
            assert (await pool.answer(SMALL)).rows == 1

    run(scene())


def test_a_reader_is_out_of_reach_of_the_network_even_without_the_guard(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "check_query", lambda text, limits: None)
    hits = []

    async def canary(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hits.append(await reader.read(100))
        writer.close()

    async def scene() -> None:
        server = await asyncio.start_server(canary, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, pool_of(generation, query_seconds=3) as pool:
            with pytest.raises((QueryRefused, ReaderFailed)):
                await pool.answer(Request(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"))
        assert hits == []

    run(scene())


def test_a_text_that_breaks_the_engine_costs_one_reader_and_no_answer_of_others(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "check_query", lambda text, limits: None)

    async def scene() -> None:
        async with pool_of(generation, query_seconds=3, readers=1) as pool:
            with pytest.raises((ReaderFailed, QuerySyntax)):
                await pool.answer(Request("ASK " + "{" * 20_000 + "}" * 20_000))
            assert (await pool.answer(SMALL)).rows == 1

    run(scene())


def test_an_answer_over_the_limit_is_refused_not_cut(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    from govgraph.store.embedded import EmbeddedReader

    reader = EmbeddedReader(generation.store, generation.number, Limits(answer_rows=10))
    for accept in ("application/sparql-results+json", "application/sparql-results+xml", "text/csv"):
        with pytest.raises(AnswerTooLarge):
            reader.answer(Request("SELECT * { ?s ?p ?o } LIMIT 11", accept=(accept,)))
        assert reader.answer(Request("SELECT * { ?s ?p ?o } LIMIT 10", accept=(accept,))).rows == 10
    with pytest.raises(AnswerTooLarge):
        reader.answer(Request("CONSTRUCT WHERE { ?s ?p ?o }"))
    bytes_bound = EmbeddedReader(generation.store, generation.number, Limits(answer_bytes=100))
    with pytest.raises(AnswerTooLarge):
        bytes_bound.answer(Request("SELECT * { ?s ?p ?o }"))


def test_a_new_generation_is_picked_up_without_a_restart(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "store")
    build(generations)

    async def scene() -> None:
        async with ReaderPool(generations.latest, Limits(readers=1)) as pool:
            assert (await pool.answer(SMALL)).generation == 1
            build(Generations(tmp_path / "store"), force=True)
            assert (await pool.answer(SMALL)).generation == 2

    run(scene())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?s WHERE { ?s a }", "line 1, column"),
        ("SELECT ?s\nWHERE { ?s nope:p ?o }", "line 2"),
    ],
)
def test_a_syntax_error_says_line_and_column_and_points_at_it(generation: Generation, text: str, expected: str) -> None:
    async def scene() -> None:
        async with pool_of(generation) as pool:
            with pytest.raises(QuerySyntax) as caught:
                await pool.answer(Request(text))
        assert expected in caught.value.message
        assert caught.value.next_step.endswith("^")

    run(scene())
