"""What a request to the graph store carries: which graph it means, the files it uploads, what it expects to find."""

import re
import uuid
from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qsl

import python_multipart
from python_multipart.exceptions import MultipartParseError
from starlette.requests import Request

from govgraph.errors import AnswerTooLarge, BadInput
from govgraph.limits import Limits
from govgraph.namespaces import GRAPH
from govgraph.web.protocol import content_type, failure, read_body
from govgraph.writing.request import Part

__all__ = ["ENDINGS", "UPLOADS", "Target", "direct_iri", "new_path", "read_upload", "target_of"]

ENDINGS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "nq": "application/n-quads",
}
"""Media types by the ending of a file's name."""

UPLOADS = tuple(ENDINGS.values())
"""Media types that are taken."""

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*$")


@dataclass(frozen=True)
class Target:
    """What a request means.

    Parameters
    ----------
    graph : IRI of a graph, "" for the default graph, None for the whole dataset.
    direct : the graph is named by the address itself (Graph Store Protocol §4.1).
    """

    graph: str | None
    direct: bool


def target_of(request: Request, path: str, plain: bool) -> Target:
    """What a request means (Graph Store Protocol §4).

    Parameters
    ----------
    path : what follows /graphs/ in the address, as it was sent.
    plain : in a plain dataset the address itself is the graph's IRI; in ours it stands below our graphs' namespace.

    Raises
    ------
    BadInput : two graphs are named, or one that is no absolute IRI.
    """
    try:
        pairs = parse_qsl(request.scope["query_string"].decode("ascii"), True, errors="strict", max_num_fields=100)
    except ValueError:
        raise BadInput("the address cannot be read", "Encode it as UTF-8, with % escapes.") from None
    named = [value for name, value in pairs if name == "graph"]
    default = [name for name, _ in pairs if name == "default"]
    if len(named) + len(default) + bool(path) > 1:
        raise BadInput("the address names more than one graph", "Use one of: ?graph=IRI, ?default, /graphs/PATH.")
    if default:
        return Target("", direct=False)
    if not named and not path:
        return Target(None, direct=False)
    graph = named[0] if named else direct_iri(request, path, plain)
    if not _ABSOLUTE.match(graph):
        raise BadInput(f'"{graph[:100]}" is not an absolute IRI', "Name the graph by its whole IRI.")
    return Target(graph, direct=not named)


def direct_iri(request: Request, path: str, plain: bool) -> str:
    """The IRI of the graph whose address is /graphs/PATH."""
    if not plain:
        return GRAPH + path
    return f"{request.url.scheme}://{request.url.netloc}/graphs/{path}"


def new_path() -> str:
    """The path of a graph that nobody has named."""
    return f"new/{uuid.uuid4()}"


async def read_upload(request: Request, limits: Limits) -> tuple[list[Part], bytes]:
    """The files of an upload, and their bytes one after another.

    Raises
    ------
    BadInput : of a kind that is not read (415), or not UTF-8 (415).
    AnswerTooLarge : too many or too much (413).
    """
    header = request.headers.get("content-type", "")
    kind, charset = content_type(header)
    if kind == "multipart/form-data":
        _, options = python_multipart.multipart.parse_options_header(header)
        files = _files(await read_body(request, limits.upload_bytes), options.get(b"boundary", b""), limits)
        parts = [Part(_readable(own, name), len(data), name) for own, name, data in files]
        return parts, b"".join(data for _, _, data in files)
    if kind:
        _readable(header, "")
    body = await read_body(request, limits.upload_bytes)
    if not body and not kind:
        return [], b""
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise failure(415, "unsupported-media-type", "only UTF-8 is read here", "Encode the upload as UTF-8.")
    return [Part(_readable(header, ""), len(body))], body


def _readable(header: str, name: str) -> str:
    """The media type of a file, from its header or else from its name."""
    kind, charset = content_type(header)
    if not kind:
        kind = ENDINGS.get(name.rpartition(".")[2].lower(), "")
    if kind not in UPLOADS or charset not in ("utf-8", "utf8", "us-ascii"):
        raise failure(
            415, "unsupported-media-type", f'an upload of the kind "{header[:100] or "none named"}" is not read here',
            f"Send UTF-8, as one of: {', '.join(UPLOADS)}.",
        )  # fmt: skip
    return kind


def _files(body: bytes, boundary: bytes, limits: Limits) -> list[tuple[str, str, bytes]]:
    """Content type, name and bytes of each part of a form (RFC 7578)."""
    files: list[tuple[str, str, bytes]] = []
    headers: dict[bytes, bytes] = {}
    field, value, data = bytearray(), bytearray(), bytearray()

    def end_header() -> None:
        headers[bytes(field).lower()] = bytes(value)
        field.clear()
        value.clear()

    def end_part() -> None:
        told = Message()
        told["Content-Disposition"] = headers.get(b"content-disposition", b"").decode("latin-1")
        name = told.get_filename() or str(told.get_param("name", "", "Content-Disposition") or "")
        files.append((headers.get(b"content-type", b"").decode("latin-1"), name[:100], bytes(data)))
        if len(files) > limits.upload_parts:
            raise AnswerTooLarge(f"the upload has more than {limits.upload_parts} files", "Send fewer at a time.")
        headers.clear()
        data.clear()

    try:
        parser = python_multipart.MultipartParser(
            boundary,
            {
                "on_header_field": lambda chunk, start, end: field.extend(chunk[start:end]),
                "on_header_value": lambda chunk, start, end: value.extend(chunk[start:end]),
                "on_header_end": end_header,
                "on_part_data": lambda chunk, start, end: data.extend(chunk[start:end]),
                "on_part_end": end_part,
            },
        )
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        raise BadInput(f"the form cannot be read: {error}", "Send it as RFC 7578 says.") from None
    if not files:
        raise BadInput("the form has no files", "Send at least one.")
    return files
