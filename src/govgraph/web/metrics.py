"""What the site counts (Prometheus) and notes (one line of the log) about every request and query."""

import functools
import time
from contextvars import ContextVar, Token

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import Message, Scope

from govgraph.web.logging import Lines, quoted

__all__ = ["Recorder", "Told", "asking_client", "noted_query"]

_METHODS = frozenset({"GET", "HEAD", "POST", "QUERY", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PARTS = frozenset(
    (
        "sparql", "update", "graphs", "id", "def", "graph", "shape", "page", "data", "chart", "questions",
        "documents", "compare", "decide", "review", "search", "dumps", "catalog", "diff", "assets", "healthz",
        "readyz", "metrics", "settings", ".well-known", "openapi",
    )
)  # fmt: skip
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Told:
    """What is known of one request; filled in while it is answered."""

    __slots__ = ("client", "counted", "generation", "lead", "path", "query", "rows", "size", "status")

    def __init__(self, path: str, client: str = "") -> None:
        self.path = path
        self.client = client
        self.status = 500
        self.size = 0
        self.generation = self.rows = self.query = self.lead = ""
        self.counted: tuple[Counter, Histogram] | None = None

    def read(self, start: Message) -> None:
        """Take status, generation and rows from the start of an answer."""
        self.status = start["status"]
        for name, value in start["headers"]:
            if name == b"govgraph-generation":
                self.generation = value.decode("ascii")
            elif name == b"govgraph-rows":
                self.rows = value.decode("ascii")


_REQUEST: ContextVar[Told | None] = ContextVar("request", default=None)


def noted_query(digest: str) -> None:
    """Note the hash of the query that the request being answered runs."""
    if told := _REQUEST.get():
        told.query = digest


def asking_client() -> str:
    """Address of the client whose request is being answered; empty where none is."""
    told = _REQUEST.get()
    return told.client if told else ""


class Recorder:
    """Counts and logs requests and queries.

    Parameters
    ----------
    lines : the log.
    """

    def __init__(self, lines: Lines) -> None:
        self.registry = CollectorRegistry()
        self._lines = lines
        self._requests = Counter(
            "govgraph_requests", "Requests by part of the site and status", ["part", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "govgraph_request_seconds", "Time to answer a request", ["part"], buckets=_SECONDS, registry=self.registry
        )
        self._repeated = Counter("govgraph_repeated_answers", "Answers given from memory", registry=self.registry)
        self._queries = Counter(
            "govgraph_queries", "Queries by form and outcome", ["form", "outcome"], registry=self.registry
        )
        self._query_seconds = Histogram(
            "govgraph_query_seconds", "Time that queries took", buckets=_SECONDS, registry=self.registry
        )
        self._timeouts = Counter("govgraph_timeouts", "Queries stopped at the deadline", registry=self.registry)
        self._gauges: dict[str, Gauge] = {}
        self._counter = functools.cache(lambda part, status: self._requests.labels(part, str(status)))
        self._timer = functools.cache(self._seconds.labels)
        self._outcome = functools.cache(self._queries.labels)

    def begin(self, scope: Scope) -> tuple[Told, Token[Told | None]]:
        """Take note of a request that the application answers; `end` follows."""
        client = scope.get("client")
        told = Told(scope["path"], client[0] if client else "")
        return told, _REQUEST.set(told)

    def end(self, scope: Scope, told: Told, token: Token[Told | None], started: float) -> None:
        """Record a request that the application has answered."""
        _REQUEST.reset(token)
        part = _part(told.path)
        told.counted = self._counter(part, 200), self._timer(part)
        self._counter(part, told.status).inc()
        self._note(scope["method"], told, told.status, time.perf_counter() - started, told.size)

    def repeated(self, method: str, told: Told, status: int, seconds: float) -> None:
        """Record one request that was answered from memory."""
        self._repeated.inc()
        if status == 200 and told.counted:
            told.counted[0].inc()
        else:
            self._counter(_part(told.path), status).inc()
        self._note(method, told, status, seconds, 0 if status == 304 else told.size)

    def _note(self, method: str, told: Told, status: int, seconds: float, size: int) -> None:
        if told.counted:
            told.counted[1].observe(seconds)
        if not self._lines.on:
            return
        if not told.lead:
            told.lead = (
                f'"path": {quoted(told.path)}, "generation": {told.generation or "null"}, "rows": {told.rows or "null"}'
                f', "query": {quoted(told.query) if told.query else "null"}'
            )
        named = method if method in _METHODS else "other"
        self._lines.write(
            f'{{"time": "{self._lines.now()}", "level": "info", "event": "request", "method": "{named}",'
            f' "status": {status}, "ms": {seconds * 1000:.3f}, "bytes": {size}, "outcome": "{_outcome(status)}",'
            f" {told.lead}}}"
        )

    def query(self, form: str, outcome: str, seconds: float) -> None:
        """Record one query that a reader ran, or was refused."""
        self._outcome(form, outcome).inc()
        self._query_seconds.observe(seconds)
        if outcome == "deadline-passed":
            self._timeouts.inc()

    def gauge(self, name: str, told: str, value: float, **labels: str) -> None:
        """Set a number that goes up and down."""
        if name not in self._gauges:
            self._gauges[name] = Gauge(name, told, list(labels), registry=self.registry)
        gauge = self._gauges[name]
        (gauge.labels(**labels) if labels else gauge).set(value)


def _part(path: str) -> str:
    """The part of the site, from a fixed list: a client cannot make new ones."""
    first = path[1:].partition("/")[0].partition(".")[0] if not path.startswith("/.") else ".well-known"
    return first if first in _PARTS else "home" if path == "/" else "other"


def _outcome(status: int) -> str:
    if status < 400:
        return "ok"
    return {413: "too-large", 504: "deadline", 503: "unavailable", 422: "refused", 403: "refused"}.get(
        status, "failed" if status >= 500 else "rejected"
    )
