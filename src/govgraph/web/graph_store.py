"""/graphs: the SPARQL 1.1 Graph Store HTTP Protocol, over the same generations as /sparql.

Reading is public and runs in a reader; writing goes through the writer, as an update does.
"""

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from govgraph.errors import GovgraphError, PreconditionFailed
from govgraph.store.base import DATASET_TYPES, GRAPH_TYPES, Answer, Request
from govgraph.store.remote_generations import AnyGeneration
from govgraph.web.dataset_forms import Target, direct_iri, new_path, read_upload, target_of
from govgraph.web.negotiate import negotiated
from govgraph.web.protocol import UPDATE, content_type, endpoint_of, failure, read_body, text_of
from govgraph.web.sparql import OPEN, answered
from govgraph.web.state import Site
from govgraph.web.update import Writing, accepted_by, done, refusal
from govgraph.writing.request import Expected, Part, Write, changed_last

__all__ = ["METHODS", "GraphStore"]

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS")
_READING = ("GET", "HEAD", "OPTIONS")
_TAG = re.compile(r'"g(\d{1,12})-([0-9a-f]{24})"')
_ALL = "CONSTRUCT WHERE { ?s ?p ?o }"


class GraphStore:
    """The graph store as an ASGI application, for /graphs and what is below it.

    Parameters
    ----------
    site : its state.
    writing : who may write, and the writer.
    """

    def __init__(self, site: Site, writing: Writing) -> None:
        self._site = site
        self._writing = writing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; only reading is open to pages of other sites."""
        request = HttpRequest(scope, receive)
        reading = request.method in _READING
        try:
            response = await self._respond(request)
        except GovgraphError as error:
            headers = {"Allow": ", ".join(METHODS)} if error.status == 405 else {}
            response = refusal(request, error, headers | (OPEN if reading else {}))
        await response(scope, receive, send)

    async def _respond(self, request: HttpRequest) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_preflight())
        if request.method not in METHODS:
            raise failure(
                405, "method-not-allowed", f"{request.method} is not offered here", f"Use one of: {', '.join(METHODS)}."
            )
        if request.method in _READING:
            return await self._read(request)
        who = self._writing.door.who(request)
        target = self._target(request)
        if request.method == "PATCH":
            return await self._patch(request, target, who)
        if request.method == "DELETE":
            return await self._delete(request, target, who)
        return await self._upload(request, target, who)

    def _target(self, request: HttpRequest) -> Target:
        return target_of(request, _path(request), self._plain)

    @property
    def _plain(self) -> bool:
        return bool(self._site.latest.manifest.get("plain"))

    # Reading

    async def _read(self, request: HttpRequest) -> Response:
        target = self._target(request)
        whole = target.graph is None
        media_type = _wanted(request, DATASET_TYPES if whole else (*GRAPH_TYPES, *DATASET_TYPES))
        generation = self._site.latest
        at = self._since(generation, target.graph)
        tag = self._tag(at, target.graph, media_type)
        if any(each in ("*", tag) for each in _tags(request, "if-none-match")):
            return Response(status_code=304, headers={"ETag": tag, "Vary": "Accept", **OPEN})
        graphs = (target.graph,) if target.graph else ()
        wanted = Request("" if whole else _ALL, accept=(media_type,), default_graphs=graphs, whole=whole)
        answer = await self._site.public.answer(wanted)
        if answer.generation != generation.number:  # a change came between
            at = self._since(self._site.generations.open(answer.generation), target.graph)
            tag = self._tag(at, target.graph, media_type)
        return self._given(request, target, answer, tag)

    def _given(self, request: HttpRequest, target: Target, answer: Answer, tag: str) -> Response:
        headers = {"ETag": tag, "Govgraph-Rows": str(answer.rows)}
        if target.direct:  # the same graph may have several spellings of its address, which are different graphs
            headers["Cache-Control"] = "no-store"
        return answered(answer, headers)

    def _since(self, generation: AnyGeneration, graph: str | None) -> int:
        """Number of the generation in which a graph was changed last.

        Raises
        ------
        BadInput : it is not there (404).
        """
        at = changed_last(generation.manifest, graph)
        if at is None:
            raise failure(404, "unknown-graph", f"there is no graph <{graph}>", "GET /sparql lists the graphs.")
        return at

    def _tag(self, at: int, graph: str | None, media_type: str) -> str:
        told = f"{self._site.generations.folder} {graph!r} {media_type}"
        return f'"g{at}-{hashlib.sha256(told.encode()).hexdigest()[:24]}"'

    # Writing

    async def _upload(self, request: HttpRequest, target: Target, who: str) -> Response:
        parts, body = await read_upload(request, self._writing.limits)
        graph, location = target.graph, {}
        if graph is None and not any(part.media_type in DATASET_TYPES for part in parts):
            if request.method == "PUT":
                raise failure(
                    400, "bad-input", "no graph is named", "Name one (?graph=IRI, ?default), or send TriG or N-Quads."
                )
            path = new_path()
            graph = direct_iri(request, path, self._plain)
            location = {"Location": f"{request.url.scheme}://{request.url.netloc}/graphs/{path}"}
        base = graph if target.direct or location else endpoint_of(request)
        write = Write(
            request.method.lower(), who, base or "", graph, parts,
            expected=self._expected(request, graph), accept=accepted_by(request),
        )  # fmt: skip
        written = await self._writing.writer.write(write, body)
        return done(201 if written.created else 204, written, location)

    async def _delete(self, request: HttpRequest, target: Target, who: str) -> Response:
        if target.graph is None and not self._plain:
            raise failure(405, "method-not-allowed", "the dataset is not deleted as a whole", "Delete its graphs.")
        self._since(self._site.latest, target.graph)
        expected = self._expected(request, target.graph)
        write = Write("delete", who, graph=target.graph, expected=expected, accept=accepted_by(request))
        return done(204, await self._writing.writer.write(write))

    async def _patch(self, request: HttpRequest, target: Target, who: str) -> Response:
        kind, charset = content_type(request.headers.get("content-type", ""))
        if kind != UPDATE:
            raise failure(
                415, "unsupported-media-type", "a patch is a SPARQL Update", f"Send it as {UPDATE}."
            )  # fmt: skip
        body = text_of(await read_body(request, self._writing.limits.upload_bytes), charset)
        if target.graph is None:
            raise failure(400, "bad-input", "no graph is named", "Name one: ?graph=IRI, or send it to /update.")
        self._since(self._site.latest, target.graph)
        write = Write(
            "patch", who, endpoint_of(request), target.graph,
            [Part(UPDATE, len(body.encode()), "the patch")],
            expected=self._expected(request, target.graph), accept=accepted_by(request),
        )  # fmt: skip
        return done(204, await self._writing.writer.write(write, body.encode()))

    def _expected(self, request: HttpRequest, graph: str | None) -> Expected | None:
        """What the change expects to find, from If-Match and If-None-Match."""
        own = [self._tag(0, graph, form) for form in (*GRAPH_TYPES, *DATASET_TYPES)]
        known = {form for _, form in _numbers(own)}
        if tags := _tags(request, "if-match"):
            if "*" in tags:
                return Expected()
            return Expected([at for at, form in _numbers(tags) if form in known])
        if tags := _tags(request, "if-none-match"):
            if "*" in tags:
                return Expected(absent=True)
            at = changed_last(self._site.latest.manifest, graph)
            if any(each == at and form in known for each, form in _numbers(tags)):
                raise PreconditionFailed("the graph is what the request does not want it to be", "Read it again.")
        return None


def _path(request: HttpRequest) -> str:
    """What follows /graphs/ in the address, as it was sent: an escaped character is not the character."""
    raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    path = str(raw.partition(b"?")[0].decode("ascii", "replace"))
    return path.partition("/graphs")[2].removeprefix("/")


def _wanted(request: HttpRequest, offered: Sequence[str]) -> str:
    found = negotiated(request.headers.get("accept"), offered)
    if not found:
        raise failure(
            406, "not-acceptable", "none of the forms asked for can be given", f"Ask for one of: {', '.join(offered)}."
        )  # fmt: skip
    return found[0]


def _tags(request: HttpRequest, name: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in request.headers.get(name, "").split(",") if tag.strip()]


def _numbers(tags: Sequence[str]) -> list[tuple[int, str]]:
    """Generation and form that entity tags of ours tell."""
    return [(int(match[1]), match[2]) for tag in tags if (match := _TAG.fullmatch(tag))]


def _preflight() -> dict[str, str]:
    """Pages of other sites may read, and no more."""
    return {
        "Allow": ", ".join(METHODS),
        "Access-Control-Allow-Methods": "GET, HEAD",
        "Access-Control-Allow-Headers": "Accept, If-None-Match",
        "Access-Control-Max-Age": "86400",
        **OPEN,
    }
