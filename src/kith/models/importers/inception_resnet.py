"""InceptionResnetV1, the large FaceNet of D. Sandberg: 160 × 160 → 128 or 512 numbers.

The network is Inception-ResNet-v1 of C. Szegedy, S. Ioffe, V. Vanhoucke, A. Alemi, *Inception-v4,
Inception-ResNet and the impact of residual connections on learning*, AAAI 2017
(arXiv:1602.07261), with fewer and other modules behind its stem, trained as
https://github.com/davidsandberg/facenet has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kith.errors import WeightsUnreadable
from kith.models.importers.graph import GraphBuilder
from kith.models.importers.inception_resnet_names import Place, layers_of

if TYPE_CHECKING:
    from kith.models.importers.inception_resnet_names import Layers
    from kith.models.importers.tensors import Tensors

SIDE = 160
MOST_NUMBERS = 4096
"""In a descriptor."""
MOST_CLASSES = 100_000


@dataclass(frozen=True, slots=True)
class _Step:
    """One convolution with its batch normalisation and rectifier.

    Attributes:
        out: channels.
        height, width: of the kernel.
        stride: 2 halves the picture.
        same: zeros around the picture keep its size; otherwise it loses a border.
    """

    out: int
    height: int = 1
    width: int = 1
    stride: int = 1
    same: bool = True

    def label(self, index: int, *, alone: bool) -> str:
        """Return the name of the step at this place of a branch, as TensorFlow has it."""
        order = "1a_" if self.stride == 2 else "" if alone else f"0{'abc'[index]}_"
        return f"Conv2d_{order}{self.height}x{self.width}"


_Branch: TypeAlias = tuple[_Step, ...]


@dataclass(frozen=True, slots=True)
class _Residual:
    """Blocks in a row, each adding a share of what its branches found to its own input."""

    kind: str
    count: int
    share: float
    channels: int
    branches: tuple[_Branch, ...]


_STEM: tuple[tuple[str, _Step | None], ...] = (
    ("Conv2d_1a_3x3", _Step(32, 3, 3, stride=2, same=False)),
    ("Conv2d_2a_3x3", _Step(32, 3, 3, same=False)),
    ("Conv2d_2b_3x3", _Step(64, 3, 3)),
    ("MaxPool_3a_3x3", None),
    ("Conv2d_3b_1x1", _Step(80)),
    ("Conv2d_4a_3x3", _Step(192, 3, 3, same=False)),
    ("Conv2d_4b_3x3", _Step(256, 3, 3, stride=2, same=False)),
)
_BLOCK35 = _Residual(
    "Block35",
    5,
    0.17,
    256,
    ((_Step(32),), (_Step(32), _Step(32, 3, 3)), (_Step(32), _Step(32, 3, 3), _Step(32, 3, 3))),
)
_MIXED_6A: tuple[_Branch, ...] = (
    (_Step(384, 3, 3, stride=2, same=False),),
    (_Step(192), _Step(192, 3, 3), _Step(256, 3, 3, stride=2, same=False)),
)
_BLOCK17 = _Residual(
    "Block17", 10, 0.10, 896, ((_Step(128),), (_Step(128), _Step(128, 1, 7), _Step(128, 7, 1)))
)
_MIXED_7A: tuple[_Branch, ...] = (
    (_Step(256), _Step(384, 3, 3, stride=2, same=False)),
    (_Step(256), _Step(256, 3, 3, stride=2, same=False)),
    (_Step(256), _Step(256, 3, 3), _Step(256, 3, 3, stride=2, same=False)),
)
_BLOCK8 = _Residual(
    "Block8", 5, 0.20, 1792, ((_Step(192),), (_Step(192), _Step(192, 1, 3), _Step(192, 3, 1)))
)


def build(tensors: Tensors) -> bytes:
    """Return the network as ONNX.

    Input: N × 3 × 160 × 160, RGB, normalised as in its training (the card says how).

    Output ``descriptor``: N × 128 or N × 512, as many as the file has, and as the framework's own
    network gives them: of unit length from a frozen graph or a PyTorch file, of any length (what
    the last batch normalisation gives) from a Keras file.

    Output ``probabilities``, where a PyTorch file has the classifier: N × classes, each row with
    the sum 1.

    Args:
        tensors: of a Keras file, a frozen graph, or a state dict of facenet-pytorch.

    Raises:
        WeightsUnreadable: they are not this network's; names layer and shapes.
    """
    layers = layers_of(tensors)
    net = GraphBuilder("inception_resnet_v1", size=(SIDE, SIDE))
    x, channels = "input", 3
    for name, step in _STEM:
        if step is None:
            x = net.max_pool(x, 3, 2)
        else:
            x, channels = _conv(net, layers, x, Place(name), step, channels), step.out
    x = _residuals(net, layers, x, _BLOCK35)
    x = _reduction(net, layers, x, "Mixed_6a", _MIXED_6A, _BLOCK35.channels)
    x = _residuals(net, layers, x, _BLOCK17)
    x = _reduction(net, layers, x, "Mixed_7a", _MIXED_7A, _BLOCK17.channels)
    x = _residuals(net, layers, x, _BLOCK8)
    x = _residual(net, layers, x, _BLOCK8, number=6, share=1.0)
    _outputs(net, layers, net.global_average(x))
    layers.finish()
    return net.build()


def _residuals(net: GraphBuilder, layers: Layers, x: str, blocks: _Residual) -> str:
    """Add the blocks of one kind, a rectifier behind each."""
    for number in range(1, blocks.count + 1):
        x = net.relu(_residual(net, layers, x, blocks, number, blocks.share))
    return x


def _residual(
    net: GraphBuilder, layers: Layers, x: str, blocks: _Residual, number: int, share: float
) -> str:
    """Add one block: its input, and a share of what its branches found there."""
    block = f"{blocks.kind}_{number}"
    found = net.concat(_branches(net, layers, x, block, blocks.branches, blocks.channels))
    last = Place(block, label="Conv2d_1x1")
    inner = sum(branch[-1].out for branch in blocks.branches)
    kernel = layers.kernel(last, blocks.channels, inner, 1, 1)
    # Nothing stands between this convolution and the share: they are one.
    bias = layers.bias(last, blocks.channels)
    return net.add(x, net.conv(found, kernel * share, bias * share))


def _reduction(
    net: GraphBuilder,
    layers: Layers,
    x: str,
    block: str,
    branches: tuple[_Branch, ...],
    channels: int,
) -> str:
    """Add a block that halves the picture: its branches, and max pooling beside them."""
    parts = _branches(net, layers, x, block, branches, channels)
    return net.concat([*parts, net.max_pool(x, 3, 2)])


def _branches(
    net: GraphBuilder,
    layers: Layers,
    x: str,
    block: str,
    branches: tuple[_Branch, ...],
    channels: int,
) -> list[str]:
    """Add the branches of a block side by side."""
    ends = []
    for number, branch in enumerate(branches):
        end, inner = x, channels
        for index, step in enumerate(branch):
            alone = len(branch) == 1
            place = Place(block, number, step.label(index, alone=alone), None if alone else index)
            end, inner = _conv(net, layers, end, place, step, inner), step.out
        ends.append(end)
    return ends


def _conv(
    net: GraphBuilder, layers: Layers, x: str, place: Place, step: _Step, channels: int
) -> str:
    kernel = layers.kernel(place, step.out, channels, step.height, step.width)
    down, across = (step.height // 2, step.width // 2) if step.same else (0, 0)
    pads = (down, across, down, across)
    norm = layers.norm(place, step.out)
    return net.relu(net.conv(x, kernel, norm=norm, stride=step.stride, pads=pads))


def _outputs(net: GraphBuilder, layers: Layers, x: str) -> None:
    """Add the descriptor and, where there is one, the classifier beside it."""
    source, place = layers.tensors.source, Place("Bottleneck")
    numbers, classes = layers.numbers(), layers.classes()
    if not 0 < numbers <= MOST_NUMBERS or classes > MOST_CLASSES:
        raise WeightsUnreadable(
            f"{source}: a descriptor of {numbers:,} numbers, {classes:,} classes; no file has such"
        )
    kernel = layers.kernel(place, numbers, _BLOCK8.channels)
    x = net.dense(x, kernel, norm=layers.norm(place, numbers))
    net.output("descriptor", net.unit(x) if layers.normalised else x, numbers)
    if classes:
        place = Place("Logits")
        kernel, bias = layers.kernel(place, classes, numbers), layers.bias(place, classes)
        net.output("probabilities", net.node("Softmax", net.dense(x, kernel, bias)), classes)
