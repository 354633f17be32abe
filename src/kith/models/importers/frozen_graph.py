"""Read the constants of a frozen TensorFlow graph (``.pb``); its operations are ignored.

Such a file is a GraphDef: nodes behind each other, each in a frame of its own. The frames are
walked here, so that a file of any size is in memory one node at a time; a node is parsed by
protobuf from a description of the few fields that matter. Field numbers: TensorFlow,
core/framework/{graph,node_def,attr_value,tensor,tensor_shape}.proto.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import numpy as np
from google.protobuf import (  # type: ignore[import-untyped]
    descriptor_pb2,
    descriptor_pool,
    message,
    message_factory,
)

from kith.errors import WeightsUnreadable, printable
from kith.models.importers.tensors import Tensors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    Frame: TypeAlias = tuple[int, int]
    """Where a node's bytes begin, and how many they are."""

MOST_NODES = 50_000
MOST_AXES = 8
MOST_REPEATED = 1 << 20
"""Numbers in a constant that the file states once for all of them."""

_FLOAT = 1  # DT_FLOAT; constants of other types are shapes and axes
_NUMBER, _FRAME = 0, 2  # wire types
_LONGEST_VARINT = 10


@contextmanager
def open_pb(path: Path) -> Iterator[Tensors]:
    """Open a file; its float32 constants are named as the graph names them
    (``InceptionResnetV1/Bottleneck/weights``), kernels as TensorFlow has them:
    height × width × in × out, or in × out.

    Raises:
        WeightsUnreadable: it is not such a file, or not one that TensorFlow could have written.
    """  # noqa: D205
    try:
        with path.open("rb") as file:
            frames: dict[str, Frame] = {}
            shapes: dict[str, tuple[int, ...]] = {}
            for frame in _frames(file, path.stat().st_size, path.name):
                node = _node(file, frame)
                tensor = _constant(node)
                if tensor is None:
                    continue
                name = printable(node.name)
                if node.name in frames:
                    raise WeightsUnreadable(f"{path.name} holds the constant {name!r} twice")
                frames[node.name] = frame
                shapes[node.name] = _shape(tensor, f"{path.name}: the constant {name!r}")
            yield Tensors(path.name, shapes, lambda name: _read(file, frames[name], shapes[name]))
    except (OSError, message.DecodeError) as error:
        raise WeightsUnreadable(f"{path.name} is not a readable frozen graph") from error


def _frames(file: IO[bytes], size: int, source: str) -> Iterator[Frame]:
    """Yield the frame of every node (field 1) and step over everything else."""
    at = count = 0
    while at < size:
        field, wire, at = _tag(file, at, source)
        value, at = _varint(file, at, source)
        if wire == _NUMBER:
            continue
        count += 1
        if wire != _FRAME or value > size - at or count > MOST_NODES:
            raise WeightsUnreadable(f"{source} is not a readable frozen graph (byte {at:,})")
        if field == 1:
            yield at, value
        at += value


def _tag(file: IO[bytes], at: int, source: str) -> tuple[int, int, int]:
    tag, at = _varint(file, at, source)
    return tag >> 3, tag & 7, at


def _varint(file: IO[bytes], at: int, source: str) -> tuple[int, int]:
    """Return the number that begins at a place, seven bits a byte, and the place behind it."""
    file.seek(at)
    value = 0
    for place, byte in enumerate(file.read(_LONGEST_VARINT)):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise WeightsUnreadable(f"{source} is not a readable frozen graph (byte {at:,})")


def _node(file: IO[bytes], frame: Frame) -> Any:
    start, length = frame
    file.seek(start)
    return _Node.FromString(file.read(length))


def _constant(node: Any) -> Any:
    """Return the tensor of a float32 constant; None for any other node."""
    if node.op != "Const":
        return None
    values = [entry.value.tensor for entry in node.attr if entry.key == "value"]
    return values[0] if len(values) == 1 and values[0].dtype == _FLOAT else None


def _shape(tensor: Any, spoken: str) -> tuple[int, ...]:
    """Return the shape, once it is certain that the numbers for it are there."""
    shape = tuple(int(axis.size) for axis in tensor.tensor_shape.dim)
    if len(shape) > MOST_AXES or min(shape, default=0) < 0 or tensor.tensor_shape.unknown_rank:
        raise WeightsUnreadable(f"{spoken} has no shape that a weight could have")
    count, stated = math.prod(shape), len(tensor.float_val)
    if stated:
        enough = stated == count or (stated == 1 and count <= MOST_REPEATED)
    else:
        enough = len(tensor.tensor_content) == 4 * count
    if not enough:
        raise WeightsUnreadable(f"{spoken} does not hold as many numbers as its shape says")
    return shape


def _read(file: IO[bytes], frame: Frame, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    tensor = _constant(_node(file, frame))
    if len(tensor.float_val) == 1:
        return np.full(shape, tensor.float_val[0], np.float32)
    if tensor.float_val:
        return np.array(tensor.float_val, np.float32).reshape(shape)
    return np.frombuffer(tensor.tensor_content, "<f4").reshape(shape)


def _node_type() -> Any:
    """Return protobuf's class for what is read here of a node."""
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="graph.proto", package="kith", syntax="proto3")

    def describe(kind: str, *fields: tuple[str, int, int | str, bool]) -> None:
        described = file.message_type.add(name=kind)
        for name, number, content, repeated in fields:
            field = described.field.add(name=name, number=number)
            field.label = kinds.LABEL_REPEATED if repeated else kinds.LABEL_OPTIONAL
            if isinstance(content, str):
                field.type, field.type_name = kinds.TYPE_MESSAGE, f".kith.{content}"
            else:
                field.type = content

    describe("Axis", ("size", 1, kinds.TYPE_INT64, False))
    describe("Shape", ("dim", 2, "Axis", True), ("unknown_rank", 3, kinds.TYPE_BOOL, False))
    describe(
        "Tensor",
        ("dtype", 1, kinds.TYPE_INT32, False),
        ("tensor_shape", 2, "Shape", False),
        ("tensor_content", 4, kinds.TYPE_BYTES, False),
        ("float_val", 5, kinds.TYPE_FLOAT, True),
    )
    describe("Value", ("tensor", 8, "Tensor", False))
    describe("Attribute", ("key", 1, kinds.TYPE_STRING, False), ("value", 2, "Value", False))
    describe(
        "Node",
        ("name", 1, kinds.TYPE_STRING, False),
        ("op", 2, kinds.TYPE_STRING, False),
        ("attr", 5, "Attribute", True),
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("kith.Node"))


_Node = _node_type()
