"""Dumps that take long are made behind: whoever asks too early is told so, and nobody waits for long."""

import asyncio
import dataclasses
import resource
import shutil
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

from govgraph.errors import BeingMade, EnvironmentFailed, MakingFailed
from govgraph.limits import LIMITS
from govgraph.store.dumping import INDEX
from govgraph.store.generations import Generations
from govgraph.web import dumping
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


def refusal(dumps: Dumps, folder: Path) -> Coroutine[Any, Any, MakingFailed]:
    """What is said to one who asks for dumps that cannot be made."""

    async def ask() -> MakingFailed:
        with pytest.raises(MakingFailed) as caught:
            await dumps.of(Generations(folder).latest())
        return caught.value

    return ask()


def test_a_making_that_failed_is_not_begun_again_by_whoever_asks_next(folder: Path, started: list[Process]) -> None:
    async def ask() -> list[MakingFailed]:
        dumps = Dumps(folder, dataclasses.replace(LIMITS, dump_seconds=0.02, dump_wait_seconds=MOST))
        told = [await refusal(dumps, folder) for _ in range(4)]
        with pytest.raises(MakingFailed, match="counts"):  # which is another making
            await dumps.counts(Generations(folder).latest())
        await dumps.close()
        return told

    told = asyncio.run(ask())
    assert len(started) == 2
    assert {error.message for error in told} == {"the dumps cannot be made: it took more than 0.02 seconds"}
    assert all(LIMITS.dump_pause_seconds - MOST < error.wait <= LIMITS.dump_pause_seconds for error in told)


def test_those_who_wait_for_a_making_that_fails_are_all_told_why(folder: Path, started: list[Process]) -> None:
    async def ask() -> list[MakingFailed]:
        dumps = Dumps(folder, dataclasses.replace(LIMITS, dump_seconds=0.02, dump_wait_seconds=MOST))
        told = await asyncio.gather(*(refusal(dumps, folder) for _ in range(3)))
        await dumps.close()
        return told

    assert {error.message for error in asyncio.run(ask())} == {
        "the dumps cannot be made: it took more than 0.02 seconds"
    }
    assert len(started) == 1


def test_a_making_is_tried_again_after_a_pause_that_grows_to_a_limit(folder: Path, started: list[Process]) -> None:
    limits = dataclasses.replace(
        LIMITS, dump_seconds=0.02, dump_wait_seconds=MOST, dump_pause_seconds=0.2, dump_pause_most_seconds=0.5
    )

    async def ask() -> list[float]:
        dumps = Dumps(folder, limits)
        waits = []
        for tried in range(1, 5):
            waits.append((await refusal(dumps, folder)).wait)
            assert len(started) == tried
            await asyncio.sleep(waits[-1] + 0.01)
        await dumps.close()
        return waits

    assert asyncio.run(ask()) == pytest.approx([0.2, 0.4, 0.5, 0.5])


def test_what_failed_once_is_made_when_nothing_stands_in_the_way_any_more(
    folder: Path, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask() -> MakingFailed:
        dumps = Dumps(folder, dataclasses.replace(LIMITS, dump_wait_seconds=MOST, dump_pause_seconds=0.05))
        with monkeypatch.context() as broken:
            broken.setattr("govgraph.web.dumping._DUMPING", "govgraph.no_such_module")
            broken.setitem(dumping._WORDS, "govgraph.no_such_module", "the dumps")
            told = await refusal(dumps, folder)
        await asyncio.sleep(0.1)
        assert "govgraph.nq.gz" in (await dumps.of(Generations(folder).latest())).files
        await dumps.close()
        return told

    assert "the process that makes them failed" in asyncio.run(ask()).message
    assert len(started) == 2


def test_what_the_system_refuses_is_named_as_the_reason(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = asyncio.create_subprocess_exec

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

    async def small(*command: str, **options: Any) -> Process:
        program, *rest = command  # -B: bytecode that is cut short would stay
        return await start(program, "-B", *rest, preexec_fn=bound, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", small)

    async def ask() -> list[str]:
        dumps = Dumps(folder, dataclasses.replace(LIMITS, dump_wait_seconds=MOST))
        told = [(await refusal(dumps, folder)).message]
        with pytest.raises(MakingFailed) as caught:
            await dumps.counts(Generations(folder).latest())
        await dumps.close()
        return [*told, caught.value.message]

    assert asyncio.run(ask()) == [f"the {what} cannot be made: File too large" for what in ("dumps", "counts")]
    assert not list((folder / "dumps").glob("*"))


def test_a_site_whose_dumps_cannot_be_made_says_why_and_when_to_come_back(
    serve: Callable[..., str], folder: Path
) -> None:
    limits = dataclasses.replace(LIMITS, dump_seconds=0.02, dump_wait_seconds=MOST)
    with httpx.Client(base_url=serve(folder, limits), timeout=30) as client:
        for path in ("/dumps/", "/dumps/1/govgraph.nq.gz", "/dumps/govgraph.nq.gz"):
            told = client.get(path, headers={"Accept": "*/*"})
            assert told.status_code == 503
            assert 5 < int(told.headers["retry-after"]) <= LIMITS.dump_pause_seconds
            assert told.json()["code"] == "making-failed"
            assert "took more than" in told.json()["detail"]
        page = client.get("/dumps/", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "took more than" in page.text
        assert int(page.headers["retry-after"]) > 5
        assert client.get("/readyz").status_code == 200


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
