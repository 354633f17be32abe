from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import InputError
from kith.evaluation import metrics
from kith.evaluation.metrics.folds import best_threshold

from . import slowly

score = st.one_of(st.just(-math.inf), st.integers(-2, 2).map(float), st.floats(-2, 2, width=32))
pairs = st.lists(st.tuples(score, st.booleans()), min_size=1, max_size=20)


def right(values: list[tuple[float, bool]], threshold: float) -> int:
    return sum(slowly.matches(score, threshold) == same for score, same in values)


@given(pairs)
def test_no_threshold_is_better(values: list[tuple[float, bool]]) -> None:
    scores, same = (np.array(column) for column in zip(*sorted(values), strict=True))
    threshold = best_threshold(scores.astype(np.float32), same.astype(bool))
    tried = [-math.inf, *scores.tolist(), *(slowly.above(score) for score in scores.tolist())]
    assert right(values, threshold) == max(right(values, t) for t in tried)


def test_the_threshold_lies_in_the_middle_of_the_gap() -> None:
    scores, same = np.array([0.1, 0.2, 0.6, 0.9], np.float32), np.array([False, False, True, True])
    assert best_threshold(scores, same) == pytest.approx(0.4)


def test_of_equally_good_gaps_the_middle_one_is_taken() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], np.float32)
    same = np.array([False, True] * 3)
    assert best_threshold(scores, same) == pytest.approx(0.35)


def test_the_threshold_comes_from_the_other_folds() -> None:
    """One fold's scores are shifted: its own best threshold would decide all of it rightly."""
    rng = np.random.default_rng(0)
    same = np.tile([True, False], 300)
    fold = np.repeat(np.arange(3), 200)
    scores = (same + rng.normal(0, 0.2, 600) + 2 * (fold == 1)).astype(np.float32)
    found = metrics.fold_accuracy(scores, same, fold, 3)
    assert found.accuracies[1] == 0.5
    for number in range(3):
        kept = fold != number
        others = list(zip(scores[kept].tolist(), same[kept].tolist(), strict=True))
        assert right(others, found.thresholds[number]) == max(
            right(others, t) for t in scores.tolist()
        )
        held = list(zip(scores[~kept].tolist(), same[~kept].tolist(), strict=True))
        assert found.accuracies[number] == right(held, found.thresholds[number]) / 200
    assert found.mean == pytest.approx(statistics.mean(found.accuracies))
    assert found.std == pytest.approx(statistics.stdev(found.accuracies))
    assert found.standard_error == pytest.approx(found.std / 3**0.5)


def test_scores_held_out_do_not_move_the_threshold() -> None:
    same = np.array([True, False] * 4)
    fold = np.repeat([0, 1], 4)
    scores = np.array([0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4], np.float32)
    first = metrics.fold_accuracy(scores, same, fold, 2)
    scores[:4] = [0.51, 0.49, 0.501, 0.499]
    assert metrics.fold_accuracy(scores, same, fold, 2).thresholds[0] == first.thresholds[0]


def test_failures_are_different_people() -> None:
    same = np.array([True, False, True, False])
    scores = np.array([-np.inf, -np.inf, 0.9, 0.1], np.float32)
    found = metrics.fold_accuracy(np.tile(scores, 2), np.tile(same, 2), np.repeat([0, 1], 4), 2)
    assert found.accuracies == (0.75, 0.75)


@pytest.mark.parametrize(
    ("fold", "folds", "message"),
    [
        ([0, 0, 1, 1], 1, "at least two folds"),
        ([0, 0, 1, 1], 3, "fold 2 holds no pairs"),
        ([1, 1, 1, 1], 2, "fold 0 holds no pairs"),
        ([0, 0, 1], 2, "equally long"),
    ],
)
def test_folds_that_are_none(fold: list[int], folds: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        metrics.fold_accuracy([0.1, 0.2, 0.3, 0.4], [True, False] * 2, fold, folds)
