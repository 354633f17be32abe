"""Somebody who is or was here, and what a track tells of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Set

    from kith.types import Identification, Vector


class Traits(NamedTuple):
    """What a track brings.

    Attributes:
        mean: of its looks' embeddings, not of unit length.
        looks: how many count.
        name: who it is by the votes; None for nobody yet.
        beside: tracks that were seen at the same time.
    """

    mean: Vector
    looks: int
    name: str | None
    beside: Set[int]


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who is or was here.

    Attributes:
        id: the number.
        tracks: the mean and the weight of each.
        name: by the votes of some track.
        said: what a human said of this person: a name, or None for nobody.
        corrected: whether a human did.
        answer: the last by the votes of a track.
    """

    id: int
    tracks: OrderedDict[int, tuple[Vector, int]] = field(default_factory=OrderedDict)
    name: str | None = None
    said: str | None = None
    corrected: bool = False
    answer: Identification | None = None

    def similarity(self, track: int, traits: Traits) -> float | None:
        """Return the mean similarity with the looks of the other tracks; None without others."""
        others = [kept for number, kept in self.tracks.items() if number != track]
        weight = sum(count for _, count in others)
        if not weight:
            return None
        return sum(float(traits.mean @ mean) * count for mean, count in others) / weight
