"""The network, and how it becomes a file that kith carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from kith.masks.state import SIDE, STATES

WIDTHS = (16, 24, 48, 64)
MEAN, SCALE = 127.5, 1 / 64
"""As the card says it."""


def layer(inputs: int, outputs: int, stride: int = 1, *, relu: bool = True) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
    rest = [nn.ReLU()] if relu else []
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), *rest)


class Network(nn.Module):
    """Seven convolutions, two of them with a way around; the last sees the whole face at 4 × 4."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third, fourth = WIDTHS
        self.stem, self.down1 = layer(3, first, 2), layer(first, second, 2)
        self.around1 = nn.Sequential(layer(second, second), layer(second, second, relu=False))
        self.down2 = layer(second, third, 2)
        self.around2 = nn.Sequential(layer(third, third, relu=False))
        self.down3 = layer(third, fourth, 2)
        self.drop, self.last = nn.Dropout(0.2), nn.Linear(fourth * 16, len(STATES) + 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return logits, N × 4, of pictures (N × 3 × SIDE × SIDE, 0–255)."""
        seen = self.down1(self.stem((pictures - MEAN) * SCALE))
        seen = torch.relu(seen + self.around1(seen))
        seen = self.down2(seen)
        seen = torch.relu(seen + self.around2(seen))
        return self.last(self.drop(self.down3(seen).flatten(1)))


class _Graph:
    """An ONNX graph in the making: plain operators, weights kept in half precision."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def add(self, kind: str, inputs: list[str], output: str, **options: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **options))
        return output

    def weight(self, name: str, values: npt.NDArray[np.floating]) -> str:
        self.weights.append(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        return self.add("Cast", [f"{name}.half"], name, to=TensorProto.FLOAT)

    def layer(self, source: str, name: str, block: nn.Sequential) -> str:
        """A convolution with its batch normalisation folded in."""
        convolution, norm = block[0], block[1]
        gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().double().numpy()
        kernel = convolution.weight.detach().double().numpy() * gain[:, None, None, None]
        bias = norm.bias.detach().double().numpy() - norm.running_mean.double().numpy() * gain
        inputs = [source, self.weight(f"{name}.kernel", kernel), self.weight(f"{name}.bias", bias)]
        strides, pads = list(convolution.stride), [1, 1, 1, 1]
        made = self.add("Conv", inputs, f"{name}.sum", strides=strides, pads=pads)
        return self.add("Relu", [made], name) if len(block) > 2 else made


def write(
    network: Network, path: Path, temperature: float, prior: npt.NDArray[np.floating]
) -> None:
    """Write a network as ONNX.

    Args:
        network: trained.
        path: of the file.
        temperature: that its outputs are divided by, so that they are probabilities' logarithms.
        prior: added to them afterwards: how much more often a state is met than it was drawn.
    """
    graph = _Graph()
    seen = graph.layer("pixels", "stem", network.stem)
    seen = graph.layer(seen, "down1", network.down1)
    way = graph.layer(seen, "around1a", network.around1[0])
    way = graph.layer(way, "around1b", network.around1[1])
    seen = graph.add("Relu", [graph.add("Add", [seen, way], "joined1")], "sum1")
    seen = graph.layer(seen, "down2", network.down2)
    way = graph.layer(seen, "around2", network.around2[0])
    seen = graph.add("Relu", [graph.add("Add", [seen, way], "joined2")], "sum2")
    seen = graph.add("Flatten", [graph.layer(seen, "down3", network.down3)], "flat", axis=1)
    last = network.last
    kernel = graph.weight("last.kernel", last.weight.detach().numpy() / temperature)
    bias = graph.weight("last.bias", last.bias.detach().numpy() / temperature + prior)
    graph.add("Gemm", [seen, kernel, bias], "states", transB=1)
    picture = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", len(STATES) + 1])
    whole = helper.make_graph(graph.nodes, "mask-state", [picture], [states], graph.weights)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, path)
