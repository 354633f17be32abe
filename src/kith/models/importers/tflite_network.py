"""Write a TensorFlow Lite network as ONNX: layer by layer, and only those that are known here.

TensorFlow has the channels of a picture last and ONNX first: pictures are turned once, at the
input, and where they are reshaped. What an operator does: TensorFlow, lite/kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import onnxruntime

from kith.errors import WeightsUnreadable
from kith.models.importers.graph import INPUT, GraphBuilder
from kith.models.importers.tflite import NUMBERS, Network
from kith.models.rewrite import prelu_as_convolutions, rewrite
from kith.models.rewrite_prelu import prelu_as_halves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kith.models.importers.graph import Array
    from kith.models.importers.tensors import Tensors
    from kith.models.importers.tflite import Layer

_Value: TypeAlias = "str | Array"
"""What a layer gives: a tensor of the graph, by its name; numbers."""

_SAME, _VALID = 0, 1
_NONE, _RELU = 0, 1


@dataclass(frozen=True, slots=True)
class Output:
    """One output that is wanted: its place in the file's, and its shape behind the batch."""

    place: int
    shape: tuple[int, ...]


def build_face_landmarker(tensors: Tensors) -> bytes:
    """Return MediaPipe's network for face landmarks as ONNX.

    Input: N × 3 × 256 × 256, RGB, 0–1. Outputs: ``points``, N × 478 × 3, x, y and depth in pixels
    of the input; ``presence``, N × 1, the logit of there being a face.

    Raises:
        WeightsUnreadable: it is another network, or holds what is no number.
    """
    wanted = {"points": Output(0, (478, 3)), "presence": Output(1, (1,))}
    return build(tensors, (3, 256, 256), wanted)


def build_mask_aizoo(tensors: Tensors) -> bytes:
    """Return AIZOO's detector of faces with and without masks as ONNX.

    Input: N × 3 × 260 × 260, RGB, 0–1. Outputs: ``boxes``, N × 5972 × 4, relative to the anchors;
    ``scores``, N × 5972 × 2, probabilities of a masked and of a bare face.

    Raises:
        WeightsUnreadable: it is another network, or holds what is no number.
    """
    wanted = {"boxes": Output(0, (5972, 4)), "scores": Output(1, (5972, 2))}
    return build(tensors, (3, 260, 260), wanted)


def build(tensors: Tensors, picture: tuple[int, int, int], outputs: Mapping[str, Output]) -> bytes:
    """Return a network that takes pictures as an ONNX file's bytes.

    float16 weights become float32, exactly. The batch, of which such files say 1, is free.

    Args:
        tensors: of the file.
        picture: channels, height and width of its input.
        outputs: by their new names; what only others need is left out.

    Raises:
        WeightsUnreadable: it takes or gives something else, has a layer that is not known here,
            or its layers do not fit together.
    """
    if not isinstance(tensors, Network):
        raise WeightsUnreadable(f"{tensors.source} is not a network of TensorFlow Lite")
    encoded = _Writer(tensors, picture, outputs).write()
    try:
        encoded = rewrite(encoded, [prelu_as_halves, prelu_as_convolutions])
        _try(encoded, picture)
    except Exception as error:
        # onnxruntime's errors have nothing in common but that.
        shown = " × ".join(map(str, picture))
        raise WeightsUnreadable(
            f"{tensors.source}: its layers do not lead from {shown} to {', '.join(outputs)}"
        ) from error
    return encoded


