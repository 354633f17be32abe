"""The VGGFace2 networks as ONNX: ResNet-50 and SENet-50, 224 × 224 pixels to 2,048 numbers.

Q. Cao, L. Shen, W. Xie, O. M. Parkhi, A. Zisserman, *VGGFace2: A dataset for recognising faces
across pose and age*, FG 2018. ResNet-50: K. He et al., *Deep residual learning for image
recognition*, CVPR 2016, with the stride on a block's first 1 × 1 convolution, as Caffe's has it.
Squeeze and excitation: J. Hu, L. Shen, G. Sun, *Squeeze-and-excitation networks*, CVPR 2018.
Layers are named as in the files of keras-vggface (``conv3_1_1x1_reduce``), which have the paper's
weights.

Input: N × 3 × H × W, blue, green, red, the means of `MEAN` taken off. H and W are 224 where the
file has the classifier, at least 197 where it has none. Outputs:

- ``features``: N × 2048 × rows × columns, the last 7 × 7 average pooling: 1 × 1 for 224 × 224
  pixels, 2 × 2 from 421 × 421 on.
- ``average`` and ``max``: N × 2048, over ``features``. The average is the paper's descriptor.
- ``probabilities``: N × 8631, with the classifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.models.importers.graph import INPUT, GraphBuilder, Norm

if TYPE_CHECKING:
    from kith.models.importers.tensors import Tensors

CLASSES = 8631
DIMENSION = 2048
MEAN = (91.4953, 103.8827, 131.0912)
"""Blue, green, red."""

SIDE = 224
"""Height and width that the classifier is for."""

STAGES = ((2, 3, 64), (3, 4, 128), (4, 6, 256), (5, 3, 512))
"""Number in the layers' names, how many blocks, and the channels inside a block; four times as
many leave it."""

REDUCTION = 16
"""How many times fewer channels are between squeeze and excitation."""


def build_resnet50(tensors: Tensors) -> bytes:
    """Return the VGGFace2 ResNet-50 as an ONNX file's bytes.

    Raises:
        WeightsUnreadable: the weights are another network's; names layer and shapes.
    """
    return _Writer(tensors, "vggface2_resnet50", epsilon=1e-3, excited=False).write()


def build_senet50(tensors: Tensors) -> bytes:
    """Return the VGGFace2 SENet-50 as an ONNX file's bytes.

    Raises:
        WeightsUnreadable: the weights are another network's; names layer and shapes.
    """
    return _Writer(tensors, "vggface2_senet50", epsilon=1e-4, excited=True).write()


class _Writer:
    """Writes the graph, and takes each layer's numbers when it comes to it."""

    def __init__(self, tensors: Tensors, name: str, *, epsilon: float, excited: bool) -> None:
        self._classifies = "classifier/kernel" in tensors
        self._graph = GraphBuilder(name, size=(SIDE, SIDE) if self._classifies else None)
        self._tensors = tensors
        self._epsilon = epsilon
        self._excited = excited

    def write(self) -> bytes:
        graph = self._graph
        x = graph.relu(self._conv(INPUT, "conv1/7x7_s2", 3, 64, side=7, stride=2))
        x, channels = graph.max_pool(x, 3, stride=2), 64
        for stage, blocks, width in STAGES:
            for block in range(1, blocks + 1):
                stride = 2 if block == 1 and stage > 2 else 1
                x = self._block(x, f"conv{stage}_{block}", channels, width, stride)
                channels = 4 * width
        x = graph.average_pool(x, 7, stride=7)
        graph.output("average", graph.global_average(x), DIMENSION)
        graph.output("max", graph.global_max(x), DIMENSION)
        if self._classifies:
            self._classify(x)
        graph.output("features", x, DIMENSION, "rows", "columns")
        self._tensors.finish()
        return graph.build()

    def _block(self, x: str, name: str, channels: int, width: int, stride: int) -> str:
        """Add a residual block: relu(shortcut + F(x)), with F thin in the middle."""
        graph = self._graph
        inner = graph.relu(self._conv(x, f"{name}_1x1_reduce", channels, width, stride=stride))
        inner = graph.relu(self._conv(inner, f"{name}_3x3", width, width, side=3))
        inner = self._conv(inner, f"{name}_1x1_increase", width, 4 * width)
        if self._excited:
            inner = self._excite(inner, name, 4 * width)
        if name.endswith("_1"):
            # The first block of a stage has other channels than its input.
            x = self._conv(x, f"{name}_1x1_proj", channels, 4 * width, stride=stride)
        return graph.relu(graph.add(inner, x))

    def _excite(self, x: str, name: str, channels: int) -> str:
        """Multiply each channel by a number from 0 to 1 that depends on all channels' averages."""
        graph = self._graph
        gate = graph.node("GlobalAveragePool", x)
        few = channels // REDUCTION
        gate = graph.relu(self._plain(gate, f"{name}_1x1_down", channels, few))
        gate = graph.node("Sigmoid", self._plain(gate, f"{name}_1x1_up", few, channels))
        return graph.node("Mul", x, gate)

    def _classify(self, x: str) -> None:
        graph, take = self._graph, self._tensors.take
        kernel = take("classifier/kernel", DIMENSION, CLASSES)
        bias = take("classifier/bias", CLASSES)
        logits = graph.dense(graph.node("Flatten", x, axis=1), kernel.T, bias)
        graph.output("probabilities", graph.node("Softmax", logits, axis=1), CLASSES)

    def _conv(
        self, x: str, name: str, channels: int, out: int, *, side: int = 1, stride: int = 1
    ) -> str:
        """Add a convolution without a bias, and the batch normalisation behind it."""
        take = self._tensors.take
        kernel = take(f"{name}/kernel", side, side, channels, out)
        norm = Norm(
            gamma=take(f"{name}/bn/gamma", out),
            beta=take(f"{name}/bn/beta", out),
            mean=take(f"{name}/bn/moving_mean", out),
            variance=take(f"{name}/bn/moving_variance", out),
            epsilon=self._epsilon,
        )
        pads = "same" if side > 1 else 0
        turned = kernel.transpose(3, 2, 0, 1)
        return self._graph.conv(x, turned, norm=norm, stride=stride, pads=pads)

    def _plain(self, x: str, name: str, channels: int, out: int) -> str:
        """Add a 1 × 1 convolution with a bias."""
        kernel = self._tensors.take(f"{name}/kernel", 1, 1, channels, out)
        bias = self._tensors.take(f"{name}/bias", out)
        return self._graph.conv(x, kernel.transpose(3, 2, 0, 1), bias)
