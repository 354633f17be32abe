"""A folder with a folder for each person: everybody compared with everybody."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import ProtocolError, printable
from kith.evaluation.protocols.every_two import MOST, every_two
from kith.evaluation.records import PairProtocol
from kith.gallery.folder import photos_of_folder

if TYPE_CHECKING:
    from kith.evaluation.records import Indices


class FolderPhotos(NamedTuple):
    """The photos of a folder of people, each person's in a row.

    Attributes:
        photos: paths, P.
        person: int32, P: whose, rising.
        people: names.
        notes: what could not be read, in one line each.
    """

    photos: tuple[str, ...]
    person: Indices
    people: tuple[str, ...]
    notes: tuple[str, ...]


def folder_photos(root: str | os.PathLike[str]) -> FolderPhotos:
    """Return everybody of a folder; see `kith.gallery.folder.photos_of_folder` for who that is.

    Raises:
        PhotoNotFound, PhotoUnreadable: there is no such folder, or it cannot be listed.
        NoPhotos: it is a file, or holds no photo.
    """
    notes: list[str] = []

    def tell(path: str, reason: str) -> None:
        notes.append(f"passed over {printable(path)}: {reason}")

    by_name: dict[str, list[str]] = {}
    for name, path in photos_of_folder(root, tell):
        by_name.setdefault(name, []).append(path)
    sizes = [len(paths) for paths in by_name.values()]
    return FolderPhotos(
        tuple(path for paths in by_name.values() for path in paths),
        np.repeat(np.arange(len(sizes)), sizes).astype(np.int32),
        tuple(by_name),
        tuple(notes),
    )


def folder_pairs(
    root: str | os.PathLike[str], *, impostors: int = MOST, genuine: int = MOST, seed: int = 0
) -> PairProtocol:
    """Compare every two photos of a folder of people.

    Args:
        root: the folder.
        impostors: so many pairs of two people at most; of more, a sample in which each has the
            same chance.
        genuine: the same of pairs of one person.
        seed: of the samples.

    Raises:
        PhotoError, NoPhotos: see `folder_photos`.
        ProtocolError: nobody has two photos, or there is only one person.
    """
    photos, person, people, notes = folder_photos(root)
    counts = np.bincount(person)
    _check(os.fspath(root), int((counts * (counts - 1)).sum()), len(people))
    pairs = every_two(person, impostors=impostors, genuine=genuine, seed=seed)
    single = int(np.count_nonzero(counts == 1))
    alone = (
        f"{single:,} people have one photo and stand in pairs of two people only" if single else ""
    )
    return PairProtocol(
        name=os.fspath(root),
        photos=photos,
        person=person,
        people=people,
        first=pairs.first,
        second=pairs.second,
        same=pairs.same,
        fold=np.zeros(len(pairs.first), dtype=np.int16),
        folds=0,
        notes=tuple(filter(None, (*notes, alone, *pairs.notes))),
        exhaustive=True,
    )


def _check(root: str, genuine: int, people: int) -> None:
    if people < 2:
        raise ProtocolError(
            f"{printable(root)} holds one person: give the folder that holds a folder for each"
        )
    if genuine == 0:
        raise ProtocolError(
            f"{printable(root)}: nobody has two photos, so that no pair shows one person; each "
            "person's photos go into a folder of their own"
        )
