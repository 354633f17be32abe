from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kith.detection import Detections
from kith.detection.merge import AGREE, INSIDE, SAME_FACE, merge

from .geometry import detections, iou

box = st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(4, 60)] * 2)
sightings = st.lists(st.tuples(box, st.integers(60, 99)), max_size=10)


def by_hand(found: Detections) -> list[tuple[float, list[float], list[list[float]]]]:
    """The rule word for word: score, box and points of each face."""
    left = sorted(range(len(found)), key=lambda i: (-found.scores[i], i))
    faces = []
    while left:
        best = left.pop(0)
        agreeing, others = [best], []
        for i in left:
            a, b = found.boxes[best].astype(float), found.boxes[i].astype(float)
            same = iou(a, b)
            smaller = min(a[2] * a[3], b[2] * b[3])
            shared = same * (a[2] * a[3] + b[2] * b[3]) / (1 + same)
            if same > AGREE:
                agreeing.append(i)
            if not (same > SAME_FACE or shared > INSIDE * smaller):
                others.append(i)
        weights = [float(found.scores[i]) for i in agreeing]
        where, points = np.zeros(4), np.zeros((5, 2))
        for weight, i in zip(weights, agreeing, strict=True):
            where += weight / sum(weights) * found.boxes[i]
            points += weight / sum(weights) * found.points[i]
        faces.append((weights[0], where.tolist(), points.tolist()))
        left = others
    return faces


def away_from_limits(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    union = iou(np.array(a), np.array(b))
    shared = union * (a[2] * a[3] + b[2] * b[3]) / (1 + union)
    inside = shared / min(a[2] * a[3], b[2] * b[3])
    return min(abs(union - SAME_FACE), abs(union - AGREE), abs(inside - INSIDE)) > 1e-4


@given(sightings)
def test_merge_against_the_rule_word_for_word(seen: list[tuple[tuple[int, ...], int]]) -> None:
    boxes = [box for box, _ in seen]
    found = detections(np.array(boxes), np.array([score / 100 for _, score in seen]))
    # Just at a limit rounding would decide.
    assume(all(away_from_limits(a, b) for a in boxes for b in boxes))
    merged, expected = merge(found), by_hand(found)
    assert len(merged) == len(expected)
    for i, (score, where, points) in enumerate(expected):
        assert merged.scores[i] == pytest.approx(score, abs=1e-6)
        assert merged.boxes[i] == pytest.approx(np.array(where), abs=1e-3)
        assert merged.points[i] == pytest.approx(np.array(points), abs=1e-3)


def test_two_sightings_of_a_face_are_one_with_the_mean_of_both() -> None:
    found = detections([[100, 100, 50, 60], [104, 100, 50, 60]], [0.6, 0.9])
    merged = merge(found)
    assert merged.scores.tolist() == [np.float32(0.9)]
    assert merged.boxes[0] == pytest.approx([104 - 4 * 0.4, 100, 50, 60], abs=1e-3)


@pytest.mark.parametrize(
    ("other", "faces"),
    [
        ([100, 100, 20, 20], 1),  # a part of the face: an eye taken for a face
        ([140, 100, 50, 60], 2),  # a neighbour in front of whom the face stands
        ([100, 145, 50, 60], 2),
        ([500, 500, 50, 60], 2),
    ],
)
def test_parts_of_a_face_go_and_neighbours_stay(other: list[float], faces: int) -> None:
    found = detections([[100, 100, 50, 60], other], [0.9, 0.8])
    merged = merge(found)
    assert len(merged) == faces
    assert merged.boxes[0] == pytest.approx([100, 100, 50, 60])  # not moved by the other


def test_the_stronger_sighting_speaks_even_where_it_is_the_smaller() -> None:
    merged = merge(detections([[100, 100, 90, 90], [110, 110, 40, 40]], [0.7, 0.9]))
    assert merged.boxes.tolist() == [[110, 110, 40, 40]]


def test_of_nothing_comes_nothing() -> None:
    assert len(merge(Detections.join([]))) == 0
