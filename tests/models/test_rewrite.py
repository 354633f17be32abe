"""Every pass of the rewriter is an identity: the graph before and after gives the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from kith.models import CARDS, rewrite
from kith.models.rewrite import EMBEDDING, YUNET, Graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.models import ModelStore
    from kith.types import Pixels

Array = npt.NDArray[np.float32]

NORMALISE = [rewrite.fold_batch_normalisation]
PRELU = [rewrite.prelu_as_convolutions]


class Sketch:
    """A graph in the making, with random weights: each call adds an operator to the last one."""

    def __init__(self, seed: int, *, inputs: bool = False) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, npt.NDArray[Any]] = {}
        self.last = "data"
        self.weights_are_inputs = inputs

    def weight(self, *shape: int, low: float = -1.0, high: float = 1.0) -> str:
        name = f"w{len(self.weights)}"
        self.weights[name] = self.random.uniform(low, high, shape).astype(np.float32)
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> Sketch:
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, [self.last, *inputs], [name], **attributes))
        self.last = name
        return self

    def conv(
        self, into: int, out: int, *, group: int = 1, bias: bool = True, size: int = 3
    ) -> Sketch:
        inputs = [self.weight(out, into // group, size, size)]
        if bias:
            inputs.append(self.weight(out))
        return self.add("Conv", *inputs, group=group, kernel_shape=[size] * 2, pads=[size // 2] * 4)

    def norm(self, channels: int, **attributes: float) -> Sketch:
        scale, shift, mean = (self.weight(channels) for _ in range(3))
        return self.add(
            "BatchNormalization",
            scale,
            shift,
            mean,
            self.weight(channels, low=0.05, high=3),
            **attributes,
        )

    def prelu(self, *shape: int) -> Sketch:
        return self.add("PRelu", self.weight(*shape))

    def gemm(self, into: int, out: int, *, transposed: bool, bias: bool = True) -> Sketch:
        inputs = [self.weight(out, into) if transposed else self.weight(into, out)]
        if bias:
            inputs.append(self.weight(out))
        return self.add("Gemm", *inputs, transB=int(transposed))

    def encoded(self, *outputs: tuple[str, Sequence[int | str]]) -> bytes:
        """The file; outputs by name and shape, the last tensor's where none is named."""
        data = helper.make_tensor_value_info("data", onnx.TensorProto.FLOAT, ["n", 3, 12, 10])
        inputs = [data]
        if self.weights_are_inputs:
            inputs += [
                helper.make_tensor_value_info(
                    name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
                )
                for name, array in self.weights.items()
            ]
        graph = helper.make_graph(
            self.nodes,
            "sketch",
            inputs,
            [
                helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
                for name, shape in outputs or ((self.last, ("n", "a", "b", "c")),)
            ],
            [numpy_helper.from_array(array, name) for name, array in self.weights.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 3 if self.weights_are_inputs else 8
        return bytes(model.SerializeToString())


def session(encoded: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(encoded, options, providers=["CPUExecutionProvider"])


def run(encoded: bytes, batch: Array) -> list[Array]:
    opened = session(encoded)
    return list(opened.run(None, {opened.get_inputs()[0].name: batch}))


def operators(encoded: bytes) -> list[str]:
    return [node.op_type for node in onnx.load_model_from_string(encoded).graph.node]


def assert_same(before: bytes, after: bytes, seed: int = 0) -> None:
    batch = np.random.default_rng(seed).uniform(-2, 2, (3, 3, 12, 10)).astype(np.float32)
    expected, got = run(before, batch), run(after, batch)
    assert len(expected) == len(got)
    for one, other in zip(expected, got, strict=True):
        assert one.shape == other.shape
        assert np.abs(other - one).max() <= 1e-5 * np.abs(one).max()


@pytest.mark.parametrize("seed", range(8))
def test_a_network_like_the_real_ones(seed: int) -> None:
    sketch = Sketch(seed, inputs=seed % 2 == 0)
    sketch.conv(3, 16, bias=seed % 3 > 0).norm(16, epsilon=2e-5).prelu(16, 1, 1)
    sketch.conv(16, 16, group=16, bias=False).norm(16).prelu(16, 1, 1)
    sketch.conv(16, 8, size=1).norm(8).add("Flatten")
    sketch.gemm(8 * 120, 12, transposed=seed % 4 < 2, bias=seed % 5 > 0).norm(12, epsilon=1e-3)
    before = sketch.encoded((sketch.last, ("n", 12)))
    after = rewrite.rewrite(before, EMBEDDING)
    assert_same(before, after, seed)
    assert not {"BatchNormalization", "PRelu"} & set(operators(after))
    assert len(session(after).get_inputs()) == 1  # weights are constants now


@pytest.mark.parametrize("passes", [[single] for single in EMBEDDING])
@pytest.mark.parametrize("seed", [11, 12])
def test_each_pass_alone(passes: Any, seed: int) -> None:
    before = Sketch(seed).conv(3, 8).norm(8).prelu(8, 1, 1).conv(8, 9).norm(9).prelu(9, 1, 1)
    assert_same(before.encoded(), rewrite.rewrite(before.encoded(), passes), seed)


def test_a_norm_that_cannot_be_folded_stays() -> None:
    at_the_start = Sketch(1).norm(3).conv(3, 8)
    twice_read = Sketch(2).conv(3, 8)
    source = twice_read.last
    twice_read.norm(8).add("Add", source)
    read_as_output = Sketch(3).conv(3, 8)
    source = read_as_output.last
    read_as_output.norm(8)
    shown = read_as_output.encoded(
        (source, ("n", 8, 12, 10)), (read_as_output.last, ("n", 8, 12, 10))
    )
    behind_another = Sketch(4).conv(3, 8).add("Relu").norm(8)
    for before in (at_the_start.encoded(), twice_read.encoded(), shown, behind_another.encoded()):
        after = rewrite.rewrite(before, NORMALISE)
        assert operators(after) == operators(before)
        assert_same(before, after)


def test_weights_shared_by_two_convolutions_are_folded_apart() -> None:
    sketch = Sketch(5)
    kernel, bias = sketch.weight(3, 3, 1, 1), sketch.weight(3)
    for _ in range(2):
        sketch.add("Conv", kernel, bias, kernel_shape=[1, 1]).norm(3)
    before = sketch.encoded()
    after = rewrite.rewrite(before, NORMALISE)
    assert operators(after) == ["Conv", "Conv"]
    assert_same(before, after)


@pytest.mark.parametrize(
    ("channels", "shape", "changed"),
    [
        (16, (16, 1, 1), True),
        (16, (1, 16, 1, 1), True),
        (16, (1, 1, 1), False),  # one slope for all
        (16, (1,), False),
        (4, (4, 1, 1), False),  # too few for a block
        (10, (10,), False),  # a slope per column, not per channel
        (12, (16, 12, 10), False),  # a slope per pixel
    ],
)
def test_slopes_of_every_shape(channels: int, shape: tuple[int, ...], changed: bool) -> None:
    made = 16 if shape == (16, 12, 10) else channels
    before = Sketch(6).conv(3, made).prelu(*shape).encoded()
    after = rewrite.rewrite(before, PRELU)
    assert ("PRelu" not in operators(after)) is changed
    assert_same(before, after)


def test_slopes_that_are_negative_or_above_one() -> None:
    sketch = Sketch(7).conv(3, 16)
    sketch.add("PRelu", sketch.weight(16, 1, 1, low=-3, high=3))
    assert_same(sketch.encoded(), rewrite.rewrite(sketch.encoded(), PRELU))


def reshaping(seed: int) -> bytes:
    """A graph exported for one picture: the batch stands in its Reshape."""
    sketch = Sketch(seed).conv(3, 4, size=1)
    sketch.weights["shape"] = np.array([1, 480], np.int64)
    sketch.add("Reshape", "shape").gemm(480, 5, transposed=True)
    data = helper.make_tensor_value_info("data", onnx.TensorProto.FLOAT, [1, 3, 12, 10])
    model = onnx.load_model_from_string(sketch.encoded((sketch.last, (1, 5))))
    model.graph.input[0].CopyFrom(data)
    return bytes(model.SerializeToString())


def test_a_graph_for_one_picture_takes_many() -> None:
    before = reshaping(8)
    after = rewrite.rewrite(before, [rewrite.free_batch])
    batch = np.random.default_rng(0).uniform(-1, 1, (4, 3, 12, 10)).astype(np.float32)
    expected = np.concatenate([run(before, picture[None])[0] for picture in batch])
    assert run(after, batch)[0] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    with pytest.raises(Exception, match=r"(?i)invalid dimensions"):
        run(before, batch)


def test_the_original_is_left_as_it_was() -> None:
    model = onnx.load_model_from_string(reshaping(9))
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = Graph(copy)
    rewrite.prelu_as_convolutions(graph)
    assert graph.build().graph.node == model.graph.node
    once = rewrite.rewrite(reshaping(9), EMBEDDING)
    assert rewrite.rewrite(reshaping(9), EMBEDDING) == once  # and the result is always the same


def test_a_graph_that_comes_out_broken_is_refused() -> None:
    def lose_a_node(graph: Graph) -> None:
        del graph.nodes[0]

    with pytest.raises(onnx.checker.ValidationError):
        rewrite.rewrite(Sketch(1).conv(3, 8).norm(8).encoded(), [lose_a_node])


def test_reading_rgb_is_reading_bgr_the_other_way_round() -> None:
    before = Sketch(10).conv(3, 8).add("Relu").conv(8, 4).encoded()
    after = rewrite.rewrite(before, [rewrite.read_rgb])
    batch = np.random.default_rng(0).uniform(-2, 2, (2, 3, 12, 10)).astype(np.float32)
    expected = run(before, np.ascontiguousarray(batch[:, ::-1]))[0]
    assert run(after, batch)[0] == pytest.approx(expected, rel=1e-5, abs=1e-5)


# The real networks, against the files as they were published.


def unit(vectors: Array) -> npt.NDArray[np.float64]:
    wide = vectors.astype(np.float64)
    return np.asarray(wide / np.linalg.norm(wide, axis=1, keepdims=True))


def clouds(random: np.random.Generator, count: int) -> Array:
    """Smooth pictures with the brightness and contrast of faces."""
    made = np.empty((count, 3, 112, 112), np.float32)
    for picture in made:
        coarse = random.normal(0, 1, (7, 7))
        grown = np.kron(coarse, np.ones((16, 16)))
        for axis in (0, 1):
            grown = np.apply_along_axis(np.convolve, axis, grown, np.ones(15) / 15, "same")
        for channel, (level, contrast) in enumerate(((140, 60), (110, 55), (95, 50))):
            picture[channel] = np.clip(level + contrast * grown + random.normal(0, 4), 0, 255)
    return made


@pytest.mark.parametrize("model_id", ["sface", "arcface-mbf", "edgeface-s"])
def test_the_vectors_of_the_real_networks_stay_the_same(
    model_id: str, networks: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_ACCEPT_LICENCES", "arcface-mbf,edgeface-s")
    card = CARDS[model_id]
    before = networks.path(card).read_bytes()
    after = rewrite.rewrite(before, EMBEDDING)
    random = np.random.default_rng(1)
    noise = random.integers(0, 256, (16, 3, 112, 112)).astype(np.float32)
    pictures = np.concatenate([noise, clouds(random, 8)])
    batch = np.ascontiguousarray((pictures - card.input.mean) * card.input.scale, np.float32)
    original = session(before)
    name = original.get_inputs()[0].name
    expected = np.concatenate([original.run(None, {name: picture[None]})[0] for picture in batch])
    got = run(after, batch)[0]
    assert np.abs(unit(got) - unit(expected)).max() < 1e-5
    # Pictures do not see each other.
    alone = np.concatenate([run(after, batch[i : i + 1])[0] for i in (0, 9, 20)])
    assert np.abs(unit(alone) - unit(got[[0, 9, 20]])).max() < 2e-6


def test_real_crops_too(
    networks: ModelStore, obama: Pixels, obama_face: Any, portraits: list[Pixels], detector: Any
) -> None:
    from kith.alignment import RECIPES

    recipe = RECIPES["arcface-112"]
    crops = [recipe.crop(obama, obama_face.points[0])]
    crops += [recipe.crop(p, detector.detect(p).points[0]) for p in portraits[::3]]
    batch = np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32)
    original = session(networks.path(CARDS["sface"]).read_bytes())
    expected = np.concatenate([original.run(None, {"data": one[None]})[0] for one in batch])
    after = rewrite.rewrite(networks.path(CARDS["sface"]).read_bytes(), EMBEDDING)
    assert np.abs(unit(run(after, batch)[0]) - unit(expected)).max() < 1e-5


def sigmoid(values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)


def test_yunet_says_the_same_in_three_outputs_as_in_twelve(
    networks: ModelStore, obama: Pixels
) -> None:
    before = networks.path(CARDS["yunet"]).read_bytes()
    after = rewrite.rewrite(before, YUNET)
    random = np.random.default_rng(2)
    noise = random.integers(0, 256, (640, 640, 3), dtype=np.uint8)
    assert len(session(after).get_outputs()) == 3
    for pixels in (noise, np.ascontiguousarray(obama[:640, 200:840])):
        rgb = pixels.transpose(2, 0, 1)[None].astype(np.float32)
        opened = session(before)
        names = [output.name for output in opened.get_outputs()]
        values = opened.run(None, {"input": np.ascontiguousarray(rgb[:, ::-1])})
        original = dict(zip(names, values, strict=True))
        assert len(original) == 12
        for stride, grid in zip((8, 16, 32), run(after, rgb), strict=True):
            side = 640 // stride
            cells = grid[0].transpose(1, 2, 0).reshape(side * side, 16)
            for kind, part in (
                ("cls", sigmoid(cells[:, :1])),
                ("obj", sigmoid(cells[:, 1:2])),
                ("bbox", cells[:, 2:6]),
                ("kps", cells[:, 6:]),
            ):
                assert np.abs(original[f"{kind}_{stride}"][0] - part).max() < 1e-4, (kind, stride)


def test_yunet_takes_pictures_of_any_size(networks: ModelStore, obama: Pixels) -> None:
    """A picture seen alone or as the corner of a larger black one: the inner cells agree."""
    after = rewrite.rewrite(networks.path(CARDS["yunet"]).read_bytes(), YUNET)
    small = obama[:416, 300:716].transpose(2, 0, 1)[None].astype(np.float32)
    large = np.zeros((1, 3, 640, 512), np.float32)
    large[:, :, :416, :416] = small
    alone, within = run(after, small), run(after, large)
    two = run(after, np.concatenate([small, small[..., ::-1]]))
    for stride, a, b, c in zip((8, 16, 32), alone, within, two, strict=True):
        assert a.shape == (1, 16, 416 // stride, 416 // stride)
        assert b.shape == (1, 16, 640 // stride, 512 // stride)
        inner = (416 - 288) // stride  # what is further from the border than the network sees
        if inner:
            assert np.abs(a - b[:, :, : a.shape[2], : a.shape[3]])[..., :inner, :inner].max() < 1e-3
        assert np.abs(c[:1] - a).max() < 1e-4
