"""A disk that is full or cannot be written to costs the change, never what was there before (THREAT_MODEL: D3)."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.durability.writing_process import SIZE, WriterProcess, present, update

from govgraph.errors import EnvironmentFailed
from govgraph.store.generations import Generations
from govgraph.writing.changing import change, make_empty

LARGE = update(9, 60_000)


def test_a_file_that_may_not_grow_refuses_the_change_and_keeps_the_old_generation(folder: Path) -> None:
    def bound() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024**2, 1024**2))

    with WriterProcess(folder) as writer:
        assert "error" not in writer.write(update(1))
    with WriterProcess(folder, bound) as writer, contextlib.suppress(EOFError, BrokenPipeError):
        reply = writer.write(LARGE)
        assert reply["status"] in (413, 503), reply
    assert present(folder) == {1: SIZE}
    with WriterProcess(folder) as writer:
        assert "error" not in writer.write(update(2))
    assert present(folder) == {1: SIZE, 2: SIZE}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes, where this machine lets us make one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_refuses_the_change_and_room_on_it_brings_writing_back(small_disk: Path) -> None:
    folder = small_disk / "store"
    make_empty(Generations(folder))
    with WriterProcess(folder) as writer:
        assert "error" not in writer.write(update(1))
    free = shutil.disk_usage(small_disk).free
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * max(0, free - 64 * 1024))
    with WriterProcess(folder) as writer, contextlib.suppress(EOFError, BrokenPipeError):
        for number in range(2, 50):
            reply = writer.write(update(number, 2_000))
            if "error" in reply:
                assert reply["status"] == 503, reply
                break
        else:
            pytest.fail("the disk never filled up")
    before = present(folder)
    assert before[1] == SIZE
    ballast.unlink()
    with WriterProcess(folder) as writer:
        assert "error" not in writer.write(update(100))
    assert present(folder) == before | {100: SIZE}
    assert not list(folder.glob("building-*"))


def test_a_store_that_cannot_be_written_to_says_so(folder: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the administrator may write everywhere")
    with WriterProcess(folder) as writer:
        assert "error" not in writer.write(update(1))
    folder.chmod(0o500)
    try:
        with pytest.raises(EnvironmentFailed, match="cannot be written to"):
            change(Generations(folder), update(2).decode(), gate=None, who="the test")
    finally:
        folder.chmod(0o700)
    assert present(folder) == {1: SIZE}
