"""Accuracy where every pair is decided at a threshold that was chosen on other people.

LFW's protocol deals pairs into folds; of people compared with each other, everybody with everybody,
a fold of pairs would share its people with the others. Here people are dealt into parts, and a pair
of parts i and j is decided at the threshold at which both kinds of error are equally frequent
between people of neither. That threshold moves less from one set of people to the next than the one
that decides the most pairs rightly: as an estimate that converges with the square root of their
number, not the cube root (Kim and Pollard, Annals of Statistics 18, 1990). Pairs of one person
count as much as pairs of two, however many there are of each, so that a network that says nothing
comes to one half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.metrics.folds import best_gap
from kith.evaluation.metrics.scores import checked, comparable

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.typing import ArrayLike

    from kith.evaluation.records import Indices, Scores

PARTS = 10
LEAST = 4
"""People: a pair of two of them leaves two others, of whom there are both kinds of pairs."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Parts of the people in pairs, or of the pairs themselves where people are too few.

    Attributes:
        first, second: int16, N: the parts of each pair's two people, the smaller first.
        apart: whether it is people that are dealt; else pairs are, one by one, and a threshold is
            chosen on pairs of the same people.
    """

    first: npt.NDArray[np.int16]
    second: npt.NDArray[np.int16]
    apart: bool


def deal(a: Indices, b: Indices, seed: int = 0) -> Parts:
    """Deal the people in pairs into parts with about as many pairs of one person each.

    Args:
        a: int32, N: the first person of each pair, of both kinds.
        b: int32, N: the second; equal in pairs of one person.
        seed: of the order in which equals are dealt.
    """
    people = 1 + int(max(a.max(), b.max()))
    own = np.bincount(a[a == b], minlength=people)
    there = np.flatnonzero(np.bincount(a, minlength=people) + np.bincount(b, minlength=people))
    random = np.random.default_rng(seed)
    order = random.permutation(there)
    order = order[np.argsort(-own[order], kind="stable")]
    part = np.zeros(people, dtype=np.int16)
    part[order] = np.arange(len(order)) % PARTS
    low, high = np.minimum(part[a], part[b]), np.maximum(part[a], part[b])
    if len(there) >= LEAST and _supported(low, high, a == b):
        return Parts(low, high, apart=True)
    fold = np.zeros(len(a), dtype=np.int16)
    for kind in (a == b, a != b):
        chosen = random.permutation(np.flatnonzero(kind))
        fold[chosen] = np.arange(len(chosen)) % PARTS
    return Parts(fold, fold, apart=False)


def decided(
    similarity: ArrayLike, same: npt.NDArray[np.bool_], parts: Parts
) -> npt.NDArray[np.bool_]:
    """Return whether each pair is decided rightly at the threshold that others ask for.

    Photos that could not be acquired count, but say nothing of where a threshold should be. Where
    no others have both kinds of pairs, it is −∞: nothing is known, and all that can match does.

    Args:
        similarity: float32, N; −∞ where a photo could not be acquired.
        same: bool, N.
        parts: of `deal`.

    Raises:
        InputError: there are no pairs, or a similarity is not a number.
    """
    scores = checked(similarity, "pairs")
    order = np.argsort(scores)
    rising, truth = scores[order], same[order]
    first, second = parts.first[order], parts.second[order]
    acquired = rising > -np.inf
    right = np.empty(len(scores), dtype=np.bool_)
    block = first.astype(np.int32) * PARTS + second
    for number in np.unique(block).tolist():
        low, high = divmod(number, PARTS)
        others = ~((first == low) | (first == high) | (second == low) | (second == high))
        known = truth[others & acquired]
        threshold = -np.inf
        if known.any() and not known.all():
            threshold = equal_threshold(rising[others & acquired], known)
        here = block == number
        right[order[here]] = (rising[here] >= comparable(threshold)) == truth[here]
    return right


def equal_threshold(rising: Scores, truth: npt.NDArray[np.bool_]) -> float:
    """Return the threshold at which the larger of FMR and FNMR is smallest, given sorted scores.

    Args:
        rising: float32, n.
        truth: bool, n: whether each is of one person; both kinds are there.
    """
    mates = int(np.count_nonzero(truth))
    # In whole numbers, so that equal rates are equal.
    missed = np.concatenate([[0], np.cumsum(truth)]) * (len(truth) - mates)
    matched = np.concatenate([np.cumsum(~truth[::-1])[::-1], [0]]) * mates
    return best_gap(rising, -np.maximum(missed, matched))


def accuracy(right: npt.NDArray[np.bool_], same: npt.NDArray[np.bool_]) -> float:
    """Return the share of pairs decided rightly on as many of one person as of two, 0–1."""
    return (float(np.mean(right[same])) + float(np.mean(right[~same]))) / 2


def _supported(
    low: npt.NDArray[np.int16], high: npt.NDArray[np.int16], same: npt.NDArray[np.bool_]
) -> bool:
    """Tell whether for every two parts that meet, others have both kinds of pairs."""
    met = np.zeros((2, PARTS, PARTS), dtype=np.int64)
    np.add.at(met, (same.astype(np.intp), low, high), 1)
    for i, j in np.argwhere(met.any(axis=0)).tolist():
        keep = np.setdiff1d(np.arange(PARTS), [i, j])
        if not met[:, keep][:, :, keep].any(axis=(1, 2)).all():
            return False
    return True
