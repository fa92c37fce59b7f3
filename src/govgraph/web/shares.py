"""A fair share of the readers for every client: nobody's queries keep the others from asking.

One client may have all readers but one at a time, and some requests waiting; what comes on top is told to
come back (429 with Retry-After, RFC 6585 §4). A client is an address; behind a proxy the server must be told which
proxy to believe (docs/deploy.md), or all who come through it share one share.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from govgraph.errors import TooManyRequests
from govgraph.limits import LIMITS, Limits

__all__ = ["Shares"]


class _Client:
    """Who has or waits for a reader."""

    def __init__(self, readers: int) -> None:
        self.turn = asyncio.Semaphore(readers)
        self.present = 0


class Shares:
    """Hands each client its share.

    Parameters
    ----------
    limits : number of readers, and how many requests of one client may wait.

    Examples
    --------
    ``async with shares.of(address): answer = await pool.answer(request)``
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._readers = max(1, limits.readers - 1)
        self._waiting = limits.client_waiting
        self._seconds = limits.queue_seconds
        self._clients: dict[str, _Client] = {}

    @contextlib.asynccontextmanager
    async def of(self, address: str) -> AsyncIterator[None]:
        """Wait for the client's turn, and hold it.

        Raises
        ------
        TooManyRequests : too many requests of this client wait already, or its turn does not come in time.
        """
        client = self._clients.setdefault(address, _Client(self._readers))
        if client.present >= self._readers + self._waiting:
            raise TooManyRequests(f"{client.present} of your queries are running or waiting", "Ask again in a second.")
        client.present += 1
        try:
            try:
                async with asyncio.timeout(self._seconds):
                    await client.turn.acquire()
            except TimeoutError:
                raise TooManyRequests("your other queries are still running", "Wait until they have ended.") from None
            try:
                yield
            finally:
                client.turn.release()
        finally:
            client.present -= 1
            if not client.present:
                self._clients.pop(address, None)
