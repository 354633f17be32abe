"""``kith serve``: the HTTP API and the web page."""

from __future__ import annotations

from typing import Annotated

import typer

from kith.cli import options
from kith.cli.options import (
    DetectorId,
    Device,
    EmbedderId,
    GalleryFile,
    Quiet,
    ThresholdOption,
)


def serve(
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="ADDRESS", help="To listen on; any but this machine's needs a key."
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: any free one.")
    ] = 8420,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser.")
    ] = False,
    gallery: GalleryFile = None,
    threshold: ThresholdOption = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    quiet: Quiet = False,
) -> None:
    """Serve the page and the HTTP API to this machine, or with a key to others."""
    from kith.cli.output import say
    from kith.server.app import create_app
    from kith.server.engine import Engine
    from kith.server.running import Server, address, listen
    from kith.server.settings import Settings

    settings = Settings(gallery, detector, embedder, device, threshold)
    own = options.gallery_embedder(gallery, must_exist=False)
    recognizer = options.make_recognizer(detector, embedder or own, device, shown=not quiet)
    with recognizer, Engine(settings, recognizer) as engine, listen(host, port) as listening:
        url = address(listening)
        say(f"kith serves {url}; Ctrl-C ends")
        on_started = (lambda: _show(url)) if open_page else None
        Server(create_app(settings, engine), settings.limits, on_started).run([listening])


def _show(url: str) -> None:
    import webbrowser

    webbrowser.open(url)
