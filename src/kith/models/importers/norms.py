"""Batch normalisations out of a weight file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import WeightsUnreadable, printable
from kith.models.importers.graph import Norm

if TYPE_CHECKING:
    from kith.models.importers.graph import Array
    from kith.models.importers.tensors import Tensors


def take_norm(
    tensors: Tensors,
    count: int,
    epsilon: float,
    *,
    mean: str,
    variance: str,
    beta: str,
    gamma: str = "",
) -> Norm:
    """Return the normalisation of so many channels whose arrays have these names.

    Args:
        tensors: of the file.
        count: of channels.
        epsilon: as the framework that trained it had it.
        mean: name of the running means.
        variance: name of the running variances.
        beta: name of what is added in the end.
        gamma: name of what is multiplied before; empty where the layer has none.

    Raises:
        WeightsUnreadable: one is missing, of another shape, or no variance at all.
    """
    return Norm(
        tensors.take(mean, count),
        take_positive(tensors, variance, count),
        epsilon,
        tensors.take(gamma, count) if gamma else None,
        tensors.take(beta, count),
    )


def take_positive(tensors: Tensors, name: str, count: int, above: float | None = None) -> Array:
    """Return an array of numbers that are not below 0, or all above a bound.

    Raises:
        WeightsUnreadable: it is missing, of another shape, or has others.
    """
    array = tensors.take(name, count)
    if array.min() < 0 or (above is not None and array.min() <= above):
        raise WeightsUnreadable(
            f"{tensors.source}: {printable(name, 120)!r} holds {array.min():.3g}, which no picture "
            "leads to"
        )
    return array
