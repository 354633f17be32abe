from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.alignment import ARCFACE_TEMPLATE, similarity_transform

Points = npt.NDArray[np.float64]

seeds = st.integers(0, 2**32 - 1)


def similarity(scale: float, degrees: float, x: float, y: float) -> Points:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[scale * cos, -scale * sin, x], [scale * sin, scale * cos, y]])


def apply(matrix: Points, points: Points) -> Points:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def squares(matrix: Points, points: Points, template: Points) -> float:
    return float(((apply(matrix, points) - template) ** 2).sum())


def least_squares(points: Points, template: Points) -> Points:
    """The same task as a system of linear equations in a, b, x and y."""
    rows, wanted = [], []
    for (px, py), (tx, ty) in zip(points, template, strict=True):
        rows += [[px, -py, 1, 0], [py, px, 0, 1]]
        wanted += [tx, ty]
    a, b, x, y = np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=None)[0]
    return np.array([[a, -b, x], [b, a, y]])


@given(
    seeds,
    st.floats(0.01, 100),
    st.floats(-180, 180),
    st.floats(-5000, 5000),
    st.floats(-5000, 5000),
)
def test_a_similarity_is_found_again(
    seed: int, scale: float, degrees: float, x: float, y: float
) -> None:
    points = np.random.default_rng(seed).uniform(-100, 100, (5, 2))
    made = similarity(scale, degrees, x, y)
    found = similarity_transform(points, apply(made, points))
    assert found == pytest.approx(made, rel=1e-7, abs=1e-6)


@given(seeds, st.integers(2, 9))
def test_points_that_no_similarity_joins_against_linear_least_squares(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    points, template = random.uniform(0, 1000, (n, 2)), random.uniform(0, 112, (n, 2))
    found = similarity_transform(points, template)
    assert found == pytest.approx(least_squares(points, template), rel=1e-6, abs=1e-6)
    # Neither more nor less of anything is any better.
    best = squares(found, points, template)
    nudges = [(1.001, 0, 0, 0), (0.999, 0, 0, 0), (1, 0.1, 0, 0), (1, -0.1, 0, 0), (1, 0, 0.1, 0)]
    for scale, degrees, x, y in [*nudges, (1, 0, 0, -0.1)]:
        other = np.vstack([found, [0, 0, 1]])
        other = (np.vstack([similarity(scale, degrees, x, y), [0, 0, 1]]) @ other)[:2]
        assert squares(other, points, template) >= best - 1e-9


@given(seeds)
def test_the_template_against_opencv(seed: int) -> None:
    """OpenCV's estimate, with every point counted as an inlier."""
    random = np.random.default_rng(seed)
    made = similarity(random.uniform(0.2, 8), random.uniform(-180, 180), 300, 200)
    points = apply(made, ARCFACE_TEMPLATE.astype(np.float64)).astype(np.float32)
    theirs, inliers = cv2.estimateAffinePartial2D(
        points, ARCFACE_TEMPLATE, method=cv2.RANSAC, ransacReprojThreshold=1e6, refineIters=50
    )
    assert inliers.all()
    assert similarity_transform(points, ARCFACE_TEMPLATE) == pytest.approx(theirs, abs=2e-3)


def test_a_reflection_is_not_used() -> None:
    mirrored = ARCFACE_TEMPLATE * np.float32([-1, 1]) + np.float32([112, 0])
    found = similarity_transform(mirrored, ARCFACE_TEMPLATE)
    assert np.linalg.det(found[:, :2]) > 0


@pytest.mark.parametrize("place", [(0.0, 0.0), (311.5, -20.25)])
def test_points_in_one_place_keep_size_and_tilt(place: tuple[float, float]) -> None:
    points = np.tile(np.float32(place), (5, 1))
    found = similarity_transform(points, ARCFACE_TEMPLATE)
    assert found[:, :2].tolist() == [[1, 0], [0, 1]]
    assert apply(found, np.array([place]))[0] == pytest.approx(ARCFACE_TEMPLATE.mean(axis=0))


def test_points_on_a_line_give_a_similarity_all_the_same() -> None:
    points = np.array([[10, 10], [20, 20], [30, 30], [40, 40], [50, 50]], np.float32)
    found = similarity_transform(points, ARCFACE_TEMPLATE)
    assert found == pytest.approx(
        least_squares(points.astype(np.float64), ARCFACE_TEMPLATE.astype(np.float64)), abs=1e-6
    )
    assert found[0, 0] == found[1, 1]
    assert found[0, 1] == -found[1, 0]
