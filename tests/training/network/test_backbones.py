"""Backbones are the published networks, and begin with numbers that neither fade nor grow."""

from __future__ import annotations

import math

import numpy as np
import pytest
from onnx import numpy_helper

torch = pytest.importorskip("torch", reason="learning needs kith[train]")

from kith.training.network import GraphNetwork  # noqa: E402
from kith.training.network.backbones import BACKBONES  # noqa: E402
from kith.training.network.backbones.draw import Draft  # noqa: E402

PUBLISHED = {
    # MobileFaceNets, table 2: 0.99 million.
    "mobilefacenet": 995_584 + 7_552,  # with the slopes of its rectifiers
    # OpenFace's own page of models, without the convolutions' biases, which a norm takes off.
    "nn4.small2": 3_733_968 - 4_656,
    # InsightFace's IResNet of as many layers, without the matrix's bias, for the same reason.
    "resnet18": 24_025_600 - 512,
    "resnet34": 34_139_328 - 512,
    "resnet50": 43_590_848 - 512,
}


@pytest.mark.parametrize("name", BACKBONES)
def test_the_weights_are_as_many_as_published(name: str) -> None:
    network = GraphNetwork(BACKBONES[name].draw(0))
    assert sum(one.numel() for one in network.parameters()) == PUBLISHED[name]


@pytest.mark.parametrize("slope", [0.0, 0.25, 1.0])
def test_values_neither_fade_nor_grow_on_the_way(slope: float) -> None:
    net = Draft("deep", 16, seed=4)
    x, before = "input", 3
    for place in range(8):
        x = net.kernel(x, f"{place}", (before, 64), 3, slope=slope)
        rectified = net.node("LeakyRelu", x, alpha=slope)
        before, x = 64, rectified if slope < 1 else x
    network = GraphNetwork(net.draft(net.global_average(x), 64)).eval()
    sizes: list[float] = []
    hooked = torch.nn.functional.conv2d
    with pytest.MonkeyPatch.context() as patch:

        def measured(*given):
            found = hooked(*given)
            sizes.append(float(found[..., 8:-8, 8:-8].square().mean().sqrt()))
            return found

        patch.setattr(torch.nn.functional, "conv2d", measured)
        with torch.no_grad():
            network(torch.from_numpy(np.random.default_rng(0).normal(0, 1, (2, 3, 32, 32))).float())
    expected = math.sqrt(2 / (1 + slope**2))  # before a rectifier that takes the rest
    assert len(sizes) == 8
    assert all(expected / 1.5 < size < expected * 1.5 for size in sizes), sizes


def test_every_kernel_is_drawn_by_itself() -> None:
    model = BACKBONES["mobilefacenet"].draw(7)
    drawn = [numpy_helper.to_array(w) for w in model.graph.initializer if w.name.endswith("kernel")]
    assert len(drawn) == 50
    assert len({array.tobytes()[:64] for array in drawn}) == 50
