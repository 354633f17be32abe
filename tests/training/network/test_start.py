"""What a training begins from."""

from __future__ import annotations

from dataclasses import replace

import onnx
import pytest

from kith.errors import (
    LicenceForbidsDerivatives,
    LicenceNotAccepted,
    ModelCorrupt,
    UnknownModel,
)
from kith.models import ModelStore, catalogue
from kith.models.card import Origin
from kith.models.catalogue import card
from kith.models.own import TO_COME, keep_own

pytest.importorskip("torch", reason="learning needs kith[train]")

from kith.alignment import RECIPES
from kith.training.network import open_start
from kith.training.network.backbones import BACKBONES


@pytest.mark.parametrize("name", BACKBONES)
def test_a_backbone_is_what_its_description_says(name: str, networks: ModelStore) -> None:
    start = open_start(name, networks, seed=0)
    assert start.card is None
    assert start.licence.commercial
    assert RECIPES[start.crop].side == start.input.height == start.input.width
    (value,) = start.model.graph.output
    assert value.type.tensor_type.shape.dim[1].dim_value == start.dimension


def test_the_seed_says_which_random_network(networks: ModelStore) -> None:
    first, same, other = (open_start("mobilefacenet", networks, s).model for s in (1, 1, 2))
    assert first == same
    assert first != other


def test_a_network_of_the_catalogue_keeps_its_normalisations(networks: ModelStore) -> None:
    start = open_start("sface", networks, seed=0)
    assert start.card is card("sface")
    assert start.licence is start.card.licence
    assert "BatchNormalization" in {node.op_type for node in start.model.graph.node}
    assert [value.name for value in start.model.graph.input] == ["data"]
    onnx.checker.check_model(start.model)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("yunet", "yunet is not an embedder"),
        ("face-landmarker", "is not an embedder"),
        ("best", "joins networks or stands for one"),
        ("sface-retail", "joins networks or stands for one"),
        ("sface+mirror", "only sface itself can learn"),
        ("mobilefacenet+mirror", "only mobilefacenet itself can learn"),
        ("mobilfacenet", "did you mean mobilefacenet"),
        ("", "nothing that can learn is called ''"),
        ("\x1b[31m", "nothing that can learn is called"),
    ],
)
def test_what_cannot_learn_is_said_in_one_line(name: str, says: str, networks: ModelStore) -> None:
    with pytest.raises(UnknownModel) as caught:
        open_start(name, networks, seed=0)
    said = str(caught.value)
    assert says in said
    assert "\n" not in said
    assert "\x1b" not in said


def test_a_licence_is_accepted_first(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("KITH_ACCEPT_LICENCES", raising=False)
    with pytest.raises(LicenceNotAccepted, match=r"kith models accept arcface-mbf"):
        open_start("arcface-mbf", ModelStore(tmp_path), seed=0)
    assert not list(tmp_path.iterdir())


def test_a_licence_may_forbid_changed_weights(tmp_path, monkeypatch) -> None:
    closed = replace(card("sface"), licence=replace(card("sface").licence, derivatives=False))
    monkeypatch.setattr(catalogue, "CARDS", {**catalogue.CARDS, "sface": closed})
    with pytest.raises(LicenceForbidsDerivatives, match=r"^sface is under Apache-2.0") as caught:
        open_start("sface", ModelStore(tmp_path), seed=0)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_model_of_ones_own_learns_on(tmp_path, networks: ModelStore) -> None:
    store = ModelStore(tmp_path)
    first = open_start("mobilefacenet", networks, seed=5)
    made = replace(
        card("sface"),
        id="ours",
        weights=TO_COME,
        input=first.input,
        dimension=first.dimension,
        licence=first.licence,
        threshold=None,
        mirror_threshold=None,
        origin=Origin("triplet", "mobilefacenet", "", "0" * 64, 2, 10, "2026-01-02T03:04:05+00:00"),
    )
    keep_own(store, made, first.model.SerializeToString())
    again = open_start("ours", store, seed=0)
    assert again.card is not None
    assert again.card.id == "ours"
    assert {w.name: w.raw_data for w in again.model.graph.initializer} == {
        w.name: w.raw_data for w in first.model.graph.initializer
    }
    assert "BatchNormalization" in {node.op_type for node in again.model.graph.node}
    (tmp_path / "own" / "ours" / "card.json").write_text("{}")
    with pytest.raises(ModelCorrupt, match="card of your own model ours is damaged"):
        open_start("ours", store, seed=0)
