"""OpenFace's nn4.small2.v1: the small FaceNet, 96 × 96 → 128 numbers.

B. Amos, B. Ludwiczuk, M. Satyanarayanan, *OpenFace: A general-purpose face recognition library
with mobile applications*, CMU-CS-16-118, 2016, after NN4 of F. Schroff, D. Kalenichenko,
J. Philbin, *FaceNet*, CVPR 2015 (arXiv:1503.03832): inception modules (C. Szegedy et al., *Going
deeper with convolutions*, CVPR 2015), some with L2 instead of max pooling, under a small input.

The numbers come from OpenFace's own file for Torch7, or from a Keras file that was made of it. The
Keras networks around such files leave out parts (the normalisation across channels, L2 pooling);
what is built here is OpenFace's network whatever file the numbers are from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from kith.errors import WeightsUnreadable
from kith.models.importers.graph import GraphBuilder
from kith.models.importers.nn4_layers import DIMENSION, INCEPTIONS, layers_of

if TYPE_CHECKING:
    from kith.models.importers.nn4_layers import Inception
    from kith.models.importers.tensors import Tensors

SIDE = 96


def build(tensors: Tensors) -> bytes:
    """Return the network as ONNX.

    Input: N × 3 × 96 × 96, RGB, 0–1. Output ``descriptor``: N × 128, of unit length.

    Args:
        tensors: of OpenFace's file, or of a Keras file.

    Raises:
        WeightsUnreadable: they are not this network's, or were never trained; names layer and
            shapes.
    """
    layers = layers_of(tensors)
    net = GraphBuilder("nn4_small2_v1", size=(SIDE, SIDE))

    def conv(x: str, name: str, shape: tuple[int, int, int], stride: int = 1) -> str:
        kernel, bias = layers.conv(name, *shape)
        norm = layers.norm(name, shape[0])
        return net.relu(net.conv(x, kernel, bias, norm=norm, stride=stride, pads=shape[2] // 2))

    x, channels = body(net, conv)
    kernel, bias = layers.dense(channels)
    x = net.unit(net.dense(x, kernel, bias))
    net.output("descriptor", x, DIMENSION)
    tensors.finish()
    if not layers.trained:
        raise WeightsUnreadable(
            f"{tensors.source} was never trained: its normalisations have seen no picture yet"
        )
    return net.build()


class Conv(Protocol):
    """Adds a convolution, its batch normalisation and a rectifier."""

    def __call__(self, x: str, name: str, shape: tuple[int, int, int], stride: int = 1) -> str:
        """Return what comes out.

        Args:
            x: the input.
            name: of the layer (`Layers`).
            shape: channels out and in, side of the window; half of that is around the input.
            stride: in both directions.
        """


def body(net: GraphBuilder, conv: Conv) -> tuple[str, int]:
    """Add the network up to the mean over the picture: N × 3 × 96 × 96 → N × 736.

    Args:
        net: to which it is added.
        conv: adds a convolution to that.

    Returns:
        What comes out, and its number of channels.
    """
    x = _stem(net, conv)
    channels = 192
    for module in INCEPTIONS:
        x, channels = _inception(net, conv, module, x, channels)
    return net.global_average(x), channels


def _stem(net: GraphBuilder, conv: Conv) -> str:
    """Add everything before the first inception module: 3 × 96 × 96 → 192 × 12 × 12."""
    x = conv("input", "1", (64, 3, 7), stride=2)
    x = net.max_pool(x, 3, 2, pads=1)
    x = _across(net, x)
    x = conv(x, "2", (64, 64, 1))
    x = conv(x, "3", (192, 64, 3))
    x = _across(net, x)
    return net.max_pool(x, 3, 2, pads=1)


def _across(net: GraphBuilder, x: str) -> str:
    """Add a normalisation by the energy of the five neighbouring channels."""
    return net.node("LRN", x, size=5, alpha=1e-4, beta=0.75, bias=1.0)


def _inception(
    net: GraphBuilder, conv: Conv, module: Inception, x: str, channels: int
) -> tuple[str, int]:
    """Add a module; return it and its number of channels."""
    name = module.name
    parts: list[tuple[str, int]] = []
    for side, sizes in ((3, module.three), (5, module.five)):
        if sizes is not None:
            before, after = sizes
            branch = f"{name}_{side}x{side}"
            part = conv(x, f"{branch}/1", (before, channels, 1))
            part = conv(part, f"{branch}/2", (after, before, side), module.stride)
            parts.append((part, after))
    parts.append(_pooled(net, conv, module, x, channels))
    if module.one:
        parts.append((conv(x, f"{name}_1x1", (module.one, channels, 1)), module.one))
    return net.concat([part for part, _ in parts]), sum(count for _, count in parts)


def _pooled(
    net: GraphBuilder, conv: Conv, module: Inception, x: str, channels: int
) -> tuple[str, int]:
    """Add the pooling branch: it comes out smaller than the others, and is put in their middle."""
    before = module.side * module.stride
    if module.pool == "max":
        x, side = net.max_pool(x, 3, 2), (before - 3) // 2 + 1
    else:
        x, side = net.node("LpPool", x, p=2, kernel_shape=[3, 3], strides=[3, 3]), before // 3
    if module.pooled:
        x = conv(x, f"{module.name}_pool", (module.pooled, channels, 1))
        channels = module.pooled
    first = (module.side - side) // 2
    last = module.side - side - first
    margins = net.constant(np.array([0, 0, first, first, 0, 0, last, last]), np.int64)
    return net.node("Pad", x, margins), channels
