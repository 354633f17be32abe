"""``kith enroll``: photos become people."""

from __future__ import annotations

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
)
from kith.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.cli.batch import Batch
    from kith.cli.output import Table
    from kith.gallery.enroll import EnrollReport


def enroll(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME", help="Whom the photos show.")
    ] = None,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...]", help="Photos, or folders of them.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="ROOT",
            help="Enrol everybody of a folder: a sub-folder per person, or one photo per person "
            "named after them.",
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
    score: Score = 0.6,
    min_face: MinFace = None,
    as_json: Json = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Keep photos of people, to be recognised later. Photos already kept are passed over."""
    _check(name, paths, folder, all_faces=all_faces, same_person=same_person)
    from kith.cli.batch import Batch
    from kith.gallery.gallery import Gallery

    embedder = embedder or options.gallery_embedder(gallery, must_exist=False)
    recognizer = options.make_recognizer(detector, embedder, device, score, min_face)
    given = [str(folder)] if folder else list(paths or [])
    batch = Batch(given, as_json=as_json, quiet=quiet, strict=strict)
    with Gallery(gallery, recognizer=recognizer) as people, batch.progress("enrolling") as advance:

        def on_photo(_source: str, _reason: str | None) -> None:
            advance()

        if folder:
            reports = people.enroll_folder(folder, on_photo=on_photo)
        else:
            photos = ((name or "", path) for path in batch.photos())
            reports = people.enroll_many(photos, all_faces=all_faces, on_photo=on_photo)
        _report(reports, batch, as_json=as_json)
    batch.finish()


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
        raise OptionError("give a NAME with photos of them, or --folder ROOT")
    if all_faces and not same_person:
        raise OptionError(
            "--all-faces would make everybody on a photo one person; where each photo really "
            "shows only that person, add --same-person"
        )
    if all_faces and folder:
        raise OptionError("--all-faces goes with a NAME, not with --folder")
    if folder and folder.exists() and not folder.is_dir():
        raise OptionError(f"{folder} is a file; --folder takes a folder of people")


def _report(reports: Iterator[EnrollReport], batch: Batch, *, as_json: bool) -> None:
    from kith.cli.output import Table, count, emit, say

    table = Table("person", "added", "already", "refused", "remarks")
    people = added = 0
    for report in reports:
        people += 1
        added += report.added
        batch.done += report.added + report.already
        for rejected in report.rejected:
            batch.fail(rejected.source, rejected.reason)
        for conflict in report.conflicts:
            batch.fail(conflict.source, f"already enrolled as {conflict.person}")
        if as_json:
            emit(_shape(report))
        else:
            _add_row(table, report)
    if batch.shown:
        table.flush()
        say(f"{count(added, 'photo')} added, {count(people, 'person')}")


def _add_row(table: Table, report: EnrollReport) -> None:
    from kith.cli.output import count, joined

    refused = len(report.rejected) + len(report.conflicts)
    several, outliers = len(report.several), len(report.outliers)
    remarks = joined(
        [
            f"{count(several, 'photo')} with several faces: the largest central one taken"
            if several
            else "",
            f"{count(outliers, 'outlier')} left out of the template" if outliers else "",
        ]
    )
    table.add(report.name, str(report.added), str(report.already), str(refused or ""), remarks)


def _shape(report: EnrollReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "added": report.added,
        "already": report.already,
        "several": list(report.several),
        "rejected": [{"source": r.source, "reason": r.reason} for r in report.rejected],
        "conflicts": [{"source": c.source, "person": c.person} for c in report.conflicts],
        "outliers": list(report.outliers),
    }
