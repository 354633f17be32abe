"""Networks of TensorFlow Lite as ONNX give what TensorFlow Lite itself computed.

`tests/reference/tflite.py` ran it, and kept digests of what it said.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import WeightsUnreadable
from kith.models.catalogue import card
from kith.models.importers.tensors import Tensors
from kith.models.importers.tflite import open_task, open_tflite
from kith.models.importers.tflite_network import (
    Output,
    build,
    build_face_landmarker,
    build_mask_aizoo,
)
from reference import tflite_files as made
from reference.digests import difference
from reference.runs import VECTORS, Run
from reference.tflite_files import ADD, CONV, RELU, SAME, Net, Tensor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kith.models import ModelStore

KEPT = json.loads((VECTORS / "tflite.json").read_text("utf-8"))
MOST = 1e-5
"""Relative difference that no number may pass."""


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", made.CASES)
def test_each_operator(name: str, tmp_path: Path) -> None:
    content, shape = made.case(name)
    with open_tflite(written(tmp_path / "small.tflite", content)) as network:
        run = Run(build(network, (3, 13, 13), {"found": Output(0, shape[1:])}))
    pictures = made.pictures(name)
    (found,) = run(pictures).values()
    assert found.shape == (2, *shape[1:])
    assert difference(found, KEPT["cases"][name]) < MOST
    alone = np.concatenate([run(one[np.newaxis])["found"] for one in pictures])
    np.testing.assert_allclose(found, alone, rtol=1e-5, atol=1e-6)


def assert_published(model_id: str, run: Run, names: tuple[str, str]) -> None:
    side = card(model_id).input.width
    assert tuple(run.outputs) == names
    for pictures, expected in zip(made.published(side), KEPT[model_id], strict=True):
        found = run(pictures)
        for name, kept in zip(names, expected, strict=True):
            kept_shape = [2, *found[name].shape[1:]]
            assert int(np.prod(kept["shape"])) == found[name].size
            assert difference(found[name], kept | {"shape": kept_shape}) < 1e-4


def test_the_face_mesh(networks: ModelStore) -> None:
    file = networks.path(card("face-landmarker"))
    assert card("face-landmarker").weights.sha256 == KEPT["sha256"][file.name]
    with open_task(file) as network:
        encoded = build_face_landmarker(network)
    assert_published("face-landmarker", Run(encoded), ("points", "presence"))


def test_the_mask_detector(shared_data: Path) -> None:
    weights = card("mask-aizoo").weights
    assert weights.sha256 == KEPT["sha256"][weights.file]
    with open_tflite(shared_data / "weights" / "aizoo_mask" / weights.file) as network:
        encoded = build_mask_aizoo(network)
    assert_published("mask-aizoo", Run(encoded), ("boxes", "scores"))


def refused(content: bytes, path: Path, outputs: dict[str, Output] | None = None) -> str:
    wanted = {"found": Output(0, (13, 13, 5))} if outputs is None else outputs
    with (
        open_tflite(written(path / "small.tflite", content)) as network,
        pytest.raises(WeightsUnreadable) as caught,
    ):
        build(network, (3, 13, 13), wanted)
    assert str(caught.value).startswith("small.tflite")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def file_of(layers: Callable[[Net, Tensor], Tensor], net: Net | None = None) -> bytes:
    net = net or Net()
    net.outputs = [layers(net, net.picture)]
    return net.write()


def biased(net: Net, x: Tensor, channels: int) -> Tensor:
    """A convolution whose bias has so many numbers."""
    weights = [net.weights(5, 1, 1, 3), net.weights(channels)]
    fields = [("b", SAME), ("i", 1), ("i", 1), ("b", 0), ("i", 1), ("i", 1)]
    return net.operate("CONV_2D", [x, *weights], (1, 13, 13, 5), CONV, fields)


@pytest.mark.parametrize(
    ("layers", "kind"),
    [
        (lambda net, x: net.conv(x, 5, dilation=2), "CONV_2D"),
        (lambda net, x: net.conv(x, 5, activation=3), "CONV_2D"),
        (lambda net, x: net.conv(x, 5, padding=7), "CONV_2D"),
        (lambda net, x: net.conv(x, 5, side=0), "CONV_2D"),
        (lambda net, x: net.pool(x, side=0), "MAX_POOL_2D"),
        (lambda net, x: net.pool(x, stride=65), "MAX_POOL_2D"),
        (lambda net, x: biased(net, x, 4), "CONV_2D"),
        (lambda net, x: net.depthwise(x, multiplier=2), "DEPTHWISE_CONV_2D"),
        (lambda net, x: net.pool(x, height=3), "MAX_POOL_2D"),
        (lambda net, x: net.pad(x, [[1, 0], [0, 0], [0, 0], [0, 0]]), "PAD"),
        (lambda net, x: net.pad(x, [[0, 0], [0, -1], [0, 0], [0, 0]]), "PAD"),
        (lambda net, x: net.pad(x, [[0, 0], [0, 9999], [0, 0], [0, 0]]), "PAD"),
        (lambda net, x: net.reshape(x, 13, 39), "RESHAPE"),
        (lambda net, x: net.reshape(x, -1, -1), "RESHAPE"),
        (lambda net, x: net.concat(3, x, x), "CONCATENATION"),
        (lambda net, x: net.add(x, net.weights(1, 13, 13, 3)), "ADD"),
        (lambda net, x: net.operate("ADD", [x, x], x.shape, ADD, [("b", 5)]), "ADD"),
        (lambda net, x: net.operate("ADD", [x], x.shape, ADD, [("b", 0)]), "ADD"),
        (lambda net, x: net.operate("PRELU", [x, net.weights(3)], x.shape), "PRELU"),
        (lambda net, x: net.operate("PRELU", [x, x], x.shape), "PRELU"),
        (lambda net, x: net.operate("LOGISTIC", [net.tensor((1, 3))], x.shape), "LOGISTIC"),
    ],
)
def test_what_is_not_known(
    layers: Callable[[Net, Tensor], Tensor], kind: str, tmp_path: Path
) -> None:
    said = refused(file_of(layers), tmp_path)
    assert re.search(rf": operator \d: no {kind} that is known here is like it$", said)


def test_weights_that_are_no_numbers(tmp_path: Path) -> None:
    def layers(net: Net, x: Tensor) -> Tensor:
        slope = net.constant(np.float32([[[1, np.nan, 2]]]))
        return net.operate("PRELU", [x, slope], x.shape)

    assert "holds values that are no number" in refused(file_of(layers), tmp_path)


def test_layers_that_do_not_fit_together(tmp_path: Path) -> None:
    """What a layer's own numbers do not tell is told by the whole."""

    def other(net: Net, x: Tensor) -> Tensor:
        wrong = net.tensor((1, 13, 13, 4))
        x = net.conv(x, 5)
        net.operators[-1].outputs = [wrong.number]
        return net.conv(wrong, 5, activation=RELU)

    def slope(net: Net, x: Tensor) -> Tensor:
        slope = net.constant(np.ones((1, 1, 4), np.float32))
        return net.operate("PRELU", [net.conv(x, 5), slope], (1, 13, 13, 5))

    for layers in (other, slope, lambda net, x: net.add(net.conv(x, 5), net.conv(x, 5, 1, 2))):
        assert "do not lead from 3 × 13 × 13 to found" in refused(file_of(layers), tmp_path)
    said = refused(file_of(lambda net, x: net.conv(x, 5)), tmp_path, {"a": Output(0, (13, 13, 6))})
    assert "do not lead from 3 × 13 × 13 to a" in said


