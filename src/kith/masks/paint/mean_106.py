"""Where the 106 points of ``points106`` lie on the mean face, in centimetres (see `mean_face`).

Measured: on photos of 329 people the place in space whose projection, as the mesh says the face is
turned, comes closest to the point in the sense of squares.
"""

from __future__ import annotations

from kith.masks.paint.mean_face import both_sides

_ANCHORS = (
    # point, its mirror image, x, y, z
    (1, 17, -6.98, -0.24, -3.93),
    (9, 25, -7.06, 0.76, -3.90),
    (10, 26, -7.10, 1.74, -3.83),
    (11, 27, -7.09, 2.72, -3.71),
    (12, 28, -7.04, 3.69, -3.57),
    (13, 29, -6.93, 4.67, -3.43),
    (14, 30, -6.76, 5.65, -3.29),
    (15, 31, -6.53, 6.62, -3.10),
    (16, 32, -6.20, 7.53, -2.78),
    (2, 18, -5.76, 8.39, -2.37),
    (3, 19, -5.22, 9.17, -1.86),
    (4, 20, -4.58, 9.88, -1.28),
    (5, 21, -3.85, 10.50, -0.65),
    (6, 22, -3.05, 11.06, 0.10),
    (7, 23, -2.16, 11.51, 0.85),
    (8, 24, -1.15, 11.80, 1.45),
    (77, 83, -2.02, 3.73, 2.11),
    (38, 88, -3.11, 0.01, 0.20),
    (52, 61, -2.74, 6.82, 0.46),
    (0, 0, 0.00, 11.89, 1.79),
    (72, 72, 0.00, -0.36, 1.49),
    (73, 73, 0.00, 0.81, 2.40),
    (74, 74, 0.00, 1.96, 3.31),
    (86, 86, 0.00, 3.12, 4.21),
    (80, 80, 0.00, 4.45, 3.20),
)

ANCHOR_NUMBERS, ANCHORS = both_sides(_ANCHORS)
"""Which of the 106 points, and where they lie on the mean face (N × 3)."""
