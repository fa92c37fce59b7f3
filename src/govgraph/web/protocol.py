"""Read a request to /sparql or /update as the SPARQL 1.1 Protocol says (§2.1, §2.2), from the raw request.

The three ways to send a query: in the address (GET), as a form, and as the body itself
(POST; the method QUERY of the HTTP working group is taken like POST). An update comes as a form or as the body. A
request that cannot be understood gets a problem that says what to send instead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from govgraph.errors import AnswerTooLarge, BadInput
from govgraph.limits import Limits
from govgraph.store.base import GRAPH_TYPES, SOLUTION_TYPES
from govgraph.web.negotiate import negotiated

__all__ = [
    "FORMATS",
    "METHODS",
    "UPDATE",
    "Asked",
    "accepted",
    "content_type",
    "endpoint_of",
    "failure",
    "read_body",
    "read_request",
    "text_of",
    "wants_page",
]

METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
UPDATE = "application/sparql-update"

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
    """What a request asks.

    Parameters
    ----------
    query : the query; None where a GET has none, or an update is asked for.
    default_graphs, named_graphs : the dataset of a query; empty means the query's own, else the store's.
    format : value of the parameter `format`, or empty.
    update : the update, or None.
    using, using_named : the dataset of an update.
    generation : number of the generation to ask; empty for the current one.
    cut : give only the first so many rows; 0 for all of them.
    explain : the counts of the query's patterns are wanted, not its answer.
    """

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str
    update: str | None = None
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    generation: str = ""
    cut: int = 0
    explain: bool = False


async def read_request(request: Request, limits: Limits, before_update: Callable[[], object]) -> Asked:
    """What a request asks.

    Parameters
    ----------
    before_update : called before an update is read further; raises where the client may not write.

    Raises
    ------
    BadInput : no query or several, text that is not UTF-8, a body of another kind (415), an update by GET (405).
    AnswerTooLarge : the body is larger than allowed (413).
    """
    pairs = _pairs(request.scope["query_string"])
    queries: list[str] = []
    updates: list[str] = []
    if request.method in ("POST", "QUERY"):
        kind, charset = content_type(request.headers.get("content-type", ""))
        if kind == UPDATE:
            before_update()
        elif kind not in (FORM, DIRECT):
            raise failure(
                415, "unsupported-media-type", f'a body of the kind "{kind or "none named"}" is not read here',
                f"Send the query as {DIRECT}, or as query= in a form ({FORM}); an update as {UPDATE}, or as update=.",
            )  # fmt: skip
        body = text_of(await read_body(request, limits.upload_bytes if kind == UPDATE else limits.body_bytes), charset)
        if kind == FORM:
            pairs += _pairs(body.encode())
        else:
            (updates if kind == UPDATE else queries).append(body)
    values = {name: tuple(value for each, value in pairs if each == name) for name, _ in pairs}
    queries += values.get("query", ())
    updates += values.get("update", ())
    if updates:
        before_update()
        if request.method != "POST":
            raise failure(405, "method-not-allowed", f"an update does not come by {request.method}", "Send it by POST.")
    if len(queries) + len(updates) > 1 or (not queries and not updates and request.method not in ("GET", "HEAD")):
        found = f"{len(queries)} queries and {len(updates)} updates" if updates else f"{len(queries)} queries"
        raise BadInput(
            f"the request has {found if queries or updates else 'no query'}",
            "Send exactly one, as query=… or as the body.",
        )
    foreign = ("default-graph-uri", "named-graph-uri") if updates else ("using-graph-uri", "using-named-graph-uri")
    if misplaced := [name for name in foreign if name in values]:
        raise BadInput(
            f"{misplaced[0]} does not go with {'an update' if updates else 'a query'}",
            f"Name the dataset by {'using-graph-uri' if updates else 'default-graph-uri'}.",
        )
    wanted = values.get("format", ())
    if wanted and wanted[-1] not in FORMATS:
        raise BadInput(f'no form of answer is named "{wanted[-1][:40]}"', f"Name one of: {', '.join(FORMATS)}.")
    return Asked(
        query=queries[0] if queries else None,
        default_graphs=values.get("default-graph-uri", ()),
        named_graphs=values.get("named-graph-uri", ()),
        format=wanted[-1] if wanted else "",
        update=updates[0] if updates else None,
        using=values.get("using-graph-uri", ()),
        using_named=values.get("using-named-graph-uri", ()),
        generation=values.get("generation", ("",))[-1],
        cut=_number(values.get("cut", values.get("max-rows", ())), limits.answer_rows),
        explain="explain" in values,
    )


def _number(values: Sequence[str], most: int) -> int:
    """A number of rows; 0 where none is given."""
    if not values:
        return 0
    text = values[-1]
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) <= most):
        raise BadInput(f'"{text[:20]}" is not a number of rows', f"Give one from 1 to {most:,}.")
    return int(text)


def endpoint_of(request: Request) -> str:
    """The address asked, without query: the base of relative IRIs (SPARQL 1.1 Protocol §2.1.4)."""
    scope = request.scope
    host = request.headers.get("host") or ":".join(map(str, scope["server"]))
    return f"{scope['scheme']}://{host}{scope['path']}"


async def read_body(request: Request, limit: int) -> bytes:
    """The body, counted while it comes in, so that a large one is refused before it is held."""
    told = request.headers.get("content-length", "")
    parts, size = [], 0
    if told.isascii() and told.isdigit() and (len(told) > 15 or int(told) > limit):
        raise AnswerTooLarge(f"the request is larger than {limit:,} bytes", "Send less at a time.")
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise AnswerTooLarge(f"the request is larger than {limit:,} bytes", "Send less at a time.")
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
        raise failure(
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
    text = text_of(encoded, "utf-8")
    try:
        return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=1_000)
    except UnicodeDecodeError:
        raise BadInput("the request is not UTF-8", "Encode it as UTF-8.") from None
    except ValueError:
        raise BadInput("the request has more than 1,000 parameters", "Send fewer.") from None


def content_type(header: str) -> tuple[str, str]:
    """Media type and character set of a body, in lower case."""
    kind, _, rest = header.partition(";")
    parameters = dict(part.strip().lower().partition("=")[::2] for part in rest.split(";"))
    return kind.strip().lower(), parameters.get("charset", "utf-8").strip('"')


def text_of(content: bytes, charset: str) -> str:
    """The text of a body; anything but UTF-8 is refused."""
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise failure(415, "unsupported-media-type", "only UTF-8 is read here", "Encode the request as UTF-8.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("the request is not UTF-8", "Encode it as UTF-8.") from None


def failure(status: int, code: str, message: str, next_step: str) -> BadInput:
    """A problem of the request with the given status."""
    error = BadInput(message, next_step)
    error.status, error.code = status, code
    return error
