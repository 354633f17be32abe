"""ResNet50, SENet50 and VGG16 in PyTorch, written down layer by layer; what `classic.py` times.

Layers are named as in the weight files (`kith.models.importers.vgg16`, `vggface2`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from kith.models.importers.tensors import Tensors
from kith.models.importers.vgg16 import BLOCKS
from kith.models.importers.vggface2 import REDUCTION, STAGES

ROLES = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def run(
    network: str, tensors: Tensors
) -> Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]:
    """Return what computes a network's average output on one thread."""
    torch.set_num_threads(1)
    model = vgg(tensors) if network == "vgg16" else resnet(tensors, excited=network == "senet50")
    model.eval()

    def average(batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            return model(torch.from_numpy(batch)).numpy()

    return average


def given(layer: nn.Module, tensors: Tensors, name: str) -> nn.Module:
    """Give a layer its weights."""
    for role, attribute in ROLES.items():
        if f"{name}/{role}" in tensors:
            array = tensors.take(f"{name}/{role}", *tensors.shape(f"{name}/{role}"))
            array = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array
            getattr(layer, attribute).data.copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return layer


def vgg(tensors: Tensors) -> nn.Module:
    layers: list[nn.Module] = []
    channels = 3
    for block, (count, width) in enumerate(BLOCKS, 1):
        for number in range(1, count + 1):
            conv = nn.Conv2d(channels, width, 3, padding=1)
            layers += [given(conv, tensors, f"conv{block}_{number}"), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def resnet(tensors: Tensors, *, excited: bool) -> nn.Module:
    make = Parts(tensors, excited=excited)
    # TensorFlow's padding: of 5 rows and columns, the odd one at the end.
    layers = [nn.ZeroPad2d((2, 3, 2, 3)), make.conv("conv1/7x7_s2", 3, 64, side=7, stride=2)]
    layers += [nn.ReLU(), nn.MaxPool2d(3, 2)]
    channels = 64
    for stage, blocks, width in STAGES:
        for number in range(1, blocks + 1):
            stride = 2 if number == 1 and stage > 2 else 1
            layers.append(Block(make, f"conv{stage}_{number}", channels, width, stride))
            channels = 4 * width
    return nn.Sequential(*layers, nn.AvgPool2d(7), nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Parts:
    """Makes the layers of a residual network."""

    def __init__(self, tensors: Tensors, *, excited: bool) -> None:
        self.tensors = tensors
        self.excited = excited

    def conv(
        self, name: str, channels: int, out: int, *, side: int = 1, stride: int = 1
    ) -> nn.Module:
        conv = nn.Conv2d(channels, out, side, stride, 1 if side == 3 else 0, bias=False)
        norm = nn.BatchNorm2d(out, 1e-4 if self.excited else 1e-3)
        return nn.Sequential(
            given(conv, self.tensors, name), given(norm, self.tensors, f"{name}/bn")
        )

    def gate(self, name: str, channels: int) -> nn.Module:
        few = channels // REDUCTION
        return nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            given(nn.Conv2d(channels, few, 1), self.tensors, f"{name}_1x1_down"),
            nn.ReLU(),
            given(nn.Conv2d(few, channels, 1), self.tensors, f"{name}_1x1_up"),
            nn.Sigmoid(),
        )


class Block(nn.Module):
    """A residual block, with or without squeeze and excitation."""

    def __init__(self, make: Parts, name: str, channels: int, width: int, stride: int) -> None:
        super().__init__()
        out = 4 * width
        self.body = nn.Sequential(
            make.conv(f"{name}_1x1_reduce", channels, width, stride=stride),
            nn.ReLU(),
            make.conv(f"{name}_3x3", width, width, side=3),
            nn.ReLU(),
            make.conv(f"{name}_1x1_increase", width, out),
        )
        self.gate = make.gate(name, out) if make.excited else None
        self.shortcut: nn.Module = nn.Identity()
        if name.endswith("_1"):
            self.shortcut = make.conv(f"{name}_1x1_proj", channels, out, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.body(x)
        if self.gate is not None:
            y = y * self.gate(y)
        return torch.relu(y + self.shortcut(x))
