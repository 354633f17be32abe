"""How a network does on people it does not learn from, measured after every epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError
from kith.evaluation.metrics import area_under_roc, least_trials, others, tar_at_far
from kith.evaluation.protocols.every_two import every_two
from kith.evaluation.records import FAILED
from kith.training.records import HeldOut

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Indices, Scores
    from kith.types import Vector

MOST_PAIRS = 100_000
"""Of each kind: enough for a false match rate of 1e-4."""

_TABLE = 4096
"""Photos up to which the cosines of all to all are one product: 64 MiB."""
_AT_ONCE = 8192


class HeldOutPairs:
    """Pairs of photos of people held out: the same in every epoch, so that epochs compare.

    Args:
        person: int32, P: whose each photo is, from 0; two people with two photos at least.
        seed: of the sample where there are many pairs, and of the parts that people are dealt into.
        most_pairs: of each kind.

    Raises:
        InputError: there is no pair of one person, or none of two.
    """

    def __init__(self, person: Indices, *, seed: int, most_pairs: int = MOST_PAIRS) -> None:
        _, numbers = np.unique(person, return_inverse=True)
        order = np.argsort(numbers, kind="stable")
        who = numbers[order].astype(np.int32)
        pairs = every_two(who, impostors=most_pairs, genuine=most_pairs, seed=seed)
        self.photos = len(who)
        self.people = 1 + int(who[-1]) if len(who) else 0
        self.same = pairs.same
        if self.same.all() or not self.same.any():
            raise InputError(
                "people held out are compared with themselves and with each other: there must be "
                "two of them or more, and somebody with two photos"
            )
        self._first, self._second = order[pairs.first], order[pairs.second]
        self._parts = others.deal(who[pairs.first], who[pairs.second], seed)
        rates = [10.0**-power for power in range(1, 9)]
        impostors = int(np.count_nonzero(~self.same))
        self._fmr = min((one for one in rates if least_trials(one) <= impostors), default=1.0)

    def measure(self, vectors: Vector) -> HeldOut:
        """Measure a network.

        A row that is no unit vector, of zeros or with numbers that are none, matches nobody.

        Args:
            vectors: float32, P × dimension, of unit length, in the order of `person`.

        Raises:
            InputError: there are not as many as photos.
        """
        if vectors.ndim != 2 or len(vectors) != self.photos:
            raise InputError(f"{self.photos} vectors are needed, not an array of {vectors.shape}")
        similarity = self._similarity(vectors)
        mates, strangers = similarity[self.same], similarity[~self.same]
        return HeldOut(
            people=self.people,
            photos=self.photos,
            accuracy=others.accuracy(others.decided(similarity, self.same, self._parts), self.same),
            auc=area_under_roc(mates, strangers),
            tar=tar_at_far(mates, strangers, self._fmr),
            fmr=self._fmr,
            spread=_spread(strangers),
        )

    def _similarity(self, vectors: Vector) -> Scores:
        known = np.asarray(np.isfinite(vectors).all(axis=1) & vectors.any(axis=1))
        clean = np.where(known[:, None], vectors, np.float32(0)).astype(np.float32, copy=False)
        scores = _cosines(clean, self._first, self._second)
        return np.where(known[self._first] & known[self._second], scores, FAILED)


def _cosines(vectors: Vector, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> Scores:
    if len(vectors) <= _TABLE:
        return np.asarray((vectors @ vectors.T)[first, second])
    scores = np.empty(len(first), dtype=np.float32)
    for start in range(0, len(first), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        scores[part] = np.einsum("ij,ij->i", vectors[first[part]], vectors[second[part]])
    return scores


def _spread(strangers: Scores) -> float:
    """Return the mean Euclidean distance of unit vectors of two people; 0 where there is none."""
    known = strangers[np.isfinite(strangers)].astype(np.float64)
    return float(np.sqrt(np.maximum(2 - 2 * known, 0)).mean()) if len(known) else 0.0
