"""A mean face: where its points lie, in centimetres.

x runs to the right as seen in the picture, y down, z towards the viewer; the origin lies between
the pupils, which are 6.3 cm apart. Measured: the mean of the meshes that the network
``face-landmarker`` sees on photos of 330 people, brought together by similarities (J. C. Gower,
*Generalized Procrustes analysis*, Psychometrika 1975) and made symmetric.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.masks.paint.arrays import Points

_ANCHORS = (
    # point of the mesh, its mirror image, x, y, z
    (168, 168, 0.00, -0.37, 1.65),
    (6, 6, 0.00, 0.34, 2.15),
    (197, 197, 0.00, 1.00, 2.69),
    (195, 195, 0.00, 1.59, 3.26),
    (5, 5, 0.00, 2.22, 3.85),
    (4, 4, 0.00, 3.01, 4.16),
    (2, 2, 0.00, 4.47, 2.52),
    (10, 10, 0.00, -5.28, 0.79),
    (151, 151, 0.00, -3.72, 1.27),
    (9, 9, 0.00, -1.95, 1.69),
    (200, 200, 0.00, 9.60, 1.63),
    (199, 199, 0.00, 10.42, 1.70),
    (175, 175, 0.00, 11.18, 1.43),
    (152, 152, 0.00, 11.75, 0.79),
    (127, 356, -7.13, 0.88, -5.33),
    (234, 454, -7.09, 2.42, -5.66),
    (93, 323, -7.00, 3.97, -5.57),
    (132, 361, -6.78, 5.60, -5.19),
    (58, 288, -6.33, 7.31, -4.48),
    (172, 397, -5.68, 8.63, -3.39),
    (136, 365, -4.97, 9.52, -2.28),
    (150, 379, -4.04, 10.30, -1.37),
    (149, 378, -3.22, 10.86, -0.63),
    (176, 400, -2.34, 11.32, 0.11),
    (148, 377, -1.32, 11.66, 0.61),
    (116, 345, -6.34, 1.88, -1.62),
    (117, 346, -5.21, 1.74, -0.43),
    (118, 347, -4.44, 1.93, 0.14),
    (101, 330, -3.42, 2.54, 0.74),
    (123, 352, -6.27, 3.25, -1.37),
    (50, 280, -4.88, 3.33, 0.31),
    (36, 266, -3.03, 3.34, 1.07),
    (137, 366, -6.86, 3.66, -3.46),
    (147, 376, -6.18, 4.63, -1.48),
    (187, 411, -5.37, 4.84, -0.26),
    (205, 425, -4.01, 4.16, 0.87),
    (177, 401, -6.66, 5.16, -3.28),
    (215, 435, -6.34, 6.57, -2.95),
    (192, 416, -5.48, 6.61, -1.07),
    (207, 427, -4.54, 5.27, 0.40),
    (206, 426, -3.18, 4.86, 1.03),
    (138, 367, -5.74, 7.76, -2.12),
    (135, 364, -4.98, 8.59, -1.36),
    (169, 394, -4.14, 9.41, -0.75),
    (170, 395, -3.33, 10.06, -0.08),
    (140, 369, -2.44, 10.67, 0.65),
    (171, 396, -1.32, 11.06, 1.27),
    (214, 434, -4.70, 7.23, -0.31),
    (210, 430, -3.94, 8.51, -0.15),
    (211, 431, -3.14, 9.27, 0.30),
    (32, 262, -2.29, 9.89, 0.91),
    (208, 428, -1.23, 10.32, 1.51),
    (33, 263, -4.36, 0.14, -0.52),
    (133, 362, -1.74, 0.21, -0.01),
    (98, 327, -1.65, 4.26, 1.69),
    (129, 358, -2.03, 3.62, 1.26),
    (48, 278, -1.83, 3.55, 2.40),
    (54, 284, -5.97, -3.29, -2.22),
    (103, 332, -4.96, -4.24, -1.03),
    (67, 297, -3.49, -4.89, 0.01),
    (104, 333, -4.52, -3.29, -0.08),
    (69, 299, -3.12, -3.65, 0.69),
    (108, 337, -1.65, -3.72, 1.12),
    (162, 389, -6.98, -0.75, -4.47),
    (21, 251, -6.63, -2.08, -3.32),
)

_SKIN = (
    # x, y, z, and the direction that the skin faces
    (0.00, -3.72, 1.27, 0.00, -0.24, 0.97),
    (0.00, -1.95, 1.69, 0.00, 0.06, 1.00),
    (-1.65, -3.72, 1.12, -0.22, -0.16, 0.96),
    (-3.12, -3.65, 0.69, -0.46, -0.20, 0.87),
    (-4.52, -3.29, -0.08, -0.60, -0.25, 0.76),
    (-3.42, 2.54, 0.74, -0.32, -0.29, 0.90),
    (-4.44, 1.93, 0.14, -0.45, -0.28, 0.85),
    (-5.21, 1.74, -0.43, -0.59, -0.26, 0.76),
    (-4.88, 3.33, 0.31, -0.55, -0.14, 0.82),
    (-3.03, 3.34, 1.07, -0.53, -0.21, 0.82),
    (-4.01, 4.16, 0.87, -0.43, -0.02, 0.90),
    (-5.37, 4.84, -0.26, -0.66, 0.16, 0.73),
    (-6.27, 3.25, -1.37, -0.86, -0.03, 0.51),
    (-6.18, 4.63, -1.48, -0.88, 0.11, 0.46),
    (-4.54, 5.27, 0.40, -0.50, 0.19, 0.84),
    (-3.18, 4.86, 1.03, -0.43, 0.04, 0.90),
    (-5.48, 6.61, -1.07, -0.73, 0.25, 0.64),
    (0.00, 1.59, 3.26, 0.00, -0.69, 0.72),
    (0.00, 2.22, 3.85, 0.00, -0.45, 0.89),
    (0.00, 3.01, 4.16, 0.00, 0.03, 1.00),
    (0.00, 10.42, 1.70, 0.00, 0.22, 0.97),
    (-1.32, 11.06, 1.27, -0.31, 0.26, 0.91),
    (-4.70, 7.23, -0.31, -0.61, 0.25, 0.75),
    (-3.94, 8.51, -0.15, -0.60, 0.21, 0.77),
)

_MIRROR = np.array([-1.0, 1.0, 1.0])


def both_sides(
    rows: Sequence[tuple[int, int, float, float, float]],
) -> tuple[npt.NDArray[np.int64], Points]:
    """Return the numbers of points, and where they lie (N × 3), from a table of one side.

    Args:
        rows: a point, its mirror image (itself in the middle), x, y, z.
    """
    numbers, places = [], []
    for left, right, *place in rows:
        numbers.append(left)
        places.append(place)
        if right != left:
            numbers.append(right)
            places.append((_MIRROR * place).tolist())
    return np.array(numbers), np.array(places, np.float64)


def _mirrored(rows: Points) -> Points:
    across = rows[rows[:, 0] != 0.0]
    return np.concatenate([rows, across * np.tile(_MIRROR, rows.shape[1] // 3)])


ANCHOR_NUMBERS, ANCHORS = both_sides(_ANCHORS)
"""Which of the mesh's 478 points, and where they lie on the mean face (N × 3)."""

SKIN, SKIN_NORMALS = np.hsplit(_mirrored(np.array(_SKIN)), 2)
"""Bare skin that shows the light (N × 3), and where it faces (N × 3, unit vectors)."""

FIVE = np.array(
    [
        [-3.26, -0.12, 0.40],
        [3.26, -0.12, 0.40],
        [0.00, 3.40, 3.70],
        [-2.80, 6.65, 0.50],
        [2.80, 6.65, 0.50],
    ]
)
"""Where the detector's five points lie: eyes, nose, corners of the mouth."""
