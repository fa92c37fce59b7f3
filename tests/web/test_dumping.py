"""Dumps that take long are made behind: whoever asks too early is told so, and nobody waits for long."""

import asyncio
import dataclasses
import shutil
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

from govgraph.errors import BeingMade, EnvironmentFailed
from govgraph.limits import LIMITS
from govgraph.store.dumping import INDEX
from govgraph.store.generations import Generations
from govgraph.web.dumping import Dumped, Dumps

DCAT = "http://www.w3.org/ns/dcat#"
AT_ONCE = dataclasses.replace(LIMITS, dump_wait_seconds=0.0)
MOST = 60.0


@pytest.fixture
def folder(store_folder: Path, tmp_path: Path) -> Path:
    """A store of which no dumps have been made."""
    shutil.copytree(store_folder, tmp_path / "store", ignore=shutil.ignore_patterns("dumps"))
    return tmp_path / "store"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The processes that are started."""
    found: list[Process] = []
    start: Callable[..., Coroutine[Any, Any, Process]] = asyncio.create_subprocess_exec

    async def seen(*command: str, **options: Any) -> Process:
        found.append(await start(*command, **options))
        return found[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", seen)
    return found


async def made(dumps: Dumps, folder: Path) -> Dumped:
    """The dumps, once they are there."""
    deadline = time.monotonic() + MOST
    while time.monotonic() < deadline:
        try:
            return await dumps.of(Generations(folder).latest())
        except BeingMade:
            await asyncio.sleep(0.05)
    raise AssertionError("the dumps are never there")


def test_whoever_asks_too_early_is_told_so_and_what_was_begun_is_gone_on_with(
    folder: Path, started: list[Process]
) -> None:
    async def ask() -> None:
        dumps = Dumps(folder, AT_ONCE)
        for _ in range(3):
            with pytest.raises(BeingMade):
                await dumps.of(Generations(folder).latest())
        dumped = await made(dumps, folder)
        assert (dumped.folder / INDEX).exists()
        assert "govgraph.nq.gz" in dumped.files
        await dumps.close()

    asyncio.run(ask())
    assert len(started) == 1


def test_those_who_ask_while_it_is_made_wait_for_the_same_and_get_it(folder: Path, started: list[Process]) -> None:
    async def ask() -> list[Dumped]:
        dumps = Dumps(folder, dataclasses.replace(LIMITS, dump_wait_seconds=MOST))
        found = await asyncio.gather(*(dumps.of(Generations(folder).latest()) for _ in range(4)))
        await dumps.close()
        return found

    assert len({dumped.folder for dumped in asyncio.run(ask())}) == 1
    assert len(started) == 1


def test_one_who_goes_away_does_not_stop_the_making_for_others(folder: Path, started: list[Process]) -> None:
    async def ask() -> None:
        dumps = Dumps(folder, dataclasses.replace(LIMITS, dump_wait_seconds=MOST))
        first = asyncio.create_task(dumps.of(Generations(folder).latest()))
        await asyncio.sleep(0.05)
        first.cancel()
        assert (await dumps.of(Generations(folder).latest())).files
        await dumps.close()

    asyncio.run(ask())
    assert len(started) == 1


def test_a_making_that_takes_too_long_is_ended_and_leaves_nothing(folder: Path, started: list[Process]) -> None:
    async def ask() -> None:
        dumps = Dumps(folder, dataclasses.replace(LIMITS, dump_seconds=0.02, dump_wait_seconds=MOST))
        with pytest.raises(EnvironmentFailed, match="took more than"):
            await dumps.of(Generations(folder).latest())
        await dumps.close()

    asyncio.run(ask())
    assert [process.returncode for process in started] == [-9]
    assert not list((folder / "dumps").glob("*"))


def test_what_is_being_made_ends_with_the_site_and_leaves_nothing(folder: Path, started: list[Process]) -> None:
    async def ask() -> None:
        dumps = Dumps(folder, AT_ONCE)
        with pytest.raises(BeingMade):
            await dumps.of(Generations(folder).latest())
        while not list((folder / "dumps").glob("building-*")):
            await asyncio.sleep(0.005)
        await dumps.close()

    asyncio.run(ask())
    assert [process.returncode for process in started] == [-9]
    assert not list((folder / "dumps").glob("*"))


def test_a_program_is_told_when_to_come_back_and_a_browser_comes_back_by_itself(
    serve: Callable[..., str], folder: Path
) -> None:
    with httpx.Client(base_url=serve(folder, AT_ONCE), timeout=30) as client:
        for path in ("/dumps/", "/dumps/1/govgraph.nq.gz", "/.well-known/void"):
            early = client.get(path, headers={"Accept": "*/*"})
            assert early.status_code == 503
            assert early.headers["content-type"] == "application/problem+json"
            assert int(early.headers["retry-after"]) > 0
            assert early.json()["code"] == "being-made"
            assert "refresh" not in early.headers
        page = client.get("/dumps/", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "are being made" in page.text
        assert page.headers["refresh"] == page.headers["retry-after"]
        deadline = time.monotonic() + MOST
        while client.get("/dumps/").status_code == 503 or client.get("/.well-known/void").status_code == 503:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert client.get("/dumps/").json()["files"]


def test_the_catalogue_does_not_wait_for_sizes_and_has_them_when_they_are_there(
    serve: Callable[..., str], folder: Path
) -> None:
    def told(answer: httpx.Response, name: str) -> set[tuple[str, str]]:
        quads = ox.parse(answer.content, format=ox.RdfFormat.TURTLE)
        return {(str(quad.subject), str(quad.object)) for quad in quads if quad.predicate.value == DCAT + name}

    with httpx.Client(base_url=serve(folder, AT_ONCE), timeout=30) as client:
        early = client.get("/catalog")
        assert early.status_code == 200
        assert early.headers["govgraph-complete"] == "false"
        assert not told(early, "byteSize")
        deadline = time.monotonic() + MOST
        while (late := client.get("/catalog")).headers["govgraph-complete"] == "false":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert told(late, "downloadURL") == told(early, "downloadURL")
        assert len(told(late, "byteSize")) == len(told(late, "downloadURL")) > 2
        assert client.get("/catalog").headers["etag"] == late.headers["etag"] != early.headers["etag"]
