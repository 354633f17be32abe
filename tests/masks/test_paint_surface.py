"""Surfaces on the photo: which part of the cloth a pixel shows, and how much of it is covered."""

from __future__ import annotations

import numpy as np
import pytest

from kith.masks.paint.canvas import Canvas, around, fineness
from kith.masks.paint.cuts import CUTS
from kith.masks.paint.sheet import lay_flat, stretch
from kith.masks.paint.surface import COLUMNS, ROWS, normals, refine, show


@pytest.mark.parametrize("cut", CUTS, ids="-".join)
def test_the_fine_grid_passes_through_the_lattice(cut: tuple[str, str]) -> None:
    lattice = CUTS[cut].lattice
    grid = refine(lattice, creased=CUTS[cut].creased)
    assert grid.shape == (ROWS, COLUMNS, 3)
    step = (ROWS - 1) // (lattice.shape[0] - 1)
    middle, sides = COLUMNS // 2, (0, -1)
    assert np.allclose(grid[::step, middle], lattice[:, lattice.shape[1] // 2])
    for side in sides:
        assert np.allclose(grid[::step, side], lattice[:, side])
    # Both halves are mirror images, and the cloth faces outwards before the face.
    assert np.allclose(grid, grid[:, ::-1] * (-1, 1, 1))
    assert (normals(grid)[3:-3, middle - 6 : middle + 7, 2] > 0.1).all()


def test_a_crease_is_a_crease() -> None:
    lattice = CUTS["kn95", "nose"].lattice
    middle, bends = COLUMNS // 2, {}
    for creased in (True, False):
        steps = np.diff(refine(lattice, creased=creased)[ROWS // 2], axis=0)
        before, after = (one / np.linalg.norm(one) for one in (steps[middle - 1], steps[middle]))
        bends[creased] = np.degrees(np.arccos(before @ after))
    assert bends[True] > bends[False] + 20


def flat(left: float, top: float, width: float, height: float, depth: float = 0.0) -> np.ndarray:
    x = np.broadcast_to(np.linspace(left, left + width, COLUMNS), (ROWS, COLUMNS))
    y = np.broadcast_to(np.linspace(top, top + height, ROWS)[:, None], (ROWS, COLUMNS))
    return np.stack([x, y, np.full((ROWS, COLUMNS), depth)], axis=2)


def test_a_flat_cloth_shows_itself_evenly() -> None:
    canvas = Canvas(0, 0, 120, 90, 1.0)
    grid = flat(20, 10, 72, 60)
    shown = show(grid, grid, canvas)
    inside = np.s_[12:68, 22:90]
    x, y = np.meshgrid(np.arange(120), np.arange(90))
    assert np.abs(shown.across - (x - 20) / 72)[inside].max() < 1e-3
    assert np.abs(shown.down - (y - 10) / 60)[inside].max() < 1e-3
    assert (shown.known[inside] == 1).all()
    assert shown.share.sum() == pytest.approx(72 * 60, rel=0.02)
    assert shown.share[:8].max() == shown.share[:, 95:].max() == 0


def test_edges_are_soft() -> None:
    canvas = Canvas(0, 0, 60, 60, 1.0)
    for start in (20.0, 20.25, 20.5, 20.75):
        grid = flat(start, 20, 20, 20)
        column = show(grid, grid, canvas).share[30]
        # The pixel at 20 reaches from 19½ to 20½.
        assert column[20] == pytest.approx(min(1.0, 20.5 - start + 0.12), abs=0.14)


def test_the_near_part_of_a_fold_hides_the_far_one() -> None:
    canvas = Canvas(0, 0, 100, 60, 1.0)
    grid = flat(10, 10, 60, 40)
    # The right half is folded back behind the left one.
    columns = np.arange(COLUMNS)
    half = COLUMNS // 2
    there = np.where(columns <= half, columns, 2 * half - columns) / half
    grid[:, :, 0] = 10 + 60 * there
    for sign in (-1.0, 1.0):
        grid[:, :, 2] = sign * np.where(columns <= half, 0.0, columns - half)
        across = show(grid, grid, canvas).across[20:40, 14:60]
        assert ((across < 0.52) if sign < 0 else (across > 0.48)).all()


def test_stretching_keeps_what_is_straight() -> None:
    plane = np.linspace(-1, 1, COLUMNS)[None] * np.ones((ROWS, 1))
    large = stretch(plane, 301, 200)
    assert large.shape == (200, 301)
    assert np.abs(large - np.linspace(-1, 1, 301)).max() < 0.012
    colours = stretch(np.dstack([plane, -plane, plane * 0]), 301, 200)
    assert np.array_equal(colours[..., 1], -large)


def test_a_sheet_is_measured_in_centimetres() -> None:
    sheet = lay_flat(flat(-8, 0, 16, 12), 10.0, (255, 255, 255))
    assert sheet.shape == (120, 160)
    assert float(sheet.x.min()) == pytest.approx(-8, abs=0.1)
    assert float(sheet.top.max()) == pytest.approx(12, abs=0.15)
    assert float(sheet.side.max()) == pytest.approx(8, abs=0.1)
    assert np.allclose(sheet.top + sheet.bottom, 12, atol=0.15)
    line = sheet.line(sheet.x, 1.0)
    assert float(line.sum()) == pytest.approx(120 * 10, rel=0.03)


def test_the_canvas_is_as_fine_as_it_must_be_and_no_finer() -> None:
    assert [fineness(scale) for scale in (1.0, 3.0, 9.0, 20.0, 26.0, 104.0)] == [
        4.0,
        3.0,
        1.0,
        1.0,
        1.0,
        0.25,
    ]
    shape = flat(100, 50, 40, 30)
    canvas = around([shape], 10.0, 130, 70)
    assert canvas is not None
    assert (canvas.left, canvas.top) == (89, 39)
    assert (canvas.left + canvas.width, canvas.top + canvas.height) == (130, 70)
    assert around([shape + np.array([0, 100, 0])], 10.0, 130, 70) is None
    pixels = np.zeros((70, 130, 3), np.uint8)
    assert canvas.cut(pixels).shape == (canvas.height, canvas.width, 3)
    assert np.allclose(canvas.drawn(shape), canvas.here(shape))  # at factor 1
