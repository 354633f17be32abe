"""``kith enroll``: photos and films become people."""

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

    from kith.cli.enrolling import EnrolBatch
    from kith.gallery.enroll import EnrollReport
    from kith.gallery.gallery import Gallery


class EnrollCommand(Command):
    """Shows both ways to call it."""

    usages = ("NAME PATH...", "--folder ROOT")


def enroll(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Whom the photos and films show.")
    ] = None,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...", help="Photos, films, or folders of them.", callback=options.filled
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
    no_portrait: Annotated[
        bool, typer.Option("--no-portrait", help="Keep no picture of anybody's face.")
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
    """Keep people's faces, from photos and films, to recognise them later.

    Of a photo with several faces the largest central one is taken, of a film good and varied faces
    of the one person whom it shows most. What is already kept is passed over: an enrolment that was
    stopped is simply run again.
    """
    _check(name, paths, folder, all_faces=all_faces, same_person=same_person)
    from kith.cli.enrolling import EnrolBatch
    from kith.gallery.gallery import Gallery

    given = [str(folder)] if folder else list(paths or [])
    batch = EnrolBatch(given, as_json=as_json, quiet=quiet, strict=strict)
    own = options.gallery_embedder(gallery, must_exist=False)
    recognizer = options.make_recognizer(
        detector, embedder or own, device, score, min_face, shown=batch.shown
    )
    with Gallery(gallery, recognizer=recognizer, portraits=not no_portrait) as people:
        _run(people, batch, name, folder, all_faces=all_faces, as_json=as_json)
    batch.finish()


def _run(
    people: Gallery,
    batch: EnrolBatch,
    name: str | None,
    folder: Path | None,
    *,
    all_faces: bool,
    as_json: bool,
) -> None:
    from kith.cli.enrolled import Enrolled

    def reports() -> Iterator[EnrollReport]:
        if folder:
            return people.enroll_folder(folder, on_photo=batch.dealt, on_film=batch.filming)
        media = ((name or "", path) for path in batch.media())
        return people.enroll_many(
            media, all_faces=all_faces, on_photo=batch.dealt, on_film=batch.filming
        )

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
    if name and (kind := _kind(name)):
        shown = printable(name)
        raise OptionError(f"{shown} is a {kind}, and nobody's NAME: `kith enroll NAME {shown}`")
    if all_faces and folder:
        raise OptionError("--all-faces goes with a NAME, not with --folder")
    if all_faces and not same_person:
        raise OptionError(
            "--all-faces would make everybody on a photo one person; where each photo really "
            "shows only that person, add --same-person"
        )


def _kind(name: str) -> str | None:
    """Return what a name is that is a file's."""
    from kith.media import PHOTO_SUFFIXES, is_film

    if is_film(name):
        return "film"
    return "photo" if PurePath(name).suffix.lower() in PHOTO_SUFFIXES else None
