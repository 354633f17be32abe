"""The triplet loss, and which triplets of a batch it looks at.

F. Schroff, D. Kalenichenko, J. Philbin: FaceNet, CVPR 2015, section 3; A. Hermans, L. Beyer,
B. Leibe: In Defense of the Triplet Loss for Person Re-Identification, arXiv:1703.07737, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from kith.training.settings import Mining


class LossValue(NamedTuple):
    """What a loss says of a batch.

    Attributes:
        value: a scalar that gradients flow back from.
        active: share of what was looked at that gave one, 0–1.
    """

    value: Tensor
    active: float


class TripletLoss(torch.nn.Module):
    """``[‖a − p‖² − ‖a − n‖² + α]₊``: an anchor nearer to its own person than to anybody else.

    Squared Euclidean distances of unit vectors, 0 to 4. Means are over the triplets that are
    looked at: ``semihard``, for each anchor and positive the nearest negative among those that
    are farther than the positive but by less than α, or, where every negative is nearer than the
    positive, the farthest of them (FaceNet, section 3.2: harder ones lead to f(x) = 0);
    ``batch-hard``, for each anchor the farthest positive and the nearest negative (Hermans,
    equation 5); ``all``, every triplet that is not solved yet (there, "batch all, non-zero").

    Args:
        margin: α, above 0; without it a network that gives the same vector for everything would
            have nothing left to learn.
        mining: which triplets.
    """

    def __init__(self, margin: float = 0.2, mining: Mining = "semihard") -> None:
        super().__init__()
        self.margin = margin
        self._losses = {"semihard": _semihard, "batch-hard": _batch_hard, "all": _all}[mining]

    def forward(self, vectors: Tensor, labels: Tensor) -> LossValue:
        """Return the loss of a batch.

        Args:
            vectors: unit vectors, N × dimension.
            labels: whose, N; each with two vectors or more, and of two people at least, else
                there is no triplet and the loss is 0.
        """
        distances = squared_distances(vectors)
        own = labels[:, None] == labels[None, :]
        losses = self._losses(distances, own, self.margin).relu()
        active = losses > 0
        unsolved = int(active.sum())
        # Hermans: the mean over all triplets would fade as more of them are solved.
        seen = unsolved if self._losses is _all else losses.numel()
        return LossValue(losses.sum() / max(seen, 1), unsolved / max(losses.numel(), 1))


def squared_distances(vectors: Tensor) -> Tensor:
    """Return ‖a − b‖² of every two unit vectors, N × N: ``2 − 2·a·b``, never below 0."""
    return (2 - 2 * vectors @ vectors.T).clamp_min(0)


def _all(distances: Tensor, own: Tensor, margin: float) -> Tensor:
    anchor, positive = _positives(own)
    losses = distances[anchor, positive][:, None] - distances[anchor] + margin
    return losses[~own[anchor]]


def _batch_hard(distances: Tensor, own: Tensor, margin: float) -> Tensor:
    itself = torch.eye(len(own), dtype=torch.bool, device=own.device)
    positives = own & ~itself
    farthest = distances.masked_fill(~positives, -1).amax(1)
    nearest = distances.masked_fill(own, torch.inf).amin(1)
    usable = positives.any(1) & ~own.all(1)
    return (farthest - nearest + margin)[usable]


def _semihard(distances: Tensor, own: Tensor, margin: float) -> Tensor:
    anchor, positive = _positives(own)
    to_positive = distances[anchor, positive]
    to_negatives = distances[anchor].masked_fill(own[anchor], torch.inf)
    farther = to_negatives.masked_fill(to_negatives <= to_positive[:, None], torch.inf)
    nearest_farther = farther.amin(1)
    farthest = distances[anchor].masked_fill(own[anchor], -1).amax(1)
    chosen = torch.where(torch.isfinite(nearest_farther), nearest_farther, farthest)
    return (to_positive - chosen + margin)[~own[anchor].all(1)]


def _positives(own: Tensor) -> tuple[Tensor, Tensor]:
    """Return every anchor with each other vector of its person, as two rows of indices."""
    itself = torch.eye(len(own), dtype=torch.bool, device=own.device)
    anchor, positive = torch.nonzero(own & ~itself, as_tuple=True)
    return anchor, positive
