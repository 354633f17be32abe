"""``kith enroll``: photos become people."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

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
)
from kith.cli.usage import Command
from kith.errors import OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.cli.batch import Batch
    from kith.gallery.enroll import EnrollReport
    from kith.gallery.gallery import Gallery


class EnrollCommand(Command):
    """Shows both ways to call it."""

    usages = ("NAME PATH...", "--folder ROOT")


def enroll(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Whom the photos show.")
    ] = None,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...", help="Photos, or folders of photos.", callback=options.filled
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="ROOT",
            parser=options.folder,
            help="Enrol everybody of a folder: ROOT/Ada/*.jpg, ROOT/Ada.jpg, ROOT/Ada (2).jpg "
            "are all Ada.",
        ),
    ] = None,
    all_faces: Annotated[
        bool, typer.Option("--all-faces", help="Keep every face of a photo; needs --same-person.")
    ] = False,
    same_person: Annotated[
        bool, typer.Option("--same-person", help="All faces of each photo show this one person.")
    ] = False,
    gallery: GalleryFile = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    score: Score = None,
    min_face: MinFace = None,
    as_json: Json = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Keep photos of people, to recognise them later.

    Of a photo with several faces the largest central one is taken. Photos already kept are passed
    over: an enrolment that was stopped is simply run again.
    """
    _check(name, paths, folder, all_faces=all_faces, same_person=same_person)
    from kith.cli.batch import Batch
    from kith.gallery.gallery import Gallery

    given = [str(folder)] if folder else list(paths or [])
    batch = Batch(given, as_json=as_json, quiet=quiet, strict=strict)
    own = options.gallery_embedder(gallery, must_exist=False)
    recognizer = options.make_recognizer(
        detector, embedder or own, device, score, min_face, shown=batch.shown
    )
    with Gallery(gallery, recognizer=recognizer) as people:
        _run(people, batch, name, folder, all_faces=all_faces, as_json=as_json)
    batch.finish()


def _run(
    people: Gallery,
    batch: Batch,
    name: str | None,
    folder: Path | None,
    *,
    all_faces: bool,
    as_json: bool,
) -> None:
    from kith.cli.enrolled import Enrolled

    def reports() -> Iterator[EnrollReport]:
        if folder:
            return people.enroll_folder(folder, on_photo=batch.dealt)
        photos = ((name or "", path) for path in batch.photos())
        return people.enroll_many(photos, all_faces=all_faces, on_photo=batch.dealt)

    with (
        Enrolled(batch, as_json=as_json, several=bool(folder)) as told,
        batch.progress("enrolling"),
    ):
        for report in reports():
            told.add(report)


def _check(
    name: str | None,
    paths: list[str] | None,
    folder: Path | None,
    *,
    all_faces: bool,
    same_person: bool,
) -> None:
    if folder and (name or paths):
        raise OptionError("give a NAME with photos, or --folder ROOT, not both")
    if not folder and not (name and paths):
        raise OptionError(
            "give a NAME and photos of them, as in `kith enroll Ada ada1.jpg ada2.jpg`, or "
            "--folder ROOT"
        )
    if name and _is_photo(name):
        raise OptionError(
            f"{printable(name)} is a photo, and nobody's NAME: `kith enroll NAME {printable(name)}`"
        )
    if all_faces and folder:
        raise OptionError("--all-faces goes with a NAME, not with --folder")
    if all_faces and not same_person:
        raise OptionError(
            "--all-faces would make everybody on a photo one person; where each photo really "
            "shows only that person, add --same-person"
        )


def _is_photo(name: str) -> bool:
    from kith.media import PHOTO_SUFFIXES

    return PurePath(name).suffix.lower() in PHOTO_SUFFIXES
