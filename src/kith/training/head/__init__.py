"""Heads: who of a few known people a frozen embedding shows, or nobody of them.

Every kind of head is one matrix on the unit vectors of an embedder that stays as it is, and comes
out as a small ONNX graph with the names of its people.
"""

from kith.training.head.learning import learn
from kith.training.head.records import HeadReport, HeadSettings

__all__ = ["HeadReport", "HeadSettings", "learn"]
