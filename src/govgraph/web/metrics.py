"""What the site counts (Prometheus) and notes (one line of the log) about every request and query."""

import hashlib
import time
from collections import Counter as Counted
from collections.abc import Mapping
from contextvars import ContextVar, Token

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import Scope

from govgraph.errors import DeadlinePassed
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
_MOST_HELD = 1_000  # requests that are noted and not yet counted
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Told:
    """What is known of one request; filled in while it is answered."""

    __slots__ = ("client", "generation", "lead", "path", "query", "rows", "size", "status")

    def __init__(self, path: str, client: str = "") -> None:
        self.path = path
        self.client = client
        self.status = 500
        self.size = 0
        self.generation = self.rows = self.query = self.lead = ""

    def read(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        """Take status, generation and rows from the start of an answer."""
        self.status = status
        self.generation = headers.get(b"govgraph-generation", b"").decode("ascii")
        self.rows = headers.get(b"govgraph-rows", b"").decode("ascii")


_REQUEST: ContextVar[Told | None] = ContextVar("request", default=None)


def noted_query(text: str) -> None:
    """Note the query that the request being answered runs; the log says its hash."""
    if told := _REQUEST.get():
        told.query = text


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
        self._held: list[tuple[str, int, float, bool]] = []
        self._held_queries: list[tuple[str, str, float]] = []

    def begin(self, scope: Scope) -> tuple[Told, Token[Told | None]]:
        """Take note of a request that the application answers; `end` follows."""
        client = scope.get("client")
        told = Told(scope["path"], client[0] if client else "")
        return told, _REQUEST.set(told)

    def end(self, scope: Scope, told: Told, token: Token[Told | None], started: float) -> None:
        """Record a request that the application has answered."""
        _REQUEST.reset(token)
        self._note(scope["method"], told, told.status, time.perf_counter() - started, told.size)

    def repeated(self, method: str, told: Told, status: int, seconds: float) -> None:
        """Record one request that was answered from memory."""
        self._note(method, told, status, seconds, 0 if status == 304 else told.size, repeated=True)

    def _note(self, method: str, told: Told, status: int, seconds: float, size: int, repeated: bool = False) -> None:
        self._held.append((told.path, status, seconds, repeated))
        if len(self._held) >= _MOST_HELD:
            self.settle()
        text, told.query = told.query, ""
        if not self._lines.on:
            return
        if not told.lead:
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] if text else ""
            told.lead = (
                f'"path": {quoted(told.path)}, "generation": {told.generation or "null"}, "rows": {told.rows or "null"}'
                f', "query": {quoted(digest) if digest else "null"}'
            )
        named = method if method in _METHODS else "other"
        self._lines.write(
            f'{{"time": "{self._lines.now()}", "level": "info", "event": "request", "method": "{named}",'
            f' "status": {status}, "ms": {seconds * 1000:.3f}, "bytes": {size}, "outcome": "{_outcome(status)}",'
            f" {told.lead}}}"
        )

    def query(self, form: str, outcome: str, seconds: float) -> None:
        """Record one query that a reader ran, or was refused."""
        self._held_queries.append((form, outcome, seconds))
        if len(self._held_queries) >= _MOST_HELD:
            self.settle()

    def settle(self) -> None:
        """Count what has been noted since this was last done; before the counts are read, and now and then."""
        held, self._held = self._held, []
        for (path, status), count in Counted((path, status) for path, status, *_ in held).items():
            self._requests.labels(_part(path), str(status)).inc(count)
        timers = {path: self._seconds.labels(_part(path)) for path in {path for path, *_ in held}}
        for path, _, seconds, _ in held:
            timers[path].observe(seconds)
        self._repeated.inc(sum(repeated for *_, repeated in held))
        queries, self._held_queries = self._held_queries, []
        for (form, outcome), count in Counted((form, outcome) for form, outcome, _ in queries).items():
            self._queries.labels(form, outcome).inc(count)
            if outcome == DeadlinePassed.code:
                self._timeouts.inc(count)
        for *_, seconds in queries:
            self._query_seconds.observe(seconds)

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
