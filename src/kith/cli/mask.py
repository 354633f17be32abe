"""``kith mask``: masks painted on the faces of photos; with ``--detect``, who wears one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli import options
from kith.cli.options import DetectorId, Device, Json, MinFace, Paths, Quiet, Score, Strict
from kith.cli.usage import Command
from kith.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.cli.batch import Batch
    from kith.cli.masking import Masked
    from kith.cli.output import Table
    from kith.types import Face, PhotoFaces

MOST = 10_000

PAINTING = ("style", "color", "coverage", "seed", "copies", "over", "landmarks")
"""Options that say how to paint."""


class MaskCommand(Command):
    """The command, with both ways to call it."""

    usages = ("--out DIR PATH...", "--detect PATH...")


def mask(
    context: typer.Context,
    paths: Paths,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            parser=options.folder,
            help="Write photos with masks here; those on which nothing was painted are left out.",
        ),
    ] = None,
    style: Annotated[
        str,
        typer.Option(
            "--style",
            metavar="NAME",
            help="surgical, cloth, kn95, ffp2, fashion, bandana, or random.",
        ),
    ] = "surgical",
    color: Annotated[
        str | None,
        typer.Option(
            "--color",
            metavar="COLOUR",
            help="A name such as white or navy, #rrggbb, or random. Default: the style's own.",
        ),
    ] = None,
    coverage: Annotated[
        str,
        typer.Option(
            "--coverage",
            metavar="WHAT",
            help="nose: over nose and mouth; mouth: the nose is free; chin: under the chin; or "
            "random.",
        ),
    ] = "nose",
    seed: Annotated[
        int,
        typer.Option("--seed", metavar="N", min=0, help="Another number: other folds, patterns."),
    ] = 0,
    copies: Annotated[
        int,
        typer.Option("--copies", metavar="N", min=1, max=MOST, help="Pictures of each photo."),
    ] = 1,
    over: Annotated[
        bool, typer.Option("--over", help="Also on faces that seem to wear a mask already.")
    ] = False,
    landmarks: Annotated[
        str,
        typer.Option(
            "--landmarks",
            metavar="ID",
            help="Network that places masks; none: by the detector's five points.",
        ),
    ] = "face-landmarker",
    detect: Annotated[
        bool, typer.Option("--detect", help="Paint nothing: tell who wears a mask.")
    ] = False,
    detector: DetectorId = "yunet",
    device: Device = "cpu",
    score: Score = None,
    min_face: MinFace = None,
    as_json: Json = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Paint masks on the faces of photos, or tell who wears one."""
    from kith.cli.batch import Batch
    from kith.cli.masking import Masking, Wish, make_painter
    from kith.cli.places import OutputFolder

    if detect:
        _check_looks_only(context, out)
    if out is None and not detect:
        raise OptionError("--out DIR says where photos with masks go; --detect tells who wears one")
    wish = Wish(style, color, coverage, seed, copies, over)
    folder = OutputFolder(out, paths) if out is not None else None
    batch = Batch(paths, as_json=as_json, quiet=quiet, strict=strict, outputs=(folder,))
    recognizer = options.make_recognizer(detector, None, device, score, min_face, shown=batch.shown)
    if folder is None:
        _tell(batch, recognizer.stream(batch.photos(), embed=False), as_json=as_json)
    else:
        painter = make_painter(landmarks, device, shown=batch.shown)
        masking = Masking(recognizer, painter, wish, folder)
        _paint(batch, masking.stream(batch.photos()), as_json=as_json)
    batch.finish()


def _check_looks_only(context: typer.Context, out: Path | None) -> None:
    """Refuse options that say how to paint, or where to, beside one that paints nothing.

    Raises:
        OptionError: there is one.
    """
    if out is not None:
        raise OptionError("--detect only looks and writes no photos: leave out --out")
    sources = {name: context.get_parameter_source(name) for name in PAINTING}
    given = [f"--{name}" for name, source in sources.items() if source and source.name != "DEFAULT"]
    if given:
        raise OptionError(f"--detect only looks and paints nothing: leave out {', '.join(given)}")


def _paint(batch: Batch, done: Iterable[Masked], *, as_json: bool) -> None:
    from kith.cli.masking import shapes
    from kith.cli.output import Column, Table, emit

    columns = (
        Column("photo", "path"),
        Column("faces", "number"),
        Column("painted", "number"),
        "why not",
        Column("written", "path"),
    )
    with Table(*columns, shown=batch.shown) as table, batch.progress("painting"):
        for masked in batch.keep(done, lambda masked: masked.photo):
            if as_json:
                emit(*shapes(masked))
            _add_painted(table, masked)


def _add_painted(table: Table, masked: Masked) -> None:
    """Add a row for a photo; several copies share it, with what holds for the first."""
    first = masked.copies[0]
    reasons = [one.reason for one in first.faces if one.reason is not None]
    counted = {reason: reasons.count(reason) for reason in reasons}
    words = [f"{many} × {why}" if many > 1 else why for why, many in counted.items()]
    written = [str(copy.written) for copy in masked.copies if copy.written is not None]
    place = f"{written[0]} … {Path(written[-1]).name}" if len(written) > 1 else "".join(written)
    sizes = {copy.size for copy in masked.copies} - {
        None,
        (masked.photo.width, masked.photo.height),
    }
    for width, height in filter(None, sizes):
        place += f" ({width} × {height}: a JPEG cannot be larger)"
    table.add(
        masked.photo.source,
        str(len(first.faces)),
        str(len(first.faces) - len(reasons)),
        (", ".join(words) if first.faces else "no face", "yellow"),
        place,
    )


def _tell(batch: Batch, stream: Iterable[PhotoFaces], *, as_json: bool) -> None:
    from kith.cli.output import Column, Table, emit
    from kith.shapes import face, photo_head

    columns = (Column("photo", "path"), Column("box", "name"), "mask", Column("score", "number"))
    with Table(*columns, shown=batch.shown) as table, batch.progress("looking"):
        for photo in batch.keep(stream, lambda photo: photo):
            if as_json:
                emit(photo_head(photo) | {"faces": [face(one) for one in photo.faces]})
            if not photo.faces:
                table.add(photo.source, "", ("no face", "yellow"), "")
            for number, one in enumerate(photo.faces):
                _add_told(table, photo.source if number == 0 else "", one)


_STYLES = {"none": "", "worn": "green", "wrong": "yellow"}


def _add_told(table: Table, source: str, one: Face) -> None:
    x, y, width, height = (round(value) for value in one.box)
    state = "" if one.mask is None else one.mask.state.value
    score = "" if one.mask is None else f"{one.mask.score:.2f}"
    table.add(source, f"{x}, {y}  {width}×{height}", (state, _STYLES.get(state, "")), score)
