"""Several networks as one embedder."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.embedding import Embedder, FusedEmbedder, FusedSpec, open_embedder, parse
from kith.embedding.fusion import MOST_PARTS
from kith.errors import LicenceNotAccepted, ModelUnavailable, UnknownModel
from kith.gallery.contract import contract_embedder
from kith.models import CARDS, ModelStore, Threshold
from kith.models.catalogue import FUSIONS, PRESETS

if TYPE_CHECKING:
    from pathlib import Path

THREE = "sface@0.5+retail-0095@0.3+vggface-vgg16+average+tutorial@0.2"


def made(name: str, *, changed: int | None = None) -> FusedEmbedder:
    """A fusion without networks behind it; one of them of a changed file."""

    class Blank:
        precision = "float32"

    spec = parse(name)
    assert isinstance(spec, FusedSpec)
    digests = ["f" * 64 if place == changed else "" for place in range(len(spec.parts))]
    parts = [Embedder(*pair) for pair in zip(spec.parts, [Blank()] * 4, digests, strict=False)]
    return FusedEmbedder(spec, parts)


def test_a_fusion_stands_for_its_networks() -> None:
    spec = parse("sface-retail")
    assert isinstance(spec, FusedSpec)
    assert [card.id for card in spec.cards] == ["sface", "retail-0095"]
    assert sum(spec.weights) == pytest.approx(1)
    assert spec.tradition is None
    assert parse(spec.model) == spec
    assert (spec.id, parse(spec.model).id) == ("sface-retail", "sface-retail")


def test_networks_with_weights_of_ones_own() -> None:
    spec = parse(THREE)
    assert isinstance(spec, FusedSpec)
    assert [part.id for part in spec.parts] == [
        "sface",
        "retail-0095",
        "vggface-vgg16+tutorial+average",
    ]
    assert spec.weights == (0.5, 0.3, 0.2)
    assert spec.id == "sface@0.5+retail-0095@0.3+vggface-vgg16+tutorial+average@0.2"
    assert parse(spec.id) == spec
    assert parse(spec.id).id == spec.id


@given(st.integers(1, 10**6 - 1))
def test_any_weight_is_written_as_it_is_read(millionths: int) -> None:
    first, second = millionths / 10**6, (10**6 - millionths) / 10**6
    spec = parse(f"sface@{first:.6f}+retail-0095@{second:.6f}")
    assert parse(spec.model) == spec


def test_both_views_are_of_every_network() -> None:
    plain, mirrored = parse("sface-retail"), parse("sface-retail+mirror")
    assert isinstance(plain, FusedSpec)
    assert isinstance(mirrored, FusedSpec)
    assert (mirrored.id, mirrored.model) == ("sface-retail+mirror", plain.model)
    assert mirrored.parts == tuple(replace(part, mirror=True) for part in plain.parts)
    assert parse(plain.model + "+mirror") == mirrored


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_what_it_stands_for(preset: str) -> None:
    assert parse(preset) == parse(PRESETS[preset])
    assert parse(f"{preset}+mirror") == parse(f"{PRESETS[preset]}+mirror")
    assert parse(preset).id == PRESETS[preset]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sface@0.5+retail-0095@0.4", r"add up to 1, not 0\.5 \+ 0\.4"),
        ("sface@0.0+retail-0095@.99", r"above 0 and add up to 1"),
        ("sface@0.5+sface@0.5", "two to 4 different networks"),
        ("sface@.999999", "two to 4 different networks"),
        ("+".join(f"{one}@0.2" for one in list(CARDS)[3:8]), "two to 4 different networks"),
        ("sface@0.5+mirror+retail-0095@0.5", "no model is called 'mirror'"),
        ("sface+mirror@0.5+retail-0095@0.5", r"\+mirror stands at the end of a fusion"),
        ("sface@0.5+retail-0095", "is no fusion; write NETWORK@WEIGHT"),
        ("sface@0.5+retail-0095@0.5+", "is no fusion; write NETWORK@WEIGHT"),
        ("@0.5+sface@0.5", "is no fusion; write NETWORK@WEIGHT"),
        ("sface@+retail-0095@1", "is no fusion; write NETWORK@WEIGHT"),
        ("sface@nan+retail-0095@0.5", "is no fusion; write NETWORK@WEIGHT"),
        ("sface@-0.5+retail-0095@1.5", "is no fusion; write NETWORK@WEIGHT"),
        ("sface@1e-1+retail-0095@0.9", "is no fusion; write NETWORK@WEIGHT"),
        ("sface@0.5+retail@0.5", "no model is called 'retail'; did you mean retail-0095"),
        ("sface@0.5+yunet@0.5", "'yunet' is not an embedder"),
        ("sface@0.5+best@0.5", "best stands for sface and retail-0095: name one network"),
        ("sface-retail+tutorial", r"sface-retail has no variant 'tutorial'; it has: \+mirror"),
        ("sface-retail+mirror+mirror", r"sface-retail has no variant 'mirror\+mirror'"),
        ("best+max", "sface-retail has no variant 'max'"),
        ("bset", "did you mean best"),
    ],
)
def test_what_is_no_fusion(name: str, said: str) -> None:
    assert MOST_PARTS == 4
    with pytest.raises(UnknownModel, match=said) as caught:
        parse(name)
    assert str(caught.value).isprintable()


@given(st.text(alphabet="sface@0.51+-retailmirror9", max_size=40))
def test_any_name_is_read_or_refused(name: str) -> None:
    try:
        spec = parse(name)
    except UnknownModel:
        return
    assert parse(spec.id) == spec


def unit(random: np.random.Generator, *shape: int) -> npt.NDArray[np.float32]:
    drawn = random.normal(size=shape)
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("name", ["sface-retail", "sface@0.7+retail-0095@0.3", THREE])
def test_the_cosine_is_the_weighted_sum(name: str, random: np.random.Generator) -> None:
    embedder = made(name)
    weights = parse(name).weights  # type: ignore[union-attr]
    parts = [unit(random, 9, part.contract.dimension) for part in embedder.parts]
    joined, lengths = embedder.join([(rows, [1.0] * 9) for rows in parts])
    assert joined.dtype == np.float32
    assert joined.shape == (9, embedder.contract.dimension)
    assert lengths == [None] * 9
    assert np.linalg.norm(joined, axis=1) == pytest.approx(1, abs=1e-6)
    expected = sum(w * rows @ rows.T for w, rows in zip(weights, parts, strict=True))
    assert joined @ joined.T == pytest.approx(expected, abs=1e-6)


def test_the_contract_pins_every_part() -> None:
    embedder = made("sface-retail")
    contract, parts = embedder.contract, [part.contract for part in embedder.parts]
    assert [part.model for part in parts] == ["sface", "retail-0095"]
    digests = [part.weights_sha256 for part in parts]
    assert contract.model == FUSIONS["sface-retail"].model
    assert contract.weights_sha256 == hashlib.sha256("\n".join(digests).encode()).hexdigest()
    assert (contract.crop, contract.crop_version) == ("arcface-112+retail-128", 2)
    assert (contract.dimension, contract.metric, contract.precision) == (384, "cosine", "float32")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("sface@0.5+retail-0095@0.5+mirror", {"crop"}),
        ("sface@0.4+retail-0095@0.6", {"model"}),
        ("retail-0095@0.5+sface@0.5", {"model", "weights_sha256", "crop"}),
        ("sface@0.5+facenet-128@0.5", {"model", "weights_sha256", "crop", "dimension"}),
    ],
)
def test_another_fusion_is_another_contract(name: str, parts: set[str]) -> None:
    differences = made("sface@0.5+retail-0095@0.5").contract.differences(made(name).contract)
    assert {difference.partition(":")[0] for difference in differences} == parts


@pytest.mark.parametrize("place", [0, 1])
def test_another_weight_file_of_one_part_is_another_contract(place: int) -> None:
    usual = made("sface-retail").contract
    changed = made("sface-retail", changed=place).contract
    assert [one.partition(":")[0] for one in usual.differences(changed)] == ["weights_sha256"]


@pytest.mark.parametrize(
    "name", ["sface-retail", "sface-retail+mirror", "sface@0.4+retail-0095@0.6", THREE + "+mirror"]
)
def test_a_gallery_finds_the_fusion_that_made_it(name: str) -> None:
    assert parse(contract_embedder(made(name).contract)) == parse(name)


def test_a_gallery_of_weights_that_are_no_longer_the_fusions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contract = made("sface-retail").contract
    assert contract_embedder(contract) == "sface-retail"
    later = replace(FUSIONS["sface-retail"], parts=FUSIONS["sface-retail"].parts[::-1])
    for module in ("kith.gallery.contract", "kith.embedding.fusion"):
        monkeypatch.setattr(f"{module}.FUSIONS", {"sface-retail": later})
    name = contract_embedder(contract)
    assert name == contract.model
    assert made(name).contract == contract
    with pytest.raises(UnknownModel, match="has no measured threshold; pass one of your own"):
        _ = made(name).threshold


def test_the_threshold_is_the_fusions_own(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, both = Threshold(0.3, 1e-3, "here"), Threshold(0.4, 1e-3, "there")
    known = replace(FUSIONS["sface-retail"], threshold=plain, mirror_threshold=both)
    monkeypatch.setattr("kith.embedding.fusion.FUSIONS", {known.id: known})
    assert made("sface-retail").threshold == plain
    assert made("sface-retail+mirror").threshold == both
    assert made(known.model).threshold == plain
    with pytest.raises(UnknownModel, match=r"sface@0\.45\+retail-0095@0\.55 has no"):
        _ = made("sface@0.45+retail-0095@0.55").threshold


@pytest.mark.parametrize("place", [0, 1])
def test_every_licence_is_asked_for_before_anything_is_fetched(
    place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KITH_ACCEPT_LICENCES", raising=False)
    parts = ["arcface-mbf@0.5", "sface@0.5"]
    with pytest.raises(LicenceNotAccepted, match="kith models accept arcface-mbf"):
        open_embedder("+".join((parts[place], parts[1 - place])), ModelStore(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("best", "^best needs sface and retail-0095: no source delivered sface"),
        ("fast+mirror", r"^fast\+mirror needs retail-0095: no source delivered retail-0095"),
        ("sface@0.5+retail-0095@0.5", "^sface@0.5.* needs sface and retail-0095: no source"),
        ("sface", "^no source delivered sface"),
        ("retail-0095+mirror", "^no source delivered retail-0095"),
    ],
)
def test_a_network_that_cannot_be_had(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kith.models.delivery.deliveries", lambda *_: iter(()))
    with pytest.raises(ModelUnavailable, match=said):
        open_embedder(name, ModelStore(tmp_path))
