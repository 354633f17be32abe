"""A gallery, probes of people in it, and strangers: searches as they are asked in life."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InvalidName, NoPhotos, ProtocolError, printable
from kith.evaluation.protocols.folder import FolderPhotos, folder_photos
from kith.evaluation.protocols.lines import text_lines, wrong
from kith.gallery.names import clean_name
from kith.media import find_photos

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.evaluation.records import Indices


@dataclass(frozen=True, slots=True, eq=False)
class Photos:
    """Photos of people.

    Attributes:
        paths: P.
        person: int32, P: by number; of the gallery and its probes the same numbers.
    """

    paths: tuple[str, ...]
    person: Indices


@dataclass(frozen=True, slots=True, eq=False)
class OpenSetProtocol:
    """Who is enrolled, and who is looked for.

    Attributes:
        name: the folders, as given.
        people: of the gallery.
        gallery: photos to enrol.
        probes: other photos of these people.
        unknown: photos of people who are not in the gallery, numbered from 0.
        notes: what was left out, in one line each.
    """

    name: str
    people: tuple[str, ...]
    gallery: Photos
    probes: Photos
    unknown: Photos
    notes: tuple[str, ...] = ()


def read_open_set(
    gallery: str | os.PathLike[str],
    probes: str | os.PathLike[str],
    unknown: str | os.PathLike[str],
    unknown_root: str | os.PathLike[str] | None = None,
) -> OpenSetProtocol:
    """Read the folders of an open-set evaluation.

    Args:
        gallery: a folder with a folder for each person, enrolled under its name.
        probes: the same, with other photos of these people.
        unknown: a folder of photos of other people, each one's in a folder where there are
            several; or a list of names, a line each, whose folders lie in `unknown_root`.
        unknown_root: of that list; None: the folder it lies in.

    Raises:
        PhotoError, NoPhotos: a folder is not there, cannot be read or holds no photo.
        ProtocolError: nobody of the probes is in the gallery, or none of the unknown is unknown.
    """
    known, mates = folder_photos(gallery), folder_photos(probes)
    strangers = _strangers(Path(unknown), unknown_root)
    numbers = {name: number for number, name in enumerate(known.people)}
    found, absent = _of_gallery(mates, numbers)
    others, present = _outside(strangers, Path(unknown), numbers)
    notes = (
        *known.notes,
        *mates.notes,
        *strangers.notes,
        absent and f"{absent:,} people of the probes are not in the gallery: they are left out",
        present and f"{present:,} of the unknown people are in the gallery: they are left out",
    )
    if not found.paths:
        raise ProtocolError(
            f"nobody in {printable(os.fspath(probes))} is in {printable(os.fspath(gallery))}: "
            "their folders must have the same names"
        )
    if not others.paths:
        raise ProtocolError(
            f"everybody in {printable(os.fspath(unknown))} is in the gallery: give photos of others"
        )
    return OpenSetProtocol(
        f"{os.fspath(gallery)}, {os.fspath(probes)}, {os.fspath(unknown)}",
        known.people,
        Photos(known.photos, known.person),
        found,
        others,
        tuple(note for note in notes if note),
    )


def _strangers(unknown: Path, root: str | os.PathLike[str] | None) -> FolderPhotos:
    if not unknown.is_file():
        return folder_photos(unknown)
    top = unknown.parent if root is None else Path(root)
    names = list(_listed(unknown))
    folders = [os.path.join(os.fspath(top), name) for name in names]  # noqa: PTH118
    gone = [name for name, folder in zip(names, folders, strict=True) if not Path(folder).is_dir()]
    if gone:
        raise ProtocolError(
            f"{len(gone):,} of {len(names):,} people have no folder in {printable(str(top))}, the "
            f"first {printable(gone[0], 80)}: where do they lie (--root)?"
        )
    photos: list[str] = []
    person: list[int] = []
    for number, folder in enumerate(folders):
        try:
            paths = list(find_photos([folder]))
        except NoPhotos:
            paths = []
        photos += paths
        person += [number] * len(paths)
    return FolderPhotos(tuple(photos), np.array(person, np.int32), tuple(map(_clean, names)), ())


def _listed(file: Path) -> Iterator[str]:
    """Yield the names of a list; a count in the first line or behind a name is passed over."""
    seen: set[str] = set()
    for number, line in enumerate(text_lines(file), start=1):
        name = line.split("\t")[0].strip()
        if not name or name in seen or (number == 1 and name.isdecimal()):
            continue
        if name in (".", "..") or "/" in name or "\\" in name:
            raise wrong(file, number, "a name that leads to another folder is not followed")
        seen.add(name)
        yield name
    if not seen:
        raise ProtocolError(f"{printable(str(file))} names nobody")


def _clean(name: str) -> str:
    try:
        return clean_name(name)
    except InvalidName:
        return name


def _of_gallery(mates: FolderPhotos, numbers: dict[str, int]) -> tuple[Photos, int]:
    """Return the probes by the gallery's numbers, and how many people are not in it."""
    number = np.array([numbers.get(name, -1) for name in mates.people], dtype=np.int32)
    person = number[mates.person]
    kept = tuple(path for path, of in zip(mates.photos, person, strict=True) if of >= 0)
    return Photos(kept, person[person >= 0]), int(np.count_nonzero(number < 0))


def _outside(strangers: FolderPhotos, root: Path, numbers: dict[str, int]) -> tuple[Photos, int]:
    """Return the strangers without those of the gallery, and how many those are.

    A photo that lies in the folder itself is called as its file is, which need not be a name.
    """
    loose = {
        int(of)
        for path, of in zip(strangers.photos, strangers.person, strict=True)
        if Path(path).parent == root
    }
    known = [
        name in numbers and number not in loose for number, name in enumerate(strangers.people)
    ]
    inside = np.array(known, dtype=np.bool_)[strangers.person]
    kept = tuple(path for path, one in zip(strangers.photos, inside, strict=True) if not one)
    _, person = np.unique(strangers.person[~inside], return_inverse=True)
    return Photos(kept, person.astype(np.int32)), sum(known)
