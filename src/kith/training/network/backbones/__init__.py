"""Networks that begin at random, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.models.card import Input
from kith.training.network.backbones.mobilefacenet import mobilefacenet
from kith.training.network.backbones.nn4 import nn4_small2
from kith.training.network.backbones.resnet import UNITS, resnet

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
    "nn4.small2": Backbone(
        title="nn4.small2, the small FaceNet of OpenFace",
        draw=nn4_small2,
        input=Input(96, 96, "RGB", mean=0.0, scale=1 / 255),
        crop="openface-96",
        dimension=128,
        paper="Amos, Ludwiczuk, Satyanarayanan: OpenFace. CMU-CS-16-118, 2016; after Schroff, "
        "Kalenichenko, Philbin: FaceNet. CVPR 2015, arXiv:1503.03832",
    ),
    **{
        f"resnet{layers}": Backbone(
            title=f"ResNet-{layers} with improved residual units",
            draw=resnet(layers),
            input=ARCFACE_INPUT,
            crop="arcface-112",
            dimension=512,
            paper="Deng, Guo, Xue, Zafeiriou: ArcFace: Additive Angular Margin Loss for Deep Face "
            "Recognition. CVPR 2019, arXiv:1801.07698",
        )
        for layers in UNITS
    },
}
"""Every backbone, by name."""
