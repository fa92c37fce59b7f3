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
    readers: int = 3  # reader processes that the service keeps; one client may have all but one
    client_waiting: int = 64  # queries of one client that may wait for its share of the readers; more get 429
    queue_seconds: float = 10.0  # a request waits this long for a free reader, then gets 503
    name_characters: int = 300  # a longer name or search text is cut
    suggestions: int = 3  # names offered by "did you mean"
    search_results: int = 30  # things listed by a search
    report_bytes: int = 96 * 1024 * 1024  # of a larger report of the review the site reads only the part asked for
    part_findings: int = 10_000  # a part of it with more findings is not read; its page has the numbers of each council
    whole_statements: int = 500_000  # over more statements, a question's page asks about everything only if told to
    chart_lines: int = 600  # a chart of everybody with more lines is not drawn; one body's or one document's is
    tool_rows: int = 1_000  # an MCP tool gives no more rows than this, and says so
    tool_characters: int = 200_000  # nor more text than this
    generations_kept: int = 5  # older generations are removed by a build
    verify_bytes: int = 64 * 1024 * 1024  # a generation up to this size is checked file by file when opened
    earlier_readers: int = 2  # earlier generations that have a reader at one time; the one unused longest gives way
    cache_bytes: int = 64 * 1024 * 1024  # finished answers kept in memory; the one unused longest gives way
    cached_answer_bytes: int = 2 * 1024 * 1024  # a larger answer is not kept
    connections: int = 500  # open at one time; one more gets 503
    head_bytes: int = 256 * 1024  # a longer address with headers is refused with 431
    head_seconds: float = 10.0  # a client that has not sent its headers by then is cut off with 408
    body_seconds: float = 30.0  # a client that has not sent its body by then is cut off with 408
    send_seconds: float = 60.0  # a client that takes nothing of its answer for so long is cut off
    idle_seconds: float = 5.0  # a connection without a request is kept open this long
    write_seconds: float = 60.0  # a writer is killed after this; the caller gets 504 and nothing is changed
    upload_bytes: int = 32 * 1024 * 1024  # a larger upload or update is refused with 413
    upload_parts: int = 100  # an upload of more files is refused with 413
    writer_memory_bytes: int = 3 * 1024**3  # a writer that asks for more dies; the caller gets 503, nothing is changed
    token_characters: int = 16  # a shorter token for writing is refused at the start
    dump_seconds: float = 3600.0  # the making of dumps, beside the service, is stopped after this
    dump_wait_seconds: float = 5.0  # dumps that are not there by then go on being made; the caller gets 503
    dump_pause_seconds: float = 60.0  # a making that failed is tried again after this, then after twice as long, …
    dump_pause_most_seconds: float = 3600.0  # … and so on up to this; whoever asks before gets 503 with the reason
    copy_seconds: float = 600.0  # a comparison or a copy of a generation is stopped after this; the caller gets 503
    difference_rows: int = 200_000  # a difference with more statements is refused with 413
    endpoint_seconds: float = 60.0  # an endpoint elsewhere that has not answered by then is given up
    endpoint_tries: int = 4  # a request that an endpoint is too busy for is sent so many times
    endpoint_wait: float = 8.0  # seconds between two of them at most
    copied_statements: int = 5_000_000  # more are not copied from an endpoint to be worked on here

    def table(self) -> list[tuple[str, float | int]]:
        """Name and value of every limit, in the order above."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


LIMITS = Limits()
