from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.detection.mtcnn import FACENET_PYTORCH, MTCNN_1_0
from kith.detection.mtcnn.levels import Level, pyramid


def cells(pixels: int) -> int:
    """What a convolution of 3, a pool of 2 rounded up, and two more of 3 leave of a length."""
    return -(-(pixels - 2) // 2) - 4


@given(st.integers(12, 1500), st.integers(12, 1500))
def test_every_cell_is_in_one_part_and_sees_the_same_pixels(rows: int, columns: int) -> None:
    covered = np.zeros((cells(rows), cells(columns)), int)
    for part in Level(0.6, rows, columns).parts():
        covered[part.top : part.bottom, part.left : part.right] += 1
        for span, first, last, length in (
            (part.rows, part.top, part.bottom, rows),
            (part.columns, part.left, part.right, columns),
        ):
            assert 0 <= span.start < span.stop <= length
            assert span.start == 2 * first
            assert cells(span.stop - span.start) == last - first
    assert (covered == 1).all()


def test_a_part_is_never_large() -> None:
    parts = Level(0.6, 13, 2_000_000).parts() + Level(0.6, 5000, 5000).parts()
    assert max(part.cells for part in parts) <= 16_384


def test_levels_shrink_until_a_face_fills_the_picture() -> None:
    levels = pyramid(480, 640, 20, FACENET_PYTORCH)
    assert len(levels) == 10
    assert (levels[0].rows, levels[0].columns) == (289, 385)
    assert (levels[1].rows, levels[1].columns) == (205, 273)
    assert [round(level.scale, 4) for level in levels[:3]] == [0.6, 0.4254, 0.3016]
    assert levels[-1].rows >= 12 > levels[-1].rows * 0.709
    assert pyramid(480, 640, 500, FACENET_PYTORCH) == []
    assert pyramid(480, 640, 480, FACENET_PYTORCH)[0].rows == 13


def test_other_sizes_without_whole_pixels() -> None:
    levels = pyramid(480, 640, 20, MTCNN_1_0)
    assert (levels[0].rows, levels[0].columns) == (288, 384)
    assert (levels[1].rows, levels[1].columns) == (204, 272)


@pytest.mark.parametrize("first", [0, 1])
def test_boxes_of_a_part(first: int) -> None:
    """A cell sees twelve pixels from two times its place, and one more, on."""
    part = Level(0.5, 600, 600).parts()[first]
    assert (part.left > 0) == (first == 1)
    output = np.full((5, part.bottom - part.top, part.right - part.left), -9, np.float32)
    output[:, 3, 7] = 2, 0.1, 0.2, 0.3, 0.4
    output[0, 4, 7] = 0.405  # probability just below 0.6
    x, y = 2 * (part.left + 7) + 1, 2 * (part.top + 3) + 1
    rounded = part.proposals(output, FACENET_PYTORCH)
    assert rounded.corners.tolist() == [[2 * x, 2 * y, 2 * x + 22, 2 * y + 22]]
    assert rounded.scores == pytest.approx([1 / (1 + np.exp(-2))])
    assert rounded.shifts == pytest.approx(np.array([[0.1, 0.2, 0.3, 0.4]]))
    refined = part.proposals(output, replace(MTCNN_1_0, thresholds=(0.6, 0.7, 0.8)))
    expected = [2 * x + 2.2, 2 * y + 4.4, 2 * x + 28.6, 2 * y + 30.8]
    assert refined.corners == pytest.approx(np.array([expected]), rel=1e-6)


def test_corners_are_rounded_down_to_pixels_of_the_picture() -> None:
    part = Level(0.6, 60, 60).parts()[0]
    output = np.full((5, part.bottom, part.right), 5, np.float32)
    found = part.proposals(output, replace(FACENET_PYTORCH, most_proposals=7))
    assert len(found) == 7
    every = part.proposals(output, FACENET_PYTORCH).corners
    assert (every == np.floor(every)).all()
    assert every[1].tolist() == [5, 1, 23, 20]  # 3 / 0.6, 1 / 0.6, 14 / 0.6, 12 / 0.6
