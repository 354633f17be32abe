"""Rewrite an ONNX graph so that onnxruntime runs it fast on a CPU; the numbers stay the same.

onnxruntime computes convolutions in a blocked memory layout (16 channels side by side) and leaves
it at every operator that has no blocked form. PRelu has none, so a network with a PRelu after each
convolution reorders its tensors twice per layer: SFace needs 22 ms that way and 8 ms after the
passes here (benchmarks/runtime.py prints both). Each pass is an identity of real numbers; the
vectors agree with the original graph's to better than 1e-5 (tests/models/test_rewrite.py).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt


class Graph:
    """A model taken apart: nodes in order, and weights by name as numpy arrays."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.nodes = list(model.graph.node)
        self.weights = {w.name: numpy_helper.to_array(w) for w in model.graph.initializer}

    def users(self) -> Counter[str]:
        """Count how many times each tensor is read; an output of the graph counts as read."""
        names = [name for node in self.nodes for name in node.input]
        return Counter(names + [output.name for output in self.model.graph.output])

    def producers(self) -> dict[str, onnx.NodeProto]:
        """Map each tensor to the node that writes it."""
        return {name: node for node in self.nodes for name in node.output}

    def put(self, name: str, array: npt.NDArray[np.floating]) -> str:
        """Keep an array as float32 under a name of its own and return the name."""
        self.weights[name] = np.ascontiguousarray(array, dtype=np.float32)
        return name

    def build(self) -> onnx.ModelProto:
        """Put the model together again; weights are constants, never inputs of the graph."""
        used = {name for node in self.nodes for name in node.input}
        old = self.model.graph
        graph = helper.make_graph(
            self.nodes,
            old.name or "network",
            [value for value in old.input if value.name not in self.weights],
            list(old.output),
            [numpy_helper.from_array(a, n) for n, a in self.weights.items() if n in used],
        )
        model = helper.make_model(graph, opset_imports=self.model.opset_import)
        model.ir_version = min(max(self.model.ir_version, 4), 10)
        onnx.checker.check_model(model, full_check=True)
        return model


def fold_batch_normalisation(graph: Graph) -> None:
    """Merge each BatchNormalization into the convolution or matrix product that feeds it."""
    producers, users = graph.producers(), graph.users()
    folded: dict[str, str] = {}
    for node in graph.nodes:
        source = producers.get(node.input[0]) if node.input else None
        if node.op_type != "BatchNormalization" or source is None:
            continue
        if source.op_type not in ("Conv", "Gemm") or users[source.output[0]] != 1:
            continue
        scale, shift = _scale_and_shift(graph, node)
        weight = graph.weights[source.input[1]].astype(np.float64)
        bias = graph.weights[source.input[2]] if len(source.input) > 2 else np.zeros(len(scale))
        name = node.output[0]
        if source.op_type == "Gemm" and not _attribute(source, "transB", 0):
            weight = weight * scale
        else:
            weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
        inputs = [source.input[0], graph.put(f"{name}/weight", weight)]
        inputs.append(graph.put(f"{name}/bias", bias * scale + shift))
        del source.input[:]
        source.input.extend(inputs)
        folded[source.output[0]] = name
    for node in graph.nodes:
        if node.op_type in ("Conv", "Gemm") and node.output[0] in folded:
            node.output[0] = folded[node.output[0]]
    gone = set(folded.values())
    graph.nodes = [
        n for n in graph.nodes if n.op_type != "BatchNormalization" or n.output[0] not in gone
    ]


def prelu_as_convolutions(graph: Graph) -> None:
    """Turn PRelu with a slope per channel into operators that keep the blocked layout.

    PRelu(x) = a·x + (1 − a)·max(x, 0), and a product with one number per channel is a 1×1
    convolution with one channel per group.
    """
    nodes: list[onnx.NodeProto] = []
    for node in graph.nodes:
        slope = graph.weights.get(node.input[1]) if node.op_type == "PRelu" else None
        if slope is None or slope.ndim < 3 or slope.size != slope.shape[-3] or slope.size < 8:
            nodes.append(node)
            continue
        x, y = node.input[0], node.output[0]
        per_channel = slope.astype(np.float64).reshape(-1, 1, 1, 1)
        convolution: dict[str, Any] = {"group": int(slope.size), "kernel_shape": [1, 1]}
        graph.put(f"{y}/slope", per_channel)
        graph.put(f"{y}/rest", 1.0 - per_channel)
        nodes += [
            helper.make_node("Relu", [x], [f"{y}/positive"]),
            helper.make_node("Conv", [f"{y}/positive", f"{y}/rest"], [f"{y}/a"], **convolution),
            helper.make_node("Conv", [x, f"{y}/slope"], [f"{y}/b"], **convolution),
            helper.make_node("Add", [f"{y}/b", f"{y}/a"], [y]),
        ]
    graph.nodes = nodes


def free_batch(graph: Graph) -> None:
    """Let a graph that was exported for one picture take any number of them."""
    for node in graph.nodes:
        if node.op_type != "Reshape" or node.input[1] not in graph.weights:
            continue
        shape = graph.weights[node.input[1]]
        if shape.size > 1 and shape[0] == 1:
            name = f"{node.output[0]}/shape"
            # 0 means "as the input has it": the first axis is the batch everywhere here.
            graph.weights[name] = np.concatenate([[0], shape[1:]]).astype(np.int64)
            node.input[1] = name
    for value in [*graph.model.graph.input, *graph.model.graph.output]:
        if value.name not in graph.weights:
            value.type.tensor_type.shape.dim[0].dim_param = "batch"


