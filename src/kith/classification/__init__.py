"""Whom of the people it learned a network takes a face for.

The classifier of a network of the catalogue always names somebody: it does not know strangers. A
head of the user's own does, and so does a gallery: enrol people and identify.
"""

from kith.classification.classifier import Classifier
from kith.classification.heads import HeadClassifier
from kith.classification.opening import (
    AnyClassifier,
    classify,
    default_classifier,
    head_card,
    head_version,
    open_classifier,
)

__all__ = [
    "AnyClassifier",
    "Classifier",
    "HeadClassifier",
    "classify",
    "default_classifier",
    "head_card",
    "head_version",
    "open_classifier",
]
