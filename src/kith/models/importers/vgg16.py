"""The VGGFace network as ONNX: VGG-16, 224 × 224 pixels to 2,622 names.

O. M. Parkhi, A. Vedaldi, A. Zisserman, *Deep face recognition*, BMVC 2015: configuration D of
K. Simonyan and A. Zisserman, *Very deep convolutional networks for large-scale image recognition*,
ICLR 2015. Layers are named as in the files of keras-vggface (``conv1_1``, ``fc6``), which have the
paper's weights.

Input: N × 3 × H × W, blue, green, red, the means of `MEAN` taken off. H and W are 224 where the
file has the classifier, at least 32 where it has none. Outputs:

- ``features``: N × 512 × ⌊H/32⌋ × ⌊W/32⌋, behind the last max pooling.
- ``average`` and ``max``: N × 512, over ``features``.
- With the classifier: ``fc6`` and ``fc7``, N × 4096, behind the ReLU (fc7 is the paper's
  descriptor), and ``probabilities``, N × 2622.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.models.importers.graph import INPUT, GraphBuilder

if TYPE_CHECKING:
    from kith.models.importers.graph import Array
    from kith.models.importers.tensors import Tensors

CLASSES = 2622
MEAN = (93.5940, 104.7624, 129.1863)
"""Blue, green, red."""

BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
"""How many convolutions a block has, and their channels; a max pooling ends each."""

SIDE = 224
"""Height and width that the classifier is for."""

FEATURES_SIDE = SIDE // 32

HIDDEN = 4096


def build(tensors: Tensors) -> bytes:
    """Return the VGGFace VGG-16 as an ONNX file's bytes.

    Raises:
        WeightsUnreadable: the weights are another network's; names layer and shapes.
    """
    classifier = "fc8/kernel" in tensors
    graph = GraphBuilder("vggface_vgg16", size=(SIDE, SIDE) if classifier else None)
    x, channels = INPUT, 3
    for block, (convolutions, width) in enumerate(BLOCKS, 1):
        for number in range(1, convolutions + 1):
            x = _conv(graph, tensors, x, f"conv{block}_{number}", channels, width)
            channels = width
        x = graph.max_pool(x, 2, stride=2)
    average, greatest = graph.global_average(x), graph.global_max(x)
    if classifier:
        _classify(graph, tensors, x, channels)
    graph.output("average", average, channels)
    graph.output("max", greatest, channels)
    graph.output("features", x, channels, "rows", "columns")
    tensors.finish()
    return graph.build()


def _conv(
    graph: GraphBuilder, tensors: Tensors, x: str, name: str, channels: int, width: int
) -> str:
    kernel = tensors.take(f"{name}/kernel", 3, 3, channels, width)
    bias = tensors.take(f"{name}/bias", width)
    return graph.relu(graph.conv(x, kernel.transpose(3, 2, 0, 1), bias, pads=1))


def _classify(graph: GraphBuilder, tensors: Tensors, x: str, channels: int) -> None:
    # The last layer first: a network of other people ends here, before 500 MB are read.
    last = _dense_weights(tensors, "fc8", HIDDEN, CLASSES)
    # Keras has the channels last, so its flattened numbers go row, column, channel.
    x = graph.node("Flatten", graph.node("Transpose", x, perm=[0, 2, 3, 1]), axis=1)
    size = FEATURES_SIDE * FEATURES_SIDE * channels
    for name in ("fc6", "fc7"):
        x = graph.relu(graph.dense(x, *_dense_weights(tensors, name, size, HIDDEN)))
        graph.output(name, x, HIDDEN)
        x, size = name, HIDDEN
    logits = graph.dense(x, *last)
    graph.output("probabilities", graph.node("Softmax", logits, axis=1), CLASSES)


def _dense_weights(tensors: Tensors, name: str, size: int, out: int) -> tuple[Array, Array]:
    kernel = tensors.take(f"{name}/kernel", size, out)
    return _outputs_first(kernel), tensors.take(f"{name}/bias", out)


def _outputs_first(kernel: Array) -> Array:
    """Turn in × out over, in strips that the processor's cache holds: 100 million numbers."""
    turned = np.empty(kernel.shape[::-1], kernel.dtype)
    for start in range(0, len(kernel), 256):
        turned[:, start : start + 256] = kernel[start : start + 256].T
    return turned
