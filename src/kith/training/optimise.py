"""The optimiser and its learning rate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.training.settings import Settings

CLIP = 5.0
"""The longest gradient that is taken as it is; a longer one is shortened to this."""
_BETAS, _MOMENTUM = (0.9, 0.999), 0.9


def make_optimizer(
    settings: Settings,
    kernels: Iterable[torch.nn.Parameter],
    others: Iterable[torch.nn.Parameter],
) -> torch.optim.Optimizer:
    """Return the optimiser that a training asks for, over the numbers that may change.

    Args:
        settings: of the training.
        kernels: weights that decay: of convolutions and matrices.
        others: biases, slopes and the scales of normalisations, which are not drawn to zero (He and
            others, Bag of Tricks, CVPR 2019, section 3.1).
    """
    decays = ((kernels, settings.weight_decay), (others, 0.0))
    groups = [
        {"params": [one for one in weights if one.requires_grad], "weight_decay": decay}
        for weights, decay in decays
    ]
    groups = [group for group in groups if group["params"]]
    if settings.optimizer == "sgd":
        return torch.optim.SGD(groups, settings.rate, momentum=_MOMENTUM)
    kind = torch.optim.AdamW if settings.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, settings.rate, betas=_BETAS)


def rate_at(settings: Settings, step: int, steps: int) -> float:
    """Return the learning rate of a step: a straight rise, then half a cosine down to 0.

    I. Loshchilov, F. Hutter: SGDR, ICLR 2017, equation 5, without restarts.

    Args:
        settings: of the training.
        step: of the whole training, from 0.
        steps: of the whole training.
    """
    rise = round(settings.warmup * steps)
    if step < rise:
        return settings.rate * (step + 1) / rise
    along = (step - rise) / max(steps - rise, 1)
    return settings.rate * 0.5 * (1 + math.cos(math.pi * along))
