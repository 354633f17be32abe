"""``kith detect``: the faces of photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli import options
from kith.cli.options import DetectorId, Device, DrawTo, Json, MinFace, Paths, Quiet, Score, Strict

if TYPE_CHECKING:
    from kith.cli.output import Column, Table
    from kith.cli.places import OutputFolder
    from kith.types import PhotoFaces

CROP_SIDE = 224


def detect(
    paths: Paths,
    draw: DrawTo = None,
    crops: Annotated[
        Path | None,
        typer.Option(
            "--crops",
            metavar="DIR",
            parser=options.folder,
            help="Write each face's aligned square here, numbered as in the drawn photo.",
        ),
    ] = None,
    crop_size: Annotated[
        int,
        typer.Option(
            "--crop-size", metavar="PIXELS", min=16, max=2048, help="Side of such a square."
        ),
    ] = CROP_SIDE,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet",
            metavar="FILE",
            parser=options.folder,
            help="Write one picture of all faces, photo by photo, here.",
        ),
    ] = None,
    largest: Annotated[
        bool, typer.Option("--largest", help="Only the largest central face of each photo.")
    ] = False,
    detector: DetectorId = "yunet",
    device: Device = "cpu",
    score: Score = None,
    min_face: MinFace = None,
    as_json: Json = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Find the faces of photos."""
    from kith.cli.batch import Batch
    from kith.cli.face_sheet import FaceSheet
    from kith.cli.output import Table, emit
    from kith.cli.places import OutputFolder
    from kith.shapes import face, photo_head

    drawn = OutputFolder(draw, paths) if draw else None
    squares = OutputFolder(crops, paths) if crops else None
    batch = Batch(paths, as_json=as_json, quiet=quiet, strict=strict, outputs=(drawn, squares))
    page = FaceSheet(sheet, paths) if sheet else None
    recognizer = options.make_recognizer(detector, None, device, score, min_face, shown=batch.shown)
    with Table(*columns(), shown=batch.shown) as table, batch.progress("detecting"):
        pictured = bool(drawn or squares or page)
        stream = recognizer.stream(batch.photos(), embed=False, keep_pixels=pictured)
        for photo in batch.keep(stream, lambda photo: photo):
            wanted = _largest_only(photo) if largest else photo
            _write(wanted, drawn, squares, crop_size)
            if page is not None:
                page.add(wanted)
            if as_json:
                emit(photo_head(wanted) | {"faces": [face(one) for one in wanted.faces]})
            add_rows(table, wanted)
    if page is not None:
        page.save(shown=batch.shown)
    batch.finish()


def _largest_only(photo: PhotoFaces) -> PhotoFaces:
    from dataclasses import replace

    from kith.recognizer import largest_central

    best = largest_central(photo.faces, photo.width, photo.height)
    return replace(photo, faces=() if best is None else (best,))


def _write(
    photo: PhotoFaces, drawn: OutputFolder | None, squares: OutputFolder | None, side: int
) -> None:
    from kith.cli import pictures
    from kith.media import save_picture

    if drawn is not None:
        [place] = drawn.places(photo.source, ".jpg")
        pictures.save_drawn(photo, pictures.detected(photo), place)
    if squares is not None:
        endings = (f"-{number}.png" for number in range(1, len(photo.faces) + 1))
        places = squares.places(photo.source, *endings)
        for square, place in zip(pictures.crops(photo, side), places, strict=True):
            save_picture(square, place)


def columns() -> list[str | Column]:
    """Return the columns of the table."""
    from kith.cli.output import Column

    return [
        Column("photo", "path"),
        "size",
        Column("faces", "number"),
        Column("no.", "number"),
        Column("box", "name"),
        "score",
        Column("mask", spare=True),
    ]


def add_rows(table: Table, photo: PhotoFaces) -> None:
    """Add a row for each face of a photo; one for a photo without any."""
    from kith.cli.pictures import mask_cell

    size = f"{photo.width}×{photo.height}"
    if not photo.faces:
        table.add(photo.source, size, "0", "", ("no face", "yellow"), "", "")
    for number, one in enumerate(photo.faces, 1):
        first = number == 1
        x, y, width, height = (round(value) for value in one.box)
        table.add(
            photo.source if first else "",
            size if first else "",
            str(len(photo.faces)) if first else "",
            str(number),
            f"{x}, {y}  {width}×{height}",
            f"{one.score:.2f}",
            mask_cell(one, scored=True),
        )
