"""Build an ONNX graph layer by layer: what every importer writes its network with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import onnx
from onnx import helper

from kith.errors import WeightsUnreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[np.floating[Any]]

INPUT = "input"
OPSET = 17
IR_VERSION = 8

Pads: TypeAlias = "int | tuple[int, int, int, int] | str"
"""Around a picture: the same on all sides; top, left, bottom, right; or ``same`` (TensorFlow's
rule: as many outputs as inputs divided by the stride, the odd row and column at the end)."""


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """A batch normalisation at prediction time: γ·(x − mean)/√(variance + epsilon) + β.

    Attributes:
        gamma, beta: C; None where the layer has none (1 and 0).
        mean, variance: C, the running ones.
        epsilon: as the framework that trained it had it.
    """

    mean: Array
    variance: Array
    epsilon: float
    gamma: Array | None = None
    beta: Array | None = None

    def scale_and_shift(self) -> tuple[Array, Array]:
        """Return the same as scale·x + shift, in double precision.

        Raises:
            WeightsUnreadable: a variance is negative.
        """
        if (self.variance < 0).any():
            raise WeightsUnreadable("a batch normalisation has a negative variance")
        scale = 1.0 / np.sqrt(self.variance.astype(np.float64) + self.epsilon)
        if self.gamma is not None:
            scale = scale * self.gamma
        shift = -self.mean * scale
        return scale, shift if self.beta is None else shift + self.beta


class GraphBuilder:
    """A network being written, from its input to its outputs.

    The input is called ``input``: float32, N × channels × height × width. A tensor is named by
    the string that a method returns. Weights are constants inside the graph.

    Args:
        name: of the graph.
        channels: of the input.
        size: height and width; None where any goes.
    """

    def __init__(self, name: str, channels: int = 3, size: tuple[int, int] | None = None) -> None:
        # Weights are written where they stay: a large network is in memory once.
        self._model = helper.make_model(
            onnx.GraphProto(name=name),
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
        )
        self._graph = self._model.graph
        height, width = size or ("height", "width")
        self._graph.input.append(
            helper.make_tensor_value_info(
                INPUT, onnx.TensorProto.FLOAT, ["batch", channels, height, width]
            )
        )

    def constant(self, array: npt.NDArray[Any], dtype: type = np.float32) -> str:
        """Keep an array in the graph and return its name.

        Raises:
            WeightsUnreadable: it has numbers that float32 has no room for.
        """
        name = f"w{len(self._graph.initializer)}"
        with np.errstate(over="ignore"):
            array = np.ascontiguousarray(array, dtype=dtype)
        if not np.isfinite(array).all():
            raise WeightsUnreadable(f"weights of {self._graph.name} are too large to compute with")
        tensor = self._graph.initializer.add(
            name=name, data_type=helper.np_dtype_to_tensor_dtype(array.dtype), dims=array.shape
        )
        tensor.raw_data = array.tobytes()
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add an ONNX operator with one output and return the output's name."""
        name = f"t{len(self._graph.node)}"
        self._graph.node.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def conv(
        self,
        x: str,
        kernel: Array,
        bias: Array | None = None,
        *,
        norm: Norm | None = None,
        stride: int = 1,
        pads: Pads = 0,
        groups: int = 1,
    ) -> str:
        """Add a convolution, with the batch normalisation behind it folded in.

        Args:
            x: the input.
            kernel: out × in/groups × height × width.
            bias: out.
            norm: of the convolution's output.
            stride: in both directions.
            pads: zeros around the input.
            groups: of channels.
        """
        kernel, bias = _folded(kernel, bias, norm)
        inputs = [x, self.constant(kernel)] + ([] if bias is None else [self.constant(bias)])
        window = _window(kernel.shape[2:], stride, pads)
        return self.node("Conv", *inputs, group=groups, **window)

    def dense(
        self, x: str, kernel: Array, bias: Array | None = None, *, norm: Norm | None = None
    ) -> str:
        """Add a matrix product: x (N × in), kernel (out × in), bias (out)."""
        kernel, bias = _folded(kernel, bias, norm)
        inputs = [x, self.constant(kernel)] + ([] if bias is None else [self.constant(bias)])
        return self.node("Gemm", *inputs, transB=1)

    def norm(self, x: str, norm: Norm) -> str:
        """Add a batch normalisation that stands alone."""
        scale, shift = (part.reshape(-1, 1, 1) for part in norm.scale_and_shift())
        scaled = self.node("Mul", x, self.constant(scale))
        return self.node("Add", scaled, self.constant(shift))

    def relu(self, x: str) -> str:
        """Add max(x, 0)."""
        return self.node("Relu", x)

    def max_pool(self, x: str, side: int, stride: int, pads: Pads = 0) -> str:
        """Add the greatest of each window; what lies outside the picture never counts."""
        return self.node("MaxPool", x, **_window((side, side), stride, pads))

    def average_pool(self, x: str, side: int, stride: int, pads: Pads = 0) -> str:
        """Add the mean of each window; what lies outside the picture does not count."""
        return self.node(
            "AveragePool", x, count_include_pad=0, **_window((side, side), stride, pads)
        )

    def global_average(self, x: str) -> str:
        """Add the mean over the picture: N × C × H × W → N × C."""
        return self.node("Flatten", self.node("GlobalAveragePool", x), axis=1)

    def global_max(self, x: str) -> str:
        """Add the greatest over the picture: N × C × H × W → N × C."""
        return self.node("Flatten", self.node("GlobalMaxPool", x), axis=1)

    def concat(self, parts: Sequence[str]) -> str:
        """Put tensors behind each other along the channels."""
        return self.node("Concat", *parts, axis=1)

    def add(self, a: str, b: str) -> str:
        """Add two tensors."""
        return self.node("Add", a, b)

    def scaled(self, x: str, factor: float) -> str:
        """Multiply by a number."""
        return self.node("Mul", x, self.constant(np.array(factor)))

    def unit(self, x: str) -> str:
        """Divide each row by its length: N × C."""
        return self.node("LpNormalization", x, axis=1, p=2)

    def output(self, name: str, x: str, *shape: int | str) -> None:
        """Make a tensor an output of this name; shape: the axes after the batch."""
        for node in self._graph.node:
            for names in (node.input, node.output):
                for place, tensor in enumerate(names):
                    if tensor == x:
                        names[place] = name
        info = helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", *shape])
        self._graph.output.append(info)

    def build(self) -> bytes:
        """Return the network as an ONNX file's bytes."""
        return bytes(self._model.SerializeToString())


def _folded(kernel: Array, bias: Array | None, norm: Norm | None) -> tuple[Array, Array | None]:
    """Return weights (outputs first) that do what they and the normalisation behind them did."""
    if norm is None:
        return kernel, bias
    scale, shift = norm.scale_and_shift()
    kernel = kernel * scale.reshape(-1, *[1] * (kernel.ndim - 1))
    return kernel, shift if bias is None else bias * scale + shift


def _window(sides: Sequence[int], stride: int, pads: Pads) -> dict[str, Any]:
    window: dict[str, Any] = {"kernel_shape": list(sides), "strides": [stride, stride]}
    if pads == "same":
        return window | {"auto_pad": "SAME_UPPER"}
    return window | {"pads": [pads] * 4 if isinstance(pads, int) else list(pads)}
