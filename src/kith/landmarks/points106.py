"""Where things are among the 106 points of ``points106``.

Left and right are as seen in the picture.
"""

from __future__ import annotations

COUNT = 106

JAW = (
    *(1, 9, 10, 11, 12, 13, 14, 15, 16, 2, 3, 4, 5, 6, 7, 8),
    0,
    *(24, 23, 22, 21, 20, 19, 18, 32, 31, 30, 29, 28, 27, 26, 25, 17),
)
"""From the left ear along the jaw and the chin to the right ear."""

CHIN = 0

NOSE = (72, 73, 74, 86)
"""The ridge of the nose, from between the eyes to the tip."""

NOSE_TIP, NOSE_BASE = 86, 80
"""The tip; where the nose meets the lip."""

LEFT_NOSTRIL, RIGHT_NOSTRIL = 77, 83
"""The outer ends of the nose's wings."""

LIPS = (52, 64, 63, 71, 67, 68, 61, 58, 59, 53, 56, 55)
"""The outer outline of the mouth, clockwise from its left corner."""

LEFT_PUPIL, RIGHT_PUPIL = 38, 88

FIVE = ((LEFT_PUPIL,), (RIGHT_PUPIL,), (NOSE_TIP,), (52,), (61,))
"""The points that detection gives: eyes, nose, corners of the mouth."""
