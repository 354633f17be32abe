"""``kith train head``: a classifier of a few people on embeddings that stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from kith.cli import options
from kith.cli.options import DetectorId, Device, Json, NoCache, Quiet

if TYPE_CHECKING:
    from kith.training.head.learning import Told
    from kith.training.head.records import Kind


def head(
    root: Annotated[
        Path,
        typer.Argument(
            metavar="ROOT", parser=options.folder, help="A folder with a folder for each person."
        ),
    ],
    out: Annotated[
        str, typer.Option("--out", metavar="ID", help="What your model shall be called.")
    ],
    embedder: Annotated[
        str,
        typer.Option(
            "--embedder",
            metavar="ID",
            help="Network whose descriptions of faces it takes, or best, or fast, or your own.",
        ),
    ] = "sface",
    kind: Annotated[
        str, typer.Option("--kind", metavar="NAME", help="softmax, centroid or svm.")
    ] = "softmax",
    strangers: Annotated[
        Path | None,
        typer.Option(
            "--strangers",
            metavar="DIR",
            parser=options.folder,
            help="Photos of people who are not in ROOT, to learn when to say unknown.",
        ),
    ] = None,
    fpir: Annotated[
        float,
        typer.Option("--fpir", metavar="RATE", help="Share of strangers who may get a name."),
    ] = 0.01,
    no_reject: Annotated[
        bool, typer.Option("--no-reject", help="Always name somebody, strangers too.")
    ] = False,
    held_out: Annotated[
        Path | None,
        typer.Option(
            "--held-out",
            metavar="DIR",
            parser=options.folder,
            help="Other photos of these people, to measure on; other people in it are strangers.",
        ),
    ] = None,
    detector: DetectorId = "yunet",
    device: Device = "cpu",
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of a model of yours with this id.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of every draw.")] = 0,
    no_cache: NoCache = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Learn who is who on frozen embeddings, in seconds.

    Two people with a few photos each are enough. Use it with kith classify --model ID; it says
    unknown to strangers.
    """
    from kith.cli.output import emit
    from kith.cli.trained_head import print_report, report_shape
    from kith.models import ModelStore
    from kith.models.own import require_free
    from kith.training.head import HeadSettings, learn
    from kith.training.require import HEADS, require

    require(HEADS)
    settings = HeadSettings(out, _kind(kind), fpir, reject=not no_reject, seed=seed)
    require_free(ModelStore(), out, replace=replace)
    shown = not (as_json or quiet)
    recognizer = options.make_recognizer(detector, embedder, device, shown=shown)
    with recognizer, options.face_cache(used=not no_cache) as cache:
        report = learn(
            root,
            settings,
            recognizer,
            strangers=strangers,
            held_out=held_out,
            cache=cache,
            replace=replace,
            told=_told(shown=shown),
        )
    if as_json:
        emit(report_shape(report))
    elif not quiet:
        print_report(report)


def _kind(name: str) -> Kind:
    return cast("Kind", name)  # the settings check it


def _told(*, shown: bool) -> Told:
    from kith.cli.output import spinner
    from kith.cli.progress import photo_progress
    from kith.training.head.learning import Told

    return Told(
        lambda what, total: photo_progress(what, total, shown=shown),
        lambda what: spinner(what, shown=shown),
    )
