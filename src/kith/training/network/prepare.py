"""From a batch's pixels to what a network is given, on the device that it learns on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from kith.models.card import Input


def to_network(pixels: torch.Tensor, want: Input) -> torch.Tensor:
    """Return crops as a network wants them: the same numbers as `kith.embedding.network_input`.

    Args:
        pixels: RGB, uint8, N × H × W × 3.
        want: of the network's card.

    Returns:
        float32, N × 3 × H × W, on the same device, channels side by side in memory.
    """
    x = pixels.float()
    if want.standardise:
        deviation, mean = torch.std_mean(x, (1, 2, 3), correction=0, keepdim=True)
        # TensorFlow's bound: a flat picture has hardly any deviation.
        x = (x - mean) / deviation.clamp_min(1.0 / math.sqrt(x[0].numel()))
    if want.colour == "BGR":
        x = x.flip(-1)
    mean = torch.tensor(want.mean, dtype=torch.float32, device=x.device)
    return ((x - mean) * want.scale).permute(0, 3, 1, 2)
