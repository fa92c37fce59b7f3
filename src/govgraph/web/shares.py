"""A fair share of the readers for every client: nobody's queries keep the others from asking.

One client may have all readers but one at a time, and some requests waiting; what comes on top is told to
come back (429 with Retry-After, RFC 6585 §4). A client is an address; behind a proxy the server must be told which
proxy to believe (docs/deploy.md), or all who come through it share one share.

When a reader of a client comes free, it gets several of the queries that wait, as one batch: the more, the quicker the
batches before were done. All happens by call, and no task is woken in between.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import cast

from govgraph.errors import TooManyRequests
from govgraph.limits import LIMITS, Limits
from govgraph.store.jobs import Batch, Job

__all__ = ["ClientTurn", "Shares"]

_MOST = 16  # queries in one batch
_ENDED = "Wait until they have ended."


class _Client:
    """Who has or waits for readers."""

    __slots__ = ("address", "free", "most", "present", "shares", "waiting")

    def __init__(self, shares: "Shares", address: str, readers: int) -> None:
        self.shares, self.address = shares, address
        self.free = readers
        self.present = 0  # queries that run or wait
        self.most = 1  # queries in its next batch
        self.waiting: deque[ClientTurn] = deque()

    def next(self) -> "Job | _Come":
        """What has waited longest, which does so no more."""
        turn = self.waiting.popleft()
        turn.waits = False
        assert turn.what
        return turn.what

    def advance(self) -> None:
        """Let what has waited longest begin, as far as there are readers for it."""
        while self.free and self.waiting:
            self.free -= 1
            first = self.next()
            if isinstance(first, _Come):
                first.begin(self)
                continue
            jobs = [first]
            while len(jobs) < self.most and self.waiting and isinstance(self.waiting[0].what, Job):
                jobs.append(cast(Job, self.next()))
            first.submit(Batch(jobs, _Lease(self)))
        if self.waiting:
            self.shares.look_at(self.waiting[0].late)
        elif not self.present and self.free == self.shares.readers:
            self.shares.forget(self)


class _Lease:
    """A reader that a client has."""

    __slots__ = ("_client",)

    def __init__(self, client: _Client) -> None:
        self._client = client

    def give_back(self, jobs: Iterable[Job]) -> None:
        """These have not been done, and wait again before all others of the client."""
        turns = [cast(ClientTurn, job.turn) for job in jobs if not job.answer.done()]
        for turn in reversed(turns):
            turn.waits = True
            self._client.waiting.appendleft(turn)
        self._client.advance()

    def end(self, quick: bool) -> None:
        """The reader has done its batch."""
        self._client.most = min(2 * self._client.most, _MOST) if quick else max(self._client.most // 2, 1)
        self._client.free += 1
        self._client.advance()


class ClientTurn:
    """The turn of one query of a client.

    Parameters
    ----------
    shares, address : whose it is.

    Examples
    --------
    ``turn.wait(job)``, and when the query has ended ``turn.end()``
    """

    __slots__ = ("_address", "_client", "_shares", "late", "waits", "what")

    def __init__(self, shares: "Shares", address: str) -> None:
        self._shares, self._address = shares, address
        self._client: _Client | None = None
        self.what: Job | _Come | None = None
        self.waits = False
        self.late = 0.0
        """Time of the event loop when it is refused, if it has not come."""

    def wait(self, what: "Job | _Come") -> None:
        """Have something begin when the turn comes, which may be now; a turn from before ends.

        Raises
        ------
        TooManyRequests : too many requests of this client wait already.
        """
        self.end()
        self.what = what
        self._client = client = self._shares.entered(self._address)
        client.present += 1
        client.waiting.append(self)
        self.waits = True
        self.late = asyncio.get_running_loop().time() + self._shares.seconds
        client.advance()

    def end(self) -> None:
        """The query has ended; without effect where it has before, or was never waited for."""
        if client := self._client:
            self._client = None
            client.present -= 1
            if isinstance(self.what, _Come):
                self.what.end()
            if self.waits:
                self.waits = False
                client.waiting.remove(self)
            if not client.present:
                client.advance()


class Shares:
    """Hands each client its share.

    Parameters
    ----------
    limits : number of readers, and how many requests of one client may wait.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.readers = max(1, limits.readers - 1)
        """Readers that one client may have."""
        self._waiting = limits.client_waiting
        self.seconds = limits.queue_seconds
        """So long a turn is waited for."""
        self._clients: dict[str, _Client] = {}
        self._timer: asyncio.TimerHandle | None = None

    def turn(self, address: str) -> ClientTurn:
        """A turn of a client, to be waited for."""
        return ClientTurn(self, address)

    async def take(self, address: str) -> ClientTurn:
        """Wait for a client's turn here; whoever gets it ends it.

        Raises
        ------
        TooManyRequests : too many requests of this client wait already, or its turn does not come in time.
        """
        turn, come = self.turn(address), _Come()
        turn.wait(come)
        try:
            await come.future
        except BaseException:
            turn.end()
            raise
        return turn

    def entered(self, address: str) -> _Client:
        """The client at an address, if one more query of it may wait."""
        client = self._clients.get(address)
        if client is None:
            client = self._clients[address] = _Client(self, address, self.readers)
        if client.present >= self.readers + self._waiting:
            raise TooManyRequests(f"{client.present} of your queries are running or waiting", "Ask again in a second.")
        return client

    def forget(self, client: _Client) -> None:
        """A client has nothing running or waiting."""
        self._clients.pop(client.address, None)

    def look_at(self, when: float) -> None:
        """Look at what is late then, or earlier; mostly a timer runs already."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(when, self._look)

    def _look(self) -> None:
        """Refuse the turns that have not come in time."""
        self._timer = None
        now = asyncio.get_running_loop().time()
        for client in self._clients.values():
            while client.waiting and client.waiting[0].late <= now:
                client.next().fail(
                    TooManyRequests("your other queries are still running", "Wait until they have ended.")
                )
        if due := [client.waiting[0].late for client in self._clients.values() if client.waiting]:
            self.look_at(min(due))


class _Come:
    """Somebody who waits for a turn and does the rest later."""

    def __init__(self) -> None:
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client: _Client | None = None

    def begin(self, client: _Client) -> None:
        """The turn has come."""
        self._client = client
        if not self.future.done():
            self.future.set_result(None)

    def fail(self, error: Exception) -> None:
        """It does not come."""
        if not self.future.done():
            self.future.set_exception(error)

    def end(self) -> None:
        """What was done in it is done."""
        if client := self._client:
            self._client = None
            client.free += 1
            client.advance()
