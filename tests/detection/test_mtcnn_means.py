from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.detection.mtcnn import means
from kith.detection.mtcnn.levels import Level
from kith.detection.mtcnn.means import WholePixels

from .mtcnn_slowly import means as slow_means

lengths = st.integers(1, 90)


def noise(seed: int, *shape: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@given(st.integers(0, 999), lengths, lengths, st.integers(12, 130), st.integers(12, 130))
def test_each_bin_of_a_level_is_averaged(
    seed: int, height: int, width: int, rows: int, columns: int
) -> None:
    pixels = noise(seed, height, width, 3)
    expected = slow_means(pixels, rows, columns).transpose(2, 0, 1)
    picture = WholePixels(pixels)
    for part in Level(1.0, rows, columns).parts():
        found = picture.part(part)
        assert found == pytest.approx(expected[:, part.rows, part.columns], rel=1e-5)


def test_large_bins_of_a_white_picture_do_not_overflow() -> None:
    """A bin of 50 × 25 pixels sums up to 318,750 per channel."""
    white = np.full((600, 300, 3), 255, np.uint8)
    part = Level(0.02, 12, 12).parts()[0]
    assert (WholePixels(white).part(part) == 255).all()
    crops = WholePixels(white).crops(np.array([[1, 1, 300, 600]], np.float32), 24)
    assert crops == pytest.approx(np.full((1, 3, 24, 24), 255.0))


@pytest.mark.parametrize("at_once", [1, 500, 10**6])
def test_a_picture_may_be_reduced_piece_by_piece(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(means, "MOST_AT_ONCE", at_once)
    pixels = noise(1, 83, 120, 3)
    picture = WholePixels(pixels)
    level = Level(0.5, 30, 47)
    expected = slow_means(pixels, 30, 47).transpose(2, 0, 1)
    for part in level.parts():
        assert picture.part(part) == pytest.approx(expected[:, part.rows, part.columns], rel=1e-5)
    crop = picture.crops(np.array([[5, 7, 100, 66]], np.float32), 24)[0]
    assert crop == pytest.approx(slow_means(pixels[6:66, 4:100], 24, 24).transpose(2, 0, 1))


@given(
    st.integers(0, 999),
    st.lists(st.tuples(*[st.floats(-30, 110, width=32) for _ in range(4)]), min_size=1, max_size=9),
    st.sampled_from([24, 48]),
)
def test_crops_are_cut_at_the_border_and_averaged(
    seed: int, boxes: list[tuple[float, float, float, float]], side: int
) -> None:
    pixels = noise(seed, 70, 90, 3)
    picture = WholePixels(pixels)
    corners = np.array(boxes, np.float32)
    usable = picture.usable(corners)
    crops = iter(picture.crops(corners[usable], side))
    for (left, top, right, bottom), expected in zip(boxes, usable, strict=True):
        # Corners are pixels counted from one, the last of which belongs to the box.
        rows = range(max(int(top), 1) - 1, min(int(bottom), 70))
        columns = range(max(int(left), 1) - 1, min(int(right), 90))
        assert expected == (len(rows) > 0 and len(columns) > 0)
        if expected:
            seen = pixels[rows.start : rows.stop, columns.start : columns.stop]
            assert next(crops) == pytest.approx(
                slow_means(seen, side, side).transpose(2, 0, 1), rel=1e-5
            )
    assert next(crops, None) is None
