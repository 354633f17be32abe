"""People who are not learned from: what a network sees of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from kith.training.records import TrainingSet
    from kith.types import Vector

_AT_ONCE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Photos of people who are only measured on.

    Attributes:
        faces: the set that they are in.
        rows: int64: which of its photos.
    """

    faces: TrainingSet
    rows: npt.NDArray[np.int64]

    @property
    def person(self) -> npt.NDArray[np.int32]:
        """Whose each photo is."""
        return self.faces.person[self.rows]

    @property
    def people(self) -> int:
        """How many they are."""
        return len(np.unique(self.person))

    @property
    def photos(self) -> tuple[str, ...]:
        """Their paths."""
        return tuple(self.faces.photos[row] for row in self.rows.tolist())

    def vectors(self, embed: Callable[[npt.NDArray[np.uint8]], Vector]) -> Vector:
        """Return what a network makes of the photos' own squares, some hundreds in memory.

        Args:
            embed: unit vectors of squares (RGB, uint8, N × side × side × 3).
        """
        starts = range(0, len(self.rows), _AT_ONCE)
        parts = [embed(squares(self.faces, self.rows[at : at + _AT_ONCE])) for at in starts]
        return np.concatenate(parts)

    def halves(self, seed: int) -> tuple[Held, Held]:
        """Return two parts with half of the people each, drawn by the seed."""
        people = np.unique(self.person)
        first = np.random.default_rng(seed).permutation(people)[: len(people) // 2]
        chosen = np.isin(self.person, first)
        return Held(self.faces, self.rows[chosen]), Held(self.faces, self.rows[~chosen])


def squares(faces: TrainingSet, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Return the network's own squares of some faces, without the rim around them.

    Returns:
        RGB, uint8, N × side × side × 3.
    """
    inner = slice(faces.crops.rim, faces.crops.rim + faces.crops.side)
    return np.stack([faces.crops[row][inner, inner] for row in rows.tolist()])