def merge_yunet_heads(graph: Graph) -> None:
    """Give YuNet three outputs of 16 channels instead of twelve, for pictures of any size.

    Per stride 8, 16 and 32 the class (1), object (1), box (4) and point (10) branches are each a
    1×1 convolution and a depthwise 3×3 one on the same input. Side by side they are one 16-channel
    convolution, which is just one block of the blocked layout. The sigmoids move behind the
    threshold, where few numbers are left. Outputs: ``stride_8``… of shape batch × 16 × H/s × W/s.
    """
    producers = graph.producers()
    heads: list[onnx.NodeProto] = []
    merged: list[onnx.NodeProto] = []
    for stride in (8, 16, 32):
        chains = [_head(producers, f"{part}_{stride}") for part in ("cls", "obj", "bbox", "kps")]
        names = []
        for place, kind in enumerate(("point", "depth")):
            for index, role in ((1, "weight"), (2, "bias")):
                arrays = [graph.weights[chain[place].input[index]] for chain in chains]
                names.append(graph.put(f"{kind}_{role}_{stride}", np.concatenate(arrays)))
        features, hidden, output = chains[0][0].input[0], f"hidden_{stride}", f"stride_{stride}"
        merged += [
            helper.make_node("Conv", [features, *names[:2]], [hidden], kernel_shape=[1, 1]),
            helper.make_node(
                "Conv", [hidden, *names[2:]], [output], kernel_shape=[3, 3], pads=[1] * 4, group=16
            ),
        ]
        heads += [node for chain in chains for node in chain]
    first = min(graph.nodes.index(node) for node in heads)
    graph.nodes = graph.nodes[:first] + merged
    _name_yunet_shapes(graph.model)


def read_rgb(graph: Graph) -> None:
    """Turn the first convolution's colour order from BGR to RGB, so that pixels need no swap."""
    node = graph.nodes[0]
    weight = graph.weights[node.input[1]]
    node.input[1] = graph.put(f"{node.output[0]}/rgb", weight[:, ::-1])


EMBEDDING: Sequence[Callable[[Graph], None]] = (
    fold_batch_normalisation,
    prelu_as_convolutions,
    free_batch,
)
YUNET: Sequence[Callable[[Graph], None]] = (merge_yunet_heads, read_rgb)


def passes_for(model_id: str) -> Sequence[Callable[[Graph], None]]:
    """Return the passes of a network that comes as ONNX, by its card's id."""
    if model_id == "mtcnn":
        from kith.models.rewrite_mtcnn import MTCNN

        return MTCNN
    return YUNET if model_id == "yunet" else EMBEDDING


def rewrite(encoded: bytes, passes: Sequence[Callable[[Graph], None]]) -> bytes:
    """Apply passes to an ONNX file's bytes and return the new file's bytes.

    Raises:
        onnx.checker.ValidationError: the result is not a valid graph.
    """
    graph = Graph(onnx.load_model_from_string(encoded))
    for change in passes:
        change(graph)
    return bytes(graph.build().SerializeToString())


def only(path: Path, output: str) -> bytes:
    """Return an ONNX file without what one output does not need; empty without such an output.

    What is left takes pictures of any size that its layers do.
    """
    model = onnx.load(str(path))
    outputs = [value.name for value in model.graph.output]
    if output not in outputs:
        return b""
    for axis, name in ((2, "height"), (3, "width")):
        model.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = name
    needed, nodes = {output}, []
    for node in reversed(model.graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.append(node)
    graph = helper.make_graph(
        nodes[::-1],
        model.graph.name,
        list(model.graph.input),
        [value for value in model.graph.output if value.name == output],
        [weight for weight in model.graph.initializer if weight.name in needed],
    )
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    return bytes(made.SerializeToString())


def _attribute(node: onnx.NodeProto, name: str, default: float) -> float:
    for attribute in node.attribute:
        if attribute.name == name:
            return float(helper.get_attribute_value(attribute))
    return default


def _scale_and_shift(
    graph: Graph, node: onnx.NodeProto
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return a batch normalisation as y = scale·x + shift, in double precision."""
    gamma, beta, mean, variance = (graph.weights[n].astype(np.float64) for n in node.input[1:5])
    scale = gamma / np.sqrt(variance + _attribute(node, "epsilon", 1e-5))
    return scale, beta - mean * scale


def _head(producers: dict[str, onnx.NodeProto], output: str) -> list[onnx.NodeProto]:
    """Return the 1×1 and the depthwise convolution that end in an output of YuNet."""
    node = producers[output]
    while node.op_type != "Conv":
        node = producers[node.input[0]]
    return [producers[node.input[0]], node]


def _name_yunet_shapes(model: onnx.ModelProto) -> None:
    shape = model.graph.input[0].type.tensor_type.shape
    for axis, name in ((0, "batch"), (2, "height"), (3, "width")):
        shape.dim[axis].dim_param = name
    del model.graph.output[:]
    for stride in (8, 16, 32):
        dims: list[str | int | None] = ["batch", 16, f"height_{stride}", f"width_{stride}"]
        model.graph.output.append(
            helper.make_tensor_value_info(f"stride_{stride}", onnx.TensorProto.FLOAT, dims)
        )
