"""How three formats name the layers of InceptionResnetV1, and how they keep their numbers.

TensorFlow's names are the network's own; Keras's are the same with underscores; facenet-pytorch
counts modules. TensorFlow and Keras keep no γ: the network has none, which is the same as 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from kith.errors import WeightsUnreadable, printable
from kith.models.importers.norms import take_norm

if TYPE_CHECKING:
    from kith.models.importers.graph import Array, Norm
    from kith.models.importers.tensors import Tensors

    Shape: TypeAlias = tuple[int, ...]
    """Of a kernel: out, in, height, width; or out, in."""

_EPSILON = 1e-3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a layer stands.

    Attributes:
        block: such as ``Block35_1`` or ``Mixed_6a``; of the stem and of the last layers their
            whole name.
        branch: of the block, from 0; None: behind the branches.
        label: the layer's own name, such as ``Conv2d_0a_1x1``; empty where the block's says all.
        step: of the branch, from 0; None: it is the branch's only one.
    """

    block: str
    branch: int | None = None
    label: str = ""
    step: int | None = None


class Layers(ABC):
    """The layers of a file, whatever it calls them; what is handed out is outputs first."""

    normalised = True
    """The framework's own network ends in descriptors of unit length."""

    def __init__(self, tensors: Tensors) -> None:
        self.tensors = tensors

    @abstractmethod
    def kernel(self, place: Place, *shape: int) -> Array:
        """Return the weights of a layer: out × in × height × width, or out × in."""

    @abstractmethod
    def bias(self, place: Place, count: int) -> Array:
        """Return what a layer adds."""

    @abstractmethod
    def norm(self, place: Place, count: int) -> Norm:
        """Return the batch normalisation behind a layer."""

    @abstractmethod
    def numbers(self) -> int:
        """Return how many numbers a descriptor has."""

    def classes(self) -> int:
        """Return how many classes the classifier has; 0: the file has none."""
        return 0

    def finish(self) -> None:
        """Raise WeightsUnreadable where weights are left over."""
        self.tensors.finish()


def layers_of(tensors: Tensors) -> Layers:
    """Return the layers of a file, whose format the name of the first one tells.

    Raises:
        WeightsUnreadable: it is none of the three.
    """
    for first, adapter in _ADAPTERS.items():
        if first in tensors:
            return adapter(tensors)
    raise WeightsUnreadable(
        f"{tensors.source} has no layer 'Conv2d_1a_3x3': it is no InceptionResnetV1 that kith knows"
    )


class _Keras(Layers):
    """``Block17_3_Branch_1_Conv2d_0b_1x7/kernel``, ``…_BatchNorm/beta``."""

    normalised = False
    _KERNEL, _BIAS, _NORM = "kernel", "bias", "_BatchNorm"

    def kernel(self, place: Place, *shape: int) -> Array:
        name = f"{self._name(place)}/{self._KERNEL}"
        if len(shape) == 2:
            return self.tensors.take(name, *shape[::-1]).T
        out, inner, height, width = shape
        return self.tensors.take(name, height, width, inner, out).transpose(3, 2, 0, 1)

    def bias(self, place: Place, count: int) -> Array:
        return self.tensors.take(f"{self._name(place)}/{self._BIAS}", count)

    def norm(self, place: Place, count: int) -> Norm:
        layer = f"{self._name(place)}{self._NORM}"
        return take_norm(
            self.tensors,
            count,
            _EPSILON,
            mean=f"{layer}/moving_mean",
            variance=f"{layer}/moving_variance",
            beta=f"{layer}/beta",
        )

    def numbers(self) -> int:
        return self.tensors.shape(f"{self._name(Place('Bottleneck'))}/{self._KERNEL}")[-1]

    def _name(self, place: Place) -> str:
        branch = "" if place.branch is None else f"Branch_{place.branch}"
        return "_".join(filter(None, (place.block, branch, place.label)))


class _TensorFlow(_Keras):
    """``InceptionResnetV1/Repeat_1/block17_3/Branch_1/Conv2d_0b_1x7/weights``."""

    normalised = True
    _KERNEL, _BIAS, _NORM = "weights", "biases", "/BatchNorm"
    _REPEATED: ClassVar = {"Block35": "Repeat", "Block17": "Repeat_1", "Block8": "Repeat_2"}
    _LEARNED = ("weights", "biases", "beta", "gamma", "moving_mean", "moving_variance")

    def finish(self) -> None:
        # The graph's other constants belong to training and to its arithmetic.
        for name in self.tensors.names():
            if name.rpartition("/")[2] in self._LEARNED:
                raise WeightsUnreadable(
                    f"{self.tensors.source}: {printable(name, 120)!r} does not belong to this "
                    "network"
                )

    def _name(self, place: Place) -> str:
        kind = place.block.partition("_")[0]
        if place.block == "Block8_6":  # stands alone
            block = "Block8"
        elif kind in self._REPEATED:
            block = f"{self._REPEATED[kind]}/{place.block.replace('Block', 'block')}"
        else:
            block = place.block
        branch = "" if place.branch is None else f"Branch_{place.branch}"
        return "/".join(filter(None, ("InceptionResnetV1", block, branch, place.label)))


class _PyTorch(Layers):
    """``repeat_2.2.branch1.1.conv/weight``, ``….bn/weight``: blocks and steps counted from 0."""

    _REPEATED: ClassVar = {"Block35": "repeat_1", "Block17": "repeat_2", "Block8": "repeat_3"}
    _ALONE: ClassVar = {"Block8_6": "block8", "Bottleneck": "last_linear", "Logits": "logits"}

    def kernel(self, place: Place, *shape: int) -> Array:
        return self.tensors.take(f"{self._name(place)}/weight", *shape)

    def bias(self, place: Place, count: int) -> Array:
        return self.tensors.take(f"{self._name(place)}/bias", count)

    def norm(self, place: Place, count: int) -> Norm:
        layer = self._name(place)
        layer = "last_bn" if layer == "last_linear" else f"{layer.removesuffix('.conv')}.bn"
        return take_norm(
            self.tensors,
            count,
            _EPSILON,
            mean=f"{layer}/running_mean",
            variance=f"{layer}/running_var",
            beta=f"{layer}/bias",
            gamma=f"{layer}/weight",
        )

    def numbers(self) -> int:
        return self.tensors.shape("last_linear/weight")[0]

    def classes(self) -> int:
        return self.tensors.shape("logits/weight")[0] if "logits/weight" in self.tensors else 0

    def _name(self, place: Place) -> str:
        kind, _, number = place.block.partition("_")
        if kind == "Conv2d":  # the kernel's size is not in the name
            return f"conv2d_{number.partition('_')[0]}.conv"
        if place.block in self._ALONE:
            block = self._ALONE[place.block]
        elif kind in self._REPEATED:
            block = f"{self._REPEATED[kind]}.{int(number) - 1}"
        else:
            block = place.block.lower()
        if not place.label:
            return block
        if place.branch is None:
            return f"{block}.conv2d"
        step = "" if place.step is None else f".{place.step}"
        return f"{block}.branch{place.branch}{step}.conv"


_ADAPTERS: dict[str, type[Layers]] = {
    "Conv2d_1a_3x3/kernel": _Keras,
    "InceptionResnetV1/Conv2d_1a_3x3/weights": _TensorFlow,
    "conv2d_1a.conv/weight": _PyTorch,
}
"""By the array that each format's files begin with."""
