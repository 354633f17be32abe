"""dlib's face recognition network as ONNX: 150 × 150 pixels to 128 numbers.

D. King, *High quality face recognition with deep metric learning*, 2017; the layers stand in
dlib's example dnn_face_recognition_ex.cpp: a residual network of 29 convolutions (K. He et al.,
*Deep residual learning for image recognition*, CVPR 2016). What was batch normalisation in
training is saved as affine layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import WeightsUnreadable
from kith.models.importers.dlib_network import MARK, Layer, Network
from kith.models.importers.graph import INPUT, GraphBuilder, Norm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.models.importers.tensors import Tensors

SIDE = 150
DIMENSION = 128
MEAN = (122.782, 117.001, 104.298)
BLOCKS = (
    *[(32, False)] * 3,
    *[(64, True), *[(64, False)] * 3],
    *[(128, True), *[(128, False)] * 2],
    *[(256, True), *[(256, False)] * 2],
    (256, True),
)
"""The residual blocks from the input on: channels, and whether the block halves the picture."""


def build(tensors: Tensors) -> bytes:
    """Return the network as an ONNX file's bytes.

    Input: N × 3 × 150 × 150, RGB, 0–255, no scaling: that dlib takes its means off and divides by
    256 is folded into the first convolution. The picture is framed as dlib's `get_face_chip` with
    padding 0.25 frames it. Output ``embedding``: N × 128, not normalised; dlib compares by
    Euclidean distance, and takes two pictures below 0.6 for the same person.

    Raises:
        WeightsUnreadable: it is another network, or holds what is no number.
    """
    if not isinstance(tensors, Network):
        raise WeightsUnreadable(f"{tensors.source} is not a network that dlib saved")
    _check(tensors)
    return _Writer(tensors).write()


def _layers() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give kind and window of every layer that the file has to have, from the input on."""
    yield from (("con", (7, 7, 2, 2, 0, 0)), ("affine", ()), ("relu", ()))
    yield "max_pool", (3, 3, 2, 2, 0, 0)
    for _, halves in BLOCKS:
        first = (3, 3, 2, 2, 0, 0) if halves else (3, 3, 1, 1, 1, 1)
        yield from ((MARK, ()), ("con", first), ("affine", ()), ("relu", ()))
        yield from (("con", (3, 3, 1, 1, 1, 1)), ("affine", ()))
        if halves:
            yield from ((MARK, ()), (MARK, ()), ("avg_pool", (2, 2, 2, 2, 0, 0)))
        yield from (("add_prev", ()), ("relu", ()))
    yield from (("avg_pool", (0, 0, 1, 1, 0, 0)), ("fc", ()))


def _check(network: Network) -> None:
    """Raise WeightsUnreadable where layers, input size or means are not this network's."""
    source = network.source
    if network.size != (SIDE, SIDE) or not np.allclose(network.mean, MEAN, atol=1e-3):
        raise WeightsUnreadable(
            f"{source}: the input layer takes {network.size[0]} × {network.size[1]} pixels with "
            f"the means {network.mean}; expected {SIDE} × {SIDE} and {MEAN}"
        )
    expected = [Layer(kind, window) for kind, window in _layers()]
    for place, (layer, wanted) in enumerate(zip(network.layers, expected, strict=False), 1):
        if layer != wanted:
            raise WeightsUnreadable(f"{source}: layer {place} is {layer}; expected {wanted}")
    if len(network.layers) != len(expected):
        raise WeightsUnreadable(f"{source}: {len(network.layers)} layers; expected {len(expected)}")


class _Writer:
    """Writes the graph and takes each convolution's numbers when it comes to it."""

    def __init__(self, network: Network) -> None:
        self._graph = GraphBuilder("dlib_face_recognition_resnet", size=(SIDE, SIDE))
        self._network = network
        self._convolutions = 0

    def write(self) -> bytes:
        graph = self._graph
        x = graph.relu(self._conv(INPUT, 3, 32, 7, stride=2, mean=self._network.mean))
        x = graph.max_pool(x, 3, 2)
        channels, side = 32, 35
        for out, halves in BLOCKS:
            x, side = self._block(x, channels, out, side, halves=halves)
            channels = out
        weights = self._network.take("fc1/weights", channels, DIMENSION)
        x = graph.dense(graph.global_average(x), weights.T)
        graph.output("embedding", x, DIMENSION)
        self._network.finish()
        return graph.build()

    def _block(
        self, x: str, channels: int, out: int, side: int, *, halves: bool
    ) -> tuple[str, int]:
        """Add a residual block: two convolutions, beside them the input; return side as well."""
        graph = self._graph
        stride, pads = (2, 0) if halves else (1, 1)
        branch = graph.relu(self._conv(x, channels, out, 3, stride=stride, pads=pads))
        branch = self._conv(branch, out, out, 3, pads=1)
        if halves:
            x = self._padded(graph.average_pool(x, 2, 2), out - channels, 0)
            # dlib adds what differs in size as if zeros stood to the right and below. A window of
            # three does not fit where one of two still does.
            missing = side // 2 - (side - 1) // 2
            branch = self._padded(branch, 0, missing)
            side //= 2
        return graph.relu(graph.add(branch, x)), side

    def _padded(self, x: str, channels: int, pixels: int) -> str:
        """Add zeros: channels behind the last one, rows below and columns to the right."""
        if not channels and not pixels:
            return x
        pads = np.array([0, 0, 0, 0, 0, channels, pixels, pixels])
        return self._graph.node("Pad", x, self._graph.constant(pads, np.int64))

    def _conv(
        self,
        x: str,
        channels: int,
        out: int,
        side: int,
        *,
        stride: int = 1,
        pads: int = 0,
        mean: tuple[float, ...] = (),
    ) -> str:
        """Add the next convolution with the affine layer behind it.

        mean: of the input, where it is pixels, which dlib takes off before it divides by 256.
        """
        self._convolutions += 1
        name, take = str(self._convolutions), self._network.take
        kernel = take(f"con{name}/filters", out, channels, side, side).astype(np.float64)
        bias = take(f"con{name}/bias", out).astype(np.float64)
        if mean:
            # Exact, because this convolution has no padding that the means could reach.
            kernel /= 256.0
            bias -= np.tensordot(kernel.sum(axis=(2, 3)), np.array(mean), 1)
        norm = Norm(
            mean=np.zeros(out),
            variance=np.ones(out),
            epsilon=0.0,
            gamma=take(f"affine{name}/gamma", out),
            beta=take(f"affine{name}/beta", out),
        )
        return self._graph.conv(x, kernel, bias, norm=norm, stride=stride, pads=pads)
