"""One more pass of `rewrite`: a PRelu in a thin bottleneck, without an operator of its own."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from onnx import helper

if TYPE_CHECKING:
    import onnx

    from kith.models.rewrite import Graph

HALF_BLOCK = 8
"""onnxruntime computes 16 channels side by side: up to 8, as many more cost nothing."""


def prelu_as_halves(graph: Graph) -> None:
    """Let the convolutions around a PRelu do its work where they have room for it.

    PRelu(x) = max(x, 0) − a·max(−x, 0). A convolution to few channels, a PRelu, a convolution of
    each channel by itself and one that joins them: the first also gives every channel's negative,
    max(·, 0) becomes part of it, the second multiplies the new half by −a, the third adds both
    halves up.
    """
    producers, readers = graph.producers(), _readers(graph)
    for node in graph.nodes:
        channels = _channels(graph, node)
        if not 1 < channels <= HALF_BLOCK:
            continue
        chain = [producers.get(node.input[0]), node]
        while len(chain) < 4 and len(behind := readers[chain[-1].output[0]]) == 1 and behind[0]:
            chain += behind
        kinds = [_groups(graph, one) for one in chain]
        if kinds == [1, 0, channels, 1] and len(readers[node.input[0]]) == 1:
            _halve(graph, *chain)


def _channels(graph: Graph, node: onnx.NodeProto) -> int:
    """Return the channels of a PRelu with a slope for each; 0 for any other node."""
    slope = graph.weights.get(node.input[1]) if node.op_type == "PRelu" else None
    return 0 if slope is None or slope.ndim < 3 or slope.size != slope.shape[-3] else slope.size


def _halve(
    graph: Graph,
    thin: onnx.NodeProto,
    prelu: onnx.NodeProto,
    each: onnx.NodeProto,
    joining: onnx.NodeProto,
) -> None:
    slope = graph.weights[prelu.input[1]].astype(np.float64).reshape(-1)
    for place in (1, 2):
        numbers = graph.weights[thin.input[place]]
        halves = np.concatenate([numbers, -numbers])
        thin.input[place] = graph.put(f"{thin.output[0]}/half{place}", halves)
    kernel, bias = (graph.weights[name] for name in each.input[1:3])
    halves = np.concatenate([kernel, -slope.reshape(-1, 1, 1, 1) * kernel])
    each.input[1] = graph.put(f"{each.output[0]}/half1", halves)
    each.input[2] = graph.put(f"{each.output[0]}/half2", np.concatenate([bias, 0 * bias]))
    next(one for one in each.attribute if one.name == "group").i = 2 * slope.size
    kernel = graph.weights[joining.input[1]]
    joined = np.concatenate([kernel, kernel], axis=1)
    joining.input[1] = graph.put(f"{joining.output[0]}/half1", joined)
    prelu.CopyFrom(helper.make_node("Relu", [prelu.input[0]], list(prelu.output)))


def _readers(graph: Graph) -> dict[str, list[onnx.NodeProto | None]]:
    """Return the nodes that read each tensor; None for the graph's own outputs."""
    found: dict[str, list[onnx.NodeProto | None]] = defaultdict(list)
    for node in graph.nodes:
        for name in node.input:
            found[name].append(node)
    for output in graph.model.graph.output:
        found[output.name].append(None)
    return found


def _groups(graph: Graph, node: onnx.NodeProto | None) -> int:
    """Return the groups of a convolution with constant weights and a bias; 0 for other nodes."""
    if node is None or node.op_type != "Conv" or len(node.input) != 3:
        return 0
    if not all(name in graph.weights for name in node.input[1:]):
        return 0
    return next((int(one.i) for one in node.attribute if one.name == "group"), 1)
