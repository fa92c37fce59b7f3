"""For whoever runs the service: is it alive, is it ready, what does it count, what are its limits."""

import asyncio
import contextlib

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from govgraph.errors import GovgraphError, ReaderFailed
from govgraph.settings import settings
from govgraph.store.remote_generations import AnyGeneration
from govgraph.store.reports import head_of
from govgraph.web.problems import problem_of
from govgraph.web.state import Site

__all__ = ["router"]

router = APIRouter(tags=["operate"])

_FRESH = {"Cache-Control": "no-store"}


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


@router.get("/healthz", summary="Whether a reader answers")
async def health(request: Request) -> Response:
    """Whether a reader has just answered, and from which generation."""
    try:
        generation = await _site(request).alive()
    except GovgraphError as error:
        return JSONResponse({"status": "failed", "problem": problem_of(error)}, 503, _FRESH)
    return JSONResponse({"status": "ok", "generation": generation}, 200, _FRESH)


@router.get("/readyz", summary="Whether requests may be sent here")
async def ready(request: Request) -> Response:
    """Whether the readers of queries from outside answer, and the generation is what was written, byte by byte."""
    site = _site(request)
    try:
        generation = site.latest
        await site.verified(generation)
        answered = await site.alive()
        if site.public.idle == 0:
            raise ReaderFailed("all readers are busy", "Try again in some seconds.")
    except GovgraphError as error:
        return JSONResponse({"status": "not ready", "problem": problem_of(error)}, 503, _FRESH)
    told = {"status": "ready", "generation": answered, "verified": generation.number, "idle readers": site.public.idle}
    return JSONResponse(told, 200, _FRESH)


@router.get("/metrics", summary="Counts for Prometheus")
async def metrics(request: Request) -> Response:
    """What has been counted since the start, and what is so now."""
    site = _site(request)
    gauge = site.recorder.gauge
    gauge("govgraph_readers_idle", "Readers that are free", site.public.idle)
    gauge("govgraph_readers_replaced", "Readers killed or lost on a query since the start", site.public.replaced)
    gauge("govgraph_kept_answers", "Answers kept in memory", len(site.kept))
    gauge("govgraph_kept_bytes", "Bytes of the answers kept in memory", site.kept.size)
    with contextlib.suppress(GovgraphError):  # without its store the service still counts what it does
        generation = site.latest
        gauge("govgraph_generation", "Number of the current generation", generation.number)
        gauge("govgraph_triples", "Statements of the default graph", generation.manifest.get("statements", 0))
        for severity, count in (await asyncio.to_thread(_findings, generation)).items():
            gauge("govgraph_shacl_results", "Findings of the shapes by severity", count, severity=severity)
    site.recorder.settle()
    body = generate_latest(site.recorder.registry)
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST, **_FRESH})


def _findings(generation: AnyGeneration) -> dict[str, int]:
    """Findings of the report that was kept with a generation, by severity."""
    try:
        summary = head_of(generation.folder / "report.json")["summary"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: int(summary.get(name, 0)) for name in ("violation", "warning", "info")}


@router.get("/settings", summary="Limits and settings")
async def shown(request: Request) -> Response:
    """Every limit of the service, and which variables of its environment are set; never what to."""
    told = {
        "limits": dict(_site(request).limits.table()),
        "environment": {each.name: "set" if each.value else "not set" for each in settings()},
    }
    return JSONResponse(told, 200, _FRESH)
