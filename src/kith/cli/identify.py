"""``kith identify``: who is on photos, and who appears when in films."""

from __future__ import annotations

import math
import os
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
    MinFace,
    Quiet,
    Score,
    Strict,
    ThresholdOption,
)
from kith.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.cli.films import FilmOptions
    from kith.cli.media_batch import MediaBatch
    from kith.cli.output import Table
    from kith.gallery.gallery import Gallery
    from kith.types import Identification, PhotoIdentities, Promise

STYLES = {"match": "green", "unknown": "yellow", "ambiguous": "cyan"}


def identify(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Photos, films, or folders of them.",
            callback=options.filled,
        ),
    ],
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=1, help="Candidates in each JSON answer.")
    ] = 5,
    draw: Annotated[
        Path | None,
        typer.Option(
            "--draw",
            metavar="DIR",
            parser=options.folder,
            help="Write photos and films with boxes and names here, and everybody's best face.",
        ),
    ] = None,
    vtt: Annotated[
        Path | None,
        typer.Option(
            "--vtt", metavar="DIR", parser=options.folder, help="Write films' timelines as WebVTT."
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar="DIR", parser=options.folder, help="Write films' timelines as CSV."
        ),
    ] = None,
    every: Annotated[
        int, typer.Option("--every", metavar="N", min=1, help="Look at every Nth frame of films.")
    ] = 1,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate", metavar="NUMBER", help="Look at so many frames of each second at most."
        ),
    ] = None,
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
    """Say who is on photos, and who appears when in films: a name, or why there is none."""
    from kith.cli.calibrated import say_limit, warn_detector
    from kith.cli.films import FilmOptions
    from kith.cli.media_batch import MediaBatch
    from kith.cli.places import OutputFolder
    from kith.gallery.gallery import Gallery

    if rate is not None and not 0 < rate < math.inf:
        raise OptionError(f"--rate is a number of frames above 0, not {rate:g}")
    named = {os.path.realpath(one): one for one in (draw, vtt, csv) if one}
    folders = {real: OutputFolder(one, paths) for real, one in named.items()}
    drawn, cues, rows = (
        folders[os.path.realpath(one)] if one else None for one in (draw, vtt, csv)
    )
    batch = MediaBatch(paths, as_json=as_json, quiet=quiet, strict=strict, outputs=folders.values())
    own = options.gallery_embedder(gallery, must_exist=True)
    recognizer = options.make_recognizer(
        detector, embedder or own, device, score, min_face, shown=batch.shown
    )
    with Gallery(gallery, recognizer=recognizer) as people, batch.progress("identifying"):
        warn_detector(people.calibration, recognizer, given=threshold)
        wanted = FilmOptions(top, threshold, rate, every, drawn, cues, rows)
        limit = _Identify(batch, people, wanted, as_json=as_json).run()
    if batch.shown and limit is not None:
        say_limit(*limit)
    batch.finish()


class _Identify:
    """One run over photos and films."""

    def __init__(
        self, batch: MediaBatch, people: Gallery, wanted: FilmOptions, *, as_json: bool
    ) -> None:
        self._batch = batch
        self._people = people
        self._wanted = wanted
        self._json = as_json
        self._limit: tuple[float, Promise | None] | None = None

    def run(self) -> tuple[float, Promise | None] | None:
        """Deal with everything; return what a match needed."""
        for are_films, paths in self._batch.groups():
            if are_films:
                self._look_at_films(paths)
            else:
                self._look_at_photos(paths)
        return self._limit

    def _look_at_films(self, paths: Iterable[str]) -> None:
        from kith.cli.films import identify_film

        for path in paths:
            seen = identify_film(path, self._people, self._batch, self._wanted, as_json=self._json)
            if seen is not None:
                self._limit = seen.threshold, seen.calibration

    def _look_at_photos(self, paths: Iterable[str]) -> None:
        from kith.cli.film_progress import TableAmidBars
        from kith.cli.output import Column, emit, say
        from kith.cli.pictures import identified, save_drawn
        from kith.cli.reasons import below_table

        remark = ""
        drawn = self._wanted.draw
        columns = (
            Column("photo", "path"),
            "face",
            "who",
            Column("similarity", "number"),
            Column("next", extra=True),
        )
        with TableAmidBars(self._batch.bars, *columns, shown=self._batch.shown) as table:
            stream = self._people.identify_stream(
                paths,
                top=self._wanted.top,
                threshold=self._wanted.threshold,
                keep_pixels=drawn is not None,
            )
            for seen in self._batch.keep(stream, lambda seen: seen.photo):
                if drawn is not None:
                    [place] = drawn.places(seen.photo.source, ".jpg")
                    save_drawn(seen.photo, identified(seen.photo, seen.answers), place)
                if self._json:
                    emit(_shape(seen))
                _add_rows(table, seen)
                self._limit = seen.threshold, seen.calibration
                remark = remark or below_table(seen.answers)
        if remark and self._batch.shown:
            say(remark)


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
        table.add(source, _place(one), who(one), _similarity(one), _next(one))


def _place(one: Identification) -> str:
    if one.face is None:
        return ""
    x, y, width, height = (round(value) for value in one.face.box)
    return f"{x}, {y}  {width}×{height}"


def who(one: Identification) -> tuple[str, str]:
    """Return a name, or in a few words why there is none."""
    from kith.cli.reasons import of_face

    verdict = one.verdict.value
    text = one.name or verdict
    if verdict == "ambiguous" and len(one.candidates) > 1:
        text = f"either {one.candidates[0].name} or {one.candidates[1].name}"
    elif verdict == "low_quality":
        text = of_face(one.reason)
    elif not one.candidates:
        text = f"{verdict}: {one.reason}"
    return text, STYLES.get(verdict, "dim")


def _similarity(one: Identification) -> str:
    from kith.cli.reasons import is_refused

    return "" if one.similarity is None or is_refused(one) else f"{one.similarity:.3f}"


def _next(one: Identification) -> str:
    """The best candidate that is not the answer."""
    others = one.candidates[1:] if one.name else one.candidates
    return f"{others[0].name} {others[0].similarity:.2f}" if others else ""
