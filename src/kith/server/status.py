"""How the server is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from kith import __version__, shapes
from kith.server import described, schemas

if TYPE_CHECKING:
    from kith.server.access import Access
    from kith.server.engine import Engine
    from kith.server.metrics import Metrics

router = APIRouter(tags=["server"])


@router.get("/health", responses={200: {"model": schemas.Health}})
async def health() -> JSONResponse:
    """Say that the server is up; needs no key."""
    return JSONResponse({"status": "ok"})


@router.get(
    "/metrics", response_class=Response, responses=described.other("text/plain", "Numbers.")
)
async def metrics(request: Request) -> Response:
    """Tell Prometheus how much is asked, and how long it takes."""
    engine: Engine = request.app.state.engine
    counted: Metrics = request.app.state.metrics
    return await engine.files(lambda: counted.response(engine))


@router.get("/v1/status", responses=described.answers(schemas.Status))
async def status(request: Request) -> JSONResponse:
    """Say what the server runs, and what it allows."""
    engine: Engine = request.app.state.engine
    access: Access = request.app.state.access

    def work() -> dict[str, Any]:
        people, recognizer, limits = engine.people, engine.recognizer, engine.limits
        return {
            "version": __version__,
            "people": people.store.count(),
            "detector": recognizer.detector,
            "embedder": recognizer.embedder,
            "device": engine.device,
            "key": access.need_key,
            "threshold": shapes.number(engine.limit()),
            "no_mask": people.no_mask,
            "limits": {
                "body_bytes": limits.body_bytes,
                "photo_pixels": limits.photo_pixels,
                "photos": limits.photos,
                "frame_bytes": limits.frame_bytes,
                "frame_pixels": limits.frame_pixels,
                "sessions": limits.sessions,
            },
        }

    return JSONResponse(await engine.files(work))
