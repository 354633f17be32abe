"""What a pairs file says, before a photo was looked for."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Indices


@dataclass(slots=True)
class Listing:
    """Pairs of photos, each photo by the number of its first appearance.

    Attributes:
        photos: what the file calls each photo: its number.
        first, second: photos of each pair.
        same: whether a pair is said to show one person.
        folds: how many the file lays down; 0: none.
    """

    photos: dict[str, int] = field(default_factory=dict)
    first: array[int] = field(default_factory=lambda: array("i"))
    second: array[int] = field(default_factory=lambda: array("i"))
    same: bytearray = field(default_factory=bytearray)
    folds: int = 0

    def add(self, a: str, b: str, same: bool) -> None:
        """Add a pair."""
        self.first.append(self.photos.setdefault(a, len(self.photos)))
        self.second.append(self.photos.setdefault(b, len(self.photos)))
        self.same.append(same)

    def __len__(self) -> int:
        return len(self.same)

    @property
    def pairs(self) -> tuple[Indices, Indices, npt.NDArray[np.bool_]]:
        """`first`, `second` and `same` as arrays of their own."""
        return (
            np.array(self.first, dtype=np.int32),
            np.array(self.second, dtype=np.int32),
            np.array(self.same, dtype=np.bool_),
        )
