"""Who is in which part, and which of their photos are used.

It follows from the photos' content and the seed: neither a name nor the order of files changes it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from kith.errors import printable

if TYPE_CHECKING:
    from kith.evaluation.calibrate.material import Material

Rows = npt.NDArray[np.intp]
"""Numbers of photos."""

MOST_PHOTOS = 3000
"""In a part: 4.5 million pairs, which support an FMR of 1e-6."""
LEAST_EACH = 2
"""So many photos of each person stay at least where there are too many."""


class Dealt(NamedTuple):
    """The photos of each person in each of both parts, and what was left out, in one line each."""

    halves: tuple[list[Rows], list[Rows]]
    notes: tuple[str, ...]


def deal(material: Material, seed: int) -> Dealt:
    """Deal the people out into two parts.

    Args:
        material: photos of people.
        seed: another one makes other parts.
    """
    keep, notes = _without_copies(material)
    order = _people_in_order(material, np.flatnonzero(keep), seed)
    worn = material.worn

    def rank(photos: Rows) -> int:
        return _rank(material.acquired[photos], worn[photos])

    line = [photos for photos in sorted(order, key=rank) if rank(photos) < _NOTHING]  # stable
    one, other = (thinned(line[half::2], MOST_PHOTOS) for half in (0, 1))
    used = sum(len(photos) for half in (one, other) for photos in half)
    there = sum(len(photos) for photos in line)
    if used < there:
        notes = (*notes, f"{used:,} of {there:,} photos are used: more would change nothing")
    return Dealt((one, other), notes)


def thinned(people: list[Rows], most: int) -> list[Rows]:
    """Return so many photos of each as fit, and then so many people.

    Args:
        people: the photos of each.
        most: photos in all.
    """
    sizes = np.array([len(photos) for photos in people], dtype=np.int64)
    each = max(LEAST_EACH, int(sizes.max(initial=0)))
    while each > LEAST_EACH and np.minimum(sizes, each).sum() > most:
        each -= 1
    fit = int(np.searchsorted(np.cumsum(np.minimum(sizes, each)), most, "right"))
    return [photos[:each] for photos in people[:fit]]


def _without_copies(material: Material) -> tuple[npt.NDArray[np.bool_], tuple[str, ...]]:
    """Return which photos stay: no file twice, and none that stands for two people."""
    owners: dict[str, int] = {}
    shared: set[str] = set()
    for digest, person in zip(material.digests, material.person.tolist(), strict=True):
        if digest and owners.setdefault(digest, person) != person:
            shared.add(digest)
    seen: set[str] = set()
    keep = np.zeros(len(material.digests), dtype=np.bool_)
    why: Counter[str] = Counter()
    for number, digest in enumerate(material.digests):
        kind = "shared" if digest in shared else "again" if digest in seen else ""
        why[kind] += 1
        keep[number] = not kind
        seen.update([digest] if digest else [])
    notes = []
    if why["shared"]:
        example = next(iter(sorted(shared)))
        people = sorted(
            {
                printable(material.people[person], 40)
                for digest, person in zip(material.digests, material.person.tolist(), strict=True)
                if digest == example
            }
        )
        notes.append(
            f"{why['shared']:,} photos stand for two people, byte by byte the same "
            f"({' and '.join(people)}): left out"
        )
    if why["again"]:
        notes.append(f"{why['again']:,} photos are second copies of a file: left out")
    return keep, tuple(notes)


def _people_in_order(material: Material, kept: Rows, seed: int) -> list[Rows]:
    """Return each person's photos, both people and photos ordered by content and seed."""
    keys = [_key(seed, material.digests[number]) for number in kept.tolist()]
    order = kept[np.array(sorted(range(len(kept)), key=keys.__getitem__), dtype=np.intp)]
    by_person: dict[int, list[int]] = {}
    for number in order.tolist():
        by_person.setdefault(int(material.person[number]), []).append(number)
    return [np.array(photos, dtype=np.intp) for photos in by_person.values()]


def _key(seed: int, digest: str) -> str:
    return hashlib.sha256(f"{seed} {digest}".encode()).hexdigest()


_ONLY_MASKED, _NOTHING = 3, 4


def _rank(acquired: npt.NDArray[np.bool_], worn: npt.NDArray[np.bool_]) -> int:
    """Return who is dealt out first, so that both parts get as many of each kind.

    People with several faces; with several photos that were to show one, which count as failures;
    with one face; with nothing but masked faces, which count for none of these; with nothing that
    could be compared.
    """
    faces = int(np.count_nonzero(acquired & ~worn))
    if faces > 1:
        return 0
    if np.count_nonzero(~worn) > 1:
        return 1
    if faces:
        return 2
    return _ONLY_MASKED if acquired.any() else _NOTHING
