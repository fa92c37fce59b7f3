"""Logs as JSON, one line for each request and one for each event; a client cannot forge a line.

Whatever comes from outside is written as a JSON string in ASCII: control characters, line ends
and what is not ASCII are escaped, and long values are cut. Query text is never written, only its hash.
"""

import asyncio
import json
import logging
import time
from json.encoder import encode_basestring_ascii
from typing import Any, BinaryIO

__all__ = ["JsonFormatter", "Lines", "start_logging"]

_LONGEST = 300  # characters of a value from outside
_HELD_LINES, _HELD_SECONDS = 500, 0.2


class Lines:
    """Writes lines of JSON, some at a time, so that a busy site does not wait for its log.

    Parameters
    ----------
    stream : where they go; None writes nothing.
    """

    def __init__(self, stream: BinaryIO | None) -> None:
        self._stream = stream
        self._held: list[str] = []
        self._due: asyncio.TimerHandle | None = None
        self._second = (0, "")
        self.on = stream is not None

    def now(self) -> str:
        """The time in UTC with milliseconds (RFC 3339)."""
        moment = time.time()
        second = int(moment)
        if second != self._second[0]:
            self._second = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._second[1]}.{int((moment - second) * 1000):03d}Z"

    def write(self, line: str) -> None:
        """Write one line, which is JSON already."""
        self._held.append(line)
        if len(self._held) >= _HELD_LINES:
            self.flush()
        elif self._due is None:
            self._due = asyncio.get_running_loop().call_later(_HELD_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what is held."""
        if self._due:
            self._due.cancel()
            self._due = None
        held, self._held = self._held, []
        if held and self._stream:
            self._stream.write(("\n".join(held) + "\n").encode("ascii"))
            self._stream.flush()


def quoted(text: str) -> str:
    r"""A value from outside as a JSON string in ASCII, cut to a bounded length.

    >>> print(quoted("/a\n{\"forged\": 1}"))
    "/a\n{\"forged\": 1}"
    """
    return encode_basestring_ascii(text[:_LONGEST])


class JsonFormatter(logging.Formatter):
    """An event of a module's logger as one line of JSON; fields given as ``extra`` stand beside it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        told: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage()[: 4 * _LONGEST],
        }
        told |= {name: value for name, value in vars(record).items() if name not in _USUAL and name not in told}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, default=str)


class _Handler(logging.Handler):
    """Writes each event as a line of bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event."""
        try:
            self._stream.write(self.format(record).encode("ascii") + b"\n")
            self._stream.flush()
        except Exception:
            self.handleError(record)


_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


def start_logging(stream: BinaryIO, level: int = logging.INFO) -> None:
    """Let the loggers of govgraph and of the HTTP server write JSON to a stream."""
    handler = _Handler(stream)
    handler.setFormatter(JsonFormatter())
    for name, least in (("govgraph", level), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(least)
        logger.propagate = False
