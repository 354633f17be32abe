"""Close looks at one face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.tracking.records import Look

if TYPE_CHECKING:
    from kith.media.films import Frame
    from kith.recognizer import Recognizer
    from kith.tracking.votes import Ask
    from kith.types import Box


class Eye:
    """Looks closely.

    Args:
        recognizer: finds and describes faces.
        ask: who a face is.
        portraits: side of the aligned face kept with each look, in pixels; 0: none.
    """

    def __init__(self, recognizer: Recognizer, ask: Ask, portraits: int) -> None:
        self._recognizer = recognizer
        self._ask = ask
        self._portraits = portraits

    def look(self, frame: Frame, box: Box) -> Look | None:
        """Look closely at a place of a frame; None where there is no face."""
        face = self._recognizer.close_up(frame.pixels, box)
        if face is None:
            return None
        side = self._portraits
        portrait = self._recognizer.crop(frame.pixels, face, side) if side else None
        [answer] = self._ask([face])
        return Look(face, frame.time, answer, portrait)
