"""Read a face recognition network that dlib saved, without dlib.

A layer writes its version and then the layer in front of it, so a file begins with a chain of
versions from the loss to the input, and goes on with the contents of the layers from the input to
the loss (dlib 19 and 20: dnn/core.h, dnn/layers.h, dnn/input.h). Version 2 is a layer that
computes, 3 the one behind the input, 1 a mark without contents: a tag, or a skip to one.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.errors import WeightsUnreadable
from kith.models.importers.dlib_dat import DatReader
from kith.models.importers.tensors import Tensors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

MOST_BYTES = 256 * 1024**2
MOST_LAYERS = 1000
MARK = "mark"

_MARK, _LAYER, _INNERMOST = 1, 2, 3
_CLASSES = ("con_4", "affine_", "relu_", "max_pool_2", "avg_pool_2", "add_prev_", "fc_2")
_ROLES = {"con": ("filters", "bias"), "affine": ("gamma", "beta"), "fc": ("weights", "bias")}
_TRAINING = {"con": 4, "affine": 0, "fc": 4}
"""How many factors of learning rate and weight decay follow a layer's weights."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a saved network.

    Attributes:
        kind: ``con``, ``affine``, ``relu``, ``max_pool``, ``avg_pool``, ``add_prev``, ``fc``, or
            `MARK` for a tag or a skip, which the file does not tell apart.
        window: of a convolution or pooling: height, width, stride down and across, padding above
            and below, left and right; a height and width of 0 mean the whole picture.
    """

    kind: str
    window: tuple[int, ...] = ()


class Network(Tensors):
    """A saved network; its arrays are named by kind, number from the input on, and role.

    ``con1/filters`` (out × in × height × width), ``con1/bias``, ``affine1/gamma``,
    ``affine1/beta``, ``fc1/weights`` (in × out).

    Attributes:
        mean: what the input layer takes off red, green and blue before it divides by 256.
        size: height and width of the input.
        layers: from the input to the last one in front of the loss.
    """

    mean: tuple[float, float, float]
    size: tuple[int, int]
    layers: list[Layer]


@contextmanager
def open_dat(path: Path) -> Iterator[Network]:
    """Open a network that was trained with dlib's metric loss on RGB pictures.

    Raises:
        WeightsUnreadable: it is no such file, is damaged, or has more than `MOST_BYTES`.
    """
    if path.stat().st_size > MOST_BYTES:
        raise WeightsUnreadable(f"{path.name} has more than {MOST_BYTES:,} bytes")
    yield _Reading(DatReader(path.read_bytes(), path.name)).network()


class _Reading:
    """Goes through a file once and notes where the numbers of each array lie."""

    def __init__(self, dat: DatReader) -> None:
        self._dat = dat
        self._layers: list[Layer] = []
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._places: dict[str, int] = {}

    def network(self) -> Network:
        dat = self._dat
        dat.version(1)
        dat.expect("loss_metric_2")
        dat.real(), dat.real()  # margin and distance threshold, for training
        chain = self._chain()
        dat.expect("input_rgb_image_sized")
        mean = (dat.real(), dat.real(), dat.real())
        size = (dat.integer(), dat.integer())
        for version in reversed(chain):
            self._layers.append(Layer(MARK) if version == _MARK else self._layer())
            if version == _INNERMOST:
                dat.integer()  # how many pictures dlib makes of one, in training
        if dat.place != len(dat.content):
            raise dat.wrong("more than a network")
        network = Network(dat.source, self._shapes, self._load)
        network.mean, network.size, network.layers = mean, size, self._layers
        return network

    def _chain(self) -> list[int]:
        chain: list[int] = []
        while _INNERMOST not in chain[-1:]:
            if len(chain) == MOST_LAYERS:
                raise self._dat.wrong(f"more than {MOST_LAYERS} layers")
            chain.append(self._dat.version(_MARK, _LAYER, _INNERMOST))
        return chain

    def _layer(self) -> Layer:
        dat = self._dat
        kind = dat.expect(*_CLASSES).rstrip("_0123456789")
        window: tuple[int, ...] = ()
        if kind in _ROLES:
            window = self._weights(kind)
        elif kind.endswith("pool"):
            window = tuple(dat.integer() for _ in range(6))
        dat.truths(3)  # set up, gradient out of date, in place
        for _ in range(3):
            dat.tensor()  # gradients and the last output, empty in a file made for use
        return Layer(kind, window)

    def _weights(self, kind: str) -> tuple[int, ...]:
        """Read the contents of a layer that learned; return a convolution's window."""
        dat = self._dat
        name = f"{kind}{1 + sum(layer.kind == kind for layer in self._layers)}"
        if kind == "fc":
            dat.integer(), dat.integer()  # outputs and inputs, which the sizes say again
        start, count = dat.tensor()
        window = [dat.integer() for _ in range(7)][1:] if kind == "con" else []
        for role in _ROLES[kind]:
            dat.version(1)
            taken = self._note(f"{name}/{role}", dat.sizes(), start, count)
            start, count = start + 4 * taken, count - taken
        if count:
            raise dat.wrong(f"layer {name!r} has {count:,} numbers too many")
        if kind != "con":
            dat.integer()  # affine: behind what it stood; fc: with bias or without
        for _ in range(_TRAINING[kind]):
            dat.real()
        return tuple(window)

    def _note(self, name: str, sizes: tuple[int, ...], start: int, count: int) -> int:
        """Note where an array lies; return how many numbers it has, none where it is not used."""
        length = math.prod(sizes)
        if length > count:
            shown = " × ".join(map(str, sizes))
            raise self._dat.wrong(f"{name!r} of {shown} numbers, of which {count:,} are there,")
        if length:
            # Whole for a convolution; elsewhere dlib writes ones for the axes there are not.
            whole = name.endswith("filters")
            self._shapes[name] = sizes if whole else tuple(size for size in sizes if size > 1)
            self._places[name] = start
        return length

    def _load(self, name: str) -> npt.NDArray[Any]:
        shape = self._shapes[name]
        numbers = np.frombuffer(self._dat.content, "<f4", math.prod(shape), self._places[name])
        return numbers.reshape(shape)
