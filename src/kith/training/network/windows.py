"""Operators that look at a picture through a window: convolution and pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import torch
from torch.nn import functional

from kith.errors import WeightsUnreadable, printable

if TYPE_CHECKING:
    from kith.training.network.operators import Compute, Operation

Pads: TypeAlias = tuple[int, int, int, int]
"""Left, right, top, bottom: in torch's order."""


def convolution(operation: Operation) -> Compute:
    """Conv."""
    strides, dilations = _pair(operation, "strides"), _pair(operation, "dilations")
    groups = int(operation.attributes.get("group", 1))

    def compute(
        x: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        pads = _pads(operation, x, kernel.shape[2:], strides, dilations)
        x, even = _even(x, pads)
        return functional.conv2d(x, kernel, bias, strides, even, dilations, groups)

    return compute


def greatest(operation: Operation) -> Compute:
    """MaxPool: what lies outside the picture never counts."""
    sides, strides = _pair(operation, "kernel_shape"), _pair(operation, "strides")
    dilations, up = _pair(operation, "dilations"), _up(operation)

    def compute(x: torch.Tensor) -> torch.Tensor:
        pads = _pads(operation, x, sides, strides, dilations)
        x, even = _even(x, pads, sides, value=-torch.inf)
        return functional.max_pool2d(x, sides, strides, even, dilations, up)

    return compute


def average(operation: Operation) -> Compute:
    """AveragePool."""
    sides, strides = _pair(operation, "kernel_shape"), _pair(operation, "strides")
    outside, up = bool(operation.attributes.get("count_include_pad", 0)), _up(operation)

    def compute(x: torch.Tensor) -> torch.Tensor:
        pads = _pads(operation, x, sides, strides)
        padded, even = _even(x, pads, sides)
        mean = functional.avg_pool2d(padded, sides, strides, even, up, outside)
        if outside or padded is x:
            return mean
        inside = functional.pad(torch.ones_like(x[:1, :1]), pads)
        return mean / functional.avg_pool2d(inside, sides, strides, 0, up)

    return compute


def energy(operation: Operation) -> Compute:
    """LpPool of the second order: the root of the sum of squares."""
    if int(operation.attributes.get("p", 2)) != 2:
        raise WeightsUnreadable("LpPool of another order than 2 cannot learn")
    sides, strides = _pair(operation, "kernel_shape"), _pair(operation, "strides")

    def compute(x: torch.Tensor) -> torch.Tensor:
        x, even = _even(wide(x), _pads(operation, x, sides, strides), sides)
        mean = functional.avg_pool2d(x * x, sides, strides, even, _up(operation), True)
        # The bound keeps the root's gradient finite where a window is all zeros.
        return (mean * (sides[0] * sides[1])).clamp_min(1e-30).sqrt()

    return compute


def wide(x: torch.Tensor) -> torch.Tensor:
    """Return numbers in float32: half precision has no room for squares and tiny bounds."""
    return x if x.dtype == torch.float32 else x.float()


def _pair(operation: Operation, name: str) -> tuple[int, int]:
    found = operation.attributes.get(name, (1, 1))
    if len(found) != 2:
        raise WeightsUnreadable(f"{operation.kind} over {len(found)} axes cannot learn")
    return int(found[0]), int(found[1])


def _up(operation: Operation) -> bool:
    return bool(operation.attributes.get("ceil_mode", 0))


def _pads(
    operation: Operation,
    x: torch.Tensor,
    sides: tuple[int, ...],
    strides: tuple[int, int],
    dilations: tuple[int, int] = (1, 1),
) -> Pads:
    way = operation.attributes.get("auto_pad", b"NOTSET").decode("ascii", "replace")
    if way == "NOTSET":
        top, left, bottom, right = operation.attributes.get("pads", (0, 0, 0, 0))
        return left, right, top, bottom
    if way == "VALID":
        return 0, 0, 0, 0
    if way not in ("SAME_UPPER", "SAME_LOWER"):
        raise WeightsUnreadable(f"{operation.kind} with auto_pad {printable(way, 40)} cannot learn")
    found: list[int] = []
    for axis in (1, 0):
        size = x.shape[2 + axis]
        reach = (sides[axis] - 1) * dilations[axis] + 1
        whole = max((-(-size // strides[axis]) - 1) * strides[axis] + reach - size, 0)
        less, more = whole // 2, whole - whole // 2
        found += (less, more) if way == "SAME_UPPER" else (more, less)
    return found[0], found[1], found[2], found[3]


def _even(
    x: torch.Tensor,
    pads: Pads,
    sides: tuple[int, int] | None = None,
    value: float = 0.0,
) -> tuple[torch.Tensor, tuple[int, int]]:
    """Return the picture and what the operator itself may put around it on both sides."""
    left, right, top, bottom = pads
    room = sides is None or (2 * top <= sides[0] and 2 * left <= sides[1])
    if left == right and top == bottom and room:
        return x, (top, left)
    return functional.pad(x, pads, value=value), (0, 0)
