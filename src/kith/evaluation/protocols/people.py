"""Who is on the photos of a list that names nobody."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.protocols.distinct import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.records import Indices


class People(NamedTuple):
    """The people of a list of pairs.

    Attributes:
        person: int32, P: whom each photo shows.
        names: of each of them.
        note: how they were found, in one line.
    """

    person: Indices
    names: tuple[str, ...]
    note: str


def groups(count: int, first: Indices, second: Indices) -> Indices:
    """Return which group each of `count` things is in: first[i] and second[i] in the same.

    Groups are numbered by the first thing in them (union-find with path halving: R. E. Tarjan and
    J. van Leeuwen, "Worst-case analysis of set union algorithms", JACM 31, 1984).
    """
    parent = list(range(count))

    def top(thing: int) -> int:
        while parent[thing] != thing:
            parent[thing] = parent[parent[thing]]
            thing = parent[thing]
        return thing

    links = distinct(first.astype(np.int64) << 32 | second)
    for a, b in zip((links >> 32).tolist(), (links & 0xFFFFFFFF).tolist(), strict=True):
        low, high = sorted((top(a), top(b)))
        parent[high] = low  # the first thing of a group stays its head
    heads = np.fromiter(map(top, range(count)), dtype=np.int64, count=count)
    return np.unique(heads, return_inverse=True)[1].reshape(count).astype(np.int32)


def guessed(
    photos: Sequence[str], first: Indices, second: Indices, same: npt.NDArray[np.bool_]
) -> People:
    """Return the people behind pairs that only say same or different.

    Where every photo lies in a folder, every pair of one person inside one of them and every pair
    of two people across two, the folders are the people. Else those photos show one person that
    the pairs of one person join; who is on photos of several such groups counts as several people.

    Args:
        photos: paths below the root, P.
        first: photos of each pair, N.
        second: the same.
        same: of each pair, N.
    """
    by_folder = _by_folder(photos)
    if by_folder is not None and np.array_equal(
        by_folder.person[first] == by_folder.person[second], same
    ):
        return by_folder
    person = groups(len(photos), first[same], second[same])
    count = int(person.max(initial=-1)) + 1
    note = (
        f"the list names nobody: photos that it says to be the same person, directly or through "
        f"others, make {count:,} people"
    )
    return People(person, tuple(str(number + 1) for number in range(count)), note)


def _by_folder(photos: Sequence[str]) -> People | None:
    folders = [str(PurePath(photo).parent) for photo in photos]
    if "." in folders:
        return None
    names, person = np.unique(folders, return_inverse=True)
    note = f"the list names nobody: the {len(names):,} folders its photos lie in are the people"
    return People(person.reshape(len(photos)).astype(np.int32), tuple(names.tolist()), note)
