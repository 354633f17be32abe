from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from kith.alignment import RECIPES
from kith.embedding import MIRROR, Embedder, Spec, open_embedder
from kith.errors import LicenceNotAccepted, UnknownModel
from kith.models import CARDS, Input, Licence, ModelCard, ModelStore, Threshold, Weights

if TYPE_CHECKING:
    from pathlib import Path

    from kith.detection import Detector
    from kith.types import Pixels

RESEARCH = ("arcface-mbf", "edgeface-s")


@pytest.fixture(scope="module")
def crops(detector: Detector, portraits: list[Pixels]) -> list[Pixels]:
    """Twenty faces as the networks see them; five people, four of each."""
    chosen = [portrait for i, portrait in enumerate(portraits) if i % 5 < 4]
    recipe = RECIPES["arcface-112"]
    return [recipe.crop(photo, detector.detect(photo).points[0]) for photo in chosen]


@pytest.fixture(scope="module")
def sface(networks: ModelStore) -> Embedder:
    return open_embedder("sface", networks)


@pytest.fixture(scope="module")
def mirrored(networks: ModelStore) -> Embedder:
    return open_embedder("sface+mirror", networks)


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """For this test alone; nothing is written to the user's folder."""
    monkeypatch.setenv("KITH_ACCEPT_LICENCES", ",".join(RESEARCH))


