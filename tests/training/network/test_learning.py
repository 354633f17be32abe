"""What learns, what stays as it is, and what follows the batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="learning needs kith[train]")

from kith.training.network import GraphNetwork, open_start  # noqa: E402

if TYPE_CHECKING:
    from kith.models import ModelStore

NAMES = ["sface", "edgeface-s", "mobilefacenet", "nn4.small2", "resnet18"]

DEAD = {
    "edgeface-s": (
        "model/stages/3/blocks/2/norm_xca/weight",
        "model/stages/3/blocks/2/norm_xca/bias",
        "onnx::MatMul_1497",
        "onnx::MatMul_1498",
    )
}
"""Of a branch whose weights its training let go to 1e-11: no gradient is left there."""


def opened(name: str, networks: ModelStore, **options: Any) -> tuple[GraphNetwork, torch.Tensor]:
    start = open_start(name, networks, seed=1)
    size = start.input.height
    x = torch.from_numpy(np.random.default_rng(2).normal(0, 1, (4, 3, size, size)))
    return GraphNetwork(start.model, **options), x.float() / start.input.scale * 0.5


def learn(network: GraphNetwork, x: torch.Tensor) -> None:
    """Take a step away from the present vectors, scaled so that every number feels it."""
    found = torch.nn.functional.normalize(network(x))
    weights = torch.linspace(-1, 1, found.numel()).reshape(found.shape)
    (found * weights).sum().backward()
    with torch.no_grad():
        for one in network.parameters():
            if one.grad is not None:
                one -= 0.01 * one.grad / (one.grad.abs().max() + 1e-30)


def numbers(network: GraphNetwork) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def changed(before: dict[str, torch.Tensor], network: GraphNetwork) -> set[str]:
    now = network.state_dict()
    return {name for name, value in before.items() if not torch.equal(value, now[name])}


@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_reaches_everything_that_learns(name: str, networks: ModelStore) -> None:
    network, x = opened(name, networks)
    learn(network.train(), x)
    for key, one in network.named_parameters():
        assert one.grad is not None, key
        assert torch.isfinite(one.grad).all(), key
        assert one.grad.any() or key in DEAD.get(name, ()), key


@pytest.mark.parametrize(
    ("name", "share"), [("sface", 0.25), ("edgeface-s", 0.6), ("mobilefacenet", 0.5)]
)
def test_frozen_layers_keep_everything(name: str, share: float, networks: ModelStore) -> None:
    network, x = opened(name, networks)
    kept = network.freeze(share)
    assert kept == int(share * len(network.layers))
    before = numbers(network)
    learn(network.train(), x)
    frozen = {key for key, one in network.named_parameters() if not one.requires_grad}
    learned = {key for key, one in network.named_parameters() if one.requires_grad}
    moved = changed(before, network)
    assert frozen
    assert not moved & frozen
    assert learned <= moved | {*DEAD.get(name, ())}


@pytest.mark.parametrize("name", ["mobilefacenet", "resnet18"])
def test_running_statistics_stay_in_frozen_layers(name: str, networks: ModelStore) -> None:
    network, x = opened(name, networks)
    network.freeze(0.5)
    before = numbers(network)
    learn(network.train(), x)
    moved = changed(before, network)
    norms = [key.removesuffix("/mean") for key in before if key.endswith("/mean")]
    stay = [norm for norm in norms if not network.get_parameter(f"{norm}/scale").requires_grad]
    assert 0 < len(stay) < len(norms)
    for norm in norms:
        running = {f"{norm}/mean", f"{norm}/variance"}
        assert moved & running == (set() if norm in stay else running), norm


def test_all_learn_again_once_nothing_is_frozen(networks: ModelStore) -> None:
    network, _ = opened("mobilefacenet", networks)
    assert network.freeze(0.5) == 25
    assert network.freeze(0.0) == 0
    assert all(one.requires_grad for one in network.parameters())


def test_normalisations_that_do_not_learn_from_the_batch(networks: ModelStore) -> None:
    network, x = opened("mobilefacenet", networks, norms=False)
    running = {key for key, _ in network.named_buffers()}
    before = numbers(network)
    learn(network.train(), x)
    moved = changed(before, network)
    assert not moved & running
    assert "1/scale" in moved, "they are a product and a sum that learn"
    # With the batch's statistics, a face's vector depends on who else is in it.
    alone = network(x[:2])
    np.testing.assert_allclose(alone.detach(), network(x)[:2].detach(), rtol=1e-3, atol=1e-4)
    network.train(norms=True)
    assert not torch.allclose(network(x[:2]), network(x)[:2], atol=1e-2)


def test_predicting_moves_nothing(networks: ModelStore) -> None:
    network, x = opened("mobilefacenet", networks)
    before = numbers(network)
    network.eval()(x)
    assert not changed(before, network)


def test_running_statistics_follow_as_the_graph_says(networks: ModelStore) -> None:
    network, x = opened("mobilefacenet", networks)
    seen: list[torch.Tensor] = []
    kernel = network.get_parameter("1/kernel")
    with torch.no_grad():
        seen.append(torch.nn.functional.conv2d(x, kernel, stride=2, padding=1))
        network.train()(x)
    mean = dict(network.named_buffers())["1/mean"]
    expected = 0.1 * seen[0].mean((0, 2, 3))  # momentum 0.9 of a mean that was 0
    torch.testing.assert_close(mean, expected, rtol=1e-4, atol=1e-5)


def test_the_photo_itself_is_not_learned(networks: ModelStore) -> None:
    network, _ = opened("sface", networks)
    names = {key for key, _ in network.named_parameters()}
    assert not {"scalar_op1", "scalar_op2"} & names
    assert {"conv_1_conv2d_weight", "conv_1_relu_gamma", "fc1_gamma"} <= names


def test_what_a_decay_is_meant_for(networks: ModelStore) -> None:
    network, _ = opened("mobilefacenet", networks)
    kernels = {id(one) for one in network.kernels()}
    for key, one in network.named_parameters():
        assert (id(one) in kernels) == key.endswith("/kernel"), key
    network.freeze(0.5)
    assert len(network.kernels()) == 25


def test_the_same_seed_learns_the_same(networks: ModelStore) -> None:
    states = []
    for _ in range(2):
        network, x = opened("mobilefacenet", networks)
        for _ in range(2):
            network.zero_grad()
            learn(network.train(), x)
        states.append(numbers(network))
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


@pytest.mark.parametrize("name", ["mobilefacenet", "edgeface-s", "openface"])
def test_half_precision_learns_about_the_same(name: str, networks: ModelStore) -> None:
    network, x = opened(name, networks)
    network.train()
    full = torch.nn.functional.normalize(network(x))
    with torch.autocast("cpu", torch.bfloat16):
        half = torch.nn.functional.normalize(network(x).float())
    assert ((full * half).sum(1) > 0.99).all()
    half.sum().backward()
    assert all(
        one.grad is not None and one.grad.dtype == torch.float32 and one.grad.isfinite().all()
        for one in network.parameters()
    )
