"""Photos of people in two parts: a threshold is chosen on one and measured on the other.

The parts are of people, never of photos. Who is in which follows from the photos' content and the
seed: neither a name nor the order of files changes it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import printable
from kith.gallery.templates import template

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.calibrate.material import Material
    from kith.evaluation.records import Indices
    from kith.types import Vector

MOST_PHOTOS = 3000
"""In a part: 4.5 million pairs, which support an FMR of 1e-6."""
LEAST_EACH = 2
"""So many photos of each person stay at least where there are too many."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of the people.

    Attributes:
        person: int32, n: whom each photo shows, 0 … people − 1.
        names: of them.
        acquired: bool, n: whether there is a face to compare.
        quality: float64, n: of each face, 0–1; NaN where it is not known.
        vectors: float32, n × d.
        digests: of the photos.
    """

    person: Indices
    names: tuple[str, ...]
    acquired: npt.NDArray[np.bool_]
    quality: npt.NDArray[np.float64]
    vectors: Vector
    digests: tuple[str, ...]

    @property
    def faces(self) -> Indices:
        """How many photos with a face there are of each person, int32."""
        return np.bincount(self.person[self.acquired], minlength=len(self.names)).astype(np.int32)

    def template(self, photos: npt.NDArray[np.intp]) -> Vector:
        """Return what a gallery would make of some photos of one person, float32, d."""
        return template(self.vectors[photos], self.quality[photos]).vector


def parts_of(material: Material, seed: int) -> tuple[Part, Part, tuple[str, ...]]:
    """Return both parts, and what was left out, in one line each.

    Args:
        material: photos of people.
        seed: another one makes other parts.
    """
    keep, notes = _without_copies(material)
    order = _people_in_order(material, np.flatnonzero(keep), seed)
    line = sorted(order, key=lambda photos: _rank(material.acquired[photos]))  # a stable sort
    line = [photos for photos in line if _rank(material.acquired[photos]) < _NOTHING]
    halves = [_thinned(line[half::2]) for half in (0, 1)]
    used = sum(len(photos) for half in halves for photos in half)
    there = sum(len(photos) for photos in line)
    if used < there:
        notes = (*notes, f"{used:,} of {there:,} photos are used: more would change nothing")
    first, second = (_part(material, half) for half in halves)
    return first, second, notes


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


def _people_in_order(
    material: Material, kept: npt.NDArray[np.intp], seed: int
) -> list[npt.NDArray[np.intp]]:
    """Return each person's photos, both people and photos ordered by content and seed."""
    keys = [_key(seed, material.digests[number]) for number in kept.tolist()]
    order = kept[np.array(sorted(range(len(kept)), key=keys.__getitem__), dtype=np.intp)]
    by_person: dict[int, list[int]] = {}
    for number in order.tolist():
        by_person.setdefault(int(material.person[number]), []).append(number)
    return [np.array(photos, dtype=np.intp) for photos in by_person.values()]


def _key(seed: int, digest: str) -> str:
    return hashlib.sha256(f"{seed} {digest}".encode()).hexdigest()


_NOTHING = 3


def _rank(acquired: npt.NDArray[np.bool_]) -> int:
    """Return who is dealt out first, so that both parts get as many of each kind.

    People with several faces; with several photos that were to show one, which count as failures;
    with one face; with nothing that could be compared.
    """
    faces = int(np.count_nonzero(acquired))
    if faces > 1:
        return 0
    return 1 if len(acquired) > 1 else _NOTHING - faces


def _thinned(people: list[npt.NDArray[np.intp]]) -> list[npt.NDArray[np.intp]]:
    """Return so many photos of each as fit, and then so many people."""
    sizes = np.array([len(photos) for photos in people], dtype=np.int64)
    each = max(LEAST_EACH, int(sizes.max(initial=0)))
    while each > LEAST_EACH and np.minimum(sizes, each).sum() > MOST_PHOTOS:
        each -= 1
    fit = int(np.searchsorted(np.cumsum(np.minimum(sizes, each)), MOST_PHOTOS, "right"))
    return [photos[:each] for photos in people[:fit]]


def _part(material: Material, people: list[npt.NDArray[np.intp]]) -> Part:
    at = np.concatenate([np.empty(0, dtype=np.intp), *people])
    sizes = [len(photos) for photos in people]
    return Part(
        person=np.repeat(np.arange(len(people)), sizes).astype(np.int32),
        names=tuple(material.people[int(material.person[photos[0]])] for photos in people),
        acquired=material.acquired[at],
        quality=material.quality[at],
        vectors=material.vectors(at),
        digests=tuple(material.digests[number] for number in at.tolist()),
    )
