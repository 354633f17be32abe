"""Networks that begin at random, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.models.card import Input
from kith.training.network.backbones.mobilefacenet import mobilefacenet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import onnx


@dataclass(frozen=True, slots=True)
class Backbone:
    """A network that begins at random.

    Attributes:
        title: its name in full.
        draw: writes the graph, with random numbers of a seed.
        input: what it is given.
        crop: name of the crop recipe.
        dimension: numbers in an embedding.
        paper: where it is published.
    """

    title: str
    draw: Callable[[int], onnx.ModelProto]
    input: Input
    crop: str
    dimension: int
    paper: str


ARCFACE_INPUT = Input(112, 112, "RGB", mean=127.5, scale=1 / 128)
"""What both papers say: 127.5 taken off, divided by 128."""

BACKBONES: Mapping[str, Backbone] = {
    "mobilefacenet": Backbone(
        title="MobileFaceNet",
        draw=mobilefacenet,
        input=ARCFACE_INPUT,
        crop="arcface-112",
        dimension=128,
        paper="Chen, Liu, Gao, Han: MobileFaceNets: Efficient CNNs for Accurate Real-time Face "
        "Verification on Mobile Devices. CCBR 2018, arXiv:1804.07573",
    ),
}
"""Every backbone, by name."""
