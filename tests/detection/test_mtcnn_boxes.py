from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.detection.mtcnn import boxes as module
from kith.detection.mtcnn.boxes import (
    Candidates,
    refined,
    squared,
    suppress,
    suppress_inside,
    sure,
)

from .mtcnn_slowly import inside, shared, union

Floats = npt.NDArray[np.float32]


def scattered(seed: int, count: int) -> tuple[Floats, Floats]:
    """Boxes in heaps, with distinct scores."""
    random = np.random.default_rng(seed)
    start = random.integers(0, 4, (count, 2)) * 30 + random.normal(0, 6, (count, 2))
    sides = random.uniform(12, 30, (count, 2))
    scores = (random.permutation(count) + 1) / (count + 1)
    return np.hstack([start, start + sides]).astype(np.float32), scores.astype(np.float32)


def better_first(scores: Floats) -> list[int]:
    return [int(place) for place in np.argsort(-scores)]


@given(st.integers(0, 10**6), st.integers(0, 60), st.sampled_from([0.3, 0.5, 0.7]), st.booleans())
def test_of_boxes_that_overlap_the_best_stays(
    seed: int, count: int, limit: float, chained: bool
) -> None:
    corners, scores = scattered(seed, count)
    expected: list[int] = []
    seen: list[int] = []
    for place in better_first(scores):
        rivals = seen if chained else expected
        if all(union(corners[place], corners[rival]) <= limit for rival in rivals):
            expected.append(place)
        seen.append(place)
    kept = suppress(Candidates(corners, scores, corners), limit, chained=chained)
    assert kept.scores.tolist() == scores[expected].tolist()
    assert (kept.corners == corners[expected]).all()


@given(st.integers(0, 10**6), st.integers(0, 40), st.booleans())
def test_of_boxes_inside_each_other_the_best_stays(seed: int, count: int, chained: bool) -> None:
    corners, scores = scattered(seed, count)
    expected: list[int] = []
    seen: list[int] = []
    for place in better_first(scores):
        rivals = seen if chained else expected
        share = without_last_pixel if chained else inside
        if all(share(corners[place], corners[rival]) <= 0.7 for rival in rivals):
            expected.append(place)
        seen.append(place)
    assert suppress_inside(corners, scores, 0.7, chained=chained).tolist() == expected


def without_last_pixel(a: Floats, b: Floats) -> float:
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return shared(a, b, 0) / float(min(areas))


def test_many_boxes_are_compared_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    corners, scores = scattered(1, 50)
    candidates = Candidates(corners, scores, corners)
    at_once = suppress(candidates, 0.5, chained=True)
    assert 1 < len(at_once) < 50
    monkeypatch.setattr(module, "BLOCK", 7)
    assert (suppress(candidates, 0.5, chained=True).corners == at_once.corners).all()


def test_of_two_equally_sure_faces_the_later_one_stays() -> None:
    """facenet-pytorch keeps that one, and many faces have a score of exactly one."""
    corners = np.array([[0, 0, 20, 20], [1, 1, 21, 21], [50, 0, 70, 20]], np.float32)
    assert suppress_inside(corners, np.ones(3, np.float32), 0.7, chained=False).tolist() == [2, 1]


def test_the_best_keep_their_order() -> None:
    corners = np.zeros((5, 4), np.float32)
    scores = np.array([0.2, 0.9, 0.1, 0.5, 0.8], np.float32)
    candidates = Candidates(corners, scores, corners)
    assert candidates.best(3).scores.tolist() == scores[[1, 3, 4]].tolist()
    assert candidates.best(5) is candidates


def test_corners_move_by_shares_of_the_sides() -> None:
    corners = np.array([[10, 20, 19, 39]], np.float32)
    shifts = np.array([[0.1, -0.1, 0.2, 0.5]], np.float32)
    assert refined(corners, shifts) == pytest.approx(np.array([[11, 18, 21, 49]]))
    less = refined(corners, shifts, last_pixel=False)
    assert less == pytest.approx(np.array([[10.9, 18.1, 20.8, 48.5]]))


def test_squares_keep_the_middle_and_the_longer_side() -> None:
    corners = np.array([[10, 20, 20, 50], [0, 0, 8, 4]], np.float32)
    assert squared(corners).tolist() == [[0, 20, 30, 50], [0, -2, 8, 6]]


def test_only_what_is_above_the_threshold_is_sure() -> None:
    odds = np.array([-800, 0.0, 0.8472, 0.8474, 800], np.float32)  # 0.8473: probability 0.7
    places, scores = sure(odds, 0.7)
    assert places.tolist() == [3, 4]
    assert scores == pytest.approx([0.70002, 1.0], abs=1e-4)
