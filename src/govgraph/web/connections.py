"""The HTTP server, with bounds on what one connection may take; the server has no deadlines of its own.

A client has a time to send its headers, a time to send its body, and a time to take its answer; headers
have a size, and connections a number. Whoever exceeds one of them is told so (408, 431, 503) and cut off.
"""

import asyncio
import gc
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from govgraph.limits import LIMITS, Limits
from govgraph.web.whole import EXTENSION

__all__ = ["configuration", "settle_memory"]

_ALLOCATIONS = 20_000  # objects that come up before Python looks for cycles among them


def configuration(app: ASGIApp, limits: Limits = LIMITS, **options: Any) -> uvicorn.Config:
    """How the site is served.

    Parameters
    ----------
    app : the site.
    limits : bounds of a connection.
    options : further settings of `uvicorn.Config`, such as those for TLS.

    Examples
    --------
    ``uvicorn.Server(configuration(create_app(folder))).run()``
    """

    class Bounded(_Bounded):
        bounds = limits
        idle = _Idle(limits.idle_seconds)

    settings: dict[str, Any] = {
        "http": Bounded,
        "loop": "uvloop",
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": int(limits.query_seconds + limits.queue_seconds) + 2,
        "limit_concurrency": limits.connections,
    }
    return uvicorn.Config(app, **(settings | options))


def settle_memory() -> None:
    """Keep what is there now, at the start of a server, out of the search for cycles, and let that be rare.

    Answers that are kept make the search long, and none of them is part of a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 20, 50)


_DONE = (0, "")
_JOINED = 16_384  # bytes of a body that is copied rather than sent by a call of its own


class _OneWrite(asyncio.Transport):
    """A transport that sends the head of an answer together with what follows it: one system call, one packet."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._head = b""
        self.is_closing = transport.is_closing  # type: ignore[method-assign]
        self.get_extra_info = transport.get_extra_info  # type: ignore[method-assign]
        self.get_write_buffer_size = transport.get_write_buffer_size  # type: ignore[method-assign]
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]

    def write(self, data: bytes) -> None:  # type: ignore[override]
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 1"):
            self._head = data
        else:
            self._transport.write(data)

    def whole(self, head: bytes, body: bytes) -> None:
        """Send head and body of an answer."""
        if len(body) < _JOINED:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))

    def flush(self) -> None:
        """Send the head of an answer that nothing follows."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()


class _Idle:
    """Closes connections on which no request has come for a while; one timer looks after all of them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[_Bounded, float] = {}  # in the order in which they became idle
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: "_Bounded") -> None:
        """A connection waits for its next request."""
        self._since[connection] = connection.loop.time()
        if self._timer is None:
            self._timer = connection.loop.call_later(self._seconds, self._look, connection.loop)

    def remove(self, connection: "_Bounded") -> None:
        """A connection is at work again, or gone."""
        self._since.pop(connection, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        while self._since:
            connection, since = next(iter(self._since.items()))
            if now < since + self._seconds:
                self._timer = loop.call_at(since + self._seconds, self._look, loop)
                return
            del self._since[connection]
            connection.timeout_keep_alive_handler()


class _Bounded(HttpToolsProtocol):
    """The server's protocol with a timer for whatever the client owes, and a count of its headers' bytes."""

    bounds = LIMITS
    idle = _Idle(LIMITS.idle_seconds)
    _timer: asyncio.TimerHandle | None = None
    _messages = 0
    _stage = _timed = (0, "head")  # what the client sends: of which request, and which part; and what the timer is for
    _in_head = True
    _head = 0
    _waiting = 0  # bytes of an answer that the client had not taken when that was last looked at

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(_OneWrite(transport))  # type: ignore[arg-type]
        self._extensions = {EXTENSION: self._whole}
        self._owes(self.bounds.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owes(None)
        self.idle.remove(self)
        self._extensions = {}
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > self.bounds.head_bytes and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large", b"the address and headers are too large\n")
        elif self._stage != self._timed:  # mostly a request comes in one piece, and nothing is owed after it
            self._timed = self._stage
            self._owes({"head": self.bounds.head_seconds, "body": self.bounds.body_seconds}.get(self._stage[1]))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._messages += 1
        self._in_head, self._stage = True, (self._messages, "head")

    def on_headers_complete(self) -> None:
        self._in_head, self._head, self._stage = False, 0, (self._messages, "body")
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._stage = _DONE
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin the next request that has come, or wait for one; without the timer for each that the server has."""
        self.transport.flush()  # type: ignore[attr-defined]
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self.idle.add(self)

    def _unset_keepalive_if_required(self) -> None:
        self.idle.remove(self)

    def _whole(self, scope: Scope, start: Message, lines: bytes, body: bytes) -> bool:
        """Send a whole answer as `Whole` says; what is not usual goes out by messages."""
        cycle = self.cycle
        usual = cycle.scope is scope and scope["method"] != "HEAD" and start["status"] == 200 and cycle.keep_alive
        if not usual or self.flow.write_paused or cycle.response_started or b"\r\nconnection:" in lines:
            return False
        if b"\r\ncontent-length: %d\r\n" % len(body) not in lines:
            return False
        if not cycle.disconnected:
            cycle.response_started = cycle.response_complete = True
            cycle.waiting_for_100_continue = False
            usually = b"".join([b"%s: %s\r\n" % pair for pair in cycle.default_headers])
            self.transport.whole(b"HTTP/1.1 200 OK\r\n%s%s\r\n" % (usually, lines), body)  # type: ignore[attr-defined]
            cycle.message_event.set()
            cycle.on_response()
        return True

    def pause_writing(self) -> None:
        self._waiting = self.transport.get_write_buffer_size()
        self._owes(self.bounds.send_seconds)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._waiting = 0
        self._owes(None)
        super().resume_writing()

    def _owes(self, seconds: float | None) -> None:
        """Start the time in which the client must do what it has to do next; None where that is nothing."""
        if self._timer:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self._late) if seconds is not None else None

    def _late(self) -> None:
        if self._waiting:  # an answer is on its way: nothing else can be said
            left = self.transport.get_write_buffer_size()
            if left < self._waiting:
                self._waiting = left
                self._owes(self.bounds.send_seconds)
            else:
                self.transport.abort()
        elif not self.transport.is_closing():
            self._refuse(b"408 Request Timeout", b"the request took too long to come in\n")

    def _refuse(self, status: bytes, text: bytes) -> None:
        head = b"HTTP/1.1 %s\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(head % (status, len(text)) + text)
        self.transport.close()
