"""The rewritten networks give the numbers of the published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from kith.models.catalogue import card
from kith.models.rewrite import rewrite
from kith.models.rewrite_mtcnn import MTCNN, fill_blocks, pool_before_slopes

if TYPE_CHECKING:
    from kith.models import ModelStore
    from kith.types import Pixels

Floats = npt.NDArray[np.float32]


def run(encoded: bytes, batch: Floats) -> list[Floats]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(encoded, options, providers=["CPUExecutionProvider"])
    outputs: list[Floats] = session.run(None, {session.get_inputs()[0].name: batch})
    return outputs


@pytest.mark.parametrize(
    ("place", "batch", "height", "width"),
    [(0, 1, 40, 53), (0, 1, 12, 12), (0, 1, 13, 200), (1, 5, 24, 24), (2, 3, 48, 48)],
)
def test_each_network_says_the_same(
    networks: ModelStore, obama: Pixels, place: int, batch: int, height: int, width: int
) -> None:
    wanted = card("mtcnn")
    networks.pull([wanted])
    before = networks.location(wanted, wanted.files[place]).read_bytes()
    random = np.random.default_rng(place)
    starts = random.integers(0, 600, (batch, 2))
    crops = [obama[y : y + height, x : x + width] for y, x in starts]
    pixels = np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32)
    # The first network leads shifts, the others with points: widths tell the heads apart.
    normal = ((pixels - 127.5) / 128).astype(np.float32)
    parts = {output.shape[1]: output for output in run(before, normal)}
    (after,) = run(rewrite(before, MTCNN), pixels)
    heads = [parts[2][:, 1:]] + [parts[size] for size in (4, 10) if size in parts]
    probability = 1 / (1 + np.exp(-after[:, :1]))
    assert np.abs(probability - heads[0]).max() < 1e-5
    assert np.abs(after[:, 1:] - np.concatenate(heads[1:], axis=1)).max() < 1e-5


def small_network(slope: Floats, size: int, random: np.random.Generator) -> bytes:
    """Conv, PRelu, MaxPool and Conv, as all three networks begin."""
    count = slope.size
    weights = {
        "w1": random.normal(0, 0.5, (count, 3, 3, 3)),
        "b1": random.normal(0, 1, count),
        "slope": slope.reshape(count, 1, 1),
        "w2": random.normal(0, 0.3, (5, count, 3, 3)),
        "b2": random.normal(0, 1, 5),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c"], kernel_shape=[3, 3]),
        helper.make_node("PRelu", ["c", "slope"], ["p"]),
        helper.make_node(
            "MaxPool", ["p"], ["m"], kernel_shape=[size, size], strides=[2, 2], ceil_mode=1
        ),
        helper.make_node("Conv", ["m", "w2", "b2"], ["y"], kernel_shape=[3, 3]),
    ]
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", channels, "h", "w"])
        for name, channels in (("x", 3), ("y", 5))
    ]
    arrays = [numpy_helper.from_array(a.astype(np.float32), n) for n, a in weights.items()]
    graph = helper.make_graph(nodes, "small", ends[:1], ends[1:], arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("slopes", [(-1.3, 1.3), (-1, 0), (0, 1), (1, 2)])
def test_slopes_of_any_sign_may_wait_for_the_pool(
    seed: int, size: int, slopes: tuple[float, float]
) -> None:
    random = np.random.default_rng(seed)
    slope = random.uniform(*slopes, 8).astype(np.float32)
    before = small_network(slope, size, random)
    after = rewrite(before, [pool_before_slopes])
    kinds = [node.op_type for node in onnx.load_model_from_string(after).graph.node]
    assert "PRelu" not in kinds
    picture = random.normal(0, 1, (2, 3, 15, 18)).astype(np.float32)
    assert run(after, picture)[0] == pytest.approx(run(before, picture)[0], abs=1e-4)


def test_slopes_do_not_wait_where_that_would_cost_a_block() -> None:
    random = np.random.default_rng(1)
    slope = np.linspace(-1, 1, 28, dtype=np.float32)
    before = small_network(slope, 3, random)
    after = rewrite(before, [pool_before_slopes])
    kinds = [node.op_type for node in onnx.load_model_from_string(after).graph.node]
    assert kinds == ["Conv", "PRelu", "MaxPool", "Conv"]


def test_channels_are_filled_up_to_a_block() -> None:
    random = np.random.default_rng(2)
    before = small_network(random.uniform(-1, 2, 28).astype(np.float32), 3, random)
    after = rewrite(before, [fill_blocks])
    weights = {w.name: w for w in onnx.load_model_from_string(after).graph.initializer}
    nodes = onnx.load_model_from_string(after).graph.node
    assert list(weights[nodes[0].input[1]].dims) == [32, 3, 3, 3]
    assert list(weights[nodes[3].input[1]].dims) == [5, 32, 3, 3]
    picture = random.normal(0, 1, (2, 3, 15, 18)).astype(np.float32)
    assert run(after, picture)[0] == pytest.approx(run(before, picture)[0], abs=1e-4)
