"""Is this face good enough to say who it is, and if not, why."""

from kith.quality.confidence import confidence
from kith.quality.measure import POOR, UNUSABLE, measure
from kith.quality.reasons import reason

__all__ = ["POOR", "UNUSABLE", "confidence", "measure", "reason"]
