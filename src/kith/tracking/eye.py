"""The looks that following takes: at a whole frame, and closely at one face."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kith.tracking.joining import Sight
from kith.tracking.patch import Patch
from kith.tracking.records import Look
from kith.types import Box

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.media.films import Frame
    from kith.recognizer import Recognizer
    from kith.tracking.votes import Ask
    from kith.types import Pixels


class Eye:
    """Looks at frames.

    Args:
        recognizer: finds and describes faces.
        ask: who a face is.
        portraits: side of the aligned face kept with each look, in pixels; 0: none.
    """

    def __init__(self, recognizer: Recognizer, ask: Ask, portraits: int) -> None:
        self._recognizer = recognizer
        self._ask = ask
        self._portraits = portraits

    def search(self, frame: Frame, small: Pixels) -> list[Sight]:
        """Return the faces of a frame, in its pixels.

        Args:
            frame: the frame.
            small: it, reduced.
        """
        factor = frame.width / small.shape[1]
        return [
            Sight(
                replace(
                    face,
                    box=Box(*(value * factor for value in face.box)),
                    landmarks=_frozen(face.landmarks * np.float32(factor)),
                ),
                Patch.of(small, face.box),
            )
            for face in self._recognizer.glance(small)
        ]

    def look(self, frame: Frame, box: Box) -> Look | None:
        """Look closely at a place of a frame; None where there is no face."""
        face = self._recognizer.close_up(frame.pixels, box)
        if face is None:
            return None
        side = self._portraits
        portrait = self._recognizer.crop(frame.pixels, face, side) if side else None
        [answer] = self._ask([face])
        return Look(face, frame.time, answer, portrait)


def _frozen(points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    points.setflags(write=False)
    return points
