"""The learning rate's way up and down, and which numbers decay."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch", reason="needs kith[train]")

from kith.training.network import GraphNetwork  # noqa: E402
from kith.training.optimise import make_optimizer, rate_at  # noqa: E402
from kith.training.settings import Settings  # noqa: E402

from . import tiny  # noqa: E402

SETTINGS = Settings("x", "y", rate=0.1, warmup=0.2, weight_decay=0.05)


def test_rate_rises_straight_and_falls_as_a_cosine() -> None:
    rates = [rate_at(SETTINGS, step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(0.1 / 20)
    assert rates[9] == pytest.approx(0.05)
    assert rates[19] == rates[20] == pytest.approx(0.1)
    assert rates[60] == pytest.approx(0.05)
    assert rates[40] == pytest.approx(0.05 * (1 + math.cos(math.pi / 4)))
    assert 0 < rates[99] < 1e-4
    assert max(rates) <= 0.1


def test_without_warmup_it_begins_at_its_highest() -> None:
    settings = Settings("x", "y", rate=0.1, warmup=0.0)
    assert rate_at(settings, 0, 10) == 0.1
    assert Settings("x", "y", warmup=1.0).rate == rate_at(Settings("x", "y", warmup=1.0), 9, 10)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("adamw", torch.optim.AdamW), ("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)],
)
def test_only_kernels_decay(name: str, kind: type) -> None:
    network = GraphNetwork(tiny.network(0))
    kernels = network.kernels()
    known = set(map(id, kernels))
    others = [one for one in network.parameters() if id(one) not in known]
    settings = Settings("x", "y", optimizer=name, weight_decay=0.05)  # type: ignore[arg-type]
    made = make_optimizer(settings, kernels, others)
    assert type(made) is kind
    decaying, still = made.param_groups
    assert (decaying["weight_decay"], still["weight_decay"]) == (0.05, 0.0)
    assert all(one.ndim > 1 for one in decaying["params"])
    assert all(one.ndim == 1 for one in still["params"])
    assert len(decaying["params"]) == 4
    assert len(still["params"]) == 7


def test_frozen_numbers_are_left_out() -> None:
    network = GraphNetwork(tiny.network(0))
    network.freeze(0.5)
    made = make_optimizer(SETTINGS, network.kernels(), [])
    (group,) = made.param_groups
    assert 0 < len(group["params"]) < 4
