"""Small TensorFlow Lite networks with random weights, written with the flatbuffers package.

`CASES` has one for each operator that kith reads, in the ways that differ. Numbers of fields and
operators: TensorFlow, lite/schema/schema.fbs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt

SAME, VALID = 0, 1
RELU = 1
CODES = {
    "ADD": 0,
    "CONCATENATION": 2,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 4,
    "DEQUANTIZE": 6,
    "LOGISTIC": 14,
    "MAX_POOL_2D": 17,
    "RELU6": 21,
    "RESHAPE": 22,
    "PAD": 34,
    "PRELU": 54,
}
TYPES = {"float32": 0, "float16": 1, "int32": 2}
CONV, DEPTHWISE, POOL, CONCAT, ADD, RESHAPE, PAD = 1, 2, 5, 10, 11, 17, 22
"""Tables of options."""


@dataclass
class Tensor:
    number: int
    shape: tuple[int, ...]
    dtype: str = "float32"
    content: bytes = b""


@dataclass
class Operator:
    kind: str
    inputs: list[int]
    outputs: list[int]
    options: int = 0
    fields: list[tuple[str, int]] = field(default_factory=list)
    """Of the table of options: type and value, by number."""


class Net:
    """A network being made; the first tensor is its picture."""

    def __init__(self, height: int = 13, width: int = 13, channels: int = 3, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []
        self.picture = self.tensor((1, height, width, channels))
        self.outputs: list[Tensor] = []

    def tensor(
        self, shape: tuple[int, ...], dtype: str = "float32", content: bytes = b""
    ) -> Tensor:
        made = Tensor(len(self.tensors), shape, dtype, content)
        self.tensors.append(made)
        return made

    def constant(self, array: npt.NDArray[Any]) -> Tensor:
        return self.tensor(array.shape, str(array.dtype), array.tobytes())

    def weights(self, *shape: int, half: bool = False) -> Tensor:
        drawn = self.random.normal(0, max(np.prod(shape[1:]), 1) ** -0.5, shape)
        if not half:
            return self.constant(drawn.astype(np.float32))
        stored = self.constant(drawn.astype(np.float16))
        return self.operate("DEQUANTIZE", [stored], shape)

    def operate(
        self,
        kind: str,
        inputs: list[Tensor],
        shape: tuple[int, ...],
        options: int = 0,
        fields: list[tuple[str, int]] | None = None,
    ) -> Tensor:
        output = self.tensor(shape)
        numbers = [one.number for one in inputs]
        self.operators.append(Operator(kind, numbers, [output.number], options, fields or []))
        return output

    def conv(
        self,
        x: Tensor,
        out: int,
        side: int = 3,
        stride: int = 1,
        padding: int = SAME,
        activation: int = 0,
        half: bool = False,
        bias: bool = True,
        dilation: int = 1,
    ) -> Tensor:
        weights = [self.weights(out, side, side, x.shape[3], half=half)]
        weights += [self.weights(out, half=half)] if bias else []
        shape = (1, *(_length(n, side, stride, padding) for n in x.shape[1:3]), out)
        fields = [("b", padding), ("i", stride), ("i", stride), ("b", activation)]
        fields += [("i", dilation)] * 2
        return self.operate("CONV_2D", [x, *weights], shape, CONV, fields)

    def depthwise(
        self, x: Tensor, side: int = 3, stride: int = 1, padding: int = SAME, multiplier: int = 1
    ) -> Tensor:
        channels = x.shape[3] * multiplier
        weights = [self.weights(1, side, side, channels), self.weights(channels)]
        shape = (1, *(_length(n, side, stride, padding) for n in x.shape[1:3]), channels)
        fields = [("b", padding), ("i", stride), ("i", stride), ("i", multiplier), ("b", 0)]
        fields += [("i", 1)] * 2
        return self.operate("DEPTHWISE_CONV_2D", [x, *weights], shape, DEPTHWISE, fields)

    def pool(
        self, x: Tensor, side: int = 2, stride: int = 2, padding: int = SAME, height: int = 0
    ) -> Tensor:
        shape = (1, *(_length(n, side, stride, padding) for n in x.shape[1:3]), x.shape[3])
        fields = [("b", padding), ("i", stride), ("i", stride), ("i", side), ("i", height or side)]
        return self.operate("MAX_POOL_2D", [x], shape, POOL, [*fields, ("b", 0)])

    def prelu(self, x: Tensor) -> Tensor:
        slope = self.constant(self.random.uniform(-0.5, 1.5, (1, 1, x.shape[3])).astype("f4"))
        return self.operate("PRELU", [x, slope], x.shape)

    def add(self, x: Tensor, y: Tensor, activation: int = 0) -> Tensor:
        return self.operate("ADD", [x, y], x.shape, ADD, [("b", activation)])

    def pad(self, x: Tensor, around: list[list[int]]) -> Tensor:
        shape = tuple(n + sum(pair) for n, pair in zip(x.shape, around, strict=True))
        pads = self.constant(np.array(around, np.int32))
        return self.operate("PAD", [x, pads], shape, PAD)

    def reshape(self, x: Tensor, *shape: int) -> Tensor:
        whole = self.constant(np.array(shape, np.int32))
        left = -int(np.prod(x.shape)) // int(np.prod(shape))
        said = tuple(left if axis == -1 else axis for axis in shape)
        return self.operate("RESHAPE", [x, whole], said, RESHAPE)

    def concat(self, axis: int, *parts: Tensor) -> Tensor:
        shape = list(parts[0].shape)
        shape[axis] = sum(part.shape[axis] for part in parts)
        fields = [("i", axis), ("b", 0)]
        return self.operate("CONCATENATION", [*parts], tuple(shape), CONCAT, fields)

    def logistic(self, x: Tensor) -> Tensor:
        return self.operate("LOGISTIC", [x], x.shape)

    def write(self) -> bytes:
        """Return the network as a file's bytes."""
        return _Writer(self).write()


