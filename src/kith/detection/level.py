"""Turn tilted heads upright before their points are believed.

YuNet finds a face at almost any tilt, but pulls its points towards an upright face: on photos
turned by 30° the eyes it gives are turned by about 10°, at 90° by none. A crop made from such
points shows somebody else (benchmarks/degrade.py prints how much of the similarity is lost). A
face that seems tilted, or of which the network is unsure, is therefore turned by the tilt
estimated, looked at again, and so on until it stands upright; its points are then turned back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.media.warp import warp

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.detection.base import Detections, FaceNetwork
    from kith.types import Pixels

FACE_SIDES = (64.0, 112.0)
"""Widths, in pixels, at which a face is looked at; the points are the mean of both looks."""

SURROUNDINGS = 2.0
"""Side of the square looked at, in widths of the face."""

UPRIGHT = 4.0
"""Degrees of apparent tilt that are left alone: the points are as good as they get."""

SURE = 0.92
"""Score under which a face may be so far tilted that its points say nothing."""

BELIEVED = 35.0
"""Degrees of apparent tilt up to which doubling leads closer to upright."""

PULL = 2.0
"""True tilt over apparent tilt, roughly: how far the network pulls points towards upright."""

EIGHTHS = (45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0)

MOST_LOOKS = 4

SMALLEST = 20.0
"""Faces narrower than this are left as they are: their points are coarse anyway."""


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A face seen on a turned canvas; the points are in the photo's pixels, the tilt is not."""

    score: float
    points: npt.NDArray[np.float32]
    tilt: float


def tilt(points: npt.NDArray[np.float32]) -> float:
    """Return the angle from the eyes' middle to the mouth's against straight down, in degrees.

    Positive where the top of the head leans to the right of the picture.
    """
    down = points[3:5].mean(axis=0) - points[0:2].mean(axis=0)
    return float(np.degrees(np.arctan2(-down[0], down[1])))


def level(network: FaceNetwork, pixels: Pixels, found: Detections) -> Detections:
    """Return the same faces with points that hold for tilted heads too.

    Args:
        network: the detector.
        pixels: RGB, uint8, H × W × 3.
        found: faces of that picture.
    """
    points = found.points.copy()
    for index, box in enumerate(found.boxes):
        if box[2] < SMALLEST:
            continue
        face = _Leveller(network, pixels, box)
        look = face.level(points[index], float(found.own[index]))
        if look is not None:
            points[index] = look.points
    return replace(found, points=points)


@dataclass(frozen=True, slots=True, eq=False)
class _Leveller:
    """Looks at one face of a photo under different angles."""

    network: FaceNetwork
    pixels: Pixels
    box: npt.NDArray[np.float32]

    def level(self, points: npt.NDArray[np.float32], score: float) -> _Look | None:
        """Return the face as seen upright; None where it is upright already or not seen again."""
        apparent = tilt(points)
        if abs(apparent) <= UPRIGHT and score >= SURE:
            return None if self._stands_upright(score) else self._levelled(180.0)
        # A large tilt was seen in full or not at all; only a small one was pulled upright.
        sure = score >= SURE and abs(apparent) <= BELIEVED
        angle = apparent * PULL if sure else self._surest_turn()
        return None if angle is None else self._levelled(angle)

    def _stands_upright(self, score: float) -> bool:
        """Whether a face that looks upright is not standing on its head."""
        turned = self._look(180.0, FACE_SIDES[0])
        if turned is None or turned.score < score - 0.03:
            return True
        upright = self._look(0.0, FACE_SIDES[0])
        return upright is not None and upright.score >= turned.score

    def _levelled(self, angle: float) -> _Look | None:
        """Turn by an angle, and on by what is left of the tilt; the mean of two last looks."""
        best = None
        for _ in range(MOST_LOOKS):
            look = self._look(angle, FACE_SIDES[0])
            if look is None:
                return best
            best = look
            if abs(look.tilt) <= UPRIGHT / 2:
                break
            angle += look.tilt * PULL
        closer = self._look(angle, FACE_SIDES[1])
        if best is None or closer is None:
            return best
        mean = ((best.points + closer.points) / 2).astype(np.float32)
        return _Look(closer.score, mean, closer.tilt)

    def _surest_turn(self) -> float | None:
        """Return the eighth of a turn under which the network is surest of the face.

        None where a closer look shows that it stands upright, as most do.
        """
        upright = self._look(0.0, FACE_SIDES[0])
        if upright is not None and upright.score >= SURE and abs(upright.tilt) <= UPRIGHT:
            return None
        turned = [(turn, self._look(turn, FACE_SIDES[0])) for turn in EIGHTHS]
        seen = [(look.score, turn) for turn, look in turned if look is not None]
        best = max(seen, default=(0.0, 0.0))
        # Upright wins unless another turn is clearly better.
        if upright is not None and upright.score + 0.02 >= best[0]:
            return upright.tilt * PULL
        return best[1]

    def _look(self, angle: float, face_side: float) -> _Look | None:
        """Look with the picture turned by an angle (degrees) and the face this wide."""
        zoom = face_side / max(float(self.box[2:].mean()), 1.0)
        side = int(face_side * SURROUNDINGS)
        centre = self.box[:2] + self.box[2:] / 2
        turn = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle, zoom)
        matrix = np.asarray(turn, dtype=np.float64)
        matrix[:, 2] += side / 2 - centre
        found = self.network.detect(warp(self.pixels, matrix, side), 0.3)
        middle = found.boxes[:, :2] + found.boxes[:, 2:] / 2
        central = np.nonzero(np.linalg.norm(middle - side / 2, axis=1) < face_side / 2)[0]
        if not central.size:
            return None
        best = central[np.argmax(found.scores[central])]
        back = cv2.invertAffineTransform(matrix)
        points = found.points[best] @ back[:, :2].T + back[:, 2]
        score = float(found.scores[best])
        return _Look(score, points.astype(np.float32), tilt(found.points[best]))
