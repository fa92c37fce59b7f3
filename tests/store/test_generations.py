"""A store is a folder of immutable generations; whatever goes wrong is said in one line."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from govgraph.errors import StoreDamaged, StoreFailed, StoreInUse, StoreMissing, StoreTooNew
from govgraph.knowledge.build import build
from govgraph.limits import LIMITS
from govgraph.store.generations import FORMAT, Generations


@pytest.fixture
def built(tmp_path: Path) -> Generations:
    generations = Generations(tmp_path / "store")
    build(generations)
    return generations


def test_an_empty_folder_says_that_nothing_has_been_built(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="govgraph build"):
        Generations(tmp_path / "nowhere").current()


def test_building_twice_without_a_change_gives_the_same_generation(built: Generations) -> None:
    again = build(built)
    assert not again.fresh
    assert again.generation.number == 1


def test_a_forced_build_gives_a_new_generation_and_keeps_the_old_one(built: Generations) -> None:
    assert build(built, force=True).generation.number == 2
    assert built.open(1).manifest["statements"] == built.open(2).manifest["statements"]
    assert built.latest().number == 2


def test_only_the_newest_generations_are_kept(built: Generations) -> None:
    for _ in range(LIMITS.generations_kept + 1):
        build(built, force=True)
    kept = sorted(int(path.name) for path in (built.folder / "generations").iterdir())
    assert kept == list(range(3, 3 + LIMITS.generations_kept))


def test_a_changed_byte_in_any_file_is_refused_by_name(built: Generations) -> None:
    generation = built.current()
    for name in generation.manifest["files"]:
        path = generation.folder / name
        content = path.read_bytes()
        if not content:
            continue
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        with pytest.raises(StoreDamaged, match=path.name):
            Generations(built.folder).current()
        path.write_bytes(content)
    assert Generations(built.folder).current().number == 1


def test_a_missing_file_is_refused_by_name(built: Generations) -> None:
    (built.current().folder / "names.sqlite").unlink()
    with pytest.raises(StoreDamaged, match=r"names\.sqlite is missing"):
        Generations(built.folder).current()


@pytest.mark.parametrize("broken", ["current", "govgraph-store.json", "generations/000001/manifest.json"])
def test_a_garbled_file_of_ours_is_refused_by_name(built: Generations, broken: str) -> None:
    (built.folder / broken).write_text("{garbled")
    with pytest.raises(StoreDamaged, match=Path(broken).name):
        Generations(built.folder).current()


def test_a_damaged_store_is_mended_by_building_again(built: Generations) -> None:
    (built.current().folder / "names.sqlite").unlink()
    assert build(Generations(built.folder)).generation.number == 2


def test_a_store_of_a_newer_version_is_left_alone(built: Generations) -> None:
    (built.folder / "govgraph-store.json").write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(StoreTooNew, match="Upgrade govgraph"):
        Generations(built.folder)


def test_a_folder_with_other_files_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(StoreFailed, match="not a govgraph store"):
        Generations(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(StoreFailed, match="is a file"):
        Generations(tmp_path / "store")


def _hold(folder: Path, held: "multiprocessing.synchronize.Event", done: "multiprocessing.synchronize.Event") -> None:
    with Generations(folder).writing():
        held.set()
        done.wait(30)


def test_a_second_writer_is_told_who_holds_the_store(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path / "store", held, done))
    holder.start()
    assert held.wait(30)
    try:
        with pytest.raises(StoreInUse, match=f"by process {holder.pid}"), Generations(tmp_path / "store").writing():
            pass
    finally:
        done.set()
        holder.join()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_stopped_leaves_the_old_generation_and_the_next_build_cleans_up(
    built: Generations, stop: signal.Signals
) -> None:
    code = (
        "import signal, sys, time; from pathlib import Path; from govgraph.knowledge.build import build;"
        "from govgraph.store.generations import Generations\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs are born deaf to it
        "def step(name):\n"
        "    print(name, flush=True)\n"
        "    if name == 'publishing': time.sleep(30)\n"
        "build(Generations(Path(sys.argv[1])), force=True, progress=step)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(built.folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    while process.stdout.readline().strip() != "publishing":
        pass
    time.sleep(0.1)
    os.kill(process.pid, stop)
    process.wait(20)
    process.stdout.close()
    assert Generations(built.folder).current().number == 1
    assert bool(list(built.folder.glob("building-*"))) == (stop == signal.SIGKILL)
    assert build(built, force=True).generation.number == 2
    assert not list(built.folder.glob("building-*"))
