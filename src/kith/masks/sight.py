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
        """Return the same faces with the points of the masked ones mended, and each one's mask.

        Args:
            pixels: RGB, uint8, H × W × 3.
            found: faces of these pixels.
        """
        masks = self.teller.tell(pixels, found.points)
        points = found.points.copy()
        for index, mask in enumerate(masks):
            if is_masked(mask):
                points[index] = self._mender.mend(pixels, points[index])
        return replace(found, points=points), masks
