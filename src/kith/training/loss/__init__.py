"""What is made small while learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.training.loss.margin import MarginLoss
from kith.training.loss.triplet import LossValue, TripletLoss

if TYPE_CHECKING:
    from kith.training.settings import Settings

__all__ = ["LossValue", "MarginLoss", "TripletLoss", "make_loss"]


def make_loss(settings: Settings, classes: int, dimension: int) -> TripletLoss | MarginLoss:
    """Return the loss that a training asks for.

    Args:
        settings: of the training.
        classes: how many people are learned from.
        dimension: of their vectors.
    """
    if settings.loss == "triplet":
        return TripletLoss(settings.margin, settings.mining)
    return MarginLoss(settings.loss, classes, dimension, settings.margin, settings.scale)
