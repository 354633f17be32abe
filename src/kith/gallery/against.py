"""Faces against every photo of a folder of people, who are nobody's gallery."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from kith.decision.verify import verify_faces
from kith.errors import InvalidName, printable
from kith.gallery import writing
from kith.gallery.folder import photos_of_folder
from kith.gallery.gallery import Gallery
from kith.gallery.looking import Looked, look_at_photo
from kith.gallery.masked import is_masked
from kith.gallery.names import clean_name

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from kith.decision import Calibration
    from kith.gallery.enroll import OnPhoto
    from kith.recognizer import Recognizer
    from kith.types import Face


class Reference(NamedTuple):
    """A photo of the folder: whom it shows, its path, and the face that was taken of it."""

    person: str
    source: str
    face: Face


class Compared(NamedTuple):
    """A face and a photo of the folder, compared as `kith.verify` compares two photos.

    Attributes:
        person: whom the photo shows.
        source: its path.
        similarity: cosine, −1…1.
        same: whether both are one person; None where the face is too poor to tell, or
            wears a mask where masks are refused.
        masks: who of the two wears one, such as ``none/worn``; see `kith.masks.space`.
    """

    person: str
    source: str
    similarity: float
    same: bool | None
    masks: str | None


class _Seen(NamedTuple):
    name: str
    found: Looked


class Folder:
    """The people of a folder, for as long as one comparison takes.

    They are enrolled, as `Gallery.enroll_folder` would, in a gallery that lies in a folder for
    temporary files and is removed at the end: so whoever is asked for gets the answer that
    enrolling them would give. Their photos are also kept one by one.

    Args:
        recognizer: whose networks are used.
        calibration: of the same network, such as a gallery's; thresholds are taken from it.
        no_mask: give nobody who wears a mask a name, as a gallery may; see `Gallery.set_no_mask`.

    Attributes:
        gallery: says who somebody is.
        references: the photos that can be used, by person.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        calibration: Calibration | None = None,
        *,
        no_mask: bool = False,
    ) -> None:
        self._recognizer = recognizer
        self._calibration = calibration
        self._no_mask = no_mask
        self._open = ExitStack()
        place = self._open.enter_context(tempfile.TemporaryDirectory(prefix="kith-"))
        path = Path(place) / "people.kith"
        self.gallery = Gallery(path, recognizer=recognizer, portraits=False)
        self._open.enter_context(self.gallery)
        self.references: tuple[Reference, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove what was made; safe to call twice."""
        self._open.close()

    @property
    def people(self) -> list[str]:
        """Everybody's name, in the order of their photos."""
        return list(dict.fromkeys(one.person for one in self.references))

    def read(self, root: str | os.PathLike[str], on_photo: OnPhoto) -> None:
        """Take everybody of a folder in; see `photos_of_folder` for who is who.

        Args:
            root: the folder.
            on_photo: told of each photo and why it was refused (None: it was not), and of each
                sub-folder that cannot be read.

        Raises:
            NoPhotos: the folder holds no photo.
            PhotoError: there is no such folder, or it cannot be listed.
        """
        looked = self._recognizer.map(self._look, photos_of_folder(root, on_photo))
        found: list[Reference] = []
        with self.gallery.store.database.write() as connection:
            for name, seen in groupby(looked, key=lambda one: one.name):
                found += self._take(connection, name, [one.found for one in seen], on_photo)
        self.references = tuple(sorted(found, key=lambda one: (one.person.casefold(), one.person)))
        if found:
            self.gallery.set_no_mask(self._no_mask)
            if self._calibration is not None:
                self.gallery.set_calibration(self._calibration)

    def compare(self, face: Face, threshold: float | None = None) -> list[Compared]:
        """Compare a face with every photo, in the order of `references`.

        Args:
            face: described by the same recogniser.
            threshold: least similarity of one person's photos; None: the calibration's, else the
                one measured for the recogniser.

        Raises:
            OptionError: the threshold is outside −1…1.
        """
        refused = self._no_mask and is_masked(face)
        found = []
        for person, source, other in self.references:
            pair = verify_faces(
                face,
                other,
                recognizer=self._recognizer,
                threshold=threshold,
                calibration=self._calibration,
            )
            assert pair.similarity is not None
            same = None if refused else pair.same
            found.append(Compared(person, source, pair.similarity, same, pair.masks))
        return found

    def _look(self, photo: tuple[str, str]) -> _Seen:
        """Describe a photo. Runs in the recogniser's threads."""
        name, path = photo
        try:
            cleaned = clean_name(name)
        except InvalidName as error:
            return _Seen(printable(name), Looked(path, None, str(error)))
        options = {"all_faces": False, "portraits": False, "no_mask": self._no_mask}
        return _Seen(cleaned, look_at_photo(self._recognizer, path, **options))

    def _take(
        self, connection: Connection, name: str, looked: Sequence[Looked], on_photo: OnPhoto
    ) -> Iterable[Reference]:
        """Enrol a person's photos; return those that were kept."""
        photos = [one.photo for one in looked if one.photo is not None]
        report = writing.add(connection, name, photos, self._recognizer.contract)
        others = {one.digest: one.person for one in report.conflicts}
        for one in looked:
            refusal = one.refusal
            if one.photo is not None and one.photo.digest in others:
                refusal = f"is the same file as a photo of {printable(others[one.photo.digest])}"
            on_photo(one.source, refusal)
            if one.photo is not None and refusal is None:
                yield Reference(name, one.source, one.photo.faces[0])
