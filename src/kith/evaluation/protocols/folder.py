"""A folder with a folder for each person: everybody compared with everybody."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import ProtocolError, printable
from kith.evaluation.protocols.distinct import distinct
from kith.evaluation.records import PairProtocol
from kith.gallery.folder import photos_of_folder

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Indices

MOST = 10_000_000
"""Pairs of a kind that are compared where there are more. A sample of so many supports a rate of
3e-7; with all that is measured on them they take about a gigabyte."""

_BYTES_EACH = 16
"""For each number of a sample, where all that could be drawn are marked in a table."""


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
    starts = np.cumsum(counts) - counts
    place = np.arange(len(photos))
    # Photo p stands in a pair of one person with each of that person's before it, and in a pair
    # of two people with each photo before its person's first: so every pair has a number.
    own, others = place - starts[person], starts[person]
    _check(os.fspath(root), int(own.sum()), len(people))
    random = np.random.default_rng(seed)
    pairs_of_one, note_of_one = _some(own, genuine, random, "one person")
    pairs_of_two, note_of_two = _some(others, impostors, random, "two people")
    pairs_of_one[1] += starts[person[pairs_of_one[0]]].astype(np.int32)
    first, second = np.concatenate([pairs_of_one, pairs_of_two], axis=1)
    single = int(np.count_nonzero(counts == 1))
    alone = (
        f"{single:,} people have one photo and stand in pairs of two people only" if single else ""
    )
    return PairProtocol(
        name=os.fspath(root),
        photos=photos,
        person=person,
        people=people,
        first=first,
        second=second,
        same=np.arange(len(first)) < pairs_of_one.shape[1],
        fold=np.zeros(len(first), dtype=np.int16),
        folds=0,
        notes=tuple(filter(None, (*notes, alone, note_of_one, note_of_two))),
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


def _some(
    partners: npt.NDArray[np.int64], most: int, random: np.random.Generator, kind: str
) -> tuple[Indices, str]:
    """Return pairs as int32, 2 × n: all of them, or a sample.

    Args:
        partners: of each photo, how many there are; numbered from 0.
        most: so many pairs at most.
        random: picks them.
        kind: of the pairs, for the note.
    """
    ends = np.cumsum(partners)
    total = int(ends[-1])
    numbers = np.arange(total) if total <= most else sample(total, most, random)
    photo = np.searchsorted(ends, numbers, side="right")
    partner = numbers - (ends - partners)[photo]
    note = f"of {total:,} pairs of {kind} a sample of {most:,} is compared" if total > most else ""
    return np.stack([photo, partner]).astype(np.int32), note


def sample(total: int, wanted: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return `wanted` different numbers below `total`, rising, every set equally likely.

    Numbers are drawn, never more than are still missing, until there are enough different ones.
    In memory for a few times `wanted`, however large `total` is.
    """
    if 2 * wanted > total:
        kept = np.ones(total, dtype=np.bool_)
        kept[sample(total, total - wanted, random)] = False
        return np.flatnonzero(kept)
    if total <= _BYTES_EACH * wanted:
        drawn, missing = np.zeros(total, dtype=np.bool_), wanted
        while missing:
            drawn[random.integers(0, total, size=missing)] = True
            missing = wanted - int(np.count_nonzero(drawn))
        return np.flatnonzero(drawn)
    chosen = np.empty(0, dtype=np.int64)
    while len(chosen) < wanted:
        more = random.integers(0, total, size=wanted - len(chosen))
        chosen = distinct(np.concatenate([chosen, more]))
    return chosen
