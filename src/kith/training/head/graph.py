"""A head as an ONNX graph, proven equal to what scikit-learn gave.

``embedding`` (float32 unit vectors, N × d) goes in; ``probabilities`` (N × K, calibrated) and
``similarity`` (N × K, the cosine with each person's template) come out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import ModelError
from kith.training.head.calibrate import probabilities

if TYPE_CHECKING:
    from kith.training.head.records import Fitted
    from kith.types import Vector

INPUT = "embedding"
OUTPUTS = ("probabilities", "similarity")
PARITY = 1e-4
OPSET = 17
IR_VERSION = 8


def build(fitted: Fitted, sharpness: float) -> bytes:
    """Return a head as an ONNX file.

    Args:
        fitted: the head.
        sharpness: that its scores are multiplied with before the softmax.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    people, dimension = fitted.centroids.shape
    numbers = {
        "weights": (fitted.linear.weights * np.float32(sharpness)).T,
        "bias": fitted.linear.bias * np.float32(sharpness),
        "templates": fitted.centroids.T,
    }
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", [INPUT, "weights", "bias"], ["scores"]),
            helper.make_node("Softmax", ["scores"], [OUTPUTS[0]], axis=1),
            helper.make_node("MatMul", [INPUT, "templates"], [OUTPUTS[1]]),
        ],
        "head",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["faces", dimension])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["faces", people])
            for name in OUTPUTS
        ],
        [
            numpy_helper.from_array(np.ascontiguousarray(array, dtype=np.float32), name)
            for name, array in numbers.items()
        ],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="kith",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def prove(graph: bytes, fitted: Fitted, sharpness: float, vectors: Vector) -> float:
    """Run a graph on faces and hold it to the numbers that it was written from.

    Args:
        graph: as `build` made it.
        fitted: that it was made of.
        sharpness: the same.
        vectors: faces, n × d.

    Returns:
        The largest difference of a probability or a similarity.

    Raises:
        ModelError: it is above `PARITY`.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    said, similar = session.run(list(OUTPUTS), {INPUT: vectors})
    exact = vectors.astype(np.float64)
    linear = fitted.linear
    scores = exact @ linear.weights.T.astype(np.float64) + linear.bias
    away = max(
        float(np.abs(said - probabilities(scores, sharpness)).max()),
        float(np.abs(similar - exact @ fitted.centroids.T.astype(np.float64)).max()),
    )
    if not away <= PARITY:
        raise ModelError(
            f"the head as ONNX differs by {away:.2g} from the one that was learned, more than "
            f"{PARITY:g}: nothing was kept; please report it"
        )
    return away
