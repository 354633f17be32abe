"""The part of a gallery that takes people in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from kith.errors import EnrolmentError, printable
from kith.gallery import writing
from kith.gallery.described import photo_of_faces
from kith.gallery.enroll import Enrolment
from kith.gallery.enroll_report import Tally, usable
from kith.gallery.folder import photos_of_folder
from kith.gallery.masked import in_words
from kith.gallery.names import clean_name
from kith.gallery.opened import OpenedGallery

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kith.gallery.enroll import EnrollReport, OnFilm, OnPhoto
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
        on_film: OnFilm | None = None,
    ) -> EnrollReport:
        """Keep photos and films of a person, who is made if nobody has this name.

        Of a photo with several faces the largest central one is kept; of a film good and varied
        faces of the one person whom it shows most, and it is refused where nobody dominates. What
        the person has already is passed over. What cannot be used is in the report.

        Args:
            name: of the person.
            images: one or many: paths, encoded bytes, PIL images, RGB pixels; films by their path.
            all_faces: keep every face of each photo, and whoever a film shows; only where all of
                them show this person.
            on_photo: told of each photo and film as it is dealt with.
            on_film: told of films while they are looked at: source, seconds, of how many.

        Raises:
            EnrolmentError: not one of the photos can be used.
            InvalidName: the name cannot be kept.
            GalleryError: the gallery cannot take it.
        """
        pairs = ((name, image) for image in _many(images))
        reports = list(
            self.enroll_many(pairs, all_faces=all_faces, on_photo=on_photo, on_film=on_film)
        )
        return usable(name, reports)

    def enroll_many(
        self,
        photos: Iterable[tuple[str, ImageInput]],
        *,
        all_faces: bool = False,
        on_photo: OnPhoto | None = None,
        on_film: OnFilm | None = None,
    ) -> Iterator[EnrollReport]:
        """Enrol (name, photo) pairs, each person's in a row; yield a report per person.

        For many people at once: the pipeline runs on across them. A report is yielded once
        everything in it is on the disk.

        Raises:
            InvalidName: a name cannot be kept.
            GalleryError: the gallery cannot take it; what was reported is kept.
        """
        self._check_contract()
        enrolment = self._enrolment(all_faces=all_faces, on_photo=on_photo, on_film=on_film)
        return enrolment.run(photos)

    def enroll_folder(
        self,
        root: str | os.PathLike[str],
        *,
        on_photo: OnPhoto | None = None,
        on_film: OnFilm | None = None,
    ) -> Iterator[EnrollReport]:
        """Enrol everybody of a folder; yield a report per person once it is on the disk.

        A sub-folder is a person; a photo or film in the folder itself is a person named after the
        file.
        One named as nobody can be is refused like a photo without a face.

        Args:
            root: the folder.
            on_photo: told of each photo and film as it is dealt with, and of each sub-folder that
                cannot be read.
            on_film: told of films while they are looked at: source, seconds, of how many.

        Raises:
            NoPhotos: the folder holds no photo.
            PhotoError: there is no such folder, or it cannot be listed.
            GalleryError: the gallery cannot take it; what was reported is kept.
        """
        self._check_contract()
        enrolment = self._enrolment(on_photo=on_photo, on_film=on_film, refuse_names=True)
        return enrolment.run(photos_of_folder(root, on_photo, films=True))

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
        count together like one photo. Somebody who was caught by mistake is left out, but where
        more than a third are another's, nobody is enrolled.

        Args:
            name: of the person, who is made if nobody has this name.
            faces: all of this person, described by this gallery's recogniser.
            source: where they come from, for people to read.
            digest: sha256 of the film, hexadecimal, by which it is known again; None for a camera,
                whose faces are never the same twice.
            portraits: what the faces look like, in their order: aligned squares
                (`Recognizer.crop`), RGB, uint8; None for one of which there is none.

        Raises:
            EnrolmentError: not one of the faces can be used, they are of several people, or the
                film stands for somebody else.
            InvalidName: the name cannot be kept.
            GalleryError: the gallery cannot take it.
        """
        self._check_contract()
        cleaned = clean_name(name)
        try:
            photo = photo_of_faces(
                faces,
                portraits if self._portraits else (),
                source=source,
                digest=digest,
                same=self.recognizer.threshold,
                space=self.recognizer.masked_space,
                no_mask=self.store.exists and self.store.no_mask(),
            )
        except EnrolmentError as error:
            shown, nobody = printable(source), printable(cleaned)
            why = in_words(str(error))
            raise EnrolmentError(f"{shown}: {why}; {nobody} was not enrolled") from error
        tally = Tally(cleaned, waiting=[photo])
        with self.store.database.write() as connection:
            added = writing.add(connection, cleaned, tally.waiting, self.recognizer.contract)
        tally.written(added, self.recognizer.known_threshold)
        return usable(cleaned, [tally.report()])

    def _enrolment(self, **options: Any) -> Enrolment:
        return Enrolment(self.store, self.recognizer, portraits=self._portraits, **options)


def _many(images: ImageInput | Iterable[ImageInput]) -> Iterable[ImageInput]:
    """Return one picture as a list of itself, many as they are."""
    if isinstance(images, str | os.PathLike | bytes | bytearray | np.ndarray | Image.Image):
        return [images]
    return images
