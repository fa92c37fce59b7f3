"""The HTTP server, with bounds on what one connection may take; the server has no deadlines of its own.

A client has a time to send its headers, a time to send its body, and a time to take its answer; headers
have a size, and connections a number. Whoever exceeds one of them is told so (408, 431, 503) and cut off.
"""

import asyncio
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from govgraph.limits import LIMITS, Limits

__all__ = ["configuration"]


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

    settings: dict[str, Any] = {
        "http": Bounded,
        "loop": "uvloop",
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": limits.idle_seconds,
        "timeout_graceful_shutdown": int(limits.query_seconds + limits.queue_seconds) + 2,
        "limit_concurrency": limits.connections,
    }
    return uvicorn.Config(app, **(settings | options))


class _Bounded(HttpToolsProtocol):
    """The server's protocol with a timer for whatever the client owes, and a count of its headers' bytes."""

    bounds = LIMITS
    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _head = 0
    _waiting = 0  # bytes of an answer that the client had not taken when that was last looked at

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._owes(self.bounds.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owes(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > self.bounds.head_bytes and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large", b"the address and headers are too large\n")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._owes(self.bounds.head_seconds)

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, 0
        self._owes(self.bounds.body_seconds)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._owes(None)
        super().on_message_complete()

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
