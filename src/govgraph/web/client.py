"""The client of a query: what its answer depends on beside the query, and whether it is still there."""

import asyncio

from starlette.types import Receive, Scope

__all__ = ["Client", "Presences"]

_LONG = 0.2  # seconds after which a query is long enough to see whether somebody still waits for it


class Client:
    """Who asks, and what for, read from the raw request in one pass.

    Parameters
    ----------
    scope : of the request.
    """

    __slots__ = ("accept", "endpoint", "method", "query_string", "tags")

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.query_string: bytes = scope["query_string"]
        self.accept: str | None = None
        """The Accept header; the first, as the framework reads it."""
        host, tags = "", ""
        for name, value in scope["headers"]:
            if name == b"accept":
                self.accept = self.accept or value.decode("latin-1")
            elif name == b"host":
                host = value.decode("latin-1")
            elif name == b"if-none-match":
                tags = value.decode("latin-1")
        self.tags = [tag.strip().removeprefix("W/") for tag in tags.split(",")] if tags else []
        """The entity tags that the client has; a weak one counts like a strong one (RFC 9110 §13.1.2)."""
        host = host or ":".join(map(str, scope["server"]))
        self.endpoint = f"{scope['scheme']}://{host}{scope['path']}"
        """The address asked, without query: the base of relative IRIs (SPARQL 1.1 Protocol §2.1.4)."""


class Presences:
    """Watches whether clients are still there, once their queries have run for a while: one timer for all of them."""

    def __init__(self) -> None:
        self._young: dict[Presence, float] = {}  # in the order in which they came
        self._timer: asyncio.TimerHandle | None = None

    def add(self, receive: Receive) -> "Presence":
        """Cancel the task that calls this when its client goes away, if that is not before it has long been at work.

        Parameters
        ----------
        receive : gives what the client sends; its body has been read.
        """
        loop = asyncio.get_running_loop()
        presence = Presence(self, receive)
        self._young[presence] = loop.time() + _LONG
        if self._timer is None:
            self._timer = loop.call_later(_LONG, self._look)
        return presence

    def forget(self, presence: "Presence") -> None:
        """A query has ended."""
        self._young.pop(presence, None)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._timer = None
        while self._young:
            presence, when = next(iter(self._young.items()))
            if when > now:
                self._timer = loop.call_at(when, self._look)
                return
            del self._young[presence]
            presence.begin()


class Presence:
    """Whether one client is still there.

    Parameters
    ----------
    among : those that are watched.
    receive : gives what the client sends.
    """

    __slots__ = ("_among", "_receive", "_task", "_watch", "lost")

    def __init__(self, among: Presences, receive: Receive) -> None:
        self.lost = False
        self._among, self._receive = among, receive
        self._watch: asyncio.Task[None] | None = None
        self._task = asyncio.current_task()

    def end(self) -> None:
        """Stop watching."""
        self._among.forget(self)
        if self._watch:
            self._watch.cancel()

    def begin(self) -> None:
        """Watch from now on."""
        self._watch = asyncio.get_running_loop().create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.lost = True
        if self._task:
            self._task.cancel()
