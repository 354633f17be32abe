"""What a graph from anybody must be before kith runs it; see `kith.models.own_graph`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper, shape_inference

from kith.models.rewrite import EMBEDDING, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

MOST_NODES = 20_000
MOST_NUMBERS = 1 << 26
"""In one tensor while it runs: 256 MiB."""
_SAME = 1e-3
"""Of a unit vector, or of probabilities: how far the rewritten graph's may lie from its own."""

_ATTRIBUTES = onnx.AttributeProto
_REFUSED = {
    *(_ATTRIBUTES.GRAPH, _ATTRIBUTES.GRAPHS, _ATTRIBUTES.TYPE_PROTO, _ATTRIBUTES.TYPE_PROTOS),
    *(_ATTRIBUTES.SPARSE_TENSOR, _ATTRIBUTES.SPARSE_TENSORS),
}


class Refused(Exception):
    """What is wrong with a graph, in a line."""


def look(path: Path, input: Sequence[int], gives: int, output: str) -> None:  # noqa: A002
    """Raise unless a graph is sound, of these sizes, and runs.

    Args:
        path: of an ONNX file.
        input: the sizes of what it is given, without the batch.
        gives: how many numbers come out for each.
        output: the name of the output that is wanted; empty: the first.

    Raises:
        Exception: whatever is wrong with it; the first line says what.
    """
    model = onnx.load_model_from_string(path.read_bytes())
    _check_parts(model)
    onnx.checker.check_model(model, full_check=True)
    _check_input(model, input)
    outputs = [value.name for value in model.graph.output]
    if output and output not in outputs:
        raise Refused(f"it has no output {output!r}")
    index = outputs.index(output) if output else 0
    quick = onnx.load_model_from_string(rewrite(path.read_bytes(), EMBEDDING))
    _check_sizes(quick, (2, *input))
    batch = _samples(input)
    fast = _run(quick, batch)[index]
    # As it was trained it may take one at a time.
    own = np.concatenate([_run(model, batch[row : row + 1])[index] for row in range(len(batch))])
    for rows in (own, fast):
        if rows.shape != (len(batch), gives) or rows.dtype != np.float32:
            raise Refused(
                f"it gives {rows.dtype} of {'×'.join(map(str, rows.shape[1:]))} for each, not "
                f"{gives} numbers of float32"
            )
        if not np.isfinite(rows).all():
            raise Refused("it gives numbers that are not finite")
    lengths = np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-12)
    if np.abs(own - fast).max(initial=0, where=lengths > 1e-6) > _SAME * lengths.max():
        raise Refused("rewritten for speed it gives other numbers")


def _check_parts(model: onnx.ModelProto) -> None:
    """Refuse what a network of kith never has: paths, code of others, loops."""
    graph = model.graph
    if model.functions or model.training_info or graph.sparse_initializer:
        raise Refused("it has functions, training steps or sparse weights of its own")
    if any(one.domain not in ("", "ai.onnx") for one in (*model.opset_import, *graph.node)):
        raise Refused("it has operators that are not ONNX's own")
    if len(graph.node) > MOST_NODES:
        raise Refused(f"it has more than {MOST_NODES:,} operators")
    for node in graph.node:
        if any(attribute.type in _REFUSED for attribute in node.attribute):
            raise Refused(f"its {node.op_type} holds a graph of its own")
    for tensor in _tensors(graph):
        if tensor.data_location != onnx.TensorProto.DEFAULT or tensor.external_data:
            raise Refused("its numbers lie in another file; save it as one file")
        _check_tensor(tensor)


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors


def _check_tensor(tensor: onnx.TensorProto) -> None:
    """Compare what a tensor claims with what is there, before anything is reserved for it."""
    count = math.prod(tensor.dims)
    if min(tensor.dims, default=1) < 0 or count > 2 * (tensor.ByteSize() + 1):
        raise Refused("a weight claims another size than it has")
    if numpy_helper.to_array(tensor).size != count:
        raise Refused("a weight claims another size than it has")


def _check_input(model: onnx.ModelProto, wanted: Sequence[int]) -> None:
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    if len(inputs) != 1:
        raise Refused(f"it has {len(inputs)} inputs instead of one")
    kind = inputs[0].type.tensor_type
    sizes = [dim.dim_value for dim in kind.shape.dim]
    if kind.elem_type != onnx.TensorProto.FLOAT:
        raise Refused("its input is not float32")
    if len(sizes) != len(wanted) + 1 or any(
        size not in (0, want) for size, want in zip(sizes[1:], wanted, strict=True)
    ):
        shown = "×".join(str(size or "N") for size in sizes)
        raise Refused(f"its input is {shown}, not N×{'×'.join(map(str, wanted))}")


def _check_sizes(model: onnx.ModelProto, shape: Sequence[int]) -> None:
    """Refuse a graph whose tensors may grow with what it is shown, or are huge.

    Changes the model: its input is of that shape from now on.
    """
    for dim, size in zip(model.graph.input[0].type.tensor_type.shape.dim, shape, strict=True):
        dim.dim_value = size
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    inferred = shape_inference.infer_shapes(
        model, check_type=True, strict_mode=True, data_prop=True
    )
    known = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*inferred.graph.value_info, *inferred.graph.output)
        if value.type.tensor_type.HasField("shape")
    }
    for node in inferred.graph.node:
        for name in filter(None, node.output):
            sizes = known.get(name)
            if sizes is None or min(sizes, default=1) < 1:
                raise Refused(f"what its {node.op_type} gives has a size that cannot be told")
            if math.prod(sizes) > MOST_NUMBERS:
                raise Refused(f"what its {node.op_type} gives is too large")


def _samples(shape: Sequence[int]) -> npt.NDArray[np.float32]:
    """Return zeros and noise: two crops, or two vectors."""
    noise = np.random.default_rng(0).uniform(-1, 1, shape)
    return np.stack([np.zeros(shape), noise]).astype(np.float32)


def _run(model: onnx.ModelProto, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[Any]]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    rows: list[npt.NDArray[Any]] = session.run(None, {session.get_inputs()[0].name: batch})
    return rows
