"""A graph run by torch gives onnxruntime's numbers, learns, and can be written back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import pytest

from kith.embedding import network_input
from kith.errors import OptionError, WeightsUnreadable
from kith.models.catalogue import card
from kith.models.importers import vgg16
from kith.models.importers.vggface2 import build_resnet50, build_senet50
from kith.models.rewrite import EMBEDDING, only, rewrite
from reference.runs import random_tensors, reference_pictures

torch = pytest.importorskip("torch", reason="learning needs kith[train]")

from kith.training.network import GraphNetwork, Start, open_start  # noqa: E402
from kith.training.network.backbones import BACKBONES  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore

CARDS = [
    "sface",
    "arcface-mbf",
    "edgeface-s",
    "openface",
    "facenet-128",
    "facenet-vggface2",
    "dlib-resnet",
    "retail-0095",
]

LEARN = [name for name in CARDS if name != "facenet-128"]
"""Of two networks that are one but for their numbers, one is enough."""


def opened(name: str, store: ModelStore) -> Start:
    """Skip where the weights are not here and cannot be had, or wait for their licence."""
    if name not in BACKBONES and not (store.accepted(card(name)) and store.has(card(name))):
        pytest.skip(f"needs the weights of {name}")
    return open_start(name, store, seed=3)


def crops(start: Start, count: int, seed: int = 0) -> np.ndarray:
    """Return patches of colour with noise, as the network wants them."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (count, 4, 4, 3))
    side = start.input.height
    smooth = np.kron(coarse, np.ones((1, -(-side // 4), -(-side // 4), 1)))[:, :side, :side]
    noisy = np.clip(smooth + random.normal(0, 12, smooth.shape), 0, 255).astype(np.uint8)
    return network_input(list(noisy), start.input)


def by_onnxruntime(encoded: bytes, x: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(encoded, options, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: x})
    return unit(found)


def by_torch(network: GraphNetwork, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return unit(network(torch.from_numpy(x)).numpy())


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def step(network: GraphNetwork, x: np.ndarray, rate: float = 1e-3) -> None:
    """Pull the vectors of a batch apart once."""
    vectors = torch.nn.functional.normalize(network(torch.from_numpy(x)))
    loss = (vectors @ vectors.T).square().mean()
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], rate)
    loss.backward()
    optimizer.step()


@pytest.mark.models
@pytest.mark.parametrize("name", [*CARDS, "mobilefacenet", "nn4.small2", "resnet18"])
def test_the_numbers_are_onnxruntimes(name: str, networks: ModelStore) -> None:
    start = opened(name, networks)
    network = GraphNetwork(start.model).eval()
    x = crops(start, 3)
    found = by_torch(network, x)
    assert found.shape == (3, start.dimension)
    np.testing.assert_allclose(
        found, by_onnxruntime(start.model.SerializeToString(), x), rtol=0, atol=1e-5
    )


@pytest.mark.models
@pytest.mark.parametrize("name", [*LEARN, "mobilefacenet", "nn4.small2"])
def test_what_learned_comes_out_as_the_same_graph(name: str, networks: ModelStore) -> None:
    start = opened(name, networks)
    network = GraphNetwork(start.model)
    x = crops(start, 4)
    before = by_torch(network.eval(), x)
    step(network.train(), x)
    after = by_torch(network.eval(), x)
    assert np.abs(after - before).max() > 1e-3, "a step changes nothing"
    model = network.model()
    assert [n.SerializeToString() for n in model.graph.node] == [
        n.SerializeToString() for n in start.model.graph.node
    ]
    # As the store makes it fast: normalisations folded, rectifiers as convolutions.
    found = by_onnxruntime(rewrite(model.SerializeToString(), EMBEDDING), x)
    np.testing.assert_allclose(found, after, rtol=0, atol=1e-4)


@pytest.mark.parametrize("network", ["vgg16", "resnet50", "senet50"])
def test_the_large_networks_numbers_are_onnxruntimes(network: str, tmp_path: Path) -> None:
    """With random weights of the same layout: their own cannot be had everywhere."""
    build = {"vgg16": vgg16.build, "resnet50": build_resnet50, "senet50": build_senet50}[network]
    path = tmp_path / "network.onnx"
    path.write_bytes(build(random_tensors(network, 0, classifier=False)))
    encoded = only(path, "average")
    x = reference_pictures(network, "224x224", 0).transpose(0, 3, 1, 2).copy()
    learner = GraphNetwork(onnx.load_model_from_string(encoded)).eval()
    expected = by_onnxruntime(encoded, x)
    np.testing.assert_allclose(by_torch(learner, x), expected, rtol=0, atol=1e-5)
    before = by_torch(learner, x)
    step(learner.train(), x, rate=1e-2)
    after = by_torch(learner.eval(), x)
    assert np.abs(after - before).max() > 1e-4
    found = by_onnxruntime(rewrite(learner.model().SerializeToString(), EMBEDDING), x)
    np.testing.assert_allclose(found, after, rtol=0, atol=1e-4)


@pytest.mark.models
@pytest.mark.parametrize("name", ["sface", "edgeface-s", "mobilefacenet"])
def test_an_untouched_network_comes_out_as_it_went_in(name: str, networks: ModelStore) -> None:
    start = opened(name, networks)
    assert GraphNetwork(start.model).model() == start.model


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_something_must_learn(share: float, networks: ModelStore) -> None:
    network = GraphNetwork(open_start("mobilefacenet", networks, 0).model)
    with pytest.raises(OptionError, match="nothing would learn"):
        network.freeze(share)


def test_an_operator_that_is_not_known_is_named(networks: ModelStore) -> None:
    model = open_start("mobilefacenet", networks, 0).model
    model.graph.node[-1].op_type = "Hardmax"
    with pytest.raises(WeightsUnreadable, match=r"^a network with the operator Hardmax cannot"):
        GraphNetwork(model)
