"""Learning: embedders by triplets or angular margins, and new heads on frozen embeddings.

Needs the extra ``kith[train]``; nothing else of kith needs anything of it.
"""

from kith.training.run import Trained, train
from kith.training.settings import Settings

__all__ = ["Settings", "Trained", "train"]
