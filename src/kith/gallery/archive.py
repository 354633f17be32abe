"""A gallery as one file to hand over, and back into a gallery.

A zip with three members. ``manifest.json``: version, embedding contract, counts, calibration, and
the sha256 of the other two. ``photos.jsonl``: a line per photo (person, digest, source, faces
without vectors, and what the person looks like), ordered by name and digest, so that a duplicate is
next to its twin.
``embeddings.f32``: the faces' vectors in the same order, raw little-endian float32, stored as they
are.

Either way one photo at a time is in memory. Not in an archive: the audit.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from kith.gallery import reading, writing
from kith.gallery.archive_reader import Archive
from kith.gallery.archive_writer import replacing, write
from kith.gallery.database import Database
from kith.gallery.records import Conflict, ExportReport, ImportReport

if TYPE_CHECKING:
    import os

    from sqlalchemy import Connection

    from kith.gallery.archive_json import Manifest
    from kith.gallery.store import GalleryStore


def import_archive(store: GalleryStore, path: str | os.PathLike[str]) -> ImportReport:
    """Bring an archive's people into a gallery: all of them, or none.

    People are the same where their names are, photos where their digests are; what is there
    already is passed over, so that importing twice is importing once. The calibration is taken
    only where there was neither a photo nor a calibration before, and that masks are refused only
    where there was no photo: nobody's answers are to change because people were handed over.

    Raises:
        GalleryUnreadable: not a sound archive; found before the gallery is touched.
        ContractMismatch: the gallery's embeddings are of another kind.
    """
    people = created = added = already = 0
    conflicts: list[Conflict] = []
    with Archive(Path(path)) as archive:
        for _ in archive.photos():
            pass
        with store.database.write() as connection:
            settled = reading.newest_photo(connection)
            for name, group in groupby(archive.photos(), key=itemgetter(0)):
                photos = (photo for _, photo in group)
                report = writing.add(
                    connection, name, photos, archive.manifest.contract, settled=settled
                )
                people += 1
                created += report.created
                added += len(report.added)
                already += len(report.already)
                conflicts.extend(report.conflicts)
            calibrated = settled == 0 and _take_calibration(connection, archive.manifest)
            if settled == 0 and archive.manifest.no_mask:
                writing.refuse_masks(connection, True)
    return ImportReport(people, created, added, already, tuple(conflicts), calibrated)


def _take_calibration(connection: Connection, manifest: Manifest) -> bool:
    if manifest.calibration is None:
        return False
    # Here, because it loads the runtime, which an archive without one needs not wait for.
    from kith.gallery.calibration_json import parsed
    from kith.gallery.calibrations import keep, newest

    if newest(connection) is not None:
        return False
    keep(connection, parsed(manifest.calibration, manifest.contract))
    return True


def export_archive(
    store: GalleryStore, path: str | os.PathLike[str], *, portraits: bool = True
) -> ExportReport:
    """Write all people of a gallery to one file, in the state they are in now.

    Args:
        store: the gallery.
        path: of the file.
        portraits: with a small picture of each person's face, where there is one.

    Raises:
        GalleryError: nobody to export, or the file cannot be written.
    """
    # A connection of its own: the whole export is one look at the gallery, and others go on.
    database = Database(
        store.path, read_only=store.database.read_only, busy_seconds=store.database.busy_seconds
    )
    try:
        with database.read() as connection, replacing(Path(path)) as file:
            return write(connection, file, portraits=portraits)
    finally:
        database.close()
