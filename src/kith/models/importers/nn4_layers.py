"""The inception modules of nn4.small2, and where two formats keep the numbers of each layer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.models.importers.graph import Norm
from kith.models.importers.norms import take_norm, take_positive

if TYPE_CHECKING:
    from kith.models.importers.graph import Array
    from kith.models.importers.tensors import Tensors

DIMENSION = 128
_EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Inception:
    """One module: its branches' numbers of channels; 0, or None, where one is missing.

    Attributes:
        name: Keras's; the paper's.
        place: in Torch7's sequence.
        side: of its output, in pixels.
        three, five: channels before, and of, the 3×3 and the 5×5 convolution.
        stride: of these two.
        pool: ``max`` or ``l2``.
        pooled: channels of the convolution behind the pooling; 0: there is none.
        one: channels of the 1×1 convolution.
    """

    name: str
    place: int
    side: int
    three: tuple[int, int]
    five: tuple[int, int] | None
    stride: int
    pool: str
    pooled: int
    one: int


INCEPTIONS = (
    Inception("3a", 14, 12, (96, 128), (16, 32), 1, "max", 32, 64),
    Inception("3b", 15, 12, (96, 128), (32, 64), 1, "l2", 64, 64),
    Inception("3c", 16, 6, (128, 256), (32, 64), 2, "max", 0, 0),
    Inception("4a", 17, 6, (96, 192), (32, 64), 1, "l2", 128, 256),
    Inception("4e", 18, 3, (160, 256), (64, 128), 2, "max", 0, 0),
    Inception("5a", 19, 3, (96, 384), None, 1, "l2", 96, 256),
    Inception("5b", 21, 3, (96, 384), None, 1, "max", 96, 256),
)


class Layers(ABC):
    """Where a file's format keeps the numbers of a layer.

    A layer is called ``1``, ``3a_5x5/2`` (the second of two convolutions) or ``3a_pool``.
    """

    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self.trained = False

    @abstractmethod
    def conv(self, name: str, out: int, inner: int, side: int) -> tuple[Array, Array]:
        """Return kernel (out × in × side × side) and bias of a convolution."""

    def norm(self, name: str, count: int) -> Norm:
        """Return the batch normalisation behind a convolution."""
        norm = self._norm(name, count)
        self.trained |= bool(norm.mean.any())
        return norm

    @abstractmethod
    def dense(self, inner: int) -> tuple[Array, Array]:
        """Return kernel (out × in) and bias of the last layer."""

    @abstractmethod
    def _norm(self, name: str, count: int) -> Norm:
        """Return the numbers of a normalisation as the file has them."""


def layers_of(tensors: Tensors) -> Layers:
    """Return the layers of a file, whose format its last one tells."""
    return _Torch7(tensors) if "25/weight" in tensors else _Keras(tensors)


class _Keras(Layers):
    """``conv1`` and ``bn1``, ``inception_3a_5x5_conv2``, ``inception_3a_pool_bn``."""

    def conv(self, name: str, out: int, inner: int, side: int) -> tuple[Array, Array]:
        layer = self._layer(name, "conv")
        kernel = self._tensors.take(f"{layer}/kernel", side, side, inner, out)
        return kernel.transpose(3, 2, 0, 1), self._tensors.take(f"{layer}/bias", out)

    def _norm(self, name: str, count: int) -> Norm:
        layer = self._layer(name, "bn")
        return take_norm(
            self._tensors,
            count,
            _EPSILON,
            mean=f"{layer}/moving_mean",
            variance=f"{layer}/moving_variance",
            beta=f"{layer}/beta",
            gamma=f"{layer}/gamma",
        )

    def dense(self, inner: int) -> tuple[Array, Array]:
        layer = "dense_layer" if "dense_layer/kernel" in self._tensors else "dense"
        kernel = self._tensors.take(f"{layer}/kernel", inner, DIMENSION)
        return kernel.T, self._tensors.take(f"{layer}/bias", DIMENSION)

    def _layer(self, name: str, kind: str) -> str:
        block, _, number = name.partition("/")
        return f"inception_{block}_{kind}{number}" if "_" in block else f"{kind}{block}"


_FIRST = {"1": ("1", "2"), "2": ("6", "7"), "3": ("9", "10")}
"""Places of the three first convolutions, and of the normalisations behind them."""


_LEAST = 1e-9
"""Of what Torch7 calls ``running_std`` and is 1/√(variance + eps)."""


class _Torch7(Layers):
    """``14.1.2.4/weight``: of the second convolution of the second branch of the module 3a."""

    def conv(self, name: str, out: int, inner: int, side: int) -> tuple[Array, Array]:
        place, _ = self._places(name)
        shape = (out, inner * side * side) if name in _FIRST else (out, inner, side, side)
        kernel = self._tensors.take(f"{place}/weight", *shape)
        return kernel.reshape(out, inner, side, side), self._tensors.take(f"{place}/bias", out)

    def _norm(self, name: str, count: int) -> Norm:
        _, place = self._places(name)
        gamma, beta, mean = (
            self._tensors.take(f"{place}/{role}", count)
            for role in ("weight", "bias", "running_mean")
        )
        inverse = take_positive(self._tensors, f"{place}/running_std", count, above=_LEAST)
        return Norm(mean, inverse.astype(np.float64) ** -2, 0.0, gamma, beta)

    def dense(self, inner: int) -> tuple[Array, Array]:
        kernel = self._tensors.take("25/weight", DIMENSION, inner)
        return kernel, self._tensors.take("25/bias", DIMENSION)

    def _places(self, name: str) -> tuple[str, str]:
        """Return the places of a convolution and of its normalisation."""
        if name in _FIRST:
            return _FIRST[name]
        block, _, number = name.partition("/")
        block, _, branch = block.partition("_")
        module = next(module for module in INCEPTIONS if module.name == block)
        there = {"3x3": True, "5x5": module.five, "pool": True, "1x1": module.one}
        order = [kind for kind, present in there.items() if present]
        first = {"1": 1, "2": 4, "": 2 if branch == "pool" else 1}[number]
        start = f"{module.place}.1.{order.index(branch) + 1}"
        return f"{start}.{first}", f"{start}.{first + 1}"
