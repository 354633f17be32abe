"""The network as ONNX gives the descriptors that dlib gave (tests/reference/dlib.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import pytest

from kith.errors import WeightsUnreadable
from kith.models import CARDS
from kith.models.importers.dlib_network import open_dat
from kith.models.importers.dlib_resnet import build
from kith.models.importers.tensors import Tensors
from reference import dlib_dat as write

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.models import ModelStore

DLIB = json.loads((Path(write.__file__).parent / "vectors" / "dlib.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Random networks, by their seeds."""
    folder = tmp_path_factory.mktemp("dlib")
    return {seed: write.write(folder / f"seed{seed}.dat", int(seed)) for seed in DLIB["random"]}


def converted(path: Path) -> bytes:
    with open_dat(path) as network:
        return build(network)


def descriptors(encoded: bytes, seed: str) -> npt.NDArray[np.float32]:
    session = onnxruntime.InferenceSession(encoded, providers=["CPUExecutionProvider"])
    pixels = write.chips(int(seed)).transpose(0, 3, 1, 2).astype(np.float32)
    found: npt.NDArray[np.float32] = session.run(["embedding"], {"input": pixels})[0]
    return found


def assert_same(found: npt.NDArray[np.float32], kept: list[list[float]]) -> None:
    expected = np.array(kept)
    assert found.shape == expected.shape
    # Relative to what tells the two pictures apart, which is less than the vectors' length.
    apart = float(np.linalg.norm(expected[0] - expected[1]))
    assert float(np.linalg.norm(found - expected, axis=1).max()) < 1e-4 * apart


@pytest.mark.parametrize("seed", DLIB["random"])
def test_random_networks_give_the_descriptors_of_dlib(files: dict[str, Path], seed: str) -> None:
    encoded = converted(files[seed])
    onnx.checker.check_model(onnx.load_model_from_string(encoded), full_check=True)
    assert_same(descriptors(encoded, seed), DLIB["random"][seed])


@pytest.mark.models
def test_the_official_network_gives_the_descriptors_of_dlib(networks: ModelStore) -> None:
    card = CARDS["dlib-resnet"]
    assert card.weights.sha256 == DLIB["official_sha256"]
    encoded = converted(networks.path(card))
    for seed, kept in DLIB["official"].items():
        assert_same(descriptors(encoded, seed), kept)


def test_a_descriptor_does_not_depend_on_its_neighbours(files: dict[str, Path]) -> None:
    session = onnxruntime.InferenceSession(
        converted(files["0"]), providers=["CPUExecutionProvider"]
    )
    pixels = write.chips(0, 3).transpose(0, 3, 1, 2).astype(np.float32)
    together = session.run(None, {"input": pixels})[0]
    alone = [session.run(None, {"input": pixels[i : i + 1]})[0][0] for i in range(3)]
    assert np.abs(together - alone).max() < 1e-5 * np.abs(together).max()


def changed(change: str) -> bytes:
    """Return the file of a network that is nearly the face recognition network."""
    layers = write.face_network(0)
    mean, size = write.MEAN, (150, 150)
    kernel = np.ones((32, 3, 7, 7), np.float32)
    first = {
        "five": write.con(np.ones((32, 3, 5, 5), np.float32), kernel[:, 0, 0, 0], 2, 0),
        "filters": write.con(kernel[:16], kernel[:16, 0, 0, 0], 2, 0),
        "padding": write.con(kernel, kernel[:, 0, 0, 0], 2, 1),
        "no number": write.con(kernel * np.float32("nan"), kernel[:, 0, 0, 0], 2, 0),
        "infinite": write.con(kernel, kernel[:, 0, 0, 0] * np.float32("inf"), 2, 0),
    }
    if change in first:
        layers[0] = first[change]
    elif change == "order":
        layers[5], layers[6] = layers[6], layers[5]
    elif change == "shorter":
        layers = layers[:-2]
    elif change == "longer":
        layers.append(write.plain("relu_"))
    elif change == "wider":
        layers[-1] = write.fc(np.ones((256, 64), np.float32))
    elif change == "bias":
        layers[-1] = write.fc(np.ones((256, 128), np.float32), np.ones(128, np.float32))
    elif change == "mean":
        mean = (0.0, 117.001, 104.298)
    else:
        size = (150, 151)
    return write.dat(layers, mean, size)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ("five", r"layer 1 is .*con.*5, 5.*; expected .*7, 7"),
        ("padding", r"layer 1 is .*2, 2, 1, 1\).*; expected .*2, 2, 0, 0\)"),
        ("filters", "'con1', filters has the shape 16 × 3 × 7 × 7; expected 32 × 3 × 7 × 7"),
        ("no number", "'con1', filters holds values that are no number"),
        ("infinite", "'con1', bias holds values that are no number"),
        ("order", "layer 6 is .*affine.*; expected .*con"),
        ("shorter", "128 layers; expected 130"),
        ("longer", "131 layers; expected 130"),
        ("wider", "'fc1', weights has the shape 256 × 64; expected 256 × 128"),
        ("bias", "'fc1', bias of shape 128 does not belong"),
        ("mean", r"the means \(0.0, 117.0"),
        ("size", "150 × 151 pixels"),
    ],
)
def test_another_network_is_refused(tmp_path: Path, change: str, match: str) -> None:
    path = tmp_path / "other.dat"
    path.write_bytes(changed(change))
    with pytest.raises(WeightsUnreadable, match=match) as caught:
        converted(path)
    assert str(caught.value).startswith("other.dat: ")


def test_tensors_of_another_format_are_refused() -> None:
    tensors = Tensors("vgg.h5", {"conv1/kernel": (3, 3)}, lambda name: np.zeros((3, 3)))
    with pytest.raises(WeightsUnreadable, match=r"vgg\.h5 is not a network that dlib saved"):
        build(tensors)