def _length(before: int, side: int, stride: int, padding: int) -> int:
    return -(-(before if padding == SAME else before - side + 1) // stride)


class _Writer:
    def __init__(self, net: Net) -> None:
        self._net = net
        self._out: Any = flatbuffers.Builder(1 << 16)

    def write(self) -> bytes:
        out, net = self._out, self._net
        kinds = list(dict.fromkeys(one.kind for one in net.operators))
        buffers = [self._table(self._bytes(one.content)) for one in [Tensor(0, ()), *net.tensors]]
        tensors = [self._tensor(one) for one in net.tensors]
        operators = [self._operator(one, kinds) for one in net.operators]
        codes = [self._code(CODES[kind]) for kind in kinds]
        graph = self._table(
            self._offsets(tensors),
            self._numbers([net.picture.number]),
            self._numbers([one.number for one in net.outputs]),
            self._offsets(operators),
        )
        parts = (
            self._offsets(codes),
            self._offsets([graph]),
            out.CreateString("made by a test"),
            self._offsets(buffers),
        )
        out.StartObject(5)
        out.PrependUint32Slot(0, 3, 0)
        for number, part in enumerate(parts, 1):
            out.PrependUOffsetTRelativeSlot(number, part, 0)
        out.Finish(out.EndObject(), b"TFL3")
        return bytes(out.Output())

    def _tensor(self, tensor: Tensor) -> int:
        out = self._out
        shape, name = self._numbers(tensor.shape), out.CreateString(f"t{tensor.number}")
        out.StartObject(8)
        out.PrependUOffsetTRelativeSlot(0, shape, 0)
        out.PrependInt8Slot(1, TYPES[tensor.dtype], 0)
        out.PrependUint32Slot(2, tensor.number + 1 if tensor.content else 0, 0)
        out.PrependUOffsetTRelativeSlot(3, name, 0)
        return int(out.EndObject())

    def _operator(self, operator: Operator, kinds: list[str]) -> int:
        out = self._out
        inputs, outputs = self._numbers(operator.inputs), self._numbers(operator.outputs)
        out.StartObject(max(len(operator.fields), 1))
        for number, (kind, value) in enumerate(operator.fields):
            (out.PrependInt8Slot if kind == "b" else out.PrependInt32Slot)(number, value, 0)
        options = out.EndObject()
        out.StartObject(5)
        out.PrependUint32Slot(0, kinds.index(operator.kind), 0)
        out.PrependUOffsetTRelativeSlot(1, inputs, 0)
        out.PrependUOffsetTRelativeSlot(2, outputs, 0)
        if operator.options:
            out.PrependUint8Slot(3, operator.options, 0)
            out.PrependUOffsetTRelativeSlot(4, options, 0)
        return int(out.EndObject())

    def _code(self, number: int) -> int:
        self._out.StartObject(4)
        self._out.PrependInt8Slot(0, number, 0)
        self._out.PrependInt32Slot(2, 2 if number == CODES["DEQUANTIZE"] else 1, 1)
        self._out.PrependInt32Slot(3, number, 0)
        return int(self._out.EndObject())

    def _table(self, *parts: int) -> int:
        self._out.StartObject(len(parts))
        for number, part in enumerate(parts):
            self._out.PrependUOffsetTRelativeSlot(number, part, 0)
        return int(self._out.EndObject())

    def _bytes(self, content: bytes) -> int:
        if not content:
            return 0
        self._out.StartVector(1, len(content), 16)
        self._out.head -= len(content)
        self._out.Bytes[self._out.head : self._out.head + len(content)] = content
        return int(self._out.EndVector())

    def _numbers(self, numbers: Any) -> int:
        return int(self._out.CreateNumpyVector(np.array(numbers, np.int32)))

    def _offsets(self, offsets: list[int]) -> int:
        self._out.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self._out.PrependUOffsetTRelative(offset)
        return int(self._out.EndVector())


Layers = Callable[[Net, Tensor], Tensor]


def _ssd(net: Net, x: Tensor) -> Tensor:
    """Heads of two sizes, as a detector has them."""
    parts = []
    for _ in range(2):
        x = net.pool(net.conv(x, 8, activation=RELU))
        parts.append(net.logistic(net.reshape(net.conv(x, 8), 1, -1, 4)))
    return net.concat(1, *parts)


def _residual(net: Net, x: Tensor) -> Tensor:
    """A block that is thinner at its beginning than at its end, as the face mesh has them."""
    x = net.prelu(net.conv(x, 16, stride=2, half=True))
    y = net.conv(net.depthwise(net.conv(x, 16, 2, 2, half=True)), 24, 1, half=True)
    return net.prelu(net.add(net.pad(net.pool(x), [[0, 0]] * 3 + [[0, 8]]), y))


def _shared(net: Net, x: Tensor) -> Tensor:
    """Two layers with the same bias."""
    x, bias = net.conv(x, 6), net.weights(6, half=True)
    for _ in range(2):
        fields = [("b", SAME), ("i", 1), ("i", 1), ("b", 0), ("i", 1), ("i", 1)]
        x = net.operate("CONV_2D", [x, net.weights(6, 1, 1, 6), bias], x.shape, CONV, fields)
    return x


CASES: dict[str, Layers] = {
    "conv": lambda net, x: net.conv(x, 5),
    "conv, stride": lambda net, x: net.conv(x, 5, stride=2),
    "conv, stride, even": lambda net, x: net.conv(net.conv(x, 4, 2, 1, VALID), 5, 3, 2),
    "conv, valid": lambda net, x: net.conv(x, 5, 4, 3, VALID),
    "conv, point": lambda net, x: net.conv(x, 5, 1),
    "conv, half": lambda net, x: net.conv(x, 5, half=True),
    "conv, relu": lambda net, x: net.conv(x, 5, activation=RELU),
    "depthwise": lambda net, x: net.depthwise(x),
    "depthwise, stride": lambda net, x: net.depthwise(net.conv(x, 9), 5, 2),
    "depthwise, valid": lambda net, x: net.depthwise(x, 2, 2, VALID),
    "pool": lambda net, x: net.pool(x),
    "pool, valid": lambda net, x: net.pool(x, 3, 2, VALID),
    "pool, of negative numbers": lambda net, x: net.pool(net.prelu(x), 3, 3),
    "prelu": lambda net, x: net.prelu(net.conv(x, 9)),
    "add": lambda net, x: net.add(x, net.conv(x, 3)),
    "add, relu": lambda net, x: net.add(x, net.conv(x, 3), RELU),
    "pad, channels": lambda net, x: net.pad(x, [[0, 0], [0, 0], [0, 0], [0, 5]]),
    "pad, picture": lambda net, x: net.pad(x, [[0, 0], [1, 2], [3, 0], [0, 0]]),
    "reshape": lambda net, x: net.reshape(net.conv(x, 4), 1, 338, 2),
    "concatenation": lambda net, x: net.concat(
        2, net.reshape(x, 1, 169, 3), net.logistic(net.reshape(net.conv(x, 2), 1, 169, 2))
    ),
    "logistic": lambda net, x: net.logistic(net.conv(x, 5)),
    "detector": _ssd,
    "residual": _residual,
    "shared": _shared,
}


def case(name: str) -> tuple[bytes, tuple[int, ...]]:
    """Return a file of `CASES` and the shape of its output."""
    net = Net(seed=len(name))
    output = CASES[name](net, net.picture)
    net.outputs = [output]
    return net.write(), output.shape


def pictures(name: str, height: int = 13, width: int = 13) -> npt.NDArray[np.float32]:
    """Return the pictures for a network: random numbers from −1 to 1, 2 × height × width × 3."""
    random = np.random.default_rng(list(name.encode()))
    return random.uniform(-1, 1, (2, height, width, 3)).astype(np.float32)


def published(side: int) -> list[npt.NDArray[np.float32]]:
    """Return pictures for a published network, from 0 to 1: noise, and soft blobs like faces."""
    random = np.random.default_rng(side)
    rows, columns = np.mgrid[:side, :side] / side
    soft = np.zeros((2, side, side, 3))
    for picture in soft:
        for _ in range(12):
            x, y, size = random.uniform(0.2, 0.8), random.uniform(0.2, 0.8), random.uniform(16, 200)
            blob = np.exp(-size * ((columns - x) ** 2 + (rows - y) ** 2))
            picture += blob[..., np.newaxis] * random.uniform(0, 1, 3)
    noise = random.uniform(0, 1, (2, side, side, 3))
    return [noise.astype(np.float32), (soft / soft.max()).astype(np.float32)]
