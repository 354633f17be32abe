"""Read a TensorFlow Lite network (``.tflite``): layers, and numbers by tensor.

TensorFlow, lite/schema/schema.fbs, version 3: a model has kinds of operators, buffers of bytes and
graphs; a graph has tensors (shape, type, buffer) and operators, which read and write tensors by
their number. Pictures are N × height × width × channels. Names, quantisation, metadata and the
shapes of tensors that are computed are not looked at.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.errors import WeightsUnreadable
from kith.models.importers.tensors import Tensors
from kith.models.importers.tflite_buffer import Buffer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from kith.models.importers.tflite_buffer import Table

MOST_BYTES = 256 << 20
MOST_ENTRIES = 20_000
"""Tensors, operators and buffers, each."""

MOST_AXES = 8
MOST_ENDS = 64
"""Tensors that one operator, or the network, reads or writes."""

MOST_INTEGERS = 64
"""In a constant that says a shape, or a padding."""

NUMBERS = "numbers"
"""The role of a constant's array: it is named ``<number of the tensor>/numbers``."""

LANDMARKS = "face_landmarks_detector.tflite"
"""The member of MediaPipe's ``face_landmarker.task``, a zip, that finds the points."""

_VERSION = 3
_IDENTIFIER = b"TFL3"
_INT32 = 2
_FLOATS = {0: "<f4", 1: "<f2"}
_OPERATORS = {
    0: "ADD",
    2: "CONCATENATION",
    3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D",
    6: "DEQUANTIZE",
    14: "LOGISTIC",
    17: "MAX_POOL_2D",
    22: "RESHAPE",
    34: "PAD",
    54: "PRELU",
}
_CONV = ((0, "padding", "b", 0), (1, "across", "i", 0), (2, "down", "i", 0))
_OPTIONS: dict[str, tuple[int, tuple[tuple[int, str, str, int], ...]]] = {
    "CONV_2D": (
        1,
        (*_CONV, (3, "activation", "b", 0), (4, "dilation", "i", 1), (5, "dilated", "i", 1)),
    ),
    "DEPTHWISE_CONV_2D": (
        2,
        (
            *_CONV,
            (3, "multiplier", "i", 0),
            (4, "activation", "b", 0),
            (5, "dilation", "i", 1),
            (6, "dilated", "i", 1),
        ),
    ),
    "MAX_POOL_2D": (
        5,
        (*_CONV, (3, "width", "i", 0), (4, "height", "i", 0), (5, "activation", "b", 0)),
    ),
    "CONCATENATION": (10, ((0, "axis", "i", 0), (1, "activation", "b", 0))),
    "ADD": (11, ((0, "activation", "b", 0),)),
}
"""Which table has an operator's options, and its fields: number, our name, type, default."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One operator.

    Attributes:
        number: its place in the file.
        kind: as the schema names it, such as ``CONV_2D``.
        inputs, outputs: numbers of tensors; −1 for an input that is left out.
        options: by our names.
    """

    number: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: dict[str, int]


class Network(Tensors):
    """A network; its constants of float16 and float32 are its arrays, named by their number.

    Attributes:
        layers: in the order in which they are computed.
        inputs, outputs: numbers of the network's own tensors.
        shapes: of all tensors, as the file says.
        integers: the constants of int32.
    """

    layers: list[Layer]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    shapes: list[tuple[int, ...]]
    integers: dict[int, tuple[int, ...]]


@contextmanager
def open_tflite(path: Path) -> Iterator[Network]:
    """Open a ``.tflite`` file.

    Raises:
        WeightsUnreadable: it is no such file, is damaged or too large, or has an operator that is
            not known here.
    """
    _check_size(path.stat().st_size, path.name)
    yield _network(Buffer(path.read_bytes(), path.name))


