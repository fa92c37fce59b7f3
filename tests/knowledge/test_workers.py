"""Jobs of a build give the same in other processes as here, and whatever goes wrong there is told here."""

import os
from pathlib import Path

import pytest

from govgraph.errors import BadInput, EnvironmentFailed
from govgraph.knowledge.workers import Workers


def test_results_come_in_the_order_of_the_jobs() -> None:
    with Workers(2) as workers:
        assert list(workers.run(pow, [(number, 2) for number in range(20)])) == [n * n for n in range(20)]


def test_all_workers_hash_texts_alike() -> None:
    with Workers(2) as workers:
        assert len(set(workers.run(hash, [("a text",)] * 8))) == 1


@pytest.mark.parametrize("processes", [0, 1])
def test_a_refusal_arrives_as_it_was_made(processes: int) -> None:
    with Workers(processes) as workers, pytest.raises(BadInput, match="no good") as caught:
        list(workers.run(refuse, [("no good",)]))
    assert caught.value.next_step == "Mend it."


def refuse(what: str) -> None:
    raise BadInput(what, "Mend it.")


def test_a_worker_that_dies_is_told() -> None:
    with Workers(1) as workers, pytest.raises(EnvironmentFailed, match="died"):
        list(workers.run(os._exit, [(9,)]))


def test_what_goes_wrong_ends_the_processes_at_once() -> None:
    found: list[int] = []

    def fail() -> None:
        with Workers(2) as workers:
            found.extend(workers.run(os.getpid, [(), ()]))
            list(workers.run(divmod, [(1, 0)]))

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(found) == 2
    assert not [pid for pid in found if Path(f"/proc/{pid}").exists()]
