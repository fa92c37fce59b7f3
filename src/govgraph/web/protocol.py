"""Read a request to /sparql as the SPARQL 1.1 Protocol says (§2.1), from the raw request.

The three ways to send a query: in the address (GET), as a form, and as the body itself
(POST; the method QUERY of the HTTP working group is taken like POST). A request that
cannot be understood gets a problem that says what to send instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from govgraph.errors import AnswerTooLarge, BadInput, QueryRefused
from govgraph.limits import Limits
from govgraph.store.base import GRAPH_TYPES, SOLUTION_TYPES
from govgraph.web.negotiate import negotiated

__all__ = ["FORMATS", "METHODS", "Asked", "accepted", "read_body", "read_request", "wants_page"]

METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"

FORMATS: Mapping[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/ld+json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
    "ttl": ("text/turtle",),
    "nt": ("application/n-triples",),
    "jsonld": ("application/ld+json",),
    "rdf": ("application/rdf+xml",),
}
"""Values of the parameter `format`, which goes before the Accept header."""

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "application/json": FORMATS["json"],
    "application/xml": FORMATS["xml"],
    "text/xml": FORMATS["xml"],
}
"""General media types that clients send for special ones."""


@dataclass(frozen=True)
class Asked:
    """What a request to /sparql asks.

    Parameters
    ----------
    query : the query; None where a GET has none.
    default_graphs, named_graphs : the dataset; empty means the store's own.
    format : value of the parameter `format`, or empty.
    """

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str


async def read_request(request: Request, limits: Limits) -> Asked:
    """What a request asks.

    Raises
    ------
    BadInput : no query or several, text that is not UTF-8, a body of another kind (415).
    QueryRefused : an update (403).
    AnswerTooLarge : the body is larger than `limits.body_bytes` (413).
    """
    pairs = _pairs(request.scope["query_string"])
    direct: list[str] = []
    if request.method in ("POST", "QUERY"):
        kind, charset = _content_type(request.headers.get("content-type", ""))
        if kind == "application/sparql-update":
            raise _no_writing()
        if kind not in (FORM, DIRECT):
            raise _failure(
                415, "unsupported-media-type", f'a body of the kind "{kind or "none named"}" is not read here',
                f"Send the query as {DIRECT}, or as query= in a form ({FORM}).",
            )  # fmt: skip
        body = _text(await read_body(request, limits.body_bytes), charset)
        if kind == FORM:
            pairs += _pairs(body.encode())
        else:
            direct.append(body)
    if any(name == "update" for name, _ in pairs):
        raise _no_writing()
    queries = direct + [value for name, value in pairs if name == "query"]
    if len(queries) > 1 or (not queries and request.method not in ("GET", "HEAD")):
        found = f"{len(queries)} queries" if queries else "no query"
        raise BadInput(f"the request has {found}", "Send exactly one, as query=… or as the body.")
    wanted = [value for name, value in pairs if name == "format"]
    if wanted and wanted[-1] not in FORMATS:
        raise BadInput(f'no form of answer is named "{wanted[-1][:40]}"', f"Name one of: {', '.join(FORMATS)}.")
    return Asked(
        queries[0] if queries else None,
        tuple(value for name, value in pairs if name == "default-graph-uri"),
        tuple(value for name, value in pairs if name == "named-graph-uri"),
        wanted[-1] if wanted else "",
    )


async def read_body(request: Request, limit: int) -> bytes:
    """The body, counted while it comes in, so that a large one is refused before it is held."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise AnswerTooLarge(f"the request is larger than {limit:,} bytes", "Send a shorter query.")
        parts.append(part)
    return b"".join(parts)


def accepted(request: Request, asked: Asked) -> Sequence[str]:
    """The media types to answer in, the most wanted first.

    Raises
    ------
    BadInput : none of ours is wanted (406).
    """
    if asked.format:
        return FORMATS[asked.format]
    offered = [*SOLUTION_TYPES, *GRAPH_TYPES, *_ALIASES]
    found = [name for one in negotiated(request.headers.get("accept"), offered) for name in _ALIASES.get(one, (one,))]
    if not found:
        raise _failure(
            406, "not-acceptable", "none of the forms asked for can be given",
            f"Ask for one of: {', '.join((*SOLUTION_TYPES, *GRAPH_TYPES))}.",
        )  # fmt: skip
    return list(dict.fromkeys(found))


def wants_page(request: Request, asked: Asked) -> bool:
    """Whether the client is a browser: it prefers HTML to every form of data and names no format."""
    accept = request.headers.get("accept")
    ranked = negotiated(accept, [*SOLUTION_TYPES, *GRAPH_TYPES, *_ALIASES, "text/html"])
    return not asked.format and bool(accept) and ranked[:1] == ["text/html"]


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    text = _text(encoded, "utf-8")
    try:
        return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=1_000)
    except UnicodeDecodeError:
        raise BadInput("the request is not UTF-8", "Encode it as UTF-8.") from None
    except ValueError:
        raise BadInput("the request has more than 1,000 parameters", "Send fewer.") from None


def _content_type(header: str) -> tuple[str, str]:
    """Media type and character set of a body, in lower case."""
    kind, _, rest = header.partition(";")
    parameters = dict(part.strip().lower().partition("=")[::2] for part in rest.split(";"))
    return kind.strip().lower(), parameters.get("charset", "utf-8").strip('"')


def _text(content: bytes, charset: str) -> str:
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise _failure(415, "unsupported-media-type", "only UTF-8 is read here", "Encode the request as UTF-8.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("the request is not UTF-8", "Encode it as UTF-8.") from None


def _no_writing() -> QueryRefused:
    refused = QueryRefused("writing is not offered here", "Change the data folder and build again: govgraph build.")
    refused.status, refused.code = 403, "writing-not-offered"
    return refused


def _failure(status: int, code: str, message: str, next_step: str) -> BadInput:
    error = BadInput(message, next_step)
    error.status, error.code = status, code
    return error
