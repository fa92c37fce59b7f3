"""Finished answers kept in memory, in front of the framework.

An answer is a function of the generation and of the request, so one that was given once can be given
again without routing, reading or serialising anything. What is kept is the answer as it was
sent, headers included; what is asked for again is found by the parts of the request that an answer may depend on.
Only whole 200 answers are kept that say their generation and carry an entity tag, and none that is private. When
another generation is current, or another day has come on which a waiver may have run out, nothing that was kept
before is found any more.
"""

import asyncio
import contextlib
import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from govgraph.web.bounded import Bounded
from govgraph.web.metrics import Recorder, Told
from govgraph.web.whole import Headers, lines_of, whole_of

__all__ = ["Answers", "Kept"]

Key = tuple[int, str, bytes, bytes, bytes, str, bytes, datetime.date]

_PASSED_BY = frozenset({b"authorization", b"content-length", b"cookie", b"if-match", b"if-modified-since", b"range"})
"""Headers on which an answer may depend in ways that are not kept; a request with one goes to the application."""

_NOT_REPEATED = frozenset({b"content-length", b"content-type"})
"""Headers of an answer that a 304 leaves out (RFC 9110 §15.4.5)."""

_AWAITED = ("/sparql", "/data/")
_PATIENCE = 5.0  # seconds that a request waits for the same answer to another one, before it asks for itself

_OVERHEAD = 4_000  # bytes that an answer takes beside its body and its key


@dataclass(slots=True)
class _Finished:
    start: Message
    body: Message
    tag: bytes
    told: Told
    lines: bytes


class Kept(Bounded[Key, _Finished]):
    """Finished answers by what they depend on."""


_NO_BODY: Message = {"type": "http.response.body", "body": b""}


class Answers:
    """Gives answers that were given before, and records every request; the outermost part of the site.

    Parameters
    ----------
    app : answers what is not kept.
    current : number of the generation that is current now; called for each request, so it must be cheap.
    recorder : told of every request.
    kept : where answers are kept.
    """

    def __init__(self, app: ASGIApp, current: Callable[[], int], recorder: Recorder, kept: "Kept") -> None:
        self._app = app
        self._current = current
        self._recorder = recorder
        self._kept = kept
        self._coming: dict[Key, asyncio.Event | None] = {}  # an event where somebody waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        key, tags = self._read(scope)
        found = self._kept.get(key) if key else None
        if found is None and key and key in self._coming:
            found = await self._awaited(key)
        if found:
            if tags and (found.tag in tags or tags.strip() == b"*"):
                headers: Headers = [pair for pair in found.start["headers"] if pair[0] not in _NOT_REPEATED]
                await send({"type": "http.response.start", "status": 304, "headers": headers})
                await send(_NO_BODY)
                self._recorder.repeated(scope["method"], found.told, 304, time.perf_counter() - started)
            else:
                whole = whole_of(scope)
                if whole is None or not whole(scope, found.start, found.lines, found.body["body"]):
                    await send(found.start)
                    await send(found.body)
                self._recorder.repeated(scope["method"], found.told, 200, time.perf_counter() - started)
            return
        first = key if key and key[1].startswith(_AWAITED) and key not in self._coming else None
        if first:
            self._coming[first] = None
        told, token = self._recorder.begin(scope)
        try:
            await _Fresh(self._kept, scope, send, key, told).sent_by(self._app, receive)
        finally:
            self._recorder.end(scope, told, token, started)
            if first and (awaited := self._coming.pop(first)):
                awaited.set()

    async def _awaited(self, key: Key) -> _Finished | None:
        """The answer that another request of the same kind is getting just now, if it comes soon."""
        event = self._coming[key] = self._coming[key] or asyncio.Event()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await event.wait()
        return self._kept.get(key)

    def _read(self, scope: Scope) -> tuple[Key | None, bytes]:
        """What an answer may depend on, or nothing where it cannot be kept; and the tags that the client has."""
        if scope["method"] not in ("GET", "HEAD"):
            return None, b""
        accept = host = profile = tags = b""
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = accept + b"," + value if accept else value
            elif name == b"host":
                host = value
            elif name == b"if-none-match":
                tags = tags + b"," + value if tags else value
            elif name == b"accept-profile":
                profile += b"," + value
            elif name in _PASSED_BY:
                return None, b""
        try:
            generation = self._current()
        except Exception:  # the store is gone; the application says what is wrong with it
            return None, b""
        return (
            generation,
            scope["path"],
            scope["query_string"],
            accept,
            host,
            scope["scheme"],
            profile,
            datetime.date.today(),
        ), tags


class _Fresh:
    """An answer on its way from the application to the client, kept where it may be given again.

    Its start is held until the first part of its body is there: a whole answer goes out in one piece.
    """

    __slots__ = ("_kept", "_key", "_parts", "_scope", "_send", "_start", "_tag", "_told", "_waits")

    def __init__(self, kept: Kept, scope: Scope, send: Send, key: Key | None, told: Told) -> None:
        self._kept, self._scope, self._send, self._key, self._told = kept, scope, send, key, told
        self._start: Message = {}
        self._waits = False  # the start is held
        self._tag = b""
        self._parts: list[bytes] = []

    async def sent_by(self, app: ASGIApp, receive: Receive) -> None:
        """Let the application answer."""
        await app(self._scope, receive, self._take)
        if self._waits:
            await self._send(self._start)

    async def _take(self, message: Message) -> None:
        """Take one message of the application."""
        kind = message["type"]
        if kind == "http.response.start":
            self._start, self._waits = message, True
            headers = dict(message["headers"])
            self._told.read(message["status"], headers)
            if self._key and message["status"] == 200 and self._scope["method"] == "GET":
                self._tag = _lasting(headers, self._key, self._kept.each)
            return
        lines = b""
        if kind == "http.response.body":
            body = message.get("body", b"")
            self._told.size += len(body)
            more = message.get("more_body", False)
            whole = None if more or not self._waits else whole_of(self._scope)
            lines = lines_of(self._start["headers"]) if whole else b""
            if self._tag:
                self._parts.append(body)
                if not more:
                    self._keep(lines)
            if whole and whole(self._scope, self._start, lines, body):
                self._waits = False
                return
        if self._waits:
            self._waits = False
            await self._send(self._start)
        await self._send(message)

    def _keep(self, lines: bytes) -> None:
        assert self._key
        start, body = self._start, b"".join(self._parts)
        message: Message = {"type": "http.response.body", "body": body}
        size = len(body) + sum(len(part) for part in self._key[1:-1]) + _OVERHEAD
        lines = lines or lines_of(start["headers"])
        self._kept.put(self._key, _Finished(start, message, self._tag, self._told, lines), size)


def _lasting(found: dict[bytes, bytes], key: Key, most: int) -> bytes:
    """The entity tag of an answer that may be given again, or nothing."""
    tag = found.get(b"etag", b"")
    generation = found.get(b"govgraph-generation", b"")
    named = b"generation=" in key[2] or generation == b"%d" % key[0]
    small = int(found.get(b"content-length", b"0")) <= most
    whole = found.get(b"govgraph-complete", b"true") == b"true"
    told = found.get(b"cache-control", b"")
    shared = b"no-store" not in told and b"private" not in told
    return tag if tag and generation and named and small and whole and shared else b""
