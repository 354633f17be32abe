"""The application: what is served where."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kith import __version__
from kith.server import people, photos, static, status
from kith.server.access import Access
from kith.server.engine import Engine
from kith.server.guard import Guard
from kith.server.live import route
from kith.server.metrics import Metrics
from kith.server.refusal import Refused
from kith.server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import JSONResponse

ABOUT = "Recognise the people in photos and live cameras, and say honestly whom one does not know."
_REASONS = {404: "there is nothing here", 405: "this is not done with what is here"}
_CODES = {404: "not_found", 405: "wrong_method", 400: "invalid_request"}


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """Return the application, to be run by an ASGI server.

    Args:
        settings: what is served, and to whom.
        engine: what requests share, which stays open; None: opened when the server starts, closed
            when it ends.

    Raises:
        GalleryError: when the server starts: the gallery cannot be used.
        ModelError: when the server starts: a network cannot be had or run.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = engine or Engine(settings)
        try:
            yield
        finally:
            if engine is None:
                app.state.engine.close()

    app = FastAPI(
        title="kith",
        version=__version__,
        description=ABOUT,
        docs_url=None,  # they load their scripts from elsewhere
        redoc_url=None,
        lifespan=opened,
    )
    for router in (photos.router, people.router, status.router, route.router):
        app.include_router(router)
    app.router.routes.extend(static.routes())
    app.state.access, app.state.metrics = Access(settings), Metrics()
    app.state.sessions = route.Sessions(settings.limits, app.state.metrics)
    guarding = {"access": app.state.access, "metrics": app.state.metrics}
    app.add_middleware(Guard, limits=settings.limits, **guarding)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    return app


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return Refused(422, "invalid_input", "; ".join(map(_words, error.errors()[:3]))).response()


def _words(problem: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in problem.get("loc", ()))
    return f"{place}: {problem.get('msg', 'wrong')}"


async def _plain(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "refused")
    reason = _REASONS.get(error.status_code, str(error.detail))
    response = Refused(error.status_code, code, reason).response()
    if error.status_code == 405:
        response.headers["allow"] = ", ".join(sorted(_methods(request))) or "GET, HEAD"
    return response


def _methods(request: Request) -> set[str]:
    """Return what can be done with an address; a router knows only its first operation."""
    asked = request.scope["path"].split("/")
    found: set[str] = set()
    for path, operations in request.app.openapi()["paths"].items():
        parts = path.split("/")
        if len(parts) == len(asked) and all(
            part == given or part.startswith("{") for part, given in zip(parts, asked, strict=True)
        ):
            found |= {method.upper() for method in operations}
    return found