def by_hand(path: Path, crop: Pixels, mean: float, scale: float) -> npt.NDArray[np.float64]:
    """The published file in onnxruntime, one RGB picture, pixel by pixel as its paper says."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    batch = np.empty((1, 3, *crop.shape[:2]), np.float32)
    for channel in range(3):  # red, green, blue
        batch[0, channel] = (crop[:, :, channel].astype(np.float64) - mean) * scale
    raw = session.run(None, {session.get_inputs()[0].name: batch})[0][0].astype(np.float64)
    return np.asarray(raw / np.sqrt((raw**2).sum()))


def test_sface_is_what_its_file_says_of_rgb_from_0_to_255(
    sface: Embedder, networks: ModelStore, crops: list[Pixels]
) -> None:
    path = networks.path(CARDS["sface"])
    for crop in crops[::7]:
        expected = by_hand(path, crop, mean=0.0, scale=1.0)
        assert np.abs(sface.embed([crop])[0] - expected).max() < 1e-5
    # The other order of colours is another vector: the comparison above can tell.
    swapped = sface.embed([np.ascontiguousarray(crops[0][..., ::-1])])[0]
    assert np.abs(swapped - by_hand(path, crops[0], 0.0, 1.0)).max() > 1e-3


@pytest.mark.parametrize("name", RESEARCH)
def test_the_research_networks_see_rgb_from_minus_one_to_one(
    name: str, networks: ModelStore, crops: list[Pixels], accepted: None
) -> None:
    embedder = open_embedder(name, networks)
    path = networks.path(CARDS[name])
    for crop in crops[::9]:
        expected = by_hand(path, crop, mean=127.5, scale=1 / 127.5)
        assert np.abs(embedder.embed([crop])[0] - expected).max() < 1e-5


@pytest.mark.parametrize("name", ["sface", "sface+mirror", *RESEARCH])
def test_unit_vectors_that_tell_people_apart(
    name: str, networks: ModelStore, crops: list[Pixels], accepted: None
) -> None:
    embedder = open_embedder(name, networks)
    vectors = embedder.embed(crops)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(crops), embedder.contract.dimension)
    lengths = np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1))
    assert lengths == pytest.approx(1.0, abs=1e-6)
    alike = vectors @ vectors.T
    person = np.arange(len(crops)) // 4
    same = (person[:, None] == person) & ~np.eye(len(crops), dtype=bool)
    assert alike[same].mean() > alike[person[:, None] != person].mean() + 0.4
    nearest = np.argmax(np.where(np.eye(len(crops)), -1, alike), axis=1)
    assert (person[nearest] == person).all()


def test_a_vector_is_the_same_alone_and_in_any_batch(sface: Embedder, crops: list[Pixels]) -> None:
    alone = np.concatenate([sface.embed([crop]) for crop in crops])
    for n in (1, 2, 3, 5, 8, 9, 17, 20):
        assert np.array_equal(sface.embed(crops[:n]), alone[:n])
    assert np.array_equal(sface.embed(crops[::-1]), alone[::-1])
    assert np.array_equal(sface.embed([crops[3]] * 5), np.repeat(alone[3:4], 5, axis=0))


@pytest.mark.parametrize("name", RESEARCH)
def test_the_research_networks_hardly_differ_between_batches(
    name: str, networks: ModelStore, crops: list[Pixels], accepted: None
) -> None:
    embedder = open_embedder(name, networks)
    alone = np.concatenate([embedder.embed([crop]) for crop in crops[:9]])
    assert np.abs(embedder.embed(crops[:9]) - alone).max() < 2e-6


def test_a_second_session_gives_the_same_bits(
    sface: Embedder, networks: ModelStore, crops: list[Pixels]
) -> None:
    again = open_embedder("sface", networks).embed(crops[:4])
    assert np.array_equal(again, sface.embed(crops[:4]))


def test_no_crops_no_vectors(sface: Embedder) -> None:
    assert sface.embed([]).shape == (0, 128)


def test_both_views_are_the_mean_of_the_two_made_one_long(
    sface: Embedder, mirrored: Embedder, crops: list[Pixels]
) -> None:
    some = crops[:5]
    flipped = [np.asarray(cv2.flip(crop, 1), np.uint8) for crop in some]
    mean = (sface.embed(some).astype(np.float64) + sface.embed(flipped)) / 2
    expected = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    views = mirrored.embed(some)
    assert views == pytest.approx(expected, abs=1e-6)
    assert mirrored.embed(flipped) == pytest.approx(views, abs=1e-6)  # either way round
    assert np.abs(views - sface.embed(some)).max() > 1e-3


def test_what_the_contract_holds(sface: Embedder, mirrored: Embedder) -> None:
    card = CARDS["sface"]
    contract = sface.contract
    assert contract.model == "sface"
    assert contract.weights_sha256 == card.weights.sha256
    assert (contract.crop, contract.crop_version) == ("arcface-112", 1)
    assert (contract.dimension, contract.metric, contract.precision) == (128, "cosine", "float32")
    assert sface.id == "sface"
    assert mirrored.id == "sface+mirror"
    assert contract.differences(mirrored.contract) == ["crop: arcface-112 ≠ arcface-112+mirror"]
    assert sface.contract == open_card(card).contract


def open_card(card: ModelCard, **how: Any) -> Embedder:
    """An embedder without a network behind it."""

    class Means:
        precision = "float32"

        def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
            return [batch.reshape(len(batch), -1)[:, : card.dimension]]

    return Embedder(Spec(card, **how), Means())


def made_card(threshold: Threshold | None, mirror_threshold: Threshold | None) -> ModelCard:
    return ModelCard(
        id="made",
        task="embedding",
        title="",
        weights=Weights("made.onnx", "0" * 64, 1, ()),
        licence=Licence("MIT", True, "", ""),
        input=Input(112, 112, "BGR", mean=100.0, scale=0.5),
        paper="",
        training_data="",
        crop="arcface-112",
        dimension=112 * 112 * 3,
        threshold=threshold,
        mirror_threshold=mirror_threshold,
    )


def test_the_threshold_belongs_to_the_views() -> None:
    plain, both = Threshold(0.3, 1e-3, "here"), Threshold(0.4, 1e-3, "there")
    assert open_card(made_card(plain, both)).threshold == plain
    assert open_card(made_card(plain, both), mirror=True).threshold == both
    with pytest.raises(UnknownModel, match=r"made\+mirror has no measured threshold"):
        _ = open_card(made_card(plain, None), mirror=True).threshold


def test_every_card_has_thresholds_or_says_so() -> None:
    for card in CARDS.values():
        for threshold in (card.threshold, card.mirror_threshold):
            assert threshold is None or 0.1 < threshold.similarity < 0.95


def test_mean_scale_and_order_of_colours_are_the_cards(random: np.random.Generator) -> None:
    crops = list(random.integers(0, 256, (3, 112, 112, 3), dtype=np.uint8))
    made = open_card(made_card(None, None)).embed(crops)
    for vector, crop in zip(made, crops, strict=True):
        blue_first = (crop[..., ::-1].astype(np.float64) - 100) * 0.5
        raw = blue_first.transpose(2, 0, 1).ravel()
        assert vector == pytest.approx(raw / np.linalg.norm(raw), abs=1e-6)


@pytest.mark.parametrize("name", ["sfase", "", "+mirror", "sface+mirror+mirror", "sface+flip"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownModel):
        open_embedder(name, ModelStore(tmp_path))


@pytest.mark.parametrize("name", ["yunet", "yunet" + MIRROR])
def test_a_detector_is_no_embedder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownModel, match="'yunet' is not an embedder; kith has: sface"):
        open_embedder(name, ModelStore(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", RESEARCH)
def test_research_weights_ask_for_their_licence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KITH_ACCEPT_LICENCES", raising=False)
    with pytest.raises(LicenceNotAccepted, match=f"kith models accept {name}"):
        open_embedder(name, ModelStore(tmp_path))
    assert list(tmp_path.iterdir()) == []
