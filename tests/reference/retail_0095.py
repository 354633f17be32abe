"""Networks in OpenVINO's format, made with OpenVINO: small ones, and one with retail-0095's layers.

Random weights, so that nothing has to be fetched; kept as float16, as the published file keeps
them.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of names that OpenVINO moves about
    import openvino
    from openvino import opset1

if TYPE_CHECKING:
    from pathlib import Path

NAME = "face-reidentification-retail-0095"

BLOCKS = (
    *[(128, 64, 2), *[(128, 64, 1)] * 4],
    *[(256, 128, 2), *[(256, 128, 1)] * 6],
    *[(512, 128, 2), *[(256, 128, 1)] * 2],
)
"""Of each inverted residual block: channels inside, channels out, stride."""


class Net:
    """A network being made: weights are drawn as they are needed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def weights(self, *shape: int, scale: float) -> Any:
        drawn = self._random.normal(0, scale, shape).astype(np.float16).astype(np.float32)
        return opset1.constant(drawn)

    def conv(self, x: Any, out: int, side: int, stride: int = 1, pads: int = 0) -> Any:
        channels = x.get_output_partial_shape(0)[1].get_length()
        kernel = self.weights(out, channels, side, side, scale=(channels * side * side) ** -0.5)
        window = ([stride] * 2, [pads] * 2, [pads] * 2, [1, 1])
        return self.biased(opset1.convolution(x, kernel, *window), out)

    def depthwise(self, x: Any, side: int, stride: int = 1, pads: int = 0) -> Any:
        channels = x.get_output_partial_shape(0)[1].get_length()
        kernel = self.weights(channels, 1, 1, side, side, scale=1 / side)
        window = ([stride] * 2, [pads] * 2, [pads] * 2, [1, 1])
        return self.biased(opset1.group_convolution(x, kernel, *window), channels)

    def biased(self, x: Any, channels: int) -> Any:
        return opset1.add(x, self.weights(1, channels, 1, 1, scale=0.3))

    def prelu(self, x: Any) -> Any:
        return opset1.prelu(x, opset1.constant(self._random.uniform(0, 0.5, 1).astype(np.float32)))

    def gated(self, x: Any) -> Any:
        """Squeeze and excitation."""
        channels, side = (x.get_output_partial_shape(0)[axis].get_length() for axis in (1, 2))
        whole = [side, side]
        mean = opset1.avg_pool(x, whole, [0, 0], [0, 0], whole, True)
        hidden = self.prelu(self.conv(mean, channels // 8, 1))
        return opset1.multiply(x, opset1.sigmoid(self.conv(hidden, channels, 1)))

    def block(self, x: Any, inside: int, out: int, stride: int) -> Any:
        before = x.get_output_partial_shape(0)[1].get_length()
        y = self.prelu(self.conv(x, inside, 1))
        y = self.prelu(self.depthwise(y, 3, stride, 1))
        y = self.gated(self.conv(y, out, 1))
        return opset1.add(x, y) if stride == 1 and before == out else y


def retail(seed: int) -> openvino.Model:
    """Return a network with the published one's layers."""
    net = Net(seed)
    picture = opset1.parameter([1, 3, 128, 128], np.float32)
    scaled = opset1.multiply(picture, opset1.constant(np.full((1, 3, 1, 1), 0.0144, np.float32)))
    x = opset1.add(scaled, opset1.constant(np.full((1, 3, 1, 1), -1.4, np.float32)))
    x = net.prelu(net.conv(x, 64, 3, 2, 1))
    x = net.prelu(net.depthwise(x, 3, 1, 1))
    for inside, out, stride in BLOCKS:
        x = net.block(x, inside, out, stride)
    x = net.depthwise(net.prelu(net.conv(x, 512, 1)), 8)
    kernel = net.weights(256, 512, 1, 1, scale=512**-0.5)
    x = opset1.convolution(x, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
    return openvino.Model([opset1.result(x)], [picture], "retail")


def write(model: openvino.Model, folder: Path, name: str = NAME) -> Path:
    """Write the two files, weights as float16, and return the path of the ``.xml``."""
    path = folder / f"{name}.xml"
    openvino.save_model(model, path, compress_to_fp16=True)
    return path


def run(path: Path, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return what OpenVINO itself computes of the files, picture by picture, in float32."""
    core = openvino.Core()
    hints = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(path), "CPU", hints)
    return np.stack([np.array(compiled([one[None]])[0]).ravel() for one in batch])
