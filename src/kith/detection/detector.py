"""A detector: a network, the search over scales, and the turn for tilted heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.detection.level import level
from kith.detection.scales import Search
from kith.detection.yunet import YuNet
from kith.errors import OptionError, UnknownModel
from kith.models.catalogue import card
from kith.models.session import open_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.detection.base import Detections, FaceNetwork
    from kith.models.session import Session
    from kith.models.store import ModelStore
    from kith.types import Pixels

DETECTORS: dict[str, Callable[[Session], FaceNetwork]] = {"yunet": YuNet}
"""Every detector by its card's id."""


class Detector:
    """Finds the faces of a picture. Safe to call from several threads at once.

    Attributes:
        id: of the network's card.
        score: faces the network is less sure of are left out, 0–1.
    """

    def __init__(self, model_id: str, network: FaceNetwork, score: float) -> None:
        self.id = model_id
        self.score = score
        self._network = network

    def detect(self, pixels: Pixels, min_face: float | None = None) -> Detections:
        """Return the faces of a picture, best first.

        Args:
            pixels: RGB, uint8, H × W × 3.
            min_face: narrowest face wanted, in pixels of `pixels`; None: whatever is seen.
        """
        found = Search(self._network, self.score, min_face).find(pixels)
        return level(self._network, pixels, found)


def check_score(score: float) -> None:
    """Raise `OptionError` for a detection score outside 0–1."""
    if not 0.0 < score < 1.0:
        raise OptionError(f"the detection score must lie between 0 and 1, not {score}")


def open_detector(
    model_id: str, store: ModelStore, *, device: str = "cpu", score: float = 0.6
) -> Detector:
    """Load a detector by the id of its card.

    Raises:
        UnknownModel: there is no detector of this id.
        OptionError: the score is outside 0–1.
        ModelError: the network cannot be had or run.
    """
    if model_id not in DETECTORS:
        known = ", ".join(DETECTORS)
        raise UnknownModel(f"there is no detector {model_id!r}; kith has: {known}")
    check_score(score)
    network = DETECTORS[model_id](open_session(card(model_id), store, device))
    return Detector(model_id, network, score)
