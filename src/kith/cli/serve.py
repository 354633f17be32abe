"""``kith serve``: the HTTP API and the web page."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.cli import options
from kith.cli.options import (
    DetectorId,
    Device,
    EmbedderId,
    GalleryFile,
    Json,
    Quiet,
    ThresholdOption,
)
from kith.cli.usage import Command
from kith.errors import MissingExtra

if TYPE_CHECKING:
    from kith.recognizer import Recognizer
    from kith.server.settings import Settings

NEW_KEY = "--new-key"
UNNAMED = "key"


class ServeCommand(Command):
    """Lets a new key go without a name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the arguments apart."""
        given = list(args)
        for place, argument in enumerate(given):
            last = place + 1 == len(given)
            if argument == NEW_KEY and (last or given[place + 1].startswith("-")):
                given.insert(place + 1, UNNAMED)
                break
        return super().parse_args(ctx, given)


def serve(
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="To listen on; 0.0.0.0 for the whole network. Any but this machine's own needs a "
            "key.",
            callback=options.filled,
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: any free one.")
    ] = 8420,
    open_page: Annotated[
        bool, typer.Option("--open", help="Show the page in the browser.")
    ] = False,
    new_key: Annotated[
        str | None,
        typer.Option(NEW_KEY, metavar="[NAME]", help="Make a key, show it once, and end."),
    ] = None,
    keys: Annotated[bool, typer.Option("--keys", help="List the keys' names, and end.")] = False,
    remove_key: Annotated[
        str | None, typer.Option("--remove-key", metavar="NAME", help="Take a key back, and end.")
    ] = None,
    need_key: Annotated[
        bool, typer.Option("--need-key", help="Want a key from this machine too.")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="Name under which the server is reached, besides this machine's own.",
            callback=options.filled,
        ),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate",
            metavar="FILE",
            help="For HTTPS, as PEM; browsers give no camera to pages of other machines without.",
        ),
    ] = None,
    certificate_key: Annotated[
        Path | None,
        typer.Option("--certificate-key", metavar="FILE", help="Of the certificate, as PEM."),
    ] = None,
    gallery: GalleryFile = None,
    threshold: ThresholdOption = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Serve the page and the HTTP API: to this machine, or with a key to others."""
    if new_key is not None or remove_key is not None or keys:
        from kith.cli.keys import manage

        manage(new_key, remove_key, as_json=as_json, quiet=quiet)
        return
    _require_extra()
    from kith.cli.keys import require_a_key
    from kith.server.engine import photo_limits
    from kith.server.running import certified, is_loopback
    from kith.server.settings import Settings

    settings = Settings(
        gallery,
        detector,
        embedder,
        device,
        threshold,
        need_key=need_key or not is_loopback(host),
        hosts=tuple(allow_host or ()),
    )
    if settings.need_key:
        require_a_key(host)
    files = certified(certificate, certificate_key)
    own = options.gallery_embedder(gallery, must_exist=False)
    with options.make_recognizer(
        detector,
        embedder or own,
        device,
        limits=photo_limits(settings.limits),
        shown=not (as_json or quiet),
    ) as recognizer:
        _serve(settings, recognizer, (host, port), files, open_page, as_json=as_json, quiet=quiet)


def _serve(
    settings: Settings,
    recognizer: Recognizer,
    place: tuple[str, int],
    files: tuple[Path, Path] | None,
    open_page: bool,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    from kith.cli.output import emit, say
    from kith.server.app import create_app
    from kith.server.engine import Engine
    from kith.server.running import Server, address, listen

    with Engine(settings, recognizer) as engine, listen(*place) as listening:
        url = address(listening, secure=files is not None)
        people = engine.people.store.count()

        def started() -> None:
            if as_json:
                emit({"event": "serving", "url": url, "people": people, "key": settings.need_key})
            elif not quiet:
                say(f"kith serves {url} ({people:,} people known); Ctrl-C ends")
            if open_page:
                _show(url)

        _log(quiet=quiet)
        app = create_app(settings, engine)
        Server(app, settings.limits, started, certificate=files).run([listening])


def _require_extra() -> None:
    try:
        import fastapi  # noqa: F401
        import prometheus_client  # noqa: F401
        import python_multipart  # noqa: F401
        import uvicorn  # noqa: F401
        import websockets  # noqa: F401
    except ImportError as error:
        raise MissingExtra(f"kith serve needs {error.name}: pip install 'kith[server]'") from error


def _log(*, quiet: bool) -> None:
    """Write what the server does on stderr, a line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log = logging.getLogger("kith.server")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.ERROR if quiet else logging.INFO)
    # It complains of clients: of what is not HTTP, and of live connections that were refused.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)


def _show(url: str) -> None:
    import webbrowser

    webbrowser.open(url)
