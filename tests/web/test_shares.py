"""One client's queries do not keep the others from asking."""

import asyncio

import pytest

from govgraph.errors import TooManyRequests
from govgraph.limits import Limits
from govgraph.store.base import Request
from govgraph.store.jobs import Batch, Job
from govgraph.web.shares import ClientTurn, Shares


async def hold(shares: Shares, address: str, until: asyncio.Event, held: list[str]) -> None:
    turn = await shares.take(address)
    held.append(address)
    await until.wait()
    turn.end()


def test_one_client_never_holds_the_last_reader() -> None:
    async def scene() -> None:
        shares, end, held = Shares(Limits(readers=3, queue_seconds=5)), asyncio.Event(), list[str]()
        greedy = [asyncio.create_task(hold(shares, "a", end, held)) for _ in range(6)]
        await asyncio.sleep(0)
        polite = asyncio.create_task(hold(shares, "b", end, held))
        await asyncio.sleep(0.01)
        assert held == ["a", "a", "b"]
        end.set()
        await asyncio.gather(*greedy, polite)
        assert held.count("a") == 6

    asyncio.run(scene())


def test_a_client_with_too_many_waiting_is_told_to_come_back() -> None:
    async def scene() -> None:
        shares, end = Shares(Limits(readers=2, client_waiting=2)), asyncio.Event()
        tasks = [asyncio.create_task(hold(shares, "a", end, [])) for _ in range(3)]
        await asyncio.sleep(0.01)
        with pytest.raises(TooManyRequests, match="3 of your queries"):
            await hold(shares, "a", end, [])
        end.set()
        await asyncio.gather(*tasks)
        await hold(shares, "a", end, [])

    asyncio.run(scene())


def test_a_turn_that_does_not_come_is_refused_and_costs_nothing() -> None:
    async def scene() -> None:
        shares, end, held = Shares(Limits(readers=1, queue_seconds=0.05)), asyncio.Event(), list[str]()
        first = asyncio.create_task(hold(shares, "a", end, held))
        await asyncio.sleep(0.01)
        with pytest.raises(TooManyRequests, match="still running"):
            await hold(shares, "a", end, held)
        end.set()
        await first
        assert shares._clients == {}

    asyncio.run(scene())


class Scene:
    """A client's queries, and the batches in which they begin; a batch is done by hand."""

    def __init__(self, readers: int, **limits: int) -> None:
        self.shares = Shares(Limits(readers=readers, **limits))
        self.batches: list[Batch] = []
        self.turns: dict[str, ClientTurn] = {}

    def ask(self, *names: str) -> None:
        for name in names:
            turn = self.turns[name] = self.shares.turn("a")
            answer = asyncio.get_running_loop().create_future()
            turn.wait(Job(Request(name), 1.0, answer, self.batches.append, turn))

    def begun(self) -> list[str]:
        return ["".join(job.request.text for job in batch.jobs) for batch in self.batches]

    def do(self, number: int, quick: bool = True) -> None:
        """The reader of a batch is free, and what it was asked is answered."""
        batch = self.batches[number]
        for job in batch.jobs:
            self.turns[job.request.text].end()
        assert batch.lease
        batch.lease.end(quick)


def test_a_turn_is_handed_on_at_once_and_quick_clients_get_larger_batches() -> None:
    async def scene() -> None:
        client = Scene(readers=2)
        client.ask(*"abcdefghi")
        assert client.begun() == ["a"]
        client.turns["b"].end()  # it is given up
        client.do(0)
        assert client.begun() == ["a", "cd"]
        client.do(1)
        assert client.begun() == ["a", "cd", "efgh"]
        client.do(2, quick=False)
        client.ask("j")
        assert client.begun() == ["a", "cd", "efgh", "i"]
        client.do(3)
        client.do(4)
        assert client.begun()[4:] == ["j"]
        assert client.shares._clients == {}

    asyncio.run(scene())


def test_what_a_reader_gives_back_goes_before_all_others_and_alone() -> None:
    async def scene() -> None:
        client = Scene(readers=2)
        client.ask(*"abcdef")
        client.do(0)
        lease = client.batches[1].lease
        assert lease
        lease.give_back(list(client.batches[1].jobs)[1:])
        client.turns["b"].end()
        lease.end(False)
        assert client.begun() == ["a", "bc", "c"]
        client.do(2)
        assert client.begun()[3:] == ["de"]

    asyncio.run(scene())
