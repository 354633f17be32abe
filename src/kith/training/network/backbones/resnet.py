"""Residual networks in the form faces are learned with: 112 × 112 → 512 numbers.

J. Deng, J. Guo, N. Xue, S. Zafeiriou: *ArcFace: Additive Angular Margin Loss for Deep Face
Recognition*, CVPR 2019 (arXiv:1801.07698), section 3.1: units of BN-Conv-BN-PReLU-Conv-BN (D. Han,
J. Kim, J. Kim: *Deep Pyramidal Residual Networks*, CVPR 2017), a first convolution of stride 1
because faces are small, and BN-FC-BN at the end. Their dropout before the matrix is left out.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kith.training.network.backbones.draw import Draft

if TYPE_CHECKING:
    from collections.abc import Callable

    import onnx

SIDE, DIMENSION = 112, 512

UNITS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 14, 3)}
"""Layers, and the units of each of the four stages."""

CHANNELS = (64, 128, 256, 512)


def resnet(layers: int) -> Callable[[int], onnx.ModelProto]:
    """Return what draws a network of so many layers, given a seed.

    Input: N × 3 × 112 × 112, RGB, (pixel − 127.5) / 128. Output ``embedding``: N × 512.
    """
    return partial(_draw, layers)


def _draw(layers: int, seed: int) -> onnx.ModelProto:
    net = Draft(f"resnet{layers}", SIDE, seed)
    x = net.kernel("input", "0", (3, 64), 3)
    x = net.prelu(net.normal(x, "0", 64), "0", 64)
    before = 64
    for stage, (count, after) in enumerate(zip(UNITS[layers], CHANNELS, strict=True), 1):
        for place in range(count):
            x = _unit(net, x, f"{stage}.{place + 1}", (before, after), 1 if place else 2)
            before = after
    x = net.node("Flatten", net.normal(x, "last/before", before), axis=1)
    x = net.matrix(x, "last", before * (SIDE // 16) ** 2, DIMENSION)
    return net.draft(net.normal(x, "last/after", DIMENSION), DIMENSION)


def _unit(net: Draft, x: str, name: str, channels: tuple[int, int], stride: int) -> str:
    """Add a unit: what it finds is added to what came in."""
    before, after = channels
    y = net.normal(x, f"{name}/0", before)
    y = net.kernel(y, f"{name}/1", channels, 3)
    y = net.prelu(net.normal(y, f"{name}/1", after), f"{name}/1", after)
    y = net.kernel(y, f"{name}/2", (after, after), 3, stride=stride, slope=1.0)
    y = net.normal(y, f"{name}/2", after)
    if stride > 1 or before != after:
        x = net.kernel(x, f"{name}/beside", channels, 1, stride=stride, slope=1.0)
        x = net.normal(x, f"{name}/beside", after)
    return net.add(x, y)
