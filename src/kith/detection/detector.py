"""A detector by the id of its card: a network with what it needs to miss nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from kith.detection.doubt import rather
from kith.detection.level import level
from kith.detection.mtcnn import FACENET_PYTORCH, Mtcnn
from kith.detection.scales import Search
from kith.detection.scrfd import Scrfd
from kith.detection.yunet import YuNet
from kith.errors import OptionError, UnknownModel
from kith.models.catalogue import card
from kith.models.session import open_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.detection.base import Detections, FaceNetwork
    from kith.detection.doubt import Judge
    from kith.models.card import ModelCard
    from kith.models.session import Session
    from kith.models.store import ModelStore
    from kith.types import Pixels

DETECTORS = ("yunet", "mtcnn", "scrfd-500m")
"""Every detector by its card's id."""

DOUBTING = ("yunet",)
"""Those of which it is known how a second opinion changes their score (`kith.detection.doubt`)."""

_NETWORKS: dict[str, Callable[[Session], FaceNetwork]] = {"yunet": YuNet, "scrfd-500m": Scrfd}
_SCORES = {"yunet": 0.6, "scrfd-500m": 0.5, "mtcnn": FACENET_PYTORCH.thresholds[2]}
"""Least score of a face where nobody says another."""


class FaceDetector(Protocol):
    """Finds the faces of a picture. Safe to call from several threads at once."""

    @property
    def id(self) -> str:
        """Of the network's card."""

    @property
    def score(self) -> float:
        """Faces the network is less sure of are left out, 0–1."""

    def detect(self, pixels: Pixels, min_face: float | None = None) -> Detections:
        """Return the faces of a picture, best first.

        Args:
            pixels: RGB, uint8, H × W × 3.
            min_face: narrowest face wanted, in pixels of `pixels`; None: whatever is seen.
        """

    def glance(self, pixels: Pixels) -> Detections:
        """Return the faces that can be seen without searching, best first.

        For the frames of a film, where a face that is missed comes back: several times faster
        than `detect`, blind to small and upside-down faces, and with less exact points.

        Args:
            pixels: RGB, uint8, H × W × 3; at the size that it is to be looked at.
        """


class Detector:
    """A network that looks once, with the search over scales and the turn for tilted heads.

    Args:
        model_id: of the network's card.
        network: looks once.
        score: faces the network is less sure of are left out, 0–1.
        judge: is asked for a second opinion on doubtful faces; None: nobody.

    Attributes:
        id: of the network's card.
        score: faces the network is less sure of are left out, 0–1.
    """

    def __init__(
        self, model_id: str, network: FaceNetwork, score: float, judge: Judge | None = None
    ) -> None:
        self.id = model_id
        self.score = score
        self._network = network
        self._judge = judge

    def detect(self, pixels: Pixels, min_face: float | None = None) -> Detections:
        """Return the faces of a picture, best first; see `FaceDetector`."""
        found = Search(self._network, self.score, min_face, self._judge).find(pixels)
        turned = level(self._network, pixels, found)
        return turned if self._judge is None else rather(self._judge, pixels, found, turned)

    def glance(self, pixels: Pixels) -> Detections:
        """Return the faces that can be seen without searching; see `FaceDetector`."""
        return Search(self._network, self.score).glance(pixels)


def check_score(score: float | None) -> None:
    """Raise `OptionError` for a detection score outside 0–1; None is the detector's own."""
    if score is not None and not 0.0 < score < 1.0:
        raise OptionError(f"the detection score must lie between 0 and 1, not {score}")


def detector_card(model_id: str) -> ModelCard:
    """Return the card of a detector.

    Raises:
        UnknownModel: there is no detector of this id.
    """
    if model_id not in DETECTORS:
        known = ", ".join(DETECTORS)
        raise UnknownModel(f"there is no detector {model_id!r}; kith has: {known}")
    return card(model_id)


def open_detector(
    model_id: str,
    store: ModelStore,
    *,
    device: str = "cpu",
    score: float | None = None,
    judge: Judge | None = None,
) -> FaceDetector:
    """Load a detector by the id of its card.

    Args:
        model_id: one of `DETECTORS`.
        store: where its files are.
        device: one of `kith.models.session.DEVICES`. Where it is OpenVINO, the detector still
            runs in onnxruntime: it is faster there, and in bfloat16 its points would move
            (docs/decisions/openvino.md).
        score: faces the network is less sure of are left out, 0–1; None: the network's own.
        judge: is asked for a second opinion on doubtful faces; only `DOUBTING` detectors ask.

    Raises:
        UnknownModel: there is no detector of this id.
        OptionError: the score is outside 0–1.
        ModelError: the network cannot be had or run.
    """
    wanted = detector_card(model_id)
    check_score(score)
    least = _SCORES[model_id] if score is None else score
    if device.startswith("openvino"):
        device = "cpu"
    if model_id == "mtcnn":
        settings = FACENET_PYTORCH
        settings = replace(settings, thresholds=(*settings.thresholds[:2], least))
        pnet, rnet, onet = (open_session(wanted, store, device, file) for file in wanted.files)
        return Mtcnn(pnet, rnet, onet, settings)
    network = _NETWORKS[model_id](open_session(wanted, store, device))
    return Detector(model_id, network, least, judge if model_id in DOUBTING else None)
