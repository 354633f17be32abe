"""From similarities to an answer: a name, a stranger, too close to call, or too poor to tell."""

from kith.decision.calibration import Calibration, Measured, PairCalibration
from kith.decision.identify import AMBIGUITY_MARGIN, decide, no_face, unusable
from kith.decision.verify import checked_threshold, default_recognizer, verify, verify_faces

__all__ = [
    "AMBIGUITY_MARGIN",
    "Calibration",
    "Measured",
    "PairCalibration",
    "checked_threshold",
    "decide",
    "default_recognizer",
    "no_face",
    "unusable",
    "verify",
    "verify_faces",
]
