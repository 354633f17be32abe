"""Operators that move numbers and change none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from kith.errors import WeightsUnreadable, printable

if TYPE_CHECKING:
    from kith.training.network.operators import Compute, Operation


def axes(operation: Operation) -> tuple[int, ...]:
    """Return the axes that an operation names, as an attribute or, later, as an input."""
    known = operation.numbers.get(1)
    found: Any = operation.attributes.get("axes", ()) if known is None else known.ravel().tolist()
    return tuple(int(axis) for axis in found)


def pad(operation: Operation) -> Compute:
    """Pad: with one number."""
    mode = operation.attributes.get("mode", b"constant").decode("ascii", "replace")
    if mode != "constant" or 3 in operation.numbers:
        raise WeightsUnreadable(f"Pad in the way {printable(mode, 40)} cannot learn")
    known = operation.numbers.get(1)
    margins = list(operation.attributes.get("pads", ())) if known is None else known.tolist()
    value = operation.numbers.get(2)
    filling = float(operation.attributes.get("value", 0.0) if value is None else value)
    half = len(margins) // 2
    # torch wants the last axis first, and both of its ends together.
    pairs = [
        int(m) for axis in reversed(range(half)) for m in (margins[axis], margins[half + axis])
    ]
    return lambda x: functional.pad(x, pairs, value=filling)


def flatten(operation: Operation) -> Compute:
    """Flatten to two axes."""
    axis = int(operation.attributes.get("axis", 1))
    if axis == 1:
        return lambda x: x.flatten(1)
    return lambda x: x.reshape(x.shape[:axis].numel(), -1)


def reshape(operation: Operation) -> Compute:
    """Reshape: 0 stands for the input's own size, −1 for what is left."""
    wanted = [int(size) for size in operation.numbers[1]]
    if operation.attributes.get("allowzero", 0):
        return lambda x: x.reshape(wanted)
    return lambda x: x.reshape([size or x.shape[axis] for axis, size in enumerate(wanted)])


def transpose(operation: Operation) -> Compute:
    """Transpose."""
    order = operation.attributes.get("perm")
    if order is None:
        return lambda x: x.permute(*reversed(range(x.ndim)))
    return lambda x: x.permute(*order)


def squeeze(operation: Operation) -> Compute:
    """Squeeze."""
    which = axes(operation)
    return (lambda x: x.squeeze(which)) if which else torch.squeeze


def unsqueeze(operation: Operation) -> Compute:
    """Unsqueeze."""

    def compute(x: torch.Tensor) -> torch.Tensor:
        whole = x.ndim + len(which)
        for axis in sorted(axis % whole for axis in which):
            x = x.unsqueeze(axis)
        return x

    which = axes(operation)
    return compute


def expand(operation: Operation) -> Compute:
    """Expand: both sides' axes of one number grow."""
    wanted = [int(size) for size in operation.numbers[1]]

    def compute(x: torch.Tensor) -> torch.Tensor:
        more = len(wanted) - x.ndim
        sizes = [1] * more + list(x.shape) if more > 0 else list(x.shape)
        grown = [1] * -more + wanted if more < 0 else wanted
        return x.expand([a if b == 1 else b for a, b in zip(sizes, grown, strict=True)])

    return compute


def cut(operation: Operation) -> Compute:
    """Slice."""
    get = operation.numbers
    if 1 not in get:  # before version 10
        starts, ends = (list(operation.attributes[name]) for name in ("starts", "ends"))
        where = list(operation.attributes.get("axes", range(len(starts))))
        steps = [1] * len(starts)
    else:
        starts, ends = get[1].ravel().tolist(), get[2].ravel().tolist()
        where = get[3].ravel().tolist() if 3 in get else list(range(len(starts)))
        steps = get[4].ravel().tolist() if 4 in get else [1] * len(starts)
    if min(steps) < 1:
        raise WeightsUnreadable("Slice from the end to the start cannot learn")

    def compute(x: torch.Tensor) -> torch.Tensor:
        parts = [slice(None)] * x.ndim
        for axis, start, end, step in zip(where, starts, ends, steps, strict=True):
            parts[axis] = slice(start, end, step)
        return x[tuple(parts)]

    return compute


def split(operation: Operation) -> Compute:
    """Split: into parts of given sizes, or of one size."""
    axis = int(operation.attributes.get("axis", 0))
    known = operation.numbers.get(1)
    sizes = list(operation.attributes.get("split", ())) if known is None else known.tolist()
    if sizes:
        return lambda x: torch.split(x, sizes, axis)
    return lambda x: torch.split(x, -(-x.shape[axis] // operation.outputs), axis)


def concat(operation: Operation) -> Compute:
    """Concat."""
    axis = int(operation.attributes["axis"])
    return lambda *parts: torch.cat(parts, axis)