def test_another_picture_or_other_outputs(tmp_path: Path) -> None:
    plain = file_of(lambda net, x: net.conv(x, 5), Net(13, 12))
    assert "expected one picture of 13 × 13 pixels" in refused(plain, tmp_path)
    plain = file_of(lambda net, x: net.conv(x, 5))
    said = refused(plain, tmp_path, {"found": Output(1, (5,))})
    assert said == "small.tflite has 1 outputs"
    assert "does not compute its output 0" in refused(file_of(lambda net, x: x), tmp_path)
    nobody = file_of(lambda net, x: net.tensor((1, 13, 13, 5)))
    assert "does not compute its output 0" in refused(nobody, tmp_path)


def test_what_no_output_needs_is_left_out(tmp_path: Path) -> None:
    def layers(net: Net, x: Tensor) -> Tensor:
        net.conv(x, 500, dilation=3)  # would be refused
        return net.conv(x, 5)

    content = file_of(layers)
    with open_tflite(written(tmp_path / "small.tflite", content)) as network:
        assert len(build(network, (3, 13, 13), {"found": Output(0, (13, 13, 5))})) < 5_000


def test_tensors_of_another_format() -> None:
    tensors = Tensors("vgg.h5", {"conv1/kernel": (3, 3)}, lambda name: np.zeros((3, 3)))
    with pytest.raises(WeightsUnreadable, match=r"vgg\.h5 is not a network of TensorFlow Lite"):
        build_mask_aizoo(tensors)
