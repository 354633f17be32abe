"""Accuracy over folds, as the protocol of Labeled Faces in the Wild asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError
from kith.evaluation.metrics.scores import checked, comparable, just_above

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.typing import ArrayLike

    from kith.evaluation.records import Scores


@dataclass(frozen=True, slots=True)
class FoldAccuracy:
    """How many pairs are decided rightly, each fold at the threshold best on the others.

    Attributes:
        mean: of the folds' accuracies.
        std: their sample standard deviation (divided by folds − 1). Many papers print the one
            divided by folds, smaller by 5 % at ten folds.
        thresholds, accuracies: one per fold.
    """

    mean: float
    std: float
    thresholds: tuple[float, ...]
    accuracies: tuple[float, ...]

    @property
    def standard_error(self) -> float:
        """Of the mean: what LFW's authors ask to be reported (Huang et al., TR 07-49, 2007)."""
        return float(self.std / np.sqrt(len(self.accuracies)))


def fold_accuracy(
    similarity: ArrayLike, same: ArrayLike, fold: ArrayLike, folds: int
) -> FoldAccuracy:
    """Return the accuracy of LFW's View 2.

    A pair with a photo that could not be acquired (−∞) does not match: wrong where it shows one
    person, right where it shows two.

    Args:
        similarity: float32, N.
        same: bool, N.
        fold: int, N: 0 … folds − 1.
        folds: how many; at least 2.

    Raises:
        InputError: lengths differ, fewer than two folds, or a fold without pairs.
    """
    scores = checked(similarity, "pairs")
    truth, part = np.asarray(same, dtype=bool), np.asarray(fold)
    if not len(scores) == len(truth) == len(part):
        raise InputError("similarity, same and fold must be equally long")
    if folds < 2:
        raise InputError(f"accuracy over folds needs at least two folds, not {folds}")
    order = np.argsort(scores)
    scores, truth, part = scores[order], truth[order], part[order]
    thresholds, accuracies = [], []
    for number in range(folds):
        held = part == number
        if not held.any() or held.all():
            raise InputError(f"fold {number} holds {'all' if held.any() else 'no'} pairs")
        threshold = best_threshold(scores[~held], truth[~held])
        decided = scores[held] >= comparable(threshold)
        thresholds.append(threshold)
        accuracies.append(float(np.mean(decided == truth[held])))
    return FoldAccuracy(
        mean=float(np.mean(accuracies)),
        std=float(np.std(accuracies, ddof=1)),
        thresholds=tuple(thresholds),
        accuracies=tuple(accuracies),
    )


def best_threshold(rising: Scores, truth: npt.NDArray[np.bool_]) -> float:
    """Return the threshold that decides the most pairs rightly, given sorted scores.

    It lies halfway between the two scores it parts; of several equally good gaps it takes the
    middle one.
    """
    # right[k]: pairs decided rightly where all but the lowest k match.
    right = np.concatenate([[0], np.cumsum(~truth)]) + np.concatenate(
        [np.cumsum(truth[::-1])[::-1], [0]]
    )
    return best_gap(rising, right)


def best_gap(rising: Scores, merit: npt.NDArray[np.int64]) -> float:
    """Return a threshold that parts sorted scores where that is best, halfway between two.

    Args:
        rising: float32, n.
        merit: int64, n + 1: how good it is that all but the lowest k match; of several equally
            good gaps the middle one is taken.
    """
    parts = np.ones(len(merit), dtype=bool)
    parts[1:-1] = rising[1:] > rising[:-1]
    parts[: int(np.count_nonzero(np.isneginf(rising)))] = False  # −∞ never matches
    best = np.flatnonzero(parts & (merit == merit[parts].max()))
    return _gap(rising, int(best[(len(best) - 1) // 2]))


def _gap(rising: Scores, place: int) -> float:
    if place == len(rising):
        return just_above(rising[-1])
    if place == 0 or np.isneginf(rising[place - 1]):
        return float(rising[place])
    return (float(rising[place - 1]) + float(rising[place])) / 2
