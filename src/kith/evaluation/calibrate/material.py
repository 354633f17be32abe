"""Whose photos a threshold is calibrated on, and where they come from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import InputError, printable
from kith.evaluation.compare import matrix, qualities
from kith.evaluation.describe import describe
from kith.evaluation.protocols import read_pairs
from kith.evaluation.protocols.folder import folder_photos
from kith.gallery import portraits
from kith.masks.alike import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from kith.evaluation.describe import OnPhoto
    from kith.evaluation.records import Indices
    from kith.gallery.store import GalleryStore
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache
    from kith.types import Face, MaskState, Vector


class Portrayed(NamedTuple):
    """A photo's path and the face that is meant on it; None: there is none."""

    path: str
    face: Face | None


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Masked copies of photos.

    Attributes:
        of: intp, m: which photos they were painted on.
        acquired: bool, m: whether the masked face was found again.
        quality: float64, m: of each face, 0–1; NaN where it is not known.
        vectors: float32, m × d; of zeros where there is no face.
        states: m: how it was told that each wears its mask.
    """

    of: npt.NDArray[np.intp]
    acquired: npt.NDArray[np.bool_]
    quality: npt.NDArray[np.float64]
    vectors: Vector
    states: tuple[MaskState | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Photos of known people, each with one face or none.

    Attributes:
        source: ``gallery``, ``photos`` or ``pairs``.
        person: int32, n: whom each photo shows.
        people: names.
        digests: sha256 of each photo, hexadecimal; empty where it could not be read.
        acquired: bool, n: whether there is a face to compare.
        quality: float64, n: of each face, 0–1; NaN where it is not known.
        vectors: gives the embeddings of some photos, float32, k × d; of zeros where there is none.
        states: n: how each face wears a mask; None: nobody looked, or there is no face.
        notes: what was left out, in one line each.
        photos: n: the faces and where their photos lie; none from a gallery, which keeps no photo.
        copies: photos that a mask was painted on; None: nobody asked for them.
    """

    source: str
    person: Indices
    people: tuple[str, ...]
    digests: tuple[str, ...]
    acquired: npt.NDArray[np.bool_]
    quality: npt.NDArray[np.float64]
    vectors: Callable[[npt.NDArray[np.intp]], Vector]
    states: tuple[MaskState | None, ...]
    notes: tuple[str, ...] = ()
    photos: tuple[Portrayed, ...] = ()
    copies: Copies | None = None

    @property
    def worn(self) -> npt.NDArray[np.bool_]:
        """Which faces wear a mask, bool, n."""
        return masked(self.states)


def from_gallery(store: GalleryStore) -> Material:
    """Take the photos that a gallery keeps, one face of each.

    Faces that its templates leave out are left out here too: most of them are somebody else's.
    """
    found = portraits.listed(store.database)
    numbers = {person: number for number, person in enumerate(found.names)}
    left_out = (
        (f"{found.outliers:,} photos that the templates leave out are left out here too",)
        if found.outliers
        else ()
    )
    return Material(
        source="gallery",
        person=np.array([numbers[one.person] for one in found.portraits], dtype=np.int32),
        people=tuple(found.names.values()),
        digests=tuple(one.digest for one in found.portraits),
        acquired=np.ones(len(found.portraits), dtype=np.bool_),
        quality=np.array([one.quality for one in found.portraits], dtype=np.float64),
        states=tuple(one.mask for one in found.portraits),
        vectors=lambda at: portraits.embeddings(
            store.database, [found.portraits[number].face for number in at.tolist()]
        ),
        notes=left_out,
    )


def from_folder(
    root: str | os.PathLike[str],
    recognizer: Recognizer,
    *,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> Material:
    """Describe the photos of a folder with a folder for each person.

    Raises:
        PhotoError, NoPhotos: there is no such folder, or no photo in it.
    """
    photos, person, people, notes = folder_photos(root)
    return _described("photos", photos, person, people, notes, recognizer, cache, on_photo)


def from_pairs(
    file: str | os.PathLike[str],
    root: str | os.PathLike[str] | None,
    recognizer: Recognizer,
    *,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> Material:
    """Describe the photos that a list of pairs names; everybody is compared with everybody.

    Raises:
        PhotoError, ProtocolError: the list or its photos cannot be read.
        InputError: it does not say who is on its photos.
    """
    found = read_pairs(file, root)
    if not _by_folder(found.photos, found.person):
        raise InputError(
            f"{printable(os.fspath(file))} does not say who is on its photos: two that no pair "
            "joins may be one person; put each one's into a folder of their own and give --photos"
        )
    # The notes are about pairs and folds, of which nothing is used.
    return _described(
        "pairs", found.photos, found.person, found.people, (), recognizer, cache, on_photo
    )


def _described(
    source: str,
    photos: Sequence[str],
    person: Indices,
    people: tuple[str, ...],
    notes: tuple[str, ...],
    recognizer: Recognizer,
    cache: FaceCache | None,
    on_photo: OnPhoto | None,
) -> Material:
    described = describe(recognizer, photos, cache=cache, on_photo=on_photo)
    vectors, acquired = matrix(described.faces, described.system.contract.dimension)
    failed = int(np.count_nonzero(~acquired))
    return Material(
        source=source,
        person=person,
        people=people,
        digests=described.digests,
        acquired=acquired,
        quality=qualities(described.faces),
        vectors=lambda at: vectors[at],
        states=tuple(state_of(face) for face in described.faces),
        photos=tuple(map(Portrayed, photos, described.faces)),
        notes=(*notes, f"{failed:,} photos show no usable face") if failed else notes,
    )


def state_of(face: Face | None) -> MaskState | None:
    """Return how a face wears a mask; None: nobody looked, or there is no face."""
    return None if face is None or face.mask is None else face.mask.state


def _by_folder(photos: Sequence[str], person: Indices) -> bool:
    """Tell whether people and the folders their photos lie in are one to one."""
    folders = [str(PurePath(photo).parent) for photo in photos]
    both = set(zip(folders, person.tolist(), strict=True))
    return len(both) == len(set(folders)) == len(set(person.tolist()))
