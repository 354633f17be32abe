"""Somebody who is or was here, and what a track tells of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.masks.alike import alike

if TYPE_CHECKING:
    from collections.abc import Set

    from kith.masks import MaskedSpace
    from kith.tracking.common import Common
    from kith.types import Identification


class Traits(NamedTuple):
    """What a track brings.

    Attributes:
        mean: of its looks' embeddings.
        looks: how many count.
        name: who it is by the votes; None for nobody yet.
        beside: tracks that were seen at the same time.
    """

    mean: Common
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
    tracks: OrderedDict[int, tuple[Common, int]] = field(default_factory=OrderedDict)
    name: str | None = None
    said: str | None = None
    corrected: bool = False
    answer: Identification | None = None

    def similarity(self, track: int, traits: Traits, space: MaskedSpace | None) -> float | None:
        """Return the mean similarity with the looks of the other tracks; None without others."""
        others = [kept for number, kept in self.tracks.items() if number != track]
        weights = np.array([count for _, count in others], np.float32)
        if not weights.any():
            return None
        means = [mean for mean, _ in others]
        rows = np.stack([mean.vector for mean in means])
        own, state = traits.mean.vector[None], traits.mean.state
        similarities = alike(own, [state], rows, [mean.state for mean in means], space)[0]
        return float(np.average(similarities, weights=weights))
