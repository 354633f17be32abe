"""``kith classify``: whom of the people it learned a network or a head takes faces for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli import options
from kith.cli.options import DetectorId, Device, DrawTo, Json, MinFace, Paths, Quiet, Score, Strict

if TYPE_CHECKING:
    from pathlib import Path

    from kith.classification.answers import Classification, PhotoClasses
    from kith.cli.output import Cell, Table
    from kith.media.bars import Bars


def classify(
    paths: Paths,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="Names for each face.")] = 5,
    draw: DrawTo = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            "--embedder",
            metavar="ID",
            help="Network with a classifier (ID+tutorial crops as tutorials do), or a head of "
            "your own (see kith train head).",
        ),
    ] = "vggface2-resnet50",
    detector: DetectorId = "yunet",
    device: Device = "cpu",
    score: Score = None,
    min_face: MinFace = None,
    as_json: Json = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Name faces after the celebrities that a network was trained on, or a head of your own.

    A network always names somebody; strangers get the most similar celebrities. A head that was
    made by kith train head says when it is nobody of its people.
    """
    from kith.cli.batch import Batch
    from kith.cli.output import Column, Table, emit
    from kith.cli.places import OutputFolder
    from kith.shapes import classes

    drawn = OutputFolder(draw, paths) if draw else None
    batch = Batch(paths, as_json=as_json, quiet=quiet, strict=strict, outputs=(drawn,))
    classifier = options.make_classifier(
        model, detector, device, score, min_face, shown=batch.shown
    )
    numbers = Column("probability", "number"), Column("similarity", "number", spare=True)
    columns = (Column("photo", "path"), "face", "name", *numbers)
    with Table(*columns, shown=batch.shown) as table, batch.progress("classifying"):
        stream = classifier.stream(batch.photos(), top, keep_pixels=drawn is not None)
        for seen in batch.keep(stream, lambda seen: seen.photo):
            if drawn is not None:
                [place] = drawn.places(seen.photo.source, ".jpg")
                _save(seen, place)
            if as_json:
                emit(classes(seen))
            _add_rows(table, seen)
    batch.finish()


def _save(seen: PhotoClasses, place: Path) -> None:
    from kith.cli.pictures import classified, save_drawn
    from kith.media import save_picture
    from kith.media.bars import draw_bars

    assert seen.photo.pixels is not None
    if any(one.verdict is not None for one in seen.answers):
        save_drawn(seen.photo, classified(seen), place)
        return
    save_picture(draw_bars(seen.photo.pixels, _bars(seen)), place)


def _bars(seen: PhotoClasses) -> list[Bars]:
    from kith.cli.pictures import box_on_pixels
    from kith.media.bars import Bars

    return [
        Bars(
            box_on_pixels(seen.photo, one.face),
            tuple((name.shown, name.probability) for name in one.top),
        )
        for one in seen.answers
    ]


def _add_rows(table: Table, seen: PhotoClasses) -> None:
    if not seen.answers:
        table.add(seen.photo.source, "", ("no face", "yellow"), "", "")
    for number, one in enumerate(seen.answers):
        x, y, width, height = (round(value) for value in one.face.box)
        for place, (name, probability) in enumerate(_rows(one)):
            table.add(
                seen.photo.source if number == place == 0 else "",
                f"{x}, {y}  {width}×{height}" if place == 0 else "",
                name,
                probability,
                f"{one.similarity:.2f}" if one.similarity is not None and place == 0 else "",
            )


def _rows(one: Classification) -> list[tuple[Cell, str]]:
    """Return names with their probabilities; of a face that gets none, why that is."""
    from kith.cli.reasons import of_face

    if one.verdict == "unknown":
        return [((f"unknown, most like {one.top[0].shown}", "yellow"), "")]
    if one.named is None:
        return [((of_face(one.reason), "yellow"), "")]
    return [(name.shown, f"{name.probability:.2%}") for name in one.top]
