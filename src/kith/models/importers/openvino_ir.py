"""Read a network as OpenVINO keeps it: layers in an ``.xml``, their numbers in a ``.bin``.

OpenVINO's documentation, "OpenVINO IR format", version 11. A ``layer`` has an id, a type and its
``data``; an ``edge`` leads from a layer's output to a port of another's input; a ``Const`` says
where its numbers begin in the other file, and how many bytes they are. Names, precisions and sizes
that are written beside the ports follow from these, and are not looked at.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import numpy as np

from kith.errors import WeightsUnreadable, printable
from kith.models.importers.tensors import Tensors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

MOST_XML_BYTES = 64 << 20
MOST_BIN_BYTES = 1 << 30
MOST_LAYERS = 20_000
MOST_AXES = 8
MOST_DEPTH = 32
"""Of elements in each other; a layer's lie six deep."""

VERSION = "11"
NUMBERS = "numbers"
"""The role of a constant's array: it is named ``<id of the layer>/numbers``."""

_TYPES = {"f32": "<f4", "f16": "<f2"}


@dataclass(slots=True)
class Layer:
    """One layer.

    Attributes:
        id: its number, as text.
        kind: ``Convolution``, ``Add`` and so on.
        opset: the set of operations that this is of: ``opset1``.
        data: its attributes.
        inputs: ids of the layers it reads, in the order of its ports.
    """

    id: str
    kind: str
    opset: str
    data: dict[str, str] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)


class Network(Tensors):
    """A network; its constants of float16 and float32 are its arrays, handed out as float32.

    Attributes:
        layers: in an order in which each one comes behind those that it reads.
    """

    layers: list[Layer]


@contextmanager
def open_ir(path: Path) -> Iterator[Network]:
    """Open the ``.xml``; the ``.bin`` of the same name lies beside it.

    Raises:
        WeightsUnreadable: one of them is missing, is no such file, is damaged or too large.
    """
    numbers = path.with_suffix(".bin")
    _check_size(path, MOST_XML_BYTES)
    _check_size(numbers, MOST_BIN_BYTES)
    layers = _Reading(path.name).layers(path.read_bytes())
    size = numbers.stat().st_size
    places = {
        f"{layer.id}/{NUMBERS}": _place(layer, size, path.name)
        for layer in layers
        if layer.kind == "Const" and layer.data.get("element_type") in _TYPES
    }

    def load(name: str) -> npt.NDArray[Any]:
        kind, shape, offset = places[name]
        array = np.fromfile(numbers, kind, math.prod(shape), offset=offset)
        return array.reshape(shape)

    network = Network(path.name, {name: place[1] for name, place in places.items()}, load)
    network.layers = layers
    yield network


def _check_size(path: Path, most: int) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise WeightsUnreadable(
            f"{path.name} cannot be read ({error.strerror}); an OpenVINO network is two files that "
            f"lie side by side, {path.stem}.xml and {path.stem}.bin"
        ) from error
    if size > most:
        raise WeightsUnreadable(f"{path.name} has more than {most:,} bytes")


def _place(layer: Layer, size: int, source: str) -> tuple[str, tuple[int, ...], int]:
    """Return type, shape and place of a constant, once it is certain that its numbers are there."""
    data = layer.data
    kind = _TYPES[data["element_type"]]
    try:
        shape = integers(data.get("shape", ""))
        offset, length = int(data["offset"]), int(data["size"])
    except (KeyError, ValueError) as error:
        raise WeightsUnreadable(f"{source}: layer {layer.id} does not say its numbers") from error
    if len(shape) > MOST_AXES or math.prod(shape) * int(kind[-1]) != length:
        raise WeightsUnreadable(
            f"{source}: layer {layer.id} has {length:,} bytes for the shape {shape[:MOST_AXES]}"
        )
    if min(shape, default=1) < 1 or offset < 0 or offset + length > size:
        raise WeightsUnreadable(
            f"{source}: the numbers of layer {layer.id} lie outside its .bin file"
        )
    return kind, shape, offset


def integers(text: str) -> tuple[int, ...]:
    """Return the whole numbers of a list such as ``1, 3, 128, 128``; none for an empty text.

    Raises:
        ValueError: it is no such list.
    """
    return tuple(int(part) for part in text.split(",")) if text.strip() else ()


class _Reading:
    """Goes through the XML once. A document that declares a type, and so entities, is refused."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._open: list[str] = []
        self._layers: list[Layer] = []
        self._ports: list[list[str]] = []
        self._edges: dict[tuple[str, str], str] = {}
        self._elements = {
            "net": self._net,
            "net/layers/layer": self._layer,
            "net/layers/layer/data": lambda data: self._layers[-1].data.update(data),
            "net/layers/layer/input/port": lambda port: self._ports[-1].append(port["id"]),
            "net/edges/edge": self._edge,
        }

    def layers(self, content: bytes) -> list[Layer]:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = lambda _: self._open.pop()
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise self._wrong(f"is damaged in line {error.lineno}") from error
        except KeyError as error:
            line = parser.CurrentLineNumber
            raise self._wrong(f"has an element without {error} in line {line}") from error
        self._connect()
        return self._layers

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open.append(tag)
        if self._open[0] != "net":
            raise self._wrong("is no network of OpenVINO")
        if len(self._layers) >= MOST_LAYERS or len(self._open) > MOST_DEPTH:
            raise self._wrong("has too many layers")
        meant = self._elements.get("/".join(self._open))
        if meant is not None:
            meant(attributes)

    def _net(self, attributes: dict[str, str]) -> None:
        if attributes["version"] != VERSION:
            what = printable(attributes["version"], 20)
            raise self._wrong(f"is of OpenVINO's version {what}; expected {VERSION}")

    def _layer(self, attributes: dict[str, str]) -> None:
        opset = attributes.get("version", "")
        self._layers.append(Layer(attributes["id"], attributes["type"], opset))
        self._ports.append([])

    def _edge(self, edge: dict[str, str]) -> None:
        self._edges[edge["to-layer"], edge["to-port"]] = edge["from-layer"]

    def _connect(self) -> None:
        """Give each layer what it reads, which has to stand before it: then nothing is a ring."""
        known: set[str] = set()
        for layer, ports in zip(self._layers, self._ports, strict=True):
            layer.inputs = [self._edges.get((layer.id, port), "") for port in ports]
            if layer.id in known or not known.issuperset(layer.inputs):
                what = printable(layer.id, 20)
                raise self._wrong(f"has layer {what} twice, or before one that it reads")
            known.add(layer.id)

    def _doctype(self, *_: object) -> None:
        raise self._wrong("declares a document type, which OpenVINO does in no file")

    def _wrong(self, what: str) -> WeightsUnreadable:
        return WeightsUnreadable(f"{self._source} {what}")
