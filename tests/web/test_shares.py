"""One client's queries do not keep the others from asking."""

import asyncio

import pytest

from govgraph.errors import TooManyRequests
from govgraph.limits import Limits
from govgraph.web.shares import Shares


async def hold(shares: Shares, address: str, until: asyncio.Event, held: list[str]) -> None:
    await shares.take(address)
    held.append(address)
    await until.wait()
    shares.give_back(address)


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
