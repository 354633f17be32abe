"""Networks of OpenVINO as ONNX give what OpenVINO itself computes of the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.errors import WeightsUnreadable
from kith.models.catalogue import CARDS
from kith.models.importers.openvino_ir import open_ir
from kith.models.importers.openvino_network import build, build_retail_0095
from kith.models.importers.tensors import Tensors
from reference import retail_0095
from reference.retail_0095 import NAME, Net, openvino, opset1

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

SHAPE = (3, 12, 16)
NONE = ([0, 0], [0, 0], [1, 1])
"""No padding above and left, none below and right, no dilation."""


def computed(path: Path, batch: Array, shape: tuple[int, int, int], dimension: int) -> Array:
    """What onnxruntime computes of the converted network."""
    with open_ir(path) as network:
        encoded = build(network, shape, dimension)
    session = onnxruntime.InferenceSession(encoded, providers=["CPUExecutionProvider"])
    found: Array = session.run(["embedding"], {"input": batch})[0]
    return found


def assert_same(found: Array, expected: Array) -> None:
    assert found.shape == expected.shape
    lengths = np.linalg.norm(expected, axis=1)
    assert (np.linalg.norm(found - expected, axis=1) <= 1e-5 * lengths).all()


def row(x: Any) -> Any:
    """A vector out of a map: its last layer, as in the real network, sees the whole of it."""
    channels, *whole = (x.get_output_partial_shape(0)[axis].get_length() for axis in (1, 2, 3))
    kernel = Net(9).weights(7, channels, *whole, scale=0.2)
    return opset1.convolution(x, kernel, [1, 1], *NONE)


def model(layers: Callable[[Any, Net], Any]) -> openvino.Model:
    picture = opset1.parameter([1, *SHAPE], np.float32)
    return openvino.Model([opset1.result(row(layers(picture, Net(1))))], [picture], "small")


def check(layers: Callable[[Any, Net], Any], folder: Path) -> None:
    path = retail_0095.write(model(layers), folder, "small")
    batch = np.random.default_rng(5).normal(size=(3, *SHAPE)).astype(np.float32)
    assert_same(computed(path, batch, SHAPE, 7), retail_0095.run(path, batch))


def refused(layers: Callable[[Any, Net], Any], folder: Path) -> str:
    path = retail_0095.write(model(layers), folder, "small")
    with pytest.raises(WeightsUnreadable) as caught:
        computed(path, np.zeros((1, *SHAPE), np.float32), SHAPE, 7)
    assert str(caught.value).startswith("small.xml: layer ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@settings(max_examples=25)
@given(
    side=st.integers(1, 4),
    stride=st.integers(1, 3),
    pads=st.tuples(*[st.integers(0, 3)] * 4),
    groups=st.sampled_from([0, 1, 3]),
)
def test_convolutions(
    tmp_path_factory: pytest.TempPathFactory,
    side: int,
    stride: int,
    pads: tuple[int, int, int, int],
    groups: int,
) -> None:
    """Groups of 0: a plain convolution."""

    def layers(x: Any, net: Net) -> Any:
        window = ([stride] * 2, list(pads[:2]), list(pads[2:]), [1, 1])
        if not groups:
            kernel = net.weights(6, 3, side, side, scale=0.3)
            return net.biased(opset1.convolution(x, kernel, *window), 6)
        kernel = net.weights(groups, 6 // groups, 3 // groups, side, side, scale=0.3)
        return net.biased(opset1.group_convolution(x, kernel, *window), 6)

    check(layers, tmp_path_factory.mktemp("ir"))


@settings(max_examples=25)
@given(
    side=st.integers(1, 5),
    stride=st.integers(1, 3),
    pads=st.tuples(*[st.integers(0, 2)] * 4),
)
def test_means_of_windows(
    tmp_path_factory: pytest.TempPathFactory,
    side: int,
    stride: int,
    pads: tuple[int, int, int, int],
) -> None:
    if max(pads) >= side:
        pads = (0, 0, 0, 0)
    window = ([stride] * 2, list(pads[:2]), list(pads[2:]), [side] * 2, True)
    check(lambda x, net: opset1.avg_pool(x, *window), tmp_path_factory.mktemp("ir"))


def numbers(*shape: int) -> Any:
    return opset1.constant(
        np.linspace(-1.5, 2.5, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    )


@pytest.mark.parametrize(
    "layers",
    [
        lambda x, net: opset1.prelu(x, opset1.constant(np.float32([0.25]))),
        lambda x, net: opset1.prelu(x, opset1.constant(np.float32([-1.5]))),
        lambda x, net: opset1.prelu(x, opset1.constant(np.float32([0.5, -2, 3]))),
        lambda x, net: opset1.sigmoid(x),
        lambda x, net: opset1.add(x, numbers(1)),
        lambda x, net: opset1.add(numbers(1, 3, 1, 1), x),
        lambda x, net: opset1.multiply(x, numbers(*SHAPE[1:])),
        lambda x, net: opset1.multiply(opset1.sigmoid(x), x),
        lambda x, net: net.conv(x, 5, 3),
        lambda x, net: opset1.convolution(x, net.weights(5, 3, 1, 1, scale=1), [1, 1], *NONE),
        # An addition that is no bias: of numbers for each pixel, or of another map.
        lambda x, net: opset1.add(net.conv(x, 5, 1), numbers(1, 1, 12, 16)),
        lambda x, net: opset1.add(net.conv(x, 3, 1), x),
        lambda x, net: net.gated(net.conv(x, 16, 5)),
    ],
)
def test_layers(layers: Callable[[Any, Net], Any], tmp_path: Path) -> None:
    check(layers, tmp_path)


def test_a_convolution_that_two_layers_read(tmp_path: Path) -> None:
    """Its bias is one for one of them only."""

    def layers(x: Any, net: Net) -> Any:
        shared = opset1.convolution(x, net.weights(5, 3, 3, 3, scale=0.3), [1, 1], *NONE)
        return opset1.multiply(opset1.add(shared, numbers(1, 5, 1, 1)), shared)

    check(layers, tmp_path)


def window(**changes: Any) -> Callable[[Any, Net], Any]:
    """A convolution with something that is not known."""
    usual = {"strides": [1, 1], "pads_begin": [1, 1], "pads_end": [1, 1], "dilations": [1, 1]}
    return lambda x, net: opset1.convolution(
        x, net.weights(5, 3, 3, 3, scale=0.3), **usual | changes
    )


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (window(dilations=[2, 2]), "no Convolution is like it"),
        (window(strides=[1, 2]), "no Convolution is like it"),
        (window(auto_pad="same_upper"), "no Convolution is like it"),
        (lambda x, net: opset1.relu(x), "layers of type opset1 ReLU are not known"),
        (lambda x, net: openvino.opset4.swish(x), "layers of type opset4 Swish are not known"),
        (
            lambda x, net: opset1.avg_pool(x, [1, 1], [0, 0], [0, 0], [2, 3], True),
            "no AvgPool is like it",
        ),
        (
            lambda x, net: opset1.avg_pool(x, [1, 1], [1, 1], [1, 1], [2, 2], False),
            "no AvgPool is like it",
        ),
        (
            lambda x, net: opset1.avg_pool(x, [2, 2], [0, 0], [0, 0], [3, 3], True, "ceil"),
            "no AvgPool is like it",
        ),
        (lambda x, net: opset1.prelu(x, opset1.sigmoid(x)), "no PReLU is like it"),
        (
            lambda x, net: opset1.multiply(x, opset1.convert(opset1.constant([2]), "f32")),
            "its numbers are neither float16 nor float32",
        ),
        (
            lambda x, net: opset1.add(x, opset1.constant(np.float32([np.nan]))),
            "holds values that are no number",
        ),
    ],
)
def test_what_is_not_known(layers: Callable[[Any, Net], Any], said: str, tmp_path: Path) -> None:
    assert said in refused(layers, tmp_path)


def test_two_pictures_and_none(tmp_path: Path) -> None:
    one, other = (opset1.parameter([1, *SHAPE], np.float32) for _ in range(2))
    two = openvino.Model([opset1.result(row(opset1.add(one, other)))], [one, other], "small")
    path = retail_0095.write(two, tmp_path, "small")
    with pytest.raises(WeightsUnreadable, match=r"small\.xml has not one input and one output"):
        computed(path, np.zeros((1, *SHAPE), np.float32), SHAPE, 7)


def test_another_picture_or_another_vector(tmp_path: Path) -> None:
    path = retail_0095.write(model(lambda x, net: x), tmp_path, "small")
    for shape, dimension, said in (
        ((3, 12, 17), 7, r"the input has the shape \(1, 3, 12, 16\); expected \(3, 12, 17\)"),
        (SHAPE, 8, "its layers do not lead from 3 × 12 × 16 to 8 numbers"),
    ):
        with open_ir(path) as network, pytest.raises(WeightsUnreadable, match=said):
            build(network, shape, dimension)


def test_tensors_of_another_format() -> None:
    tensors = Tensors("vgg.h5", {"conv1/kernel": (3, 3)}, lambda name: np.zeros((3, 3)))
    with pytest.raises(WeightsUnreadable, match=r"vgg\.h5 is not a network of OpenVINO"):
        build_retail_0095(tensors)


def pictures(seed: int) -> Array:
    """Coarse colours, so that random networks tell one from another."""
    coarse = np.random.default_rng(seed).integers(0, 256, (3, 3, 4, 4))
    return np.repeat(np.repeat(coarse, 32, axis=2), 32, axis=3).astype(np.float32)


def assert_same_as_openvino(path: Path, seed: int) -> None:
    batch = pictures(seed)
    with open_ir(path) as network:
        encoded = build_retail_0095(network)
    session = onnxruntime.InferenceSession(encoded, providers=["CPUExecutionProvider"])
    expected = retail_0095.run(path, batch)
    # Relative to what tells the pictures apart, which is less than the vectors' length.
    apart = min(np.linalg.norm(expected[i] - expected[i - 1]) for i in range(3))
    for found in (
        session.run(None, {"input": batch})[0],
        np.concatenate([session.run(None, {"input": one[None]})[0] for one in batch]),
    ):
        assert found.shape == (3, 256)
        assert np.linalg.norm(found - expected, axis=1).max() < 1e-4 * apart


@pytest.mark.parametrize("seed", [0, 1])
def test_random_networks_of_its_layers(seed: int, tmp_path: Path) -> None:
    assert_same_as_openvino(retail_0095.write(retail_0095.retail(seed), tmp_path), seed)


def test_the_published_network(shared_data: Path) -> None:
    path = shared_data / "weights" / NAME / "FP16" / f"{NAME}.xml"
    assert path.name == CARDS["retail-0095"].weights.file
    for seed in (0, 1):
        assert_same_as_openvino(path, seed)
