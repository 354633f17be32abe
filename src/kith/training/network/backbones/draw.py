"""Draw a network that has learned nothing yet: an ONNX graph with batch normalisations kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from kith.models.importers.graph import GraphBuilder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

EPSILON = 1e-5
MOMENTUM = 0.9
"""Share of the old value in running means and variances, as ONNX counts it."""
SLOPE = 0.25
"""Of every PRelu at the start; K. He et al., *Delving deep into rectifiers*, ICCV 2015."""


class Draft(GraphBuilder):
    """A network with random numbers, the same for the same seed.

    Kernels are normal, scaled by what comes into a channel so that values neither fade nor grow
    (He et al., as above, equation 15); normalisations begin as no change.

    Args:
        name: of the graph.
        side: of the square photo that goes in, in pixels.
        seed: of the random numbers.
    """

    def __init__(self, name: str, side: int, seed: int) -> None:
        super().__init__(name, size=(side, side))
        self._random = np.random.default_rng(seed)

    def kernel(
        self,
        x: str,
        name: str,
        channels: tuple[int, int],
        side: int,
        *,
        stride: int = 1,
        pads: int | None = None,
        groups: int = 1,
        slope: float = SLOPE,
    ) -> str:
        """Add a convolution without bias.

        Args:
            x: the input.
            name: of the layer.
            channels: in and out.
            side: of the window.
            stride: in both directions.
            pads: zeros around the input; None: as many as keep its size.
            groups: of channels.
            slope: of the rectifier behind it, for negative numbers; 1: there is none.
        """
        inner, out = channels
        shape = (out, inner // groups, side, side)
        kernel = self.weight(f"{name}/kernel", self._drawn(shape, slope))
        around = side // 2 if pads is None else pads
        return self.node(
            "Conv",
            x,
            kernel,
            group=groups,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[around] * 4,
        )

    def normal(self, x: str, name: str, channels: int) -> str:
        """Add a batch normalisation."""
        parts = [
            self.weight(f"{name}/{role}", np.full(channels, value, np.float32))
            for role, value in (("scale", 1), ("shift", 0), ("mean", 0), ("variance", 1))
        ]
        return self.node("BatchNormalization", x, *parts, epsilon=EPSILON, momentum=MOMENTUM)

    def prelu(self, x: str, name: str, channels: int) -> str:
        """Add a rectifier with a slope for each channel."""
        slope = np.full((channels, 1, 1), SLOPE, np.float32)
        return self.node("PRelu", x, self.weight(f"{name}/slope", slope))

    def matrix(self, x: str, name: str, inner: int, out: int, *, bias: bool = False) -> str:
        """Add a matrix product: N × in → N × out."""
        inputs = [x, self.weight(f"{name}/matrix", self._drawn((out, inner), 1.0))]
        if bias:
            inputs.append(self.weight(f"{name}/bias", np.zeros(out, np.float32)))
        return self.node("Gemm", *inputs, transB=1)

    def weight(self, name: str, array: npt.NDArray[np.float32]) -> str:
        """Keep an array under a name."""
        self.constant(array)
        self._graph.initializer[-1].name = name
        return name

    def draft(self, x: str, dimension: int) -> onnx.ModelProto:
        """Return the network whose last tensor is N × dimension."""
        self.output("embedding", x, dimension)
        onnx.checker.check_model(self._model, full_check=True)
        return self._model

    def _drawn(self, shape: Sequence[int], slope: float) -> npt.NDArray[np.float32]:
        scale = math.sqrt(2.0 / ((1.0 + slope**2) * math.prod(shape[1:])))
        drawn: npt.NDArray[Any] = self._random.standard_normal(shape, dtype=np.float32)
        return drawn * np.float32(scale)
