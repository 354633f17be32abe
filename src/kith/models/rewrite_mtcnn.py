"""Rewrite MTCNN's three networks so that onnxruntime runs them fast; the numbers stay the same.

Made for the files of the ``mtcnn`` card; each pass is an identity of real numbers and finds by
itself whether it applies. After all of them a network takes pixels (0–255, RGB) and has one output:
the log-odds of a face, four corrections of the box and, of the last network, ten of points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper

from kith.models.rewrite import prelu_as_convolutions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from kith.models.rewrite import Graph

MEAN, SCALE = 127.5, 1 / 128
BLOCK = 16
"""Channels that onnxruntime computes side by side; fewer cost the same."""

OUTPUT = "faces"


def read_pixels(graph: Graph) -> None:
    """Let the first convolution, which has no padding, do (pixel − 127.5) / 128 itself."""
    node = graph.nodes[0]
    weight, bias = (graph.weights[name].astype(np.float64) for name in node.input[1:3])
    shift = MEAN * SCALE * weight.sum(axis=(1, 2, 3))
    node.input[1] = graph.put(f"{node.output[0]}/weight", weight * SCALE)
    node.input[2] = graph.put(f"{node.output[0]}/bias", bias - shift)
    graph.model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"


def pool_before_slopes(graph: Graph) -> None:
    """Put MaxPool before PRelu, which then has a quarter of the numbers to see.

    With a slope a ≥ 0, PRelu rises and the order does not matter. With a < 0 it is max(x, a·x), and
    the maximum over a window is max(max x, max a·x): the convolution gives a·x as channels of its
    own. That is done where they fit into a block that is computed anyway. What is left is linear
    but for one Relu: max(p, q) = p + Relu(q − p), and PRelu(p) = p + Relu((a − 1)·p) for a ≤ 1; the
    same with −p in place of the first p gives −PRelu(p) for a > 1, and the next convolution takes
    the sign back.
    """
    for slopes, pool in zip(graph.nodes[1:], graph.nodes[2:], strict=False):
        convolution, follower = _around(graph, slopes, pool)
        if convolution is None or follower is None:
            continue
        slope = graph.weights[slopes.input[1]].astype(np.float64).ravel()
        falling = np.nonzero(slope < 0)[0]
        if -(-slope.size // BLOCK) < -(-(slope.size + falling.size) // BLOCK):
            continue
        _widen(graph, convolution, slope, falling)
        pool.input[0] = convolution.output[0]
        weight = graph.weights[follower.input[1]].astype(np.float64)
        # Its channels beyond the slopes' hold what nobody needs any more.
        wide = np.zeros((len(weight), slope.size + falling.size, *weight.shape[2:]))
        wide[:, : slope.size] = weight * np.where(slope > 1, -1.0, 1.0)[:, None, None]
        follower.input[1] = graph.put(f"{follower.output[0]}/weight", wide)
        at = graph.nodes.index(pool)
        after = _after_pool(graph, pool.output[0], slope, falling)
        follower.input[0] = after[-1].output[0]
        graph.nodes[at + 1 : at + 1] = after
        graph.nodes.remove(slopes)


def fill_blocks(graph: Graph) -> None:
    """Add channels of zeros where a PRelu and the MaxPool behind it would else not fill a block.

    onnxruntime leaves its blocked layout for such a MaxPool.
    """
    for slopes, pool in zip(graph.nodes[1:], graph.nodes[2:], strict=False):
        before, after = _around(graph, slopes, pool)
        if before is None or after is None:
            continue
        missing = -graph.weights[slopes.input[1]].size % BLOCK
        _pad(graph, before, 1, (missing, 0))
        _pad(graph, before, 2, (missing,))
        _pad(graph, slopes, 1, (missing,))
        _pad(graph, after, 1, (0, missing))


def one_output(graph: Graph) -> None:
    """Join the heads, which read the same features, into one; the softmax becomes log-odds.

    softmax(a, b) gives b the probability 1 / (1 + exp(a − b)): only b − a is needed.
    """
    producers = graph.producers()
    heads = [_head(producers, output.name) for output in graph.model.graph.output]
    heads.sort(key=lambda node: len(graph.weights[node.input[1]]))
    joined = onnx.NodeProto()
    joined.CopyFrom(heads[0])
    for place, role in ((1, "weight"), (2, "bias")):
        face, *others = (graph.weights[node.input[place]].astype(np.float64) for node in heads)
        stacked = np.concatenate([face[1:] - face[:1], *others])
        joined.input[place] = graph.put(f"{OUTPUT}/{role}", stacked)
    joined.output[0] = OUTPUT
    graph.nodes = [*graph.nodes[: min(graph.nodes.index(node) for node in heads)], joined]
    shape: list[str | int | None] = ["batch", len(graph.weights[f"{OUTPUT}/bias"])]
    if joined.op_type == "Conv":
        shape += ["rows", "columns"]
    del graph.model.graph.output[:]
    graph.model.graph.output.append(
        helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, shape)
    )


MTCNN: Sequence[Callable[[Graph], None]] = (
    read_pixels,
    pool_before_slopes,
    fill_blocks,
    prelu_as_convolutions,
    one_output,
)
"""For each of the three files."""


def _around(
    graph: Graph, slopes: onnx.NodeProto, pool: onnx.NodeProto
) -> tuple[onnx.NodeProto | None, onnx.NodeProto | None]:
    """Return the convolutions before a PRelu and after the MaxPool that follows it."""
    if slopes.op_type != "PRelu" or pool.op_type != "MaxPool":
        return None, None
    before = graph.producers().get(slopes.input[0])
    after = [node for node in graph.nodes if pool.output[0] in node.input]
    users = graph.users()
    single = users[slopes.input[0]] == users[slopes.output[0]] == users[pool.output[0]] == 1
    if not single or before is None or before.op_type != "Conv" or after[0].op_type != "Conv":
        return None, None
    return before, after[0]


def _pad(graph: Graph, node: onnx.NodeProto, place: int, missing: tuple[int, ...]) -> None:
    """Add zeros behind the first axes of a node's weights."""
    array = graph.weights[node.input[place]]
    if any(missing):
        width = [(0, count) for count in missing] + [(0, 0)] * (array.ndim - len(missing))
        node.input[place] = graph.put(f"{node.output[0]}/filled_{place}", np.pad(array, width))


