"""What each ONNX operator computes, with torch functions that gradients flow through.

https://onnx.ai/onnx/operators: what is written here follows its definitions, for pictures (two
axes behind batch and channels), in the versions that the networks of the catalogue use (7 to 22).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch.nn import functional

from kith.errors import WeightsUnreadable, printable
from kith.training.network import shapes, windows
from kith.training.network.prelu import prelu
from kith.training.network.windows import wide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

Compute: TypeAlias = "Callable[..., torch.Tensor | tuple[torch.Tensor, ...]]"
"""From a node's inputs that are tensors, in their order, to its outputs."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One node of a graph.

    Attributes:
        kind: the operator.
        name: of its first output, for messages.
        attributes: by name.
        numbers: inputs that are known beforehand and are no weights (shapes, axes, bounds), by
            place.
        opset: the version of the operators.
        outputs: how many it has.
    """

    kind: str
    name: str
    attributes: Mapping[str, Any]
    numbers: Mapping[int, npt.NDArray[Any]]
    opset: int
    outputs: int = 1


@dataclass(frozen=True, slots=True)
class Operator:
    """What is to be known of an operator.

    Attributes:
        compute: makes of an operation what computes it.
        weights: places of inputs that are learned.
        running: places of inputs that follow the batches' statistics.
        numbers: places of inputs that have to be known beforehand.
        kernel: it is a layer: what it learns joins channels, or looks around in the picture.
    """

    compute: Callable[[Operation], Compute]
    weights: tuple[int, ...] = ()
    running: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()
    kernel: bool = False


def operator(kind: str, domain: str = "") -> Operator:
    """Return what is known of an operator.

    Raises:
        WeightsUnreadable: nothing is; names it.
    """
    found = OPERATORS.get(kind) if domain in ("", "ai.onnx") else None
    if found is None:
        name = f"{domain}.{kind}" if domain else kind
        raise WeightsUnreadable(f"a network with the operator {printable(name, 60)} cannot learn")
    return found


def _gemm(operation: Operation) -> Compute:
    alpha, beta = (float(operation.attributes.get(name, 1.0)) for name in ("alpha", "beta"))
    across_a, across_b = (bool(operation.attributes.get(name)) for name in ("transA", "transB"))

    def compute(a: torch.Tensor, b: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        a, b = (a.T if across_a else a), (b if across_b else b.T)
        if alpha == beta == 1.0 and (bias is None or bias.ndim == 1):
            return functional.linear(a, b, bias)
        product = alpha * functional.linear(a, b)
        return product if bias is None else product + beta * bias

    return compute


def _norm(operation: Operation) -> Compute:
    epsilon = float(operation.attributes.get("epsilon", 1e-5))
    # ONNX's momentum is the share of the old value, torch's that of the new one.
    momentum = 1.0 - float(operation.attributes.get("momentum", 0.9))

    def compute(
        x: torch.Tensor,
        scale: torch.Tensor,
        shift: torch.Tensor,
        mean: torch.Tensor,
        variance: torch.Tensor,
        learning: bool = False,
    ) -> torch.Tensor:
        return functional.batch_norm(x, mean, variance, scale, shift, learning, momentum, epsilon)

    return compute


def _leaky(operation: Operation) -> Compute:
    slope = float(operation.attributes.get("alpha", 0.01))
    return lambda x: functional.leaky_relu(x, slope)


def _power(operation: Operation) -> Compute:
    exponent = float(operation.numbers[1].item())
    return lambda x: x * x if exponent == 2.0 else x**exponent


def _softmax(operation: Operation) -> Compute:
    axis = int(operation.attributes.get("axis", 1 if operation.opset < 13 else -1))
    if operation.opset >= 13:
        return lambda x: x.softmax(axis)
    return lambda x: x.flatten(axis).softmax(-1).reshape(x.shape)


def _clip(operation: Operation) -> Compute:
    bounds: list[float | None] = []
    for place, name in ((1, "min"), (2, "max")):
        known: npt.NDArray[Any] | float | None = operation.numbers.get(place)
        known = operation.attributes.get(name) if known is None else known
        bounds.append(None if known is None else float(known))
    return lambda x: x.clamp(*bounds)


def _neighbours(operation: Operation) -> Compute:
    get = operation.attributes.get
    size, bias = int(get("size", 1)), float(get("bias", 1.0))
    alpha, beta = float(get("alpha", 1e-4)), float(get("beta", 0.75))
    return lambda x: functional.local_response_norm(x, size, alpha, beta, bias)


def _unit(operation: Operation) -> Compute:
    axis, order = (int(operation.attributes.get(k, v)) for k, v in (("axis", -1), ("p", 2)))
    # A vector without length has no direction: it stays as it is, and nothing pulls at it.
    return lambda x: functional.normalize(wide(x), order, axis, eps=1e-30)


def _mean(operation: Operation) -> Compute:
    axes, keep = shapes.axes(operation), bool(operation.attributes.get("keepdims", 1))
    return lambda x: wide(x).mean(axes, keepdim=keep)


def _length(operation: Operation) -> Compute:
    axes, keep = shapes.axes(operation), bool(operation.attributes.get("keepdims", 1))
    return lambda x: torch.linalg.vector_norm(wide(x), dim=axes, keepdim=keep)


def _plain(function: Compute) -> Operator:
    return Operator(lambda _: function)


def _same(x: torch.Tensor) -> torch.Tensor:
    return x


OPERATORS: Mapping[str, Operator] = {
    "Conv": Operator(windows.convolution, weights=(1, 2), kernel=True),
    "Gemm": Operator(_gemm, weights=(0, 1, 2), kernel=True),
    "MatMul": Operator(lambda _: torch.matmul, weights=(0, 1), kernel=True),
    "BatchNormalization": Operator(_norm, weights=(1, 2), running=(3, 4)),
    "PRelu": Operator(lambda _: prelu, weights=(1,)),
    "Add": Operator(lambda _: torch.add, weights=(0, 1)),
    "Sub": Operator(lambda _: torch.sub, weights=(0, 1)),
    "Mul": Operator(lambda _: torch.mul, weights=(0, 1)),
    "Div": Operator(lambda _: torch.div, weights=(0, 1)),
    "Relu": _plain(torch.relu),
    "Sigmoid": _plain(torch.sigmoid),
    "Tanh": _plain(torch.tanh),
    "Erf": _plain(torch.erf),
    "Sqrt": _plain(torch.sqrt),
    "Identity": _plain(_same),
    # As the graph runs when it describes faces; a run that goes on after a kill needs no state.
    "Dropout": Operator(lambda _: _same, numbers=(1, 2)),
    "LeakyRelu": Operator(_leaky),
    "Pow": Operator(_power, numbers=(1,)),
    "Softmax": Operator(_softmax),
    "Clip": Operator(_clip, numbers=(1, 2)),
    "LRN": Operator(_neighbours),
    "LpNormalization": Operator(_unit),
    "ReduceMean": Operator(_mean, numbers=(1,)),
    "ReduceL2": Operator(_length, numbers=(1,)),
    "MaxPool": Operator(windows.greatest),
    "AveragePool": Operator(windows.average),
    "LpPool": Operator(windows.energy),
    "GlobalAveragePool": _plain(lambda x: x.mean((2, 3), keepdim=True)),
    "GlobalMaxPool": _plain(lambda x: x.amax((2, 3), keepdim=True)),
    "Pad": Operator(shapes.pad, numbers=(1, 2, 3)),
    "Flatten": Operator(shapes.flatten),
    "Reshape": Operator(shapes.reshape, numbers=(1,)),
    "Transpose": Operator(shapes.transpose),
    "Squeeze": Operator(shapes.squeeze, numbers=(1,)),
    "Unsqueeze": Operator(shapes.unsqueeze, numbers=(1,)),
    "Expand": Operator(shapes.expand, numbers=(1,)),
    "Slice": Operator(shapes.cut, numbers=(1, 2, 3, 4)),
    "Split": Operator(shapes.split, numbers=(1,)),
    "Concat": Operator(shapes.concat),
}
"""Every operator that is known."""
