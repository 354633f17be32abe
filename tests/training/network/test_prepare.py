"""A batch on the device gets the numbers that the recogniser's crops get."""

from __future__ import annotations

import numpy as np
import pytest

from kith.embedding import network_input
from kith.models.card import Input
from kith.models.catalogue import CARDS

torch = pytest.importorskip("torch", reason="learning needs kith[train]")

from kith.training.network import to_network  # noqa: E402
from kith.training.network.backbones import BACKBONES  # noqa: E402

WANTED = {
    **{one.id: one.input for one in CARDS.values() if one.task == "embedding"},
    **{
        f"{one.id}+{variant.name}": variant.input
        for one in CARDS.values()
        for variant in one.variants
        if variant.input is not None
    },
    **{name: backbone.input for name, backbone in BACKBONES.items()},
    "BGR, means": Input(40, 30, "BGR", mean=(91.5, 103.9, 131.1), scale=0.5),
    "standardised": Input(40, 30, "RGB", mean=0.0, scale=1.0, standardise=True),
    "standardised, BGR, scaled": Input(40, 30, "BGR", 0.25, 2.0, standardise=True),
}


@pytest.mark.parametrize("name", WANTED)
def test_the_numbers_are_the_recognisers(name: str, random: np.random.Generator) -> None:
    want = WANTED[name]
    crops = random.integers(0, 256, (3, want.height, want.width, 3), dtype=np.uint8)
    crops[1] = 100  # flat
    expected = network_input(list(crops), want)
    found = to_network(torch.from_numpy(crops), want)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=1e-5 * np.abs(expected).max())
