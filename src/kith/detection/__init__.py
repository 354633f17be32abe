"""Find faces: one file per network behind one protocol, and the search that no network does alone.

A picture goes through `Search` (octaves, tiles, a harder look where nothing was found), the
sightings through `merge`, doubtful faces to a judge (`doubt`), and tilted faces through `level`.
MTCNN has a pyramid of its own.
"""

from kith.detection.base import Detections, FaceNetwork
from kith.detection.detector import (
    DETECTORS,
    Detector,
    FaceDetector,
    check_score,
    detector_card,
    open_detector,
)
from kith.detection.doubt import Judge, Opinion

__all__ = [
    "DETECTORS",
    "Detections",
    "Detector",
    "FaceDetector",
    "FaceNetwork",
    "Judge",
    "Opinion",
    "check_score",
    "detector_card",
    "open_detector",
]
