"""A change that was acknowledged is there, and one that was not is there whole or not at all (THREAT_MODEL: D1).

The writer is killed at a random moment, again and again: while it parses, applies, copies, flushes, publishes.
GOVGRAPH_KILLS sets how often; the long form is 1,000.
"""

import os
import random
import threading
import time
from pathlib import Path

import pyoxigraph as ox
from tests.durability.writing_process import SIZE, WriterProcess, present, update

from govgraph.store.generations import Generations

KILLS = int(os.environ.get("GOVGRAPH_KILLS", "40"))


def test_no_acknowledged_change_is_lost_and_none_is_torn(folder: Path) -> None:
    rng = random.Random(20261122)
    acknowledged: set[int] = set()
    number, once, unfinished = 0, 0.0, 0
    for _ in range(KILLS):
        with WriterProcess(folder) as writer:
            for _ in range(rng.randint(0, 3)):
                number += 1
                started = time.monotonic()
                assert "error" not in writer.write(update(number))
                once = time.monotonic() - started
                acknowledged.add(number)
            # A change takes as long as the disk does at this hour, so the moment is told by what the last one took.
            timer = threading.Timer(rng.uniform(0.0, 2 * once), writer.process.kill)
            timer.start()
            try:
                while True:
                    number += 1
                    reply = writer.write(update(number))
                    assert "error" not in reply, reply
                    acknowledged.add(number)
            except (EOFError, BrokenPipeError):
                timer.join()
        unfinished += bool(list(folder.glob("building-*")))
        found = present(folder)
        assert acknowledged <= set(found), "an acknowledged change is lost"
        assert set(found.values()) <= {SIZE}, "a change is torn"
    assert len(acknowledged) > KILLS / 4  # kills came in the first change of a writer and in later ones
    assert unfinished > KILLS / 4  # and while a generation was being made
    print(f"{KILLS} kills, {unfinished} amid a generation, {len(acknowledged)} acknowledged changes, 0 lost, 0 torn")


def test_what_a_killed_writer_left_behind_is_removed_by_the_next(folder: Path) -> None:
    (folder / "building-left").mkdir()
    (folder / "building-left" / "half").write_bytes(b"x")
    with WriterProcess(folder) as writer:
        assert "error" not in writer.write(update(1))
    assert not list(folder.glob("building-*"))
    assert present(folder) == {1: SIZE}


def test_readers_go_on_reading_the_old_generation_while_writers_die(folder: Path) -> None:
    before = Generations(folder).current()
    reader = ox.Store.read_only(str(before.store))
    for _ in range(3):
        with WriterProcess(folder) as writer:
            writer.send(update(1))
            time.sleep(0.01)
    assert len(reader) == 0
    before.verify(contents=True)
