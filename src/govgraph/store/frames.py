"""Frames between the service and a reader process: a query on its way in, an answer on its way out.

A frame begins with fixed numbers; then comes a header in JSON, and then what is long, as it is. Headers are few, since
most queries of a client differ in their text alone, so both sides remember the latest of them.
"""

import functools
import json
import struct
from typing import Any

from govgraph.store.base import Answer, Request

__all__ = ["ANSWER", "JOB", "answer_frame", "failure_frame", "header_of", "job_frame", "request_of"]

JOB = struct.Struct(">IIH")
"""Bytes of the header and of the query that follow; queries that come behind this one in its batch."""

ANSWER = struct.Struct(">IQQ")
"""Bytes of the header and of the body that follow; rows of the answer."""

_REMEMBERED = 256
_SHORT = 2_000  # bytes of a header that is worth remembering


def job_frame(request: Request, seconds: float, behind: int = 0) -> bytes:
    """A query on its way to a reader.

    >>> frame = job_frame(Request("ASK {}"), 10.0)
    >>> lead, _, _ = JOB.unpack_from(frame)
    >>> request_of(frame[JOB.size : JOB.size + lead], frame[JOB.size + lead :]) == (Request("ASK {}"), 10.0)
    True
    """
    text = request.text.encode("utf-8", "surrogatepass")
    graphs = tuple(request.default_graphs), tuple(request.named_graphs)
    rest = tuple(request.accept), *graphs, request.base, request.whole, request.most, seconds
    head = _job_header(*rest) if not request.bindings else json.dumps([dict(request.bindings), *rest]).encode()
    return JOB.pack(len(head), len(text), behind) + head + text


@functools.lru_cache(_REMEMBERED)
def _job_header(*rest: Any) -> bytes:
    return json.dumps([{}, *rest]).encode()


def request_of(head: bytes, text: bytes) -> tuple[Request, float]:
    """A query as the reader takes it, and its deadline in seconds."""
    told, seconds = _told(head) if len(head) < _SHORT else _told.__wrapped__(head)
    return Request(text.decode("utf-8", "surrogatepass"), *told), seconds


@functools.lru_cache(_REMEMBERED)
def _told(head: bytes) -> tuple[tuple[Any, ...], float]:
    """What a header says of a query: the fields of `Request` after its text, and its deadline."""
    bindings, accept, default_graphs, named_graphs, *others, seconds = json.loads(head)
    return (bindings, tuple(accept), tuple(default_graphs), tuple(named_graphs), *others), seconds


def answer_frame(answer: Answer) -> bytes:
    """An answer on its way to the service."""
    head = _answer_header(answer.kind, answer.media_type, tuple(answer.notes), answer.complete)
    return b"".join((ANSWER.pack(len(head), len(answer.body), answer.rows), head, answer.body))


@functools.lru_cache(_REMEMBERED)
def _answer_header(kind: str, media_type: str, notes: tuple[str, ...], complete: bool) -> bytes:
    return json.dumps({"kind": kind, "media_type": media_type, "notes": notes, "complete": complete}).encode()


def failure_frame(told: dict[str, Any]) -> bytes:
    """A frame with nothing but a header: what went wrong, that the reader is ready, or that a query is returned."""
    head = json.dumps(told).encode()
    return ANSWER.pack(len(head), 0, 0) + head


def header_of(head: bytes) -> dict[str, Any]:
    """What the header of an answer says; not to be changed by who gets it."""
    return _header(head) if len(head) < _SHORT else _header.__wrapped__(head)


@functools.lru_cache(_REMEMBERED)
def _header(head: bytes) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(head)
    return header
