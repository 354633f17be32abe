"""The part of a gallery that takes people in."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from kith.errors import EnrolmentError, printable
from kith.gallery import thumbnails, writing
from kith.gallery.choosing import choose
from kith.gallery.enroll import Enrolment
from kith.gallery.enroll_report import Tally, usable
from kith.gallery.folder import photos_of_folder
from kith.gallery.names import clean_name
from kith.gallery.opened import OpenedGallery
from kith.gallery.records import NewPhoto
from kith.quality import reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kith.gallery.enroll import EnrollReport, OnPhoto
    from kith.types import Face, ImageInput, Pixels


class Enrolling(OpenedGallery):
    """What `Gallery` has of it."""

    def enroll(
        self,
        name: str,
        images: ImageInput | Iterable[ImageInput],
        *,
        all_faces: bool = False,
        on_photo: OnPhoto | None = None,
    ) -> EnrollReport:
        """Keep photos of a person, who is made if nobody has this name.

        Of a photo with several faces the largest central one is kept. A photo that the person has
        already is passed over. Photos that cannot be used are in the report.

        Args:
            name: of the person.
            images: one or many: paths, encoded bytes, PIL images, RGB pixels.
            all_faces: keep every face of each photo; only where all of them show this person.
            on_photo: told of each photo as it is dealt with.

        Raises:
            EnrolmentError: not one of the photos can be used.
            InvalidName: the name cannot be kept.
            GalleryError: the gallery cannot take it.
        """
        pairs = ((name, image) for image in _many(images))
        reports = list(self.enroll_many(pairs, all_faces=all_faces, on_photo=on_photo))
        return usable(name, reports)

    def enroll_many(
        self,
        photos: Iterable[tuple[str, ImageInput]],
        *,
        all_faces: bool = False,
        on_photo: OnPhoto | None = None,
    ) -> Iterator[EnrollReport]:
        """Enrol (name, photo) pairs, each person's in a row; yield a report per person.

        For many people at once: the pipeline runs on across them. A report is yielded once
        everything in it is on the disk.

        Raises:
            InvalidName: a name cannot be kept.
            GalleryError: the gallery cannot take it; what was reported is kept.
        """
        self._check_contract()
        enrolment = self._enrolment(all_faces=all_faces, on_photo=on_photo)
        return enrolment.run(photos)

    def enroll_folder(
        self, root: str | os.PathLike[str], *, on_photo: OnPhoto | None = None
    ) -> Iterator[EnrollReport]:
        """Enrol everybody of a folder; yield a report per person once it is on the disk.

        A sub-folder is a person; a photo in the folder itself is a person named after the file.
        One named as nobody can be is refused like a photo without a face.

        Args:
            root: the folder.
            on_photo: told of each photo as it is dealt with, and of each sub-folder that cannot
                be read.

        Raises:
            NoPhotos: the folder holds no photo.
            PhotoError: there is no such folder, or it cannot be listed.
            GalleryError: the gallery cannot take it; what was reported is kept.
        """
        self._check_contract()
        enrolment = self._enrolment(on_photo=on_photo, refuse_names=True)
        return enrolment.run(photos_of_folder(root, on_photo))

    def enroll_faces(
        self,
        name: str,
        faces: Sequence[Face],
        *,
        source: str,
        digest: str | None = None,
        portraits: Sequence[Pixels | None] = (),
    ) -> EnrollReport:
        """Keep faces of a person that were described already, from a film or a camera.

        Those that are good and unlike each other are kept, at most 16; see `choosing.choose`. They
        count together like one photo.

        Args:
            name: of the person, who is made if nobody has this name.
            faces: all of this person, described by this gallery's recogniser.
            source: where they come from, for people to read.
            digest: sha256 of the film, hexadecimal, by which it is known again; None for a camera,
                whose faces are never the same twice.
            portraits: what the faces look like, in their order: aligned squares
                (`Recognizer.crop`), RGB, uint8; None for one of which there is none.

        Raises:
            EnrolmentError: not one of the faces can be used, or the film stands for somebody else.
            InvalidName: the name cannot be kept.
            GalleryError: the gallery cannot take it.
        """
        self._check_contract()
        tally = Tally(clean_name(name))
        tally.waiting.append(self._kept(name, faces, source, digest, portraits))
        with self.store.database.write() as connection:
            added = writing.add(connection, tally.name, tally.waiting, self.recognizer.contract)
        tally.written(added)
        return usable(name, [tally.report()])

    def _kept(
        self,
        name: str,
        faces: Sequence[Face],
        source: str,
        digest: str | None,
        portraits: Sequence[Pixels | None],
    ) -> NewPhoto:
        chosen = choose(faces)
        if not chosen:
            measured = [face.quality for face in faces if face.quality is not None]
            best = max(measured, key=lambda quality: quality.score, default=None)
            why = "no face found" if best is None else f"face {reason(best)}"
            raise EnrolmentError(f"{printable(source)}: {why}; {printable(name)} was not enrolled")
        kept = tuple(faces[index] for index in chosen)
        pictures: list[bytes | None] = []
        if portraits and self._portraits:
            shown = [portraits[index] for index in chosen]
            pictures = [None if one is None else thumbnails.encoded(one) for one in shown]
        return NewPhoto(digest or _digest(kept), source, kept, portraits=tuple(pictures))

    def _enrolment(self, **options: Any) -> Enrolment:
        return Enrolment(self.store, self.recognizer, portraits=self._portraits, **options)


def _digest(faces: Sequence[Face]) -> str:
    """Return what stands for the digest of a photo where there is none."""
    return hashlib.sha256(
        b"".join(face.embedding.tobytes() for face in faces if face.embedding is not None)
    ).hexdigest()


def _many(images: ImageInput | Iterable[ImageInput]) -> Iterable[ImageInput]:
    """Return one picture as a list of itself, many as they are."""
    if isinstance(images, str | os.PathLike | bytes | bytearray | np.ndarray | Image.Image):
        return [images]
    return images
