"""PRelu as two products and a rectifier."""

from __future__ import annotations

import torch


def prelu(x: torch.Tensor, slope: torch.Tensor) -> torch.Tensor:
    """Return x where it is positive, slope·x elsewhere.

    K. He et al., *Delving deep into rectifiers*, ICCV 2015. As (1 − a)·max(x, 0) + a·x it takes
    a fifth of the time of torch's own operator, whose gradient is slow on a CPU
    (benchmarks/training_speed.py); the numbers are the same but for the last bits.
    """
    if slope.ndim == x.ndim - 1 or slope.numel() == 1:
        slope = slope.to(x.dtype)
        return torch.relu(x) * (1.0 - slope) + x * slope
    return torch.where(x > 0, x, x * slope)
