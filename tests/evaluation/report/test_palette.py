"""Colours that everybody can tell apart, on white and on black."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from kith.evaluation.report.palette import (
    DASHES,
    GENUINE,
    IMPOSTOR,
    INK,
    LINES,
    MUTED,
    SHADES,
    SURFACE,
)

# Machado, Oliveira, Fernandes, "A physiologically-based model for simulation of color vision
# deficiency", 2009: severity 1.
DEFICIENCIES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
KINDS = (GENUINE, IMPOSTOR)
WHITE = XYZ @ np.ones(3)


def linear(colour):
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Of WCAG 2."""
    high, low = sorted((XYZ[1] @ linear(one), XYZ[1] @ linear(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    ratio = XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("side", ["light", "dark"])
def test_contrast(side):
    ground = getattr(SURFACE, side)
    for shade in (*LINES, GENUINE, IMPOSTOR):
        assert contrast(getattr(shade, side), ground) >= 3, shade
    for shade in (INK, MUTED):
        assert contrast(getattr(shade, side), ground) >= 4.5, shade


@pytest.mark.parametrize("side", ["light", "dark"])
@pytest.mark.parametrize("kind", DEFICIENCIES)
def test_lines_differ_for_everybody(side, kind):
    seen = [lab(np.array(DEFICIENCIES[kind]) @ linear(getattr(one, side))) for one in LINES]
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(one - other) > 14
    genuine, impostor = (
        lab(np.array(DEFICIENCIES[kind]) @ linear(getattr(one, side)))
        for one in (GENUINE, IMPOSTOR)
    )
    assert np.linalg.norm(genuine - impostor) > 40


def test_every_line_has_a_colour_and_dashes_of_its_own():
    assert len(set(DASHES)) == len(DASHES) == len(LINES)
    # In a figure colours are replaced by what they stand for: no two may be the same.
    assert len({shade.light for shade in SHADES}) == len({shade.name for shade in SHADES})
    assert len({shade.light for shade in SHADES}) == len(SHADES)