def _try(encoded: bytes, picture: tuple[int, int, int]) -> None:
    """Run two pictures through: onnx's own checks know too little of what fits together."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(encoded, options, providers=["CPUExecutionProvider"])
    found = session.run(None, {INPUT: np.zeros((2, *picture), np.float32)})
    for one, output in zip(found, session.get_outputs(), strict=True):
        if one.shape != (2, *output.shape[1:]):
            raise ValueError(one.shape)


class _Writer:
    """Writes the layers in their order, and keeps what each of them gives."""

    def __init__(
        self, network: Network, picture: tuple[int, int, int], outputs: Mapping[str, Output]
    ) -> None:
        self._network = network
        self._picture = picture
        self._outputs = outputs
        self._net = GraphBuilder("tflite", picture[0], picture[1:])
        self._given: dict[int, _Value] = {}
        self._kinds: dict[str, Callable[[Layer], _Value]] = {
            "ADD": self._add,
            "CONCATENATION": self._concatenation,
            "CONV_2D": self._conv,
            "DEPTHWISE_CONV_2D": self._depthwise,
            "DEQUANTIZE": lambda layer: self._numbers(layer, 0),
            "LOGISTIC": lambda layer: self._net.node("Sigmoid", self._tensor(layer)),
            "MAX_POOL_2D": self._max_pool,
            "PAD": self._pad,
            "PRELU": self._prelu,
            "RESHAPE": self._reshape,
        }

    def write(self) -> bytes:
        self._open()
        for layer in self._needed():
            try:
                (number,) = layer.outputs
                self._given[number] = self._kinds[layer.kind](layer)
            except (IndexError, KeyError, ValueError, TypeError) as error:
                raise WeightsUnreadable(
                    f"{self._network.source}: operator {layer.number}: no {layer.kind} that is "
                    "known here is like it"
                ) from error
        for name, output in self._outputs.items():
            self._close(name, output)
        return self._net.build()

    def _open(self) -> None:
        channels, height, width = self._picture
        inputs = [self._network.shapes[number] for number in self._network.inputs]
        if inputs != [(1, height, width, channels)]:
            raise self._wrong(f"reads {inputs}; expected one picture of {width} × {height} pixels")
        if max(output.place for output in self._outputs.values()) >= len(self._network.outputs):
            raise self._wrong(f"has {len(self._network.outputs)} outputs")
        self._given[self._network.inputs[0]] = INPUT

    def _needed(self) -> list[Layer]:
        """Return the layers that the wanted outputs follow from."""
        needed = {self._network.outputs[output.place] for output in self._outputs.values()}
        layers = []
        for layer in reversed(self._network.layers):
            if needed.intersection(layer.outputs):
                needed.update(layer.inputs)
                layers.append(layer)
        return layers[::-1]

    def _close(self, name: str, output: Output) -> None:
        number = self._network.outputs[output.place]
        x = self._given.get(number)
        if not isinstance(x, str) or x == INPUT:
            raise self._wrong(f"does not compute its output {output.place}")
        shape = self._net.constant(np.array((0, *output.shape)), np.int64)
        x = self._net.node("Reshape", self._channels_last(number, x), shape)
        self._net.output(name, x, *output.shape)

    def _conv(self, layer: Layer) -> _Value:
        return self._convolved(layer, self._numbers(layer, 1).transpose(0, 3, 1, 2))

    def _depthwise(self, layer: Layer) -> _Value:
        kernel = self._numbers(layer, 1)
        if len(kernel) != 1 or layer.options["multiplier"] != 1:
            raise ValueError(kernel.shape)
        return self._convolved(layer, kernel.transpose(3, 0, 1, 2), groups=kernel.shape[3])

    def _convolved(self, layer: Layer, kernel: Array, groups: int = 1) -> _Value:
        options = layer.options
        if (options["dilation"], options["dilated"]) != (1, 1):
            raise ValueError(options)
        bias = self._numbers(layer, 2) if len(layer.inputs) > 2 and layer.inputs[2] >= 0 else None
        if bias is not None and bias.shape != kernel.shape[:1]:
            raise ValueError(bias.shape)
        return self._active(
            layer,
            self._net.conv(
                self._tensor(layer),
                kernel,
                bias,
                stride=_stride(layer),
                pads=_pads(layer),
                groups=groups,
            ),
        )

    def _max_pool(self, layer: Layer) -> _Value:
        side = layer.options["width"]
        if side != layer.options["height"] or not 0 < side <= 64:
            raise ValueError(layer.options)
        pool = self._net.max_pool(self._tensor(layer), side, _stride(layer), _pads(layer))
        return self._active(layer, pool)

    def _add(self, layer: Layer) -> _Value:
        return self._active(layer, self._net.add(self._tensor(layer), self._tensor(layer, 1)))

    def _prelu(self, layer: Layer) -> _Value:
        slope = self._numbers(layer, 1)
        if slope.shape[:-1] != (1, 1):
            raise ValueError(slope.shape)
        return self._net.node(
            "PRelu", self._tensor(layer), self._net.constant(slope.reshape(-1, 1, 1))
        )

    def _pad(self, layer: Layer) -> _Value:
        """Add zeros around: (before, after) by axis, batch first and channels last."""
        around = np.array(self._network.integers[layer.inputs[1]]).reshape(4, 2)
        if around[0].any() or (around < 0).any() or around.max() > 4096:
            raise ValueError(around)
        pads = self._net.constant(around[[0, 3, 1, 2]].T.ravel(), np.int64)
        return self._net.node("Pad", self._tensor(layer), pads)

    def _reshape(self, layer: Layer) -> _Value:
        batch, *rest = self._network.integers[layer.inputs[1]]
        if batch not in (1, -1) or rest.count(-1) > (batch == 1) or not 0 < len(rest) < 3:
            raise ValueError(rest)
        shape = self._net.constant(np.array((0, *rest)), np.int64)
        x = self._channels_last(layer.inputs[0], self._tensor(layer))
        return self._net.node("Reshape", x, shape)

    def _concatenation(self, layer: Layer) -> _Value:
        if any(self._is_picture(number) for number in layer.inputs) or not layer.inputs:
            raise ValueError(layer.inputs)
        tensors = [self._tensor(layer, place) for place in range(len(layer.inputs))]
        return self._active(layer, self._net.node("Concat", *tensors, axis=layer.options["axis"]))

    def _active(self, layer: Layer, x: str) -> str:
        """Return what the activation that an operator brings with it makes of its result."""
        activation = layer.options["activation"]
        if activation not in (_NONE, _RELU):
            raise ValueError(activation)
        return self._net.relu(x) if activation == _RELU else x

    def _is_picture(self, number: int) -> bool:
        return len(self._network.shapes[number]) == 4

    def _channels_last(self, number: int, x: str) -> str:
        return self._net.node("Transpose", x, perm=[0, 2, 3, 1]) if self._is_picture(number) else x

    def _tensor(self, layer: Layer, place: int = 0) -> str:
        """Return the tensor that a layer reads at a place."""
        found = self._given[layer.inputs[place]]
        if not isinstance(found, str):
            raise ValueError("numbers in the place of a picture")
        return found

    def _numbers(self, layer: Layer, place: int) -> Array:
        """Return the constant that a layer reads at a place, which others may read too."""
        number = layer.inputs[place]
        name = f"{number}/{NUMBERS}"
        if number not in self._given and name in self._network:
            self._given[number] = self._network.take(name, *self._network.shapes[number])
        found = self._given[number]
        if not isinstance(found, np.ndarray):
            raise ValueError("a picture in the place of numbers")
        return found

    def _wrong(self, what: str) -> WeightsUnreadable:
        return WeightsUnreadable(f"{self._network.source} {what}")


def _stride(layer: Layer) -> int:
    down, across = layer.options["down"], layer.options["across"]
    if down != across or not 0 < down <= 64:
        raise ValueError(layer.options)
    return down


def _pads(layer: Layer) -> str | int:
    padding = layer.options["padding"]
    if padding not in (_SAME, _VALID):
        raise ValueError(padding)
    return "same" if padding == _SAME else 0
