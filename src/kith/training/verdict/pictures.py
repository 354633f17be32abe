"""Faces in the report of a verdict: the squares that the networks saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.evaluation.report.pictures import Pictures
from kith.types import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.types import Face, Pixels


class Squares(Pictures):
    """Makes small pictures of faces that were cut out already.

    Args:
        look: gives a photo's face by its path; None: no face is shown.
    """

    def __init__(self, look: Callable[[str], Pixels | None] | None) -> None:
        super().__init__()
        self._look = look

    def face(self, path: str, face: Face, digest: str) -> str | None:  # noqa: ARG002
        """Return the face of a photo as a `data:` address; None where there is none."""
        pixels = None if self._look is None else self._look(path)
        if pixels is None:
            return None
        return self.around(pixels, Box(0, 0, pixels.shape[1], pixels.shape[0]))
