"""The faces that are learned from: gathered once, then dealt in batches, changed each time."""

from kith.training.data.augment import Augment
from kith.training.data.batches import Plan
from kith.training.data.gather import gather
from kith.training.data.loader import Loader
from kith.training.data.moves import rim_for
from kith.training.data.split import Split, hold_out

__all__ = ["Augment", "Loader", "Plan", "Split", "gather", "hold_out", "rim_for"]
