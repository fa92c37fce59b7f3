"""The writer process can be killed at any time: a change is there whole or not at all, and the next goes through."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import BadRdf, DeadlinePassed, QuerySyntax, WriterFailed
from govgraph.limits import LIMITS
from govgraph.store.generations import Generations
from govgraph.writing.changing import make_empty
from govgraph.writing.client import Writer
from govgraph.writing.request import Part, Write

INSERT = "INSERT DATA { <http://e/%d> <http://e/p> %d, 1 }"
ENDLESS = """INSERT { ?a ?b ?c } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r .
  ?s ?t ?u . ?v ?w ?x FILTER(?c > ?x + 999999) }"""


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    generations = Generations(tmp_path / "store")
    make_empty(generations)
    return generations


def run(job: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(job())


def whole(generations: Generations) -> int:
    """Number of changes that are there; fails if one is there by half."""
    current = generations.current()
    current.verify(contents=True)
    store = ox.Store.read_only(str(current.store))
    subjects = [quad.subject for quad in store]
    assert all(subjects.count(subject) in (1, 2) for subject in subjects)
    rows = {quad.subject for quad in store}
    return len(rows)


def test_a_change_is_on_disk_when_it_is_answered(generations: Generations) -> None:
    async def job() -> None:
        async with Writer(generations.folder) as writer:
            for number in range(2, 5):
                written = await writer.write(Write("update", "clerk"), (INSERT % (number, number)).encode())
                assert written.added == 2
                assert whole(generations) == number - 1

    run(job)


def test_a_killed_writer_loses_nothing_that_was_answered_and_tears_nothing(generations: Generations) -> None:
    async def job() -> None:
        answered, sent = 0, 0
        async with Writer(generations.folder) as writer:
            for number in range(2, 26):
                asked = asyncio.ensure_future(writer.write(Write("update", "c"), (INSERT % (number, number)).encode()))
                sent += 1
                await asyncio.sleep(0.005 * (number % 12))
                if writer._process and number % 2:
                    os.kill(writer._process.pid, signal.SIGKILL)
                try:
                    await asked
                    answered += 1
                except WriterFailed:
                    pass
                assert answered <= whole(generations) <= sent
            await writer.write(Write("update", "c"), (INSERT % (99, 99)).encode())
        assert not list(generations.folder.glob("building-*"))

    run(job)


def test_a_change_that_takes_too_long_is_stopped_and_the_next_goes_through(generations: Generations) -> None:
    async def job() -> None:
        async with Writer(generations.folder, replace(LIMITS, write_seconds=5.0)) as writer:
            data = " ".join(f"<http://e/s{n}> <http://e/p> {n} ." for n in range(200))
            await writer.write(Write("update", "clerk"), f"INSERT DATA {{ {data} }}".encode())
            before, started = generations.current().number, time.monotonic()
            with pytest.raises(DeadlinePassed, match="nothing was changed"):
                await writer.write(Write("update", "clerk"), ENDLESS.encode())
            assert time.monotonic() - started < 10
            assert generations.current().number == before
            await writer.write(Write("update", "clerk"), b"INSERT DATA { <http://e/a> <http://e/b> 1 }")

    run(job)


def test_an_upload_that_needs_too_much_memory_changes_nothing(generations: Generations) -> None:
    entity = b"x" * 60_000
    bomb = b'<!DOCTYPE r [<!ENTITY a "' + entity + b'">]><r xmlns="http://e/" xmlns:rdf='
    bomb += b'"http://www.w3.org/1999/02/22-rdf-syntax-ns#">' + b"&a;" * 100_000 + b"</r>"

    async def job() -> None:
        async with Writer(generations.folder, replace(LIMITS, write_seconds=20.0)) as writer:
            asked = Write("post", "clerk", "http://e/", "", [Part("application/rdf+xml", len(bomb))])
            with pytest.raises((WriterFailed, DeadlinePassed, BadRdf)):
                await writer.write(asked, bomb)
            assert generations.current().number == 1
            await writer.write(Write("update", "clerk"), b"INSERT DATA { <http://e/a> <http://e/b> 1 }")

    run(job)


def test_what_is_wrong_with_a_change_comes_back_as_it_was_said(generations: Generations) -> None:
    async def job() -> None:
        async with Writer(generations.folder) as writer:
            with pytest.raises(QuerySyntax, match="line 1, column") as refused:
                await writer.write(Write("update", "clerk"), b"INSERT DATA { x }")
            assert refused.value.status == 400

    run(job)


def test_a_caller_that_goes_away_does_not_stop_a_change_half_way(generations: Generations) -> None:
    async def job() -> None:
        async with Writer(generations.folder) as writer:
            asked = asyncio.ensure_future(writer.write(Write("update", "clerk"), (INSERT % (5, 5)).encode()))
            await asyncio.sleep(0.01)
            asked.cancel()
            await writer.write(Write("update", "clerk"), (INSERT % (6, 6)).encode())
            assert whole(generations) == 2

    run(job)