@contextmanager
def open_task(path: Path) -> Iterator[Network]:
    """Open the network for landmarks in MediaPipe's ``face_landmarker.task``.

    Raises:
        WeightsUnreadable: as for `open_tflite`, or the zip lacks it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(LANDMARKS)
            _check_size(info.file_size, LANDMARKS)
            with archive.open(info) as member:
                content = member.read(info.file_size + 1)
    except KeyError as error:
        raise WeightsUnreadable(f"{path.name} does not hold {LANDMARKS}") from error
    except (
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise WeightsUnreadable(f"{path.name} is not a readable .task file (a zip)") from error
    yield _network(Buffer(content, LANDMARKS))


def _check_size(size: int, source: str) -> None:
    if size > MOST_BYTES:
        raise WeightsUnreadable(f"{source} has more than {MOST_BYTES:,} bytes")


def _network(buffer: Buffer) -> Network:
    if buffer.content[4:8] != _IDENTIFIER:
        raise buffer.wrong("does not say that it is TensorFlow Lite's")
    model = buffer.root()
    if model.number(0, "I") != _VERSION:
        raise buffer.wrong(f"is of version {model.number(0, 'I')}; expected {_VERSION}")
    graphs = list(model.tables(2, MOST_ENTRIES))
    if len(graphs) != 1:
        raise buffer.wrong(f"has {len(graphs)} graphs; expected one")
    graph = graphs[0]
    buffers = [one.bytes_at(0, MOST_BYTES) for one in model.tables(4, MOST_ENTRIES)]
    places: dict[str, tuple[str, tuple[int, ...], int]] = {}
    shapes: list[tuple[int, ...]] = []
    integers: dict[int, tuple[int, ...]] = {}
    for number, tensor in enumerate(graph.tables(0, MOST_ENTRIES)):
        shapes.append(tensor.numbers(0, "i", MOST_AXES))
        at, size = _stored(buffer, buffers, tensor, number)
        if size:
            _keep(buffer, tensor, number, shapes[-1], (at, size), places, integers)

    def load(name: str) -> npt.NDArray[Any]:
        kind, shape, at = places[name]
        return np.frombuffer(buffer.content, kind, math.prod(shape), at).reshape(shape)

    network = Network(buffer.source, {name: place[1] for name, place in places.items()}, load)
    network.shapes, network.integers = shapes, integers
    network.inputs = _ends(graph, 1, len(shapes))
    network.outputs = _ends(graph, 2, len(shapes))
    network.layers = _layers(model, graph, len(shapes))
    return network


def _stored(
    buffer: Buffer, buffers: list[tuple[int, int]], tensor: Table, number: int
) -> tuple[int, int]:
    """Return where a tensor's numbers are; a length of 0 for one that is computed."""
    which = tensor.number(2, "I")
    if which >= max(len(buffers), 1):
        raise buffer.wrong(f"has no buffer {which} for its tensor {number}")
    return buffers[which] if buffers else (0, 0)


def _keep(
    buffer: Buffer,
    tensor: Table,
    number: int,
    shape: tuple[int, ...],
    stored: tuple[int, int],
    places: dict[str, tuple[str, tuple[int, ...], int]],
    integers: dict[int, tuple[int, ...]],
) -> None:
    """Keep a constant, once it is certain that its numbers are there."""
    kind, (at, size) = tensor.number(1, "b"), stored
    item = 2 if kind == 1 else 4
    if min(shape, default=1) < 1 or math.prod(shape) * item != size:
        raise buffer.wrong(f"has {size:,} bytes for tensor {number} of the shape {shape}")
    if tensor.table(6) is not None:
        raise buffer.unknown(f"the sparse tensor {number}")
    if kind in _FLOATS:
        places[f"{number}/{NUMBERS}"] = (_FLOATS[kind], shape, at)
    elif kind == _INT32 and size <= 4 * MOST_INTEGERS:
        numbers = np.frombuffer(buffer.content, "<i4", size // 4, at)
        integers[number] = tuple(map(int, numbers))
    else:
        raise buffer.unknown(f"tensor {number} of type {kind}")


def _layers(model: Table, graph: Table, tensors: int) -> list[Layer]:
    kinds = [_kind(code) for code in model.tables(1, MOST_ENTRIES)]
    layers = []
    for number, operator in enumerate(graph.tables(3, MOST_ENTRIES)):
        which = operator.number(0, "I")
        if which >= len(kinds):
            raise model.buffer.wrong(f"has no operator {which}")
        kind = kinds[which]
        inputs, outputs = _ends(operator, 1, tensors, -1), _ends(operator, 2, tensors)
        layers.append(Layer(number, kind, inputs, outputs, _options(kind, operator)))
    return layers


def _kind(code: Table) -> str:
    """Return what an operator is; numbers above 127 stand in a field that came later."""
    number = max(code.number(0, "b"), code.number(3, "i"))
    if number not in _OPERATORS:
        raise code.buffer.unknown(f"an operator of type {number}")
    return _OPERATORS[number]


def _ends(table: Table, field: int, tensors: int, least: int = 0) -> tuple[int, ...]:
    ends = table.numbers(field, "i", MOST_ENDS)
    for end in ends:
        if not least <= end < tensors:
            raise table.buffer.wrong(f"has no tensor {end}")
    return ends


def _options(kind: str, operator: Table) -> dict[str, int]:
    """Return an operator's options; none where its kind has none that matter here."""
    if kind not in _OPTIONS:
        return {}
    which, fields = _OPTIONS[kind]
    table = operator.table(4)
    if table is None or operator.number(3, "B") != which:
        raise operator.buffer.wrong(f"has the operator {kind} without its options")
    return {name: table.number(field, type_, default) for field, name, type_, default in fields}
