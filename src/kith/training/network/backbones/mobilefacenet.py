"""MobileFaceNet: 112 × 112 → 128 numbers with a million weights.

S. Chen, Y. Liu, X. Gao, Z. Han: *MobileFaceNets: Efficient CNNs for Accurate Real-time Face
Verification on Mobile Devices*, CCBR 2018 (arXiv:1804.07573), table 1: bottlenecks of MobileNetV2
with PReLU, and a depthwise convolution over the whole picture where others take its mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.training.network.backbones.draw import Draft

if TYPE_CHECKING:
    import onnx

SIDE, DIMENSION = 112, 128

BOTTLENECKS = ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1))
"""Factor of the channels inside, channels, how many, stride of the first: t, c, n, s."""


def mobilefacenet(seed: int) -> onnx.ModelProto:
    """Draw the network.

    Input: N × 3 × 112 × 112, RGB, (pixel − 127.5) / 128. Output ``embedding``: N × 128.
    """
    net = Draft("mobilefacenet", SIDE, seed)
    x = _block(net, "input", "1", (3, 64), 3, stride=2)
    x = _block(net, x, "2", (64, 64), 3, groups=64)
    before = 64
    for stage, (factor, after, count, stride) in enumerate(BOTTLENECKS, 3):
        for place in range(count):
            name = f"{stage}.{place + 1}"
            x = _bottleneck(net, x, name, (before, after), factor, 1 if place else stride)
            before = after
    x = _block(net, x, "8", (128, 512), 1)
    x = net.kernel(x, "9", (512, 512), 7, pads=0, groups=512, slope=1.0)
    x = net.normal(x, "9", 512)
    x = net.kernel(x, "10", (512, DIMENSION), 1, slope=1.0)
    x = net.normal(x, "10", DIMENSION)
    return net.draft(net.node("Flatten", x, axis=1), DIMENSION)


def _bottleneck(
    net: Draft, x: str, name: str, channels: tuple[int, int], factor: int, stride: int
) -> str:
    """Add a module that widens, looks around channel by channel, and narrows again."""
    before, after = channels
    wide = before * factor
    y = _block(net, x, f"{name}/wide", (before, wide), 1)
    y = _block(net, y, f"{name}/each", (wide, wide), 3, stride=stride, groups=wide)
    y = net.kernel(y, f"{name}/narrow", (wide, after), 1, slope=1.0)
    y = net.normal(y, f"{name}/narrow", after)
    return net.add(x, y) if stride == 1 and before == after else y


def _block(
    net: Draft,
    x: str,
    name: str,
    channels: tuple[int, int],
    side: int,
    stride: int = 1,
    groups: int = 1,
) -> str:
    """Add a convolution, its normalisation and a rectifier."""
    x = net.kernel(x, name, channels, side, stride=stride, groups=groups)
    return net.prelu(net.normal(x, name, channels[1]), name, channels[1])
