"""``kith identify``: who is on photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.cli import options
from kith.cli.options import (
    DetectorId,
    Device,
    DrawTo,
    EmbedderId,
    GalleryFile,
    Json,
    MinFace,
    Paths,
    Quiet,
    Score,
    Strict,
    ThresholdOption,
)

if TYPE_CHECKING:
    from kith.cli.output import Table
    from kith.types import Identification, PhotoIdentities, Promise

STYLES = {"match": "green", "unknown": "yellow", "ambiguous": "cyan"}


def identify(
    paths: Paths,
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=1, help="Candidates in each JSON answer.")
    ] = 5,
    draw: DrawTo = None,
    gallery: GalleryFile = None,
    threshold: ThresholdOption = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    score: Score = None,
    min_face: MinFace = None,
    as_json: Json = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Say who is on photos: a name, or why there is none."""
    from kith.cli.batch import Batch
    from kith.cli.calibrated import say_limit, warn_detector
    from kith.cli.output import Column, Table, emit
    from kith.cli.pictures import identified, save_drawn
    from kith.cli.places import OutputFolder
    from kith.gallery.gallery import Gallery

    drawn = OutputFolder(draw, paths) if draw else None
    batch = Batch(paths, as_json=as_json, quiet=quiet, strict=strict, outputs=(drawn,))
    own = options.gallery_embedder(gallery, must_exist=True)
    recognizer = options.make_recognizer(
        detector, embedder or own, device, score, min_face, shown=batch.shown
    )
    columns = (Column("photo", "path"), "face", "who", Column("similarity", "number"))
    table = Table(*columns, Column("next", extra=True), shown=batch.shown)
    limit: tuple[float, Promise | None] | None = None
    with table, Gallery(gallery, recognizer=recognizer) as people, batch.progress("identifying"):
        warn_detector(people.calibration, recognizer, given=threshold)
        stream = people.identify_stream(
            batch.photos(), top=top, threshold=threshold, keep_pixels=drawn is not None
        )
        for seen in batch.keep(stream, lambda seen: seen.photo):
            if drawn is not None:
                [place] = drawn.places(seen.photo.source, ".jpg")
                save_drawn(seen.photo, identified(seen.photo, seen.answers), place)
            if as_json:
                emit(_shape(seen))
            _add_rows(table, seen)
            limit = seen.threshold, seen.calibration
    if batch.shown and limit is not None:
        say_limit(*limit)
    batch.finish()


def _shape(seen: PhotoIdentities) -> dict[str, Any]:
    from kith.shapes import answer, face, photo_head, promise

    faces = [face(one.face) | answer(one) for one in seen.answers if one.face is not None]
    verdict = {} if faces else {"verdict": "no_face"}
    promised = {"calibration": promise(seen.calibration)}
    return photo_head(seen.photo) | {"faces": faces} | verdict | promised


def _add_rows(table: Table, seen: PhotoIdentities) -> None:
    if not seen.answers:
        table.add(seen.photo.source, "", ("no face", "yellow"), "", "")
    for number, one in enumerate(seen.answers):
        source = seen.photo.source if number == 0 else ""
        table.add(source, _place(one), _who(one), _number(one.similarity), _next(one))


def _place(one: Identification) -> str:
    if one.face is None:
        return ""
    x, y, width, height = (round(value) for value in one.face.box)
    return f"{x}, {y}  {width}×{height}"


def _who(one: Identification) -> tuple[str, str]:
    """Return a name, or in a few words why there is none."""
    verdict = one.verdict.value
    text = one.name or verdict
    if verdict == "ambiguous" and len(one.candidates) > 1:
        text = f"either {one.candidates[0].name} or {one.candidates[1].name}"
    elif verdict == "low_quality":
        text = f"too poor: {one.reason}"
    elif not one.candidates:
        text = f"{verdict}: {one.reason}"
    return text, STYLES.get(verdict, "dim")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _next(one: Identification) -> str:
    """The best candidate that is not the answer."""
    others = one.candidates[1:] if one.name else one.candidates
    return f"{others[0].name} {others[0].similarity:.2f}" if others else ""
