"""``kith watch``: who stands before a camera."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    filled,
)
from kith.errors import OptionError


def watch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A camera (0), an address (rtsp://…, http://…), a film, a folder of frames.",
            callback=filled,
        ),
    ],
    headless: Annotated[
        bool, typer.Option("--headless", help="No window: what happens as JSON lines on stdout.")
    ] = False,
    greet: Annotated[
        bool, typer.Option("--greet", help="Greet people aloud, once per visit.")
    ] = False,
    greeting: Annotated[
        str | None,
        typer.Option(
            "--greeting",
            metavar="TEXT",
            help='What is said. Default: "Welcome {name}, have a nice day!"',
        ),
    ] = None,
    greetings: Annotated[
        Path | None,
        typer.Option(
            "--greetings", metavar="FILE", help='TOML: "Ada" = "Hello Ada!" for some people.'
        ),
    ] = None,
    voice: Annotated[
        str | None,
        typer.Option("--voice", metavar="NAME", help="Language or voice: de, fr, en-us …"),
    ] = None,
    cooldown: Annotated[
        float,
        typer.Option(
            "--cooldown",
            metavar="SECONDS",
            help="Greet again only who was not seen for so long.",
        ),
    ] = 300.0,
    greet_to: Annotated[
        Path | None,
        typer.Option("--greet-to", metavar="FILE", help="Write the greetings to a WAV file."),
    ] = None,
    on_event: Annotated[
        str | None,
        typer.Option(
            "--on-event",
            metavar="URL",
            help="Send each event there as JSON, signed with KITH_WEBHOOK_SECRET.",
            callback=filled,
        ),
    ] = None,
    every: Annotated[
        int,
        typer.Option("--every", metavar="N", min=1, help="Of a film, only every Nth frame."),
    ] = 1,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", metavar="SECONDS", help="A stream this silent is lost, and tried again."
        ),
    ] = 10.0,
    full_screen: Annotated[
        bool, typer.Option("--full-screen", help="Fill the screen with the picture.")
    ] = False,
    gallery: GalleryFile = None,
    threshold: ThresholdOption = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Watch a camera, a stream or a film: who enters, who it is, who leaves.

    In a window, which q or Esc closes, or with --headless anywhere. Ctrl-C ends it. With --json,
    what happens is written as JSON lines, and at the end how fast it went.
    """
    if headless and full_screen:
        raise OptionError("--full-screen needs a window, and --headless wants none: leave one out")
    from kith.cli.watch_greet import Wish
    from kith.cli.watch_session import Session

    as_json = as_json or headless
    wish = Wish(greet, greet_to, greeting, greetings, voice, cooldown)
    with Session(headless=headless, full=full_screen, as_json=as_json, quiet=quiet) as session:
        session.prepare(wish, on_event)
        own = options.gallery_embedder(gallery, must_exist=True)
        recognizer = options.make_recognizer(
            detector, embedder or own, device, shown=not (as_json or quiet)
        )
        session.run(source, gallery, recognizer, threshold, every=every, timeout=timeout)
