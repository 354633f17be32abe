"""Torch7 files, written as Torch7 writes them, and a random nn4.small2 to write."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.facenet_files import weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt


class Module:
    """A torch object that is no tensor."""

    def __init__(self, kind: str, **fields: Any) -> None:
        self.kind, self.fields = kind, fields


class Torch7:
    """Writes what Torch7's ``torch.save`` writes; what comes twice is written once."""

    def __init__(self) -> None:
        self._met: dict[int, int] = {}
        self._kept: list[Any] = []  # so that no id is used again

    def encode(self, value: Any) -> bytes:
        if value is None:
            return integers(0)
        if isinstance(value, bool):
            return integers(5, int(value))
        if isinstance(value, int | float):
            return integers(1) + struct.pack("<d", value)
        if isinstance(value, str):
            return integers(2) + text(value)
        kind = 3 if isinstance(value, dict) else 4
        if id(value) in self._met:
            return integers(kind, self._met[id(value)])
        self._met[id(value)] = len(self._met) + 1
        self._kept.append(value)
        head = integers(kind, self._met[id(value)])
        if isinstance(value, dict):
            entries = (self.encode(key) + self.encode(found) for key, found in value.items())
            return head + integers(len(value)) + b"".join(entries)
        if isinstance(value, Module):
            return head + text("V 1") + text(value.kind) + self.encode(value.fields)
        return head + text("V 1") + self._array(value)

    def _array(self, array: Any) -> bytes:
        if isinstance(array, Storage):
            numbers = array.numbers
            kind = "Float" if numbers.dtype == np.float32 else "Long"
            return text(f"torch.{kind}Storage") + longs(numbers.size) + numbers.tobytes()
        steps = [math.prod(array.shape[axis + 1 :]) for axis in range(array.ndim)]
        head = text("torch.FloatTensor") + integers(array.ndim) + longs(*array.shape, *steps, 1)
        return head + self.encode(Storage(array) if array.size else None)


class Storage:
    """Numbers in a row: float32, or int64 for sizes."""

    def __init__(self, array: npt.NDArray[Any]) -> None:
        self.numbers = np.ascontiguousarray(array).ravel()


def integers(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


def longs(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def text(value: str) -> bytes:
    return integers(len(value)) + value.encode()


class Nn4:
    """Writes a random nn4.small2, module by module as OpenFace's nn4.small2.def.lua has them."""

    def __init__(self, seed: int) -> None:
        self._names = (f"{seed}/nn4/{count}" for count in range(1000))

    def network(self) -> Module:
        modules = [
            *self.conv(3, 64, 7, 2, flat=True),
            largest(1),
            across(),
            *self.conv(64, 64, 1, flat=True),
            *self.conv(64, 192, 3, flat=True),
            across(),
            largest(1),
            self.inception(192, [(3, 96, 128), (5, 16, 32)], largest(), 32, 64),
            self.inception(256, [(3, 96, 128), (5, 32, 64)], l2(), 64, 64),
            self.inception(320, [(3, 128, 256), (5, 32, 64)], largest(), 0, 0, 2),
            self.inception(640, [(3, 96, 192), (5, 32, 64)], l2(), 128, 256),
            self.inception(640, [(3, 160, 256), (5, 64, 128)], largest(), 0, 0, 2),
            self.inception(1024, [(3, 96, 384)], l2(), 96, 256),
            Module("nn.Identity"),
            self.inception(736, [(3, 96, 384)], largest(), 96, 256),
            window("SpatialAveragePooling", 3, 1, count_include_pad=True, ceil_mode=False),
            Module("nn.Identity"),
            Module("nn.View", numElements=736, size=Storage(np.array([736], "<i8"))),
            Module("nn.Linear", **self._learned("linear", (128, 736))),
            Module("nn.Normalize", p=2, eps=1e-10),
        ]
        return sequence("nn.Sequential", modules)

    def inception(
        self,
        inner: int,
        sizes: Sequence[tuple[int, int, int]],
        pool: Module,
        pooled: int,
        one: int,
        step: int = 1,
    ) -> Module:
        branches = [
            [*self.conv(inner, before, 1), *self.conv(before, after, side, step)]
            for side, before, after in sizes
        ]
        branches.append([pool, *(self.conv(inner, pooled, 1) if pooled else [])])
        if one:
            branches.append(self.conv(inner, one, 1))
        inside = [sequence("nn.Sequential", branch) for branch in branches]
        return sequence("nn.Inception", [sequence("nn.DepthConcat", inside, dimension=2)])

    def conv(
        self, inner: int, out: int, side: int, step: int = 1, *, flat: bool = False
    ) -> list[Module]:
        """A convolution, its normalisation and a rectifier; flat: as older Torch7 has it."""
        learned = self._learned("conv", (out, inner, side, side))
        if flat:
            learned["weight"] = learned["weight"].reshape(out, -1)
        kind = "SpatialConvolutionMM" if flat else "SpatialConvolution"
        layer = window(kind, side, step, side // 2, nInputPlane=inner, nOutputPlane=out, **learned)
        layer.fields["gradBias"] = np.zeros(out, np.float32)
        norm = Module("nn.SpatialBatchNormalization", eps=1e-5, affine=True, momentum=0.1)
        norm.fields |= self._learned("norm", (out,))
        return [layer, norm, Module("nn.ReLU", threshold=0, val=0, inplace=False)]

    def _learned(self, kind: str, shape: tuple[int, ...]) -> dict[str, npt.NDArray[np.float32]]:
        name = next(self._names)
        roles = {"weight": "gamma" if kind == "norm" else "kernel", "bias": "bias"}
        if kind == "norm":
            roles |= {role: role for role in ("running_mean", "running_std")}
        return {
            field: weight(f"{name}.{field}", role, shape if role == "kernel" else shape[:1])
            for field, role in roles.items()
        }


def sequence(kind: str, modules: Sequence[Module], **fields: Any) -> Module:
    return Module(kind, modules=dict(enumerate(modules, 1)), train=False, **fields)


def window(kind: str, side: int, step: int, pad: int = 0, **more: Any) -> Module:
    sides = {"kW": side, "kH": side, "dW": step, "dH": step, "padW": pad, "padH": pad}
    return Module(f"nn.{kind}", **sides, **more)


def across() -> Module:
    return Module("nn.SpatialCrossMapLRN", size=5, alpha=1e-4, beta=0.75, k=1)


def largest(pad: int = 0) -> Module:
    return window("SpatialMaxPooling", 3, 2, pad, ceil_mode=False)


def l2() -> Module:
    mean = window("SpatialAveragePooling", 3, 3, count_include_pad=True, ceil_mode=False)
    mean.fields["divide"] = True
    parts = [Module("nn.Square"), mean, Module("nn.MulConstant", constant_scalar=9.0)]
    pool = sequence("nn.SpatialLPPooling", [*parts, Module("nn.Sqrt")])
    pool.fields |= {"kW": 3, "kH": 3, "dW": 3, "dH": 3}
    return pool


def leaves(module: Module, place: str = "") -> Iterator[tuple[str, Module]]:
    """Yield the modules of a tree that hold no others, by their place."""
    inside = module.fields.get("modules", {})
    for number, inner in inside.items():
        yield from leaves(inner, f"{place}.{number}" if place else str(number))
    if not inside:
        yield place, module
