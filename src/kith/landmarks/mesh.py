"""Where things are among the 478 points of ``mesh478``.

Left and right are as seen in the picture; "clockwise" too. Outlines are closed: the last point is
next to the first. 468 to 477 are the irises, the others a net over the face.
"""

from __future__ import annotations

COUNT = 478

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The face's outline, clockwise from the top of the forehead."""

JAW = (
    *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148),
    152,
    *(377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
)
"""From the left ear along the jaw and the chin to the right ear: part of `OVAL`."""

FOREHEAD, CHIN = 10, 152
"""The ends of the face's middle line."""

LEFT_EAR, RIGHT_EAR = (127, 234, 93), (356, 454, 323)
"""Where the cheek meets the ear, from above: at the ear's root, its middle, its lobe."""

LEFT_JAW, RIGHT_JAW = 172, 397
"""The corners of the jaw."""

NOSE = (168, 6, 197, 195, 5, 4)
"""The ridge of the nose, from between the eyes to the tip."""

NOSE_TIP, NOSE_BASE = 4, 2
"""The tip; where the nose meets the lip."""

LEFT_NOSTRIL, RIGHT_NOSTRIL = 129, 358
"""The outer ends of the nose's wings."""

UNDER_EYES = (
    *(234, 116, 117, 118, 119, 120, 121, 114, 196),
    197,
    *(419, 343, 350, 349, 348, 347, 346, 345, 454),
)
"""From the left ear close below the eyes and over the ridge of the nose to the right ear."""

CHEEKS = (*(234, 123, 50, 101, 100, 47, 174, 196), 197, *(419, 399, 277, 329, 330, 280, 352, 454))
"""The same, lower: over the middle of the cheeks."""

LIPS = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
)
"""The outer outline of the mouth, clockwise from its left corner."""

MOUTH = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)
"""The inner outline, clockwise from its left corner."""

LEFT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
"""Its outline, clockwise from the outer corner."""

RIGHT_EYE = (362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382)
"""Its outline, clockwise from the inner corner."""

LEFT_PUPIL, RIGHT_PUPIL = 468, 473

LEFT_IRIS, RIGHT_IRIS = (469, 470, 471, 472), (474, 475, 476, 477)
"""Around the pupils, in order."""

LEFT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
"""Clockwise from the outer end of its upper edge."""

RIGHT_BROW = (336, 296, 334, 293, 300, 276, 283, 282, 295, 285)
"""Clockwise from the inner end of its upper edge."""
