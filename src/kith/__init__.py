"""kith recognises the people in photos, films and cameras, and says whom it does not know.

    >>> import kith
    >>> kith.verify("a.jpg", "b.jpg").verdict
    <Verdict.MATCH: 'match'>

Names are loaded when they are first used, so that importing kith costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kith._version import __version__

if TYPE_CHECKING:
    from kith.classification import Classifier, classify
    from kith.classification.answers import Classification, NamedClass, PhotoClasses
    from kith.decision import Calibration, decide, verify
    from kith.errors import (
        ContractMismatch,
        EnrolmentError,
        GalleryError,
        InputError,
        KithError,
        LicenceNotAccepted,
        ModelError,
        PhotoError,
    )
    from kith.evaluation.calibrate import CalibrationReport, calibrate
    from kith.gallery.enroll import EnrollReport
    from kith.gallery.gallery import Gallery
    from kith.live.events import WatchEvent
    from kith.live.timeline import Appearance, BestFace, Timeline, TimelinePerson, timeline
    from kith.live.watch import watch
    from kith.media import Limits, load_photo
    from kith.recognizer import Recognizer, largest_central
    from kith.types import (
        Box,
        Candidate,
        EmbeddingContract,
        Face,
        Identification,
        Mask,
        MaskState,
        PhotoFaces,
        PhotoIdentities,
        Promise,
        Quality,
        Verdict,
        Verification,
    )

_HOMES = {
    "kith.classification": ("Classifier", "classify"),
    "kith.classification.answers": ("Classification", "NamedClass", "PhotoClasses"),
    "kith.decision": ("Calibration", "decide", "verify"),
    "kith.errors": (
        "ContractMismatch",
        "EnrolmentError",
        "GalleryError",
        "InputError",
        "KithError",
        "LicenceNotAccepted",
        "ModelError",
        "PhotoError",
    ),
    "kith.evaluation.calibrate": ("CalibrationReport", "calibrate"),
    "kith.gallery.enroll": ("EnrollReport",),
    "kith.gallery.gallery": ("Gallery",),
    "kith.live.events": ("WatchEvent",),
    "kith.live.watch": ("watch",),
    "kith.live.timeline": ("Appearance", "BestFace", "Timeline", "TimelinePerson", "timeline"),
    "kith.media": ("Limits", "load_photo"),
    "kith.recognizer": ("Recognizer", "largest_central"),
    "kith.types": (
        "Box",
        "Candidate",
        "EmbeddingContract",
        "Face",
        "Identification",
        "Mask",
        "MaskState",
        "PhotoFaces",
        "PhotoIdentities",
        "Promise",
        "Quality",
        "Verdict",
        "Verification",
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Appearance",
    "BestFace",
    "Box",
    "Calibration",
    "CalibrationReport",
    "Candidate",
    "Classification",
    "Classifier",
    "ContractMismatch",
    "EmbeddingContract",
    "EnrollReport",
    "EnrolmentError",
    "Face",
    "Gallery",
    "GalleryError",
    "Identification",
    "InputError",
    "KithError",
    "LicenceNotAccepted",
    "Limits",
    "Mask",
    "MaskState",
    "ModelError",
    "NamedClass",
    "PhotoClasses",
    "PhotoError",
    "PhotoFaces",
    "PhotoIdentities",
    "Promise",
    "Quality",
    "Recognizer",
    "Timeline",
    "TimelinePerson",
    "Verdict",
    "Verification",
    "WatchEvent",
    "__version__",
    "calibrate",
    "classify",
    "decide",
    "largest_central",
    "load_photo",
    "timeline",
    "verify",
    "watch",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'kith' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