def _widen(
    graph: Graph,
    node: onnx.NodeProto,
    slope: npt.NDArray[np.float64],
    falling: npt.NDArray[np.intp],
) -> None:
    """Let a convolution give its falling channels once more, times their slope."""
    for place, role in ((1, "wide_weight"), (2, "wide_bias")):
        array = graph.weights[node.input[place]].astype(np.float64)
        factor = slope[falling].reshape(-1, *[1] * (array.ndim - 1))
        wide = np.concatenate([array, array[falling] * factor])
        node.input[place] = graph.put(f"{node.output[0]}/{role}", wide)


def _after_pool(
    graph: Graph, pooled: str, slope: npt.NDArray[np.float64], falling: npt.NDArray[np.intp]
) -> list[onnx.NodeProto]:
    """Return the nodes that make ±PRelu of what was pooled."""
    channels, wide = slope.size, slope.size + falling.size
    sign = np.ones(wide)
    sign[:channels] = np.where(slope > 1, -1.0, 1.0)
    bent = np.zeros((wide, wide))
    places = np.arange(channels)
    bent[places, places] = np.where(slope < 0, -1.0, -np.abs(slope - 1))
    bent[falling, channels + np.arange(falling.size)] = 1.0
    name = f"{pooled}/sloped"
    point: dict[str, Any] = {"kernel_shape": [1, 1]}
    weights = [
        graph.put(f"{name}/{role}", array)
        for role, array in (("bent", bent[:, :, None, None]), ("sign", sign.reshape(-1, 1, 1, 1)))
    ]
    return [
        helper.make_node("Conv", [pooled, weights[0]], [f"{name}/b"], **point),
        helper.make_node("Relu", [f"{name}/b"], [f"{name}/r"]),
        helper.make_node("Conv", [pooled, weights[1]], [f"{name}/s"], group=wide, **point),
        helper.make_node("Add", [f"{name}/s", f"{name}/r"], [name]),
    ]


def _head(producers: dict[str, onnx.NodeProto], output: str) -> onnx.NodeProto:
    """Return the last layer with weights before an output."""
    node = producers[output]
    while node.op_type not in ("Conv", "Gemm"):
        node = producers[node.input[0]]
    return node
