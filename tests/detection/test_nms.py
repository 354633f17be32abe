from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.detection.nms import intersection, overlap, suppress

from .geometry import iou

whole = st.tuples(*[st.integers(0, 24)] * 2, *[st.integers(1, 12)] * 2)
real = st.tuples(*[st.floats(-50, 50, width=32)] * 2, *[st.floats(1, 60, width=32)] * 2)
scored = st.lists(st.tuples(real, st.sampled_from([0.5, 0.6, 0.61, 0.9, 1.0])), max_size=12)


def boxes_of(values: list[tuple[float, ...]]) -> npt.NDArray[np.float32]:
    return np.array(values, np.float32).reshape(-1, 4)


def painted(box: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    x, y, width, height = box
    canvas = np.zeros((40, 40), bool)
    canvas[y : y + height, x : x + width] = True
    return canvas


@given(whole, st.lists(whole, min_size=1, max_size=5))
def test_areas_are_those_of_counted_squares(
    box: tuple[int, ...], others: list[tuple[int, ...]]
) -> None:
    one = painted(box)
    shared = [int((one & painted(other)).sum()) for other in others]
    union = [int((one | painted(other)).sum()) for other in others]
    first, rest = np.array(box, np.float32), boxes_of(others)
    assert intersection(first, rest).tolist() == shared
    assert overlap(first, rest) == pytest.approx(np.divide(shared, union), abs=1e-6)


@given(real, real)
def test_overlap_does_not_depend_on_who_asks(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    first, second = boxes_of([a]), boxes_of([b])
    there, back = overlap(first[0], second)[0], overlap(second[0], first)[0]
    assert there == pytest.approx(back, abs=1e-5)
    assert there == pytest.approx(iou(first[0], second[0]), abs=1e-4)
    assert overlap(first[0], first)[0] == pytest.approx(1.0, abs=1e-5)


@given(scored, st.sampled_from([0.0, 0.3, 0.7]))
def test_suppression_against_the_rule_word_for_word(
    faces: list[tuple[tuple[float, ...], float]], limit: float
) -> None:
    boxes = boxes_of([box for box, _ in faces])
    scores = np.array([score for _, score in faces], np.float32)
    alive = sorted(range(len(faces)), key=lambda i: (-scores[i], i))
    kept = []
    while alive:
        best = alive.pop(0)
        kept.append(best)
        alive = [i for i in alive if overlap(boxes[best], boxes[i : i + 1])[0] <= limit]
    assert suppress(boxes, scores, limit) == kept


def test_the_earlier_of_two_equal_ones_stays() -> None:
    boxes = boxes_of([(0, 0, 10, 10), (1, 0, 10, 10), (50, 0, 10, 10)])
    assert suppress(boxes, np.array([0.7, 0.7, 0.9], np.float32), 0.3) == [2, 0]


def test_touching_boxes_share_nothing() -> None:
    boxes = boxes_of([(0, 0, 10, 10), (10, 0, 10, 10), (0, 10, 10, 10)])
    assert overlap(boxes[0], boxes).tolist() == [1, 0, 0]
    assert suppress(boxes, np.array([0.1, 0.2, 0.3], np.float32), 0.0) == [2, 1, 0]
