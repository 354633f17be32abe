"""MTCNN: K. Zhang, Z. Zhang, Z. Li, Y. Qiao, 2016, arXiv:1604.02878.

*Joint Face Detection and Alignment Using Multi-task Cascaded Convolutional Networks*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.detection.mtcnn.areas import Areas
from kith.detection.mtcnn.means import WholePixels
from kith.detection.mtcnn.settings import FACENET_PYTORCH, SMALLEST_FACE
from kith.detection.mtcnn.stages import Picture, Stage, propose, second, third
from kith.detection.mtcnn.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.detection.base import Detections
    from kith.detection.mtcnn.settings import MtcnnSettings
    from kith.models.session import Session
    from kith.types import Pixels

PIXELS_TOGETHER = 4_000_000
"""Pictures of a batch are searched together up to this many pixels of them."""


class Mtcnn:
    """Finds the faces of a picture, by a pyramid of its own. Safe to call from several threads.

    The first network slides over the picture at many sizes and proposes boxes; the second, dearer
    and surer, drops most of them; the third drops more and gives points.

    Attributes:
        id: of the networks' card.
        settings: how it looks.
    """

    def __init__(
        self,
        pnet: Session,
        rnet: Session,
        onet: Session,
        settings: MtcnnSettings = FACENET_PYTORCH,
        *,
        model_id: str = "mtcnn",
        threads: int | None = None,
    ) -> None:
        """Put the cascade together.

        Args:
            pnet: first network, rewritten as the two others are (`kith.models.rewrite_mtcnn`).
            rnet: second network.
            onet: third network.
            settings: how it looks; by default as facenet-pytorch does.
            model_id: the id of the networks' card.
            threads: that share the work of one call; None: one per processor, four at most.
        """
        self.id = model_id
        self.settings = settings
        self._pnet = pnet
        self._rnet = Stage(rnet, side=24, batch=32)
        self._onet = Stage(onet, side=48, batch=8)
        self._workers = Workers(threads)

    @property
    def score(self) -> float:
        """Faces the last network is less sure of are left out, 0–1."""
        return self.settings.thresholds[2]

    def detect(self, pixels: Pixels, min_face: float | None = None) -> Detections:
        """Return the faces of a picture, best first.

        Args:
            pixels: RGB, uint8, H × W × 3.
            min_face: narrowest face wanted, in pixels of `pixels`; narrower ones are left out.
                None: the search begins where the settings say, and what it finds is kept.
        """
        return self.detect_batch([pixels], min_face)[0]

    def glance(self, pixels: Pixels) -> Detections:
        """Return the faces of a picture, best first; a cascade has no quicker way to look."""
        return self.detect(pixels)

    def detect_batch(
        self, pictures: Sequence[Pixels], min_face: float | None = None
    ) -> list[Detections]:
        """Return the faces of several pictures, the same as `detect` finds in each of them.

        Args:
            pictures: RGB, uint8, H × W × 3 each; sizes may differ.
            min_face: as for `detect`.
        """
        smallest = self.settings.min_face if min_face is None else max(min_face, SMALLEST_FACE)
        kind = WholePixels if self.settings.whole_pixels else Areas
        found: list[Detections] = []
        for group in _groups(pictures):
            found += self._search([kind(pixels) for pixels in group], smallest)
        if min_face is None:
            return found
        return [faces.take(np.nonzero(faces.boxes[:, 2] >= min_face)[0]) for faces in found]

    def _search(self, pictures: Sequence[Picture], min_face: float) -> list[Detections]:
        settings, workers = self.settings, self._workers
        boxes = propose(self._pnet, pictures, min_face, settings, workers)
        said = self._rnet.show(pictures, boxes, workers)
        boxes = [second(of_picture, settings) for of_picture in said]
        said = self._onet.show(pictures, boxes, workers)
        return [third(of_picture, settings) for of_picture in said]


def _groups(pictures: Sequence[Pixels]) -> Iterator[Sequence[Pixels]]:
    """Divide pictures into groups that are searched together; a large one is a group alone."""
    group: list[Pixels] = []
    pixels = 0
    for picture in pictures:
        size = picture.shape[0] * picture.shape[1]
        if group and pixels + size > PIXELS_TOGETHER:
            yield group
            group, pixels = [], 0
        group.append(picture)
        pixels += size
    if group:
        yield group
