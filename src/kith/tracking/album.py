"""The close looks at one face: the best of them, and different ones, and what they have in common.

The mean of the looks' embeddings, weighted with their quality, is kept as it comes: shorter than
a unit vector, the more so the more the looks differ. Its product with any embedding is the mean
similarity of the looks with it, which is what votes are about. Looks with a mask and looks without
one are not mixed: see `common`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from kith.tracking.common import Common, one_kind, weighted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    from kith.masks import MaskedSpace
    from kith.tracking.records import Look

OUTLIER = 0.5
"""A look whose similarity with the rest is less than this share of what a person's looks have does
not count: it was another's, or spoilt."""

ALIKE = 0.7
"""How much of a look's worth is that it differs from the better ones."""


class Album:
    """The looks at one face.

    Args:
        most: looks kept, at most.
        latest: looks beyond these that count because they are new, at most.
        quality: least quality score of a look that counts.
        same: similarity from which two looks show the same person.
        space: where looks with a mask are compared with others; None: as all others.
    """

    def __init__(
        self,
        most: int,
        latest: int,
        quality: float,
        same: float,
        space: MaskedSpace | None = None,
    ) -> None:
        self.space = space
        self._most = most
        self._quality = quality
        self._same = same
        self._kept: list[Look] = []
        self._latest: deque[Look] = deque(maxlen=latest)

    def __iter__(self) -> Iterator[Look]:
        """Yield the looks that are kept, best quality first."""
        return iter(self._kept)

    @property
    def told(self) -> bool:
        """Whether a look was good enough to count."""
        return bool(self._latest)

    def __len__(self) -> int:
        return len(self._kept)

    def counts(self, look: Look) -> bool:
        """Whether a look is good enough to count."""
        return goodness(look) >= self._quality

    def add(self, look: Look) -> None:
        """Keep a look, for as long as it is among the best or among the latest."""
        if self.counts(look):
            self._latest.append(look)
        self._kept.append(look)
        self._kept.sort(key=goodness, reverse=True)
        if len(self._kept) > self._most:
            del self._kept[int(np.argmin(_worth(self._kept)))]

    def change(self, change: Callable[[Sequence[Look]], Sequence[Look]]) -> None:
        """Put other looks in the place of these, one for one."""
        old = list({id(look): look for look in (*self._kept, *self._latest)}.values())
        new = dict(zip(map(id, old), change(old), strict=True))
        self._kept = [new[id(look)] for look in self._kept]
        self._latest = deque((new[id(look)] for look in self._latest), self._latest.maxlen)

    def counting(self) -> list[Look]:
        """Return the looks that count: good enough, of one kind, and not unlike the rest."""
        unique = {id(look): look for look in (*self._kept, *self._latest) if self.counts(look)}
        looks = one_kind(sorted(unique.values(), key=goodness, reverse=True))
        if len(looks) < 3:
            return looks
        others = _similarities(looks)
        np.fill_diagonal(others, 0.0)
        weights = _weights(looks)
        support = (others @ weights) / (float(weights.sum()) - weights)
        return [
            look
            for look, value in zip(looks, support, strict=True)
            if value >= OUTLIER * self._same
        ]

    def mean(self) -> Common | None:
        """Return the weighted mean of the embeddings that count; None where none does."""
        looks = self.counting()
        return mean(looks) if looks else None

    def similarity(self, other: Common) -> float | None:
        """Return how similar an embedding is to the looks together; None where none counts."""
        own = self.mean()
        if own is None:
            return None
        return own.likeness(other, self.space) / max(1e-6, float(np.linalg.norm(own.vector)))


def goodness(look: Look) -> float:
    """Return the quality score of a look, 0–1."""
    return look.face.quality.score if look.face.quality else 0.25


def mean(looks: Sequence[Look]) -> Common:
    """Return the mean of the looks' embeddings, weighted with the squares of their quality.

    Args:
        looks: all with a mask, or all without.
    """
    return weighted(looks, _weights(looks))


def _weights(looks: Sequence[Look]) -> npt.NDArray[np.float64]:
    scores = np.array([goodness(look) for look in looks], np.float64)
    return np.maximum(0.05, scores) ** 2


def _vectors(looks: Sequence[Look]) -> npt.NDArray[np.float32]:
    rows = [look.face.embedding for look in looks]
    return np.stack([row for row in rows if row is not None])


def _similarities(looks: Sequence[Look]) -> npt.NDArray[np.float64]:
    vectors = _vectors(looks)
    return np.asarray(vectors @ vectors.T, np.float64)


def _worth(looks: Sequence[Look]) -> npt.NDArray[np.float64]:
    """Return what each look is worth keeping for: its quality, and that none better is alike."""
    alike = np.tril(_similarities(looks), -1).max(axis=1, initial=0.0)
    scores = np.array([goodness(look) for look in looks], np.float64)
    return np.asarray(scores * (1.0 - ALIKE * np.clip(alike, 0.0, 1.0)), np.float64)
