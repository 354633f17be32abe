"""Write a network that OpenVINO keeps as ONNX: layer by layer, and only those that are known here.

What a type of layer does: OpenVINO's documentation, "Available operation sets", opset1.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import onnx

from kith.errors import WeightsUnreadable, printable
from kith.models.importers.graph import INPUT, GraphBuilder
from kith.models.importers.openvino_ir import NUMBERS, Network, integers

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.models.importers.graph import Array
    from kith.models.importers.openvino_ir import Layer
    from kith.models.importers.tensors import Tensors

OUTPUT = "embedding"


@dataclass(frozen=True, slots=True, eq=False)
class _Convolution:
    """One that is not written yet: an addition behind it may turn out to be its bias."""

    x: str
    kernel: Array
    window: dict[str, Any]


_Value: TypeAlias = "str | Array | _Convolution"
"""What a layer gives: a tensor of the graph, by its name; numbers; a convolution."""


def build_retail_0095(tensors: Tensors) -> bytes:
    """Return Open Model Zoo's face-reidentification-retail-0095 as an ONNX file's bytes.

    Input: N × 3 × 128 × 128, BGR, 0–255: mean and deviation are part of the graph. Output
    ``embedding``: N × 256, not normalised.

    Raises:
        WeightsUnreadable: it is another network, or holds what is no number.
    """
    return build(tensors, (3, 128, 128), 256)


def build(tensors: Tensors, picture: tuple[int, int, int], dimension: int) -> bytes:
    """Return a network from a picture to a row of numbers as an ONNX file's bytes.

    float16 weights become float32, exactly. The first axis, of which such files say 1, is free.

    Args:
        tensors: of the file.
        picture: channels, height and width of its input.
        dimension: numbers of its output, ``embedding``.

    Raises:
        WeightsUnreadable: it takes or gives something else, has a layer that is not known here,
            or its layers do not fit together.
    """
    if not isinstance(tensors, Network):
        raise WeightsUnreadable(f"{tensors.source} is not a network of OpenVINO")
    encoded = _Writer(tensors, picture, dimension).write()
    try:
        onnx.checker.check_model(onnx.load_model_from_string(encoded), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        shown = " × ".join(map(str, picture))
        raise WeightsUnreadable(
            f"{tensors.source}: its layers do not lead from {shown} to {dimension} numbers"
        ) from error
    return encoded


class _Writer:
    """Writes the layers in their order, and keeps what each of them gives."""

    def __init__(self, network: Network, picture: tuple[int, int, int], dimension: int) -> None:
        self._network = network
        self._picture = picture
        self._dimension = dimension
        self._net = GraphBuilder("openvino", picture[0], picture[1:])
        self._given: dict[str, _Value] = {}
        self._users = Counter(one for layer in network.layers for one in layer.inputs)
        self._kinds: dict[str, Callable[[Layer], _Value]] = {
            "Parameter": self._parameter,
            "Const": self._constant,
            "Convert": self._convert,
            "Convolution": self._convolution,
            "GroupConvolution": self._group_convolution,
            "Add": self._add,
            "Multiply": self._multiply,
            "PReLU": self._prelu,
            "Sigmoid": lambda layer: self._net.node("Sigmoid", self._tensor(layer)),
            "AvgPool": self._average,
            "Result": self._result,
        }

    def write(self) -> bytes:
        kinds = [layer.kind for layer in self._network.layers]
        if kinds.count("Parameter") != 1 or kinds.count("Result") != 1:
            raise WeightsUnreadable(f"{self._network.source} has not one input and one output")
        for layer in self._network.layers:
            if layer.kind not in self._kinds or layer.opset != "opset1":
                what = printable(f"{layer.opset} {layer.kind}", 60)
                raise self._wrong(layer, f"layers of type {what} are not known")
            try:
                self._given[layer.id] = self._kinds[layer.kind](layer)
            except (IndexError, KeyError, ValueError, TypeError) as error:
                raise self._wrong(layer, f"no {layer.kind} is like it") from error
        self._network.finish()
        return self._net.build()

    def _parameter(self, layer: Layer) -> _Value:
        shape = integers(layer.data["shape"])
        if shape[1:] != self._picture:
            raise self._wrong(layer, f"the input has the shape {shape}; expected {self._picture}")
        return INPUT

    def _constant(self, layer: Layer) -> _Value:
        name = f"{layer.id}/{NUMBERS}"
        if name not in self._network:
            raise self._wrong(layer, "its numbers are neither float16 nor float32")
        return self._network.take(name, *self._network.shape(name))

    def _convert(self, layer: Layer) -> _Value:
        """Give a constant as float32, which it is already."""
        if layer.data["destination_type"] != "f32":
            raise ValueError(layer.data)
        return self._numbers(layer)

    def _convolution(self, layer: Layer) -> _Value:
        return _Convolution(self._tensor(layer), self._numbers(layer, 1), _window(layer))

    def _group_convolution(self, layer: Layer) -> _Value:
        kernel = self._numbers(layer, 1)
        groups, out, *rest = kernel.shape
        window = _window(layer) | {"groups": groups}
        return _Convolution(self._tensor(layer), kernel.reshape(groups * out, *rest), window)

    def _add(self, layer: Layer) -> _Value:
        first, second = (self._given[one] for one in layer.inputs)
        if isinstance(first, _Convolution) and isinstance(second, np.ndarray):
            channels = len(first.kernel)
            if second.shape == (1, channels, 1, 1) and self._users[layer.inputs[0]] == 1:
                return self._net.conv(first.x, first.kernel, second.ravel(), **first.window)
        return self._net.add(*self._both(layer))

    def _multiply(self, layer: Layer) -> _Value:
        return self._net.node("Mul", *self._both(layer))

    def _prelu(self, layer: Layer) -> _Value:
        """One slope for all channels has an operator that convolutions swallow."""
        x, slope = self._tensor(layer), self._numbers(layer, 1)
        if slope.size == 1:
            return self._net.node("LeakyRelu", x, alpha=float(slope.ravel()[0]))
        return self._net.node("PRelu", x, self._net.constant(slope.reshape(-1, 1, 1)))

    def _average(self, layer: Layer) -> _Value:
        window, (side, across) = _window(layer), integers(layer.data["kernel"])
        if side != across or layer.data.get("rounding_type", "floor") != "floor":
            raise ValueError(layer.data)
        if any(window["pads"]) and layer.data["exclude-pad"] != "true":
            raise ValueError(layer.data)
        return self._net.average_pool(self._tensor(layer), side, window["stride"], window["pads"])

    def _result(self, layer: Layer) -> _Value:
        row = self._net.node("Flatten", self._tensor(layer), axis=1)
        self._net.output(OUTPUT, row, self._dimension)
        return OUTPUT

    def _tensor(self, layer: Layer, place: int = 0) -> str:
        """Return the tensor that a layer reads at a place, written now if it was not."""
        source = layer.inputs[place]
        found = self._given[source]
        if isinstance(found, _Convolution):
            found = self._net.conv(found.x, found.kernel, **found.window)
            self._given[source] = found
        if not isinstance(found, str):
            raise ValueError("numbers in the place of a picture")
        return found

    def _numbers(self, layer: Layer, place: int = 0) -> Array:
        """Return the constant that a layer reads at a place."""
        found = self._given[layer.inputs[place]]
        if not isinstance(found, np.ndarray):
            raise ValueError("a picture in the place of numbers")
        return found

    def _both(self, layer: Layer) -> list[str]:
        """Return the two tensors of an operation on numbers in the same places."""
        if layer.data.get("auto_broadcast", "numpy") != "numpy":
            raise ValueError(layer.data)
        places = range(2)
        return [
            self._net.constant(found)
            if isinstance(found := self._given[layer.inputs[place]], np.ndarray)
            else self._tensor(layer, place)
            for place in places
        ]

    def _wrong(self, layer: Layer, what: str) -> WeightsUnreadable:
        return WeightsUnreadable(f"{self._network.source}: layer {printable(layer.id, 20)}: {what}")


def _window(layer: Layer) -> dict[str, Any]:
    """Return stride and padding (top, left, bottom, right) as `GraphBuilder` takes them.

    Raises:
        ValueError: the layer has others than that can say.
    """
    data = layer.data
    down, across = integers(data["strides"])
    pads = (*integers(data["pads_begin"]), *integers(data["pads_end"]))
    dilated = set(integers(data.get("dilations", "1, 1"))) != {1}
    if (
        down != across
        or len(pads) != 4
        or dilated
        or data.get("auto_pad", "explicit") != "explicit"
    ):
        raise ValueError(data)
    return {"stride": down, "pads": pads}
