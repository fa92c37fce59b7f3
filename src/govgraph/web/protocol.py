"""Read a request to /sparql or /update as the SPARQL 1.1 Protocol says (§2.1, §2.2), from the raw request.

The three ways to send a query: in the address (GET), as a form, and as the body itself
(POST; the method QUERY of the HTTP working group is taken like POST). An update comes as a form or as the body. A
request that cannot be understood gets a problem that says what to send instead.
"""

import binascii
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

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
    "fields_of",
    "read_address",
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

Pairs = list[tuple[str, str]]

_MOST_PARAMETERS = 1_000

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "application/json": FORMATS["json"],
    "application/xml": FORMATS["xml"],
    "text/xml": FORMATS["xml"],
}
"""General media types that clients send for special ones."""


@dataclass(slots=True)
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
    pairs = fields_of(request.scope["query_string"])
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
            pairs += fields_of(body.encode())
        else:
            (updates if kind == UPDATE else queries).append(body)
    return _asked(request.method, pairs, queries, updates, limits, before_update)


def read_address(method: str, query_string: bytes, limits: Limits, before_update: Callable[[], object]) -> Asked:
    """What a request without a body asks; raises like `read_request`."""
    if query_string.startswith(b"query=") and b"&" not in query_string:  # as most do
        return Asked(fields_of(query_string)[0][1], (), (), "")
    return _asked(method, fields_of(query_string), [], [], limits, before_update)


def _asked(
    method: str,
    pairs: Pairs,
    queries: list[str],
    updates: list[str],
    limits: Limits,
    before_update: Callable[[], object],
) -> Asked:
    """What the parameters of a request ask, beside the query or update that came as its body."""
    values: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        values[name] = (*values.get(name, ()), value)
    queries += values.get("query", ())
    updates += values.get("update", ())
    if updates:
        before_update()
        if method != "POST":
            raise failure(405, "method-not-allowed", f"an update does not come by {method}", "Send it by POST.")
    if len(queries) + len(updates) > 1 or (not queries and not updates and method not in ("GET", "HEAD")):
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


def accepted(accept: str | None, asked: Asked) -> Sequence[str]:
    """The media types to answer in, the most wanted first.

    Parameters
    ----------
    accept : the Accept header.

    Raises
    ------
    BadInput : none of ours is wanted (406).
    """
    if asked.format:
        return FORMATS[asked.format]
    found = _wanted(accept or "")[1]
    if not found:
        raise failure(
            406, "not-acceptable", "none of the forms asked for can be given",
            f"Ask for one of: {', '.join((*SOLUTION_TYPES, *GRAPH_TYPES))}.",
        )  # fmt: skip
    return found


def wants_page(accept: str | None, asked: Asked) -> bool:
    """Whether the client is a browser: it prefers HTML to every form of data and names no format."""
    return not asked.format and _wanted(accept or "")[0]


@functools.lru_cache(maxsize=512)
def _wanted(accept: str) -> tuple[bool, tuple[str, ...]]:
    """Whether a page is preferred to data, and the forms of data in order; clients repeat their headers."""
    offered = [*SOLUTION_TYPES, *GRAPH_TYPES, *_ALIASES]
    found = [name for one in negotiated(accept, offered) for name in _ALIASES.get(one, (one,))]
    page = bool(accept) and negotiated(accept, [*offered, "text/html"])[:1] == ["text/html"]
    return page, tuple(dict.fromkeys(found))


def fields_of(encoded: bytes) -> Pairs:
    """The parameters of an address or a form."""
    if encoded.count(b"&") >= _MOST_PARAMETERS:
        raise BadInput(f"the request has more than {_MOST_PARAMETERS:,} parameters", "Send fewer.")
    try:
        if b"+" in encoded:
            encoded = encoded.replace(b"+", b" ")
        found = [each.partition(b"=") for each in encoded.split(b"&") if each]
        return [(_unescaped(name).decode(), _unescaped(value).decode()) for name, _, value in found]
    except UnicodeDecodeError:
        raise BadInput("the request is not UTF-8", "Encode it as UTF-8.") from None


def _unescaped(text: bytes) -> bytes:
    """Percent-encoding undone. Quoted-printable differs from it by its sign alone, and has a decoder in C.

    >>> _unescaped(b"a%3Db=%C3%A9 100%")
    b'a=b=\xc3\xa9 100%'
    """
    signs = text.count(b"%")
    if not signs:
        return text
    if b"\n" in text or b"\r" in text:  # it may end a line of quoted-printable
        return unquote_to_bytes(text)
    decoded = binascii.a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))
    # What is no escape is left as it is by one rule and not by the other; each real escape is two bytes shorter.
    return decoded if len(decoded) == len(text) - 2 * signs else unquote_to_bytes(text)


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
