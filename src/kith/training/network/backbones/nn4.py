"""nn4.small2: the small FaceNet that OpenFace trains, 96 × 96 → 128 numbers.

The network is the one of `kith.models.importers.nn4`, with its batch normalisations kept and
without the division by the length at its end: what learns from it divides by it anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.models.importers.nn4 import SIDE, body
from kith.models.importers.nn4_layers import DIMENSION
from kith.training.network.backbones.draw import Draft

if TYPE_CHECKING:
    import onnx


def nn4_small2(seed: int) -> onnx.ModelProto:
    """Draw the network.

    Input: N × 3 × 96 × 96, RGB, 0–1. Output ``embedding``: N × 128.
    """
    net = Draft("nn4_small2", SIDE, seed)

    def conv(x: str, name: str, shape: tuple[int, int, int], stride: int = 1) -> str:
        out, inner, side = shape
        x = net.kernel(x, name, (inner, out), side, stride=stride, slope=0.0)
        return net.relu(net.normal(x, name, out))

    x, channels = body(net, conv)
    return net.draft(net.matrix(x, "last", channels, DIMENSION, bias=True), DIMENSION)
