"""What every network for dense landmarks speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kith.types import Pixels

Layout: TypeAlias = Literal["mesh478", "points106", "points68"]
"""What the points stand for: `kith.landmarks.mesh` names those of ``mesh478``."""

LEAST_SCORE = 0.5
"""Below this a network sees no face."""


@dataclass(frozen=True, slots=True, eq=False)
class DenseLandmarks:
    """The points of one face.

    Attributes:
        points: float32, N × 2, x and y in pixels of the photo; they may lie outside of it.
        depth: float32, N, in pixels of the photo, smaller towards the camera, 0 about at the
            middle of the head; None from a network that does not tell.
        score: how sure the network is that there is a face, 0–1.
        layout: what the points stand for.
    """

    points: npt.NDArray[np.float32]
    depth: npt.NDArray[np.float32] | None
    score: float
    layout: Layout


class LandmarkNetwork(Protocol):
    """A network that finds the points of a face of which five are known.

    Safe to use from several threads.
    """

    @property
    def id(self) -> str:
        """Of its card."""

    def find(self, pixels: Pixels, points: npt.NDArray[np.float32]) -> DenseLandmarks | None:
        """Return the points of a face, or None where the network sees none.

        Args:
            pixels: of the photo: RGB, uint8, H × W × 3.
            points: float32, 5 × 2: left eye, right eye, nose, left and right mouth corner, as seen
                in the picture, in its pixels.

        Raises:
            InputError: pixels or points of another kind.
        """
