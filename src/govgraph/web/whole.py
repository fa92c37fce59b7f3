"""Whole answers in one piece: an extension of ASGI by which our server takes head and body of an answer at once.

A server of another kind does not offer it, and gets the usual messages.
"""

from typing import Protocol, cast

from starlette.types import Message, Scope

__all__ = ["EXTENSION", "Headers", "Whole", "lines_of", "whole_of"]

EXTENSION = "govgraph.whole"

Headers = list[tuple[bytes, bytes]]
_CONTROL = bytes(range(9)) + bytes(range(10, 32)) + b"\x7f"  # all control characters but the tabulator


class Whole(Protocol):
    """Sends a whole answer."""

    def __call__(self, scope: Scope, start: Message, lines: bytes, body: bytes) -> bool:
        """Send it, or say that it must go out by messages.

        Parameters
        ----------
        scope : of the request.
        start : the message with which the answer begins.
        lines : its headers, from `lines_of`.
        body : all of it.
        """
        ...


def whole_of(scope: Scope) -> Whole | None:
    """What sends a whole answer to a request; None where the server has no such thing."""
    extensions = scope.get("extensions")
    return cast("Whole | None", extensions.get(EXTENSION)) if extensions else None


def lines_of(headers: Headers) -> bytes:
    r"""Headers as they are written; empty where one of them would break its line, which the server then refuses.

    >>> lines_of([(b"vary", b"Accept"), (b"age", b"1")])
    b'vary: Accept\r\nage: 1\r\n'
    >>> lines_of([(b"x-a", b"b\r\nset-cookie: c")])
    b''
    """
    lines = b"\r\n".join([name + b": " + value for name, value in headers]) + b"\r\n"
    return lines if len(lines.translate(None, _CONTROL)) == len(lines) - 2 * len(headers) else b""
