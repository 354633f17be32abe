"""Losses with an angular margin: each person has a direction, and must lie nearer to it.

ArcFace: J. Deng, J. Guo, N. Xue, S. Zafeiriou, CVPR 2019, equation 3; CosFace: H. Wang and others,
CVPR 2018, equation 4. The losses themselves are pytorch-metric-learning's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import normalize

from kith.training.loss.triplet import LossValue

if TYPE_CHECKING:
    from torch import Tensor


class MarginLoss(torch.nn.Module):
    """The mean over a batch of the cross-entropy of ``s·cos θ``, with a margin on one's own θ.

    Args:
        kind: ``arcface``, which takes ``cos(θ + m)``, or ``cosface``, ``cos θ − m``.
        classes: how many people are learned from.
        dimension: of their vectors.
        margin: m; of ArcFace in radians.
        scale: s.
    """

    def __init__(
        self, kind: str, classes: int, dimension: int, margin: float, scale: float
    ) -> None:
        from pytorch_metric_learning.losses import ArcFaceLoss, CosFaceLoss

        super().__init__()
        self.margin = margin
        self._angular = kind == "arcface"
        # The library takes ArcFace's margin in degrees.
        self._loss: Any = (
            ArcFaceLoss(classes, dimension, margin=math.degrees(margin), scale=scale)
            if self._angular
            else CosFaceLoss(classes, dimension, margin=margin, scale=scale)
        )

    def forward(self, vectors: Tensor, labels: Tensor) -> LossValue:
        """Return the loss of a batch.

        Args:
            vectors: unit vectors, N × dimension.
            labels: whose, N, below `classes`.
        """
        value = self._loss(vectors, labels)
        return LossValue(value, self._unsolved(vectors.detach(), labels))

    @torch.no_grad()
    def _unsolved(self, vectors: Tensor, labels: Tensor) -> float:
        """Return the share of vectors that are not nearest to their person by the margin."""
        cosines = vectors @ normalize(self._loss.W, dim=0)
        own = cosines.gather(1, labels[:, None])[:, 0].clamp(-1, 1)
        held = torch.cos(own.acos() + self.margin) if self._angular else own - self.margin
        others = cosines.scatter(1, labels[:, None], -torch.inf).amax(1)
        return float((held <= others).float().mean())
