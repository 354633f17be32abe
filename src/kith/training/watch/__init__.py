"""Watching a network learn: a picture and a page that are renewed, and TensorBoard if wanted."""

from kith.training.watch.board import require_tensorboard
from kith.training.watch.run import Watch

__all__ = ["Watch", "require_tensorboard"]
