"""Every number that bounds a reader, a request or an answer, in one table."""

from dataclasses import dataclass, fields

__all__ = ["LIMITS", "Limits"]


@dataclass(frozen=True)
class Limits:
    """Bounds of the service; each field's comment says what reaching it does.

    >>> LIMITS.query_seconds
    10.0
    """

    query_seconds: float = 10.0  # a reader is killed after this; the caller gets 504
    query_characters: int = 64_000  # a longer query text is refused with 400
    query_depth: int = 60  # deeper brackets are refused with 400
    query_operators: int = 1_000  # more operators in one query text are refused with 400
    query_patterns: int = 150  # more triple patterns or path steps are refused with 400
    query_optionals: int = 40  # more OPTIONAL, UNION, MINUS or EXISTS are refused with 400
    answer_bytes: int = 64 * 1024 * 1024  # a larger answer is refused with 413
    answer_rows: int = 500_000  # an answer with more rows is refused with 413
    body_bytes: int = 1024 * 1024  # a larger request body is refused with 413
    reader_memory_bytes: int = 2 * 1024**3  # a reader that asks for more dies; the caller gets 503
    readers: int = 2  # reader processes that the service keeps
    queue_seconds: float = 10.0  # a request waits this long for a free reader, then gets 503
    name_characters: int = 300  # a longer name or search text is cut
    suggestions: int = 3  # names offered by "did you mean"
    search_results: int = 30  # things listed by a search
    tool_rows: int = 1_000  # an MCP tool gives no more rows than this, and says so
    tool_characters: int = 200_000  # nor more text than this
    generations_kept: int = 5  # older generations are removed by a build
    verify_bytes: int = 64 * 1024 * 1024  # a generation up to this size is checked file by file when opened

    def table(self) -> list[tuple[str, float | int]]:
        """Name and value of every limit, in the order above."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


LIMITS = Limits()
