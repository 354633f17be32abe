"""The closed set: whom of the people it was trained on a network takes a face for.

A classifier always names somebody. It does not know strangers; for that, enrol people in a
gallery and identify.
"""

from kith.classification.classifier import Classifier, classify, default_classifier

__all__ = ["Classifier", "classify", "default_classifier"]
