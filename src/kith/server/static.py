"""The page: files of this package, and nothing outside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

FOLDER = Path(__file__).with_name("page")
SUFFIXES = {"", ".html", ".js", ".css", ".svg", ".png", ".ico", ".webmanifest", ".json"}


class Page(StaticFiles):
    """Files that are looked for anew each time (ETag), so that no old page meets a new server."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER, html=True, follow_symlink=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or the error that there is none."""
        if Path(path).suffix not in SUFFIXES:
            path = ".nothing"
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


def routes() -> list[Route]:
    """Return the page's addresses: files that lie side by side, so that the API keeps its own."""
    page = Page()
    return [Route(path, page, methods=["GET", "HEAD"]) for path in ("/", "/{file}")]
