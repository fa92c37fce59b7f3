"""/diff: the statements by which two generations that are kept differ."""

import asyncio
import json
import sys

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import AnswerTooLarge, BadInput, DeadlinePassed, ReaderFailed
from govgraph.namespaces import BASE, PREFIXES
from govgraph.store.remote_generations import AnyGeneration
from govgraph.web.linked_data import METHODS, forms_wanted, preflight
from govgraph.web.reading import conditional
from govgraph.web.sparql import OPEN, content_type
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter()

_FORMS = ("application/json", "application/trig", "text/turtle")


async def diff(request: Request) -> Response:
    """What was added and removed from one generation to another.

    As JSON the statements are lines of N-Quads. As TriG they stand in two graphs, named for what became of them; as
    Turtle there is one side only, which `side` names.
    """
    if request.method == "OPTIONS":
        return preflight()
    site: Site = request.app.state.site
    given = request.query_params
    if not given.get("from"):
        raise BadInput("the request does not say from which generation", "Ask as /diff?from=1&to=2.")
    before = site.generation(given["from"])
    after = site.generation(given["to"]) if given.get("to") else site.latest
    side = given.get("side", "")
    if side not in ("", "added", "removed"):
        raise BadInput(f'"{side[:20]}" is not a side of a difference', "Name added or removed.")
    wanted = forms_wanted(request, list(_FORMS))[0]
    if wanted == "text/turtle" and not side:
        raise BadInput("Turtle has no place for two sides", "Add side=added or side=removed, or ask for TriG.")
    found = await _difference(site, before, after)
    sides = {name: lines for name, lines in found.items() if side in ("", name)}
    body = await asyncio.to_thread(_written, sides, wanted, before.number, after.number)
    headers = {
        "Content-Type": content_type(wanted),
        "Vary": "Accept",
        "Cache-Control": "no-cache",
        "Govgraph-Generation": str(after.number),
        "Govgraph-Complete": "true",
        "Govgraph-Rows": str(sum(map(len, sides.values()))),
        **OPEN,
    }
    return conditional(request, body, headers)


async def _difference(site: Site, before: AnyGeneration, after: AnyGeneration) -> dict[str, list[str]]:
    """The difference, found once for each pair of generations."""
    pair = before.number, after.number
    found = site.differences.get(pair)
    if found is None:
        async with site.comparing:
            await site.copied(before, after)
            found = site.differences.get(pair) or await _run(site, before, after)
        site.differences.put(pair, found, sum(len(line) for lines in found.values() for line in lines))
    return found


async def _run(site: Site, before: AnyGeneration, after: AnyGeneration) -> dict[str, list[str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", "govgraph.store.comparing",
        str(before.folder), str(after.folder), str(site.limits.difference_rows),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(site.limits.copy_seconds):
            output, _ = await process.communicate()
    except BaseException as error:
        process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise DeadlinePassed("the difference takes too long", "Compare the dumps instead.") from None
        raise
    if process.returncode:
        raise ReaderFailed("the difference cannot be found", "Compare the dumps instead: /dumps/.")
    found: dict[str, list[str]] = json.loads(output)
    if "too many" in found:
        raise AnswerTooLarge(f"the difference has {found['too many'][0]} statements", "Compare the dumps: /dumps/.")
    return found


def _written(sides: dict[str, list[str]], media_type: str, before: int, after: int) -> bytes:
    if media_type == "application/json":
        told = {"from": before, "to": after, "counts": {name: len(lines) for name, lines in sides.items()}, **sides}
        return json.dumps(told, indent=1, ensure_ascii=False).encode()
    quads = [
        ox.Quad(*quad.triple, ox.NamedNode(f"{BASE}difference/{before}-{after}/{name}"))  # type: ignore[call-arg]
        for name, lines in sides.items()
        for quad in ox.parse(input="\n".join(lines), format=ox.RdfFormat.N_QUADS)
    ]
    if media_type == "text/turtle":
        written = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    else:
        written = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=PREFIXES)
    assert written is not None
    return written


router.add_route("/diff", diff, methods=METHODS, include_in_schema=False)
