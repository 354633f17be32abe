"""Anti-aliased rounded rectangles and dots on RGB pixels, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from kith.types import Pixels

Colour: TypeAlias = tuple[int, int, int]
"""Red, green, blue, 0–255."""

Rectangle: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""

SHIFT = 4
"""OpenCV is given points in sixteenths of a pixel."""

_QUARTER = np.linspace(0.0, np.pi / 2, 13)


def rounded(rectangle: Rectangle, radius: float) -> npt.NDArray[np.int32]:
    """The outline of a rectangle with round corners, as points in sixteenths of a pixel."""
    left, top, right, bottom = rectangle
    radius = max(0.0, min(radius, (right - left) / 2, (bottom - top) / 2))
    corners = (
        (right - radius, bottom - radius, 0.0),
        (left + radius, bottom - radius, np.pi / 2),
        (left + radius, top + radius, np.pi),
        (right - radius, top + radius, 3 * np.pi / 2),
    )
    points = [
        np.stack((x + radius * np.cos(_QUARTER + turn), y + radius * np.sin(_QUARTER + turn)), 1)
        for x, y, turn in corners
    ]
    return np.round(np.concatenate(points) * (1 << SHIFT)).astype(np.int32)


def fill(
    pixels: npt.NDArray[np.uint8], rectangle: Rectangle, radius: float, colour: Colour | int
) -> None:
    """Fill a rounded rectangle, of RGB pixels or of a mask of one channel."""
    cv2.fillPoly(pixels, [rounded(rectangle, radius)], colour, cv2.LINE_AA, SHIFT)


def stroke(
    pixels: Pixels, rectangle: Rectangle, radius: float, colour: Colour, thickness: int
) -> None:
    """Draw the outline of a rounded rectangle; the line lies on both sides of its edge."""
    points = rounded(rectangle, radius)
    cv2.polylines(pixels, [points], True, colour, thickness, cv2.LINE_AA, SHIFT)


def dot(pixels: Pixels, x: float, y: float, radius: float, colour: Colour) -> None:
    """Fill a circle."""
    one = 1 << SHIFT
    centre = round(x * one), round(y * one)
    cv2.circle(pixels, centre, max(1, round(radius * one)), colour, -1, cv2.LINE_AA, SHIFT)


def line(
    pixels: Pixels,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: Colour,
    thickness: int,
) -> None:
    """Draw a straight line."""
    one = 1 << SHIFT
    a, b = ((round(x * one), round(y * one)) for x, y in (start, end))
    cv2.line(pixels, a, b, colour, thickness, cv2.LINE_AA, SHIFT)


def ink_on(colour: Colour) -> Colour:
    """Black or white, whichever reads better on a colour."""
    white, black = (255, 255, 255), (0, 0, 0)
    return white if contrast(white, colour) > contrast(black, colour) else black


def ink_of(colour: Colour) -> Colour:
    """The colour, as much darker as letters on white need (WCAG 2.2: a contrast of 4.5)."""
    for percent in range(100, 0, -2):
        red, green, blue = (round(part * percent / 100) for part in colour)
        if contrast((red, green, blue), (255, 255, 255)) >= 4.5:
            return red, green, blue
    return 0, 0, 0


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1–21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
