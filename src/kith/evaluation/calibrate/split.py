"""Photos of people in two parts: a threshold is chosen on one and measured on the other.

The parts are of people, never of photos; see `deal`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.calibrate.deal import deal
from kith.gallery.templates import template

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.calibrate.deal import Rows
    from kith.evaluation.calibrate.material import Material
    from kith.evaluation.records import Indices
    from kith.types import MaskState, Vector


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Photos of one part of the people: those without masks, or those with.

    Attributes:
        person: int32, n: whom each photo shows, 0 … people − 1.
        names: of the people, with such photos or without.
        acquired: bool, n: whether there is a face to compare.
        quality: float64, n: of each face, 0–1; NaN where it is not known.
        vectors: float32, n × d.
        digests: of the photos; of a masked copy that of the photo it was painted on.
        states: n: how each face wears a mask; None: nobody looked, or there is no face.
        worn: the same people behind masks: their own photos, then painted copies; None of those.
    """

    person: Indices
    names: tuple[str, ...]
    acquired: npt.NDArray[np.bool_]
    quality: npt.NDArray[np.float64]
    vectors: Vector
    digests: tuple[str, ...]
    states: tuple[MaskState | None, ...]
    worn: Part | None = None

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
    (one, other), notes = deal(material, seed)
    return _both(material, one), _both(material, other), notes


def _both(material: Material, people: list[Rows]) -> Part:
    worn = material.worn
    bare = _part(material, people, [photos[~worn[photos]] for photos in people])
    masked = _part(material, people, [photos[worn[photos]] for photos in people])
    return replace(bare, worn=_with_copies(material, people, masked))


def _part(material: Material, people: list[Rows], chosen: list[Rows]) -> Part:
    """Return some of each person's photos."""
    at = np.concatenate([np.empty(0, dtype=np.intp), *chosen])
    sizes = [len(photos) for photos in chosen]
    return Part(
        person=np.repeat(np.arange(len(people)), sizes).astype(np.int32),
        names=tuple(material.people[int(material.person[photos[0]])] for photos in people),
        acquired=material.acquired[at],
        quality=material.quality[at],
        vectors=material.vectors(at),
        digests=tuple(material.digests[number] for number in at.tolist()),
        states=tuple(material.states[number] for number in at.tolist()),
    )


def _with_copies(material: Material, people: list[Rows], own: Part) -> Part:
    """Add the masked copies of these people's photos to their own photos behind masks."""
    copies = material.copies
    if copies is None:
        return own
    place = np.full(len(material.person), -1, dtype=np.int32)
    for person, photos in enumerate(people):
        place[photos] = person
    kept = np.flatnonzero(place[copies.of] >= 0)
    of = copies.of[kept]
    return replace(
        own,
        person=np.append(own.person, place[of]).astype(np.int32),
        acquired=np.append(own.acquired, copies.acquired[kept]),
        quality=np.append(own.quality, copies.quality[kept]),
        vectors=np.concatenate([own.vectors, copies.vectors[kept]]),
        digests=(*own.digests, *(material.digests[at] for at in of.tolist())),
        states=(*own.states, *(copies.states[at] for at in kept.tolist())),
    )
