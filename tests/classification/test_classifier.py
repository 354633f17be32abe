from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from kith.alignment import RECIPES
from kith.classification import Classifier
from kith.embedding import network_input
from kith.errors import ModelUnavailable, OptionError, UnknownModel, WeightsUnreadable
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.graphs import find_graph
from kith.models.session import load_graph

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.types import Pixels

MODEL = "vggface2-resnet50"


@pytest.fixture(scope="module")
def store(vggface2_home: Path, networks: ModelStore) -> ModelStore:
    """The random network, and the real detector from the user's own folder."""
    found = ModelStore(vggface2_home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_MODEL_MIRROR", str(networks.path(card("yunet")).parents[1]))
        found.pull([card("yunet")])
    return found


@pytest.fixture(scope="module")
def classifier(store: ModelStore) -> Iterator[Classifier]:
    with Classifier(MODEL, store=store) as opened:
        yield opened


def test_the_most_probable_names_first(classifier: Classifier, obama: Pixels) -> None:
    (answer,) = classifier.faces(obama, top=7)
    assert len(answer.top) == 7
    shares = [name.probability for name in answer.top]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) < 1
    first = answer.top[0]
    assert first.raw == f" {first.name}"
    assert first.shown == first.name.replace("_", " ")
    assert first.name.startswith("Zoë_Person_")
    assert answer.face.landmarks.shape == (5, 2)


def test_the_numbers_are_the_networks(
    classifier: Classifier, store: ModelStore, obama: Pixels
) -> None:
    """Crop, preprocessing and network put together by hand."""
    (answer,) = classifier.faces(obama, top=8631)
    box = np.array(answer.face.box, np.float32)
    crop = RECIPES["vggface2-224"].crop(obama, answer.face.landmarks, box)
    session = load_graph(find_graph(card(MODEL), store, output="probabilities"))
    row = session.run(network_input([crop], card(MODEL).input))[0][0]
    by_name = {name.name: name.probability for name in answer.top}
    assert len(by_name) == 8631
    assert sum(by_name.values()) == pytest.approx(1, abs=1e-4)
    for number in (0, 4321, 8630):
        assert by_name[f"Zoë_Person_{number:04d}"] == pytest.approx(float(row[number]), rel=1e-4)


def test_the_tutorials_crop_is_another(store: ModelStore, obama: Pixels) -> None:
    with Classifier(f"{MODEL}+tutorial", store=store) as tutorial:
        assert tutorial.model == f"{MODEL}+tutorial"
        (answer,) = tutorial.faces(obama)
    with Classifier(MODEL, store=store) as paper:
        (other,) = paper.faces(obama)
    assert answer.face.box == other.face.box
    assert answer.top[0].probability != other.top[0].probability


def test_many_photos_in_order(
    classifier: Classifier, presidents: Path, tmp_path: Path, obama: Pixels
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    blank = np.zeros((200, 200, 3), np.uint8)
    photos = [presidents / "obama.jpg", broken, blank, obama]
    seen = list(classifier.stream(photos, top=3, keep_pixels=True))
    assert [len(one.answers) for one in seen] == [1, 0, 0, 1]
    assert [one.photo.error is None for one in seen] == [True, False, True, True]
    assert [len(one.photo.faces) for one in seen] == [1, 0, 0, 1]
    assert len(seen[0].answers[0].top) == 3
    assert seen[3].photo.pixels is not None
    whole = classifier.faces(obama)
    assert seen[3].answers[0].top[0].name == whole[0].top[0].name


def test_no_face_no_names(classifier: Classifier) -> None:
    assert classifier.faces(np.zeros((100, 100, 3), np.uint8)) == ()
    assert classifier.probabilities([]).shape == (0, 8631)


def test_in_one_call(
    classifier: Classifier, store: ModelStore, obama: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = classifier.faces(obama, 2)[0].top
    assert kith.classify(obama, 2, classifier=classifier)[0].top == expected
    monkeypatch.setenv("KITH_HOME", str(store.home))
    assert kith.classify(obama, 2)[0].top == expected


@pytest.mark.parametrize("top", [0, -1])
def test_less_than_one_name(classifier: Classifier, obama: Pixels, top: int) -> None:
    with pytest.raises(OptionError, match="top must be 1 or more"):
        classifier.faces(obama, top)
    with pytest.raises(OptionError, match="top must be 1 or more"):
        classifier.stream([obama], top)


def test_networks_that_name_nobody(store: ModelStore) -> None:
    with pytest.raises(UnknownModel, match="sface has no classifier; kith has: vggface-vgg16"):
        Classifier("sface", store=store)
    for useless in ("mirror", "max"):
        with pytest.raises(OptionError, match="one output and one view"):
            Classifier(f"{MODEL}+{useless}", store=store)
    with pytest.raises(UnknownModel, match="has no variant 'wide'"):
        Classifier(f"{MODEL}+wide", store=store)


def test_labels_of_one_serve_the_other(store: ModelStore) -> None:
    from kith.classification.names import class_names

    assert class_names(card("vggface2-senet50"), store) == class_names(card(MODEL), store)


def test_without_labels_there_are_no_names(store: ModelStore, tmp_path: Path) -> None:
    import shutil

    own = ModelStore(tmp_path)
    shutil.copytree(store.folder(card(MODEL)), own.folder(card(MODEL)))
    listed = own.folder(card(MODEL)) / "imports" / "imports.json"
    listed.write_text(listed.read_text().replace('"labels"', '"other"'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_MODEL_MIRROR", str(tmp_path / "mirror"))
        (tmp_path / "mirror").mkdir()
        labels = card(MODEL).labels
        assert labels is not None
        np.save(tmp_path / "mirror" / labels.file, np.array(["a", "b"]))
        with pytest.raises(WeightsUnreadable, match="2 names; the network tells 8,631"):
            _ = Classifier(MODEL, store=own).names
        assert not own.location(card(MODEL), labels).exists()
        (tmp_path / "mirror" / labels.file).unlink()
        patch.setenv("http_proxy", "http://127.0.0.1:9")
        patch.setenv("https_proxy", "http://127.0.0.1:9")
        nameless = Classifier(MODEL, store=own)
        crop = np.zeros((224, 224, 3), np.uint8)
        assert nameless.probabilities([crop]).sum() == pytest.approx(1, abs=1e-4)
        with pytest.raises(ModelUnavailable, match="rcmalli_vggface_labels_v2"):
            nameless.stream([])
