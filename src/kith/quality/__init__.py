"""Is this face good enough to say who it is."""

from kith.quality.measure import UNUSABLE, measure

__all__ = ["UNUSABLE", "measure"]
