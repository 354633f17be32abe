"""The faces of a photo, with who wears a mask, and the points that masks pulled away mended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kith.masks.mend import Mender
from kith.masks.space import is_masked
from kith.masks.teller import MaskTeller

if TYPE_CHECKING:
    from kith.detection import Detections
    from kith.models import ModelStore
    from kith.types import Mask, Pixels


BELOW = 0.1
"""How much higher the box of a masked face is than the detector says, which takes the middle of the
mask for the chin where a head is lowered."""


class MaskSight:
    """Tells who wears a mask, and where the points of those who do really are.

    Safe to call from several threads at once.

    Args:
        store: where networks are kept.
        device: one of `kith.models.session.DEVICES`.

    Attributes:
        teller: tells who wears one.

    Raises:
        ModelError: a network cannot be had or run.
    """

    def __init__(self, store: ModelStore, device: str = "cpu") -> None:
        self.teller = MaskTeller(store, device)
        self._mender = Mender(store, device)

    def look(self, pixels: Pixels, found: Detections) -> tuple[Detections, list[Mask]]:
        """Return the same faces with what a mask hides of them mended, and each one's mask.

        Points are those of the face without a mask, boxes reach down over the mask.

        Args:
            pixels: RGB, uint8, H × W × 3.
            found: faces of these pixels.
        """
        masks = self.teller.tell(pixels, found.points)
        points, boxes = found.points.copy(), found.boxes.copy()
        for index, mask in enumerate(masks):
            if is_masked(mask):
                points[index] = self._mender.mend(pixels, points[index], boxes[index])
                boxes[index, 3] *= 1 + BELOW
        return replace(found, points=points, boxes=boxes), masks
