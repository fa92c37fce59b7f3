"""A fair share of the readers for every client: nobody's queries keep the others from asking.

One client may have all readers but one at a time, and some requests waiting; what comes on top is told to
come back (429 with Retry-After, RFC 6585 §4). A client is an address; behind a proxy the server must be told which
proxy to believe (docs/deploy.md), or all who come through it share one share.
"""

import asyncio

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
    ``await shares.take(address)``, and when the query has ended ``shares.give_back(address)``
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._readers = max(1, limits.readers - 1)
        self._waiting = limits.client_waiting
        self._seconds = limits.queue_seconds
        self._clients: dict[str, _Client] = {}

    async def take(self, address: str) -> None:
        """Wait for a client's turn; `give_back` ends it.

        Raises
        ------
        TooManyRequests : too many requests of this client wait already, or its turn does not come in time.
        """
        client = self._clients.get(address)
        if client is None:
            client = self._clients[address] = _Client(self._readers)
        if client.present >= self._readers + self._waiting:
            raise TooManyRequests(f"{client.present} of your queries are running or waiting", "Ask again in a second.")
        client.present += 1
        try:
            if client.turn.locked():
                async with asyncio.timeout(self._seconds):
                    await client.turn.acquire()
            else:
                await client.turn.acquire()  # free, so this does not wait
        except BaseException as error:
            self._leave(address, client)
            if isinstance(error, TimeoutError):
                raise TooManyRequests("your other queries are still running", "Wait until they have ended.") from None
            raise

    def give_back(self, address: str) -> None:
        """A query of the client has ended."""
        client = self._clients[address]
        client.turn.release()
        self._leave(address, client)

    def _leave(self, address: str, client: _Client) -> None:
        client.present -= 1
        if not client.present:
            self._clients.pop(address, None)
