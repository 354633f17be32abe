"""Heads of the user's own: whom of their people they see, or nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import kith
from kith.classification import Classifier, HeadClassifier, head_card, open_classifier
from kith.classification.heads import head_names
from kith.classification.pinned import pin, pinned
from kith.errors import ContractMismatch, ModelCorrupt, OptionError, UnknownModel
from kith.masks import MaskLook, Painter
from kith.masks.space import MIXED
from kith.models import ModelStore
from kith.models.own import keep_own, own_card
from kith.types import MaskState, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory,
    networks: ModelStore,
    recognizer: kith.Recognizer,
    celebrities: Path,
) -> ModelStore:
    """A store with the real networks and a head of five celebrities, called ``five``."""
    from kith.training.head import HeadSettings, learn

    home = tmp_path_factory.mktemp("heads")
    (home / "models").symlink_to(networks.home / "models")
    found = ModelStore(home)
    learn(celebrities / "train", HeadSettings("five"), recognizer, store=found)
    return found


@pytest.fixture(scope="module")
def head(store: ModelStore) -> Iterator[HeadClassifier]:
    with HeadClassifier("five", store=store) as opened:
        yield opened


def test_names_probabilities_and_similarities(
    head: HeadClassifier, recognizer: kith.Recognizer, celebrities: Path
) -> None:
    assert head.names == tuple(sorted(one.name for one in (celebrities / "train").iterdir()))
    photo = celebrities / "val" / "madonna" / "01.jpg"
    [found, *_] = head.faces(photo, top=5)
    assert found.verdict is Verdict.MATCH
    assert found.named == found.top[0]
    assert (found.top[0].name, found.top[0].shown) == ("madonna", "madonna")
    assert found.threshold == head.threshold == head.card.reject
    assert found.similarity > found.threshold
    assert sum(one.probability for one in found.top) == pytest.approx(1)
    assert [one.probability for one in found.top] == sorted(
        (one.probability for one in found.top), reverse=True
    )
    assert len(head.faces(photo, top=2)[0].top) == 2
    face = recognizer.faces(photo)[0]
    row = head.probabilities(face.embedding[None])[0]
    assert row.max() == pytest.approx(found.top[0].probability, abs=1e-6)
    assert head.names[int(row.argmax())] == "madonna"


def test_the_similarity_is_that_to_a_gallerys_template(
    head: HeadClassifier, recognizer: kith.Recognizer, celebrities: Path, tmp_path: Path
) -> None:
    photo = celebrities / "val" / "elton_john" / "01.jpg"
    with kith.Gallery(tmp_path / "people.kith", recognizer=recognizer) as people:
        people.enroll("Elton", sorted((celebrities / "train" / "elton_john").iterdir()))
        [seen, *_] = people.identify(photo)
    assert head.faces(photo)[0].similarity == pytest.approx(seen.similarity, abs=0.02)


def test_strangers_are_unknown(head: HeadClassifier, presidents: Path) -> None:
    [found] = head.faces(presidents / "obama.jpg")
    assert (found.verdict, found.named) == (Verdict.UNKNOWN, None)
    assert found.reason == "nobody similar enough"
    assert found.similarity < found.threshold
    assert len(found.top) == 5  # whom he is most like can still be seen


def test_a_face_that_is_too_poor_is_not_named(head: HeadClassifier, celebrities: Path) -> None:
    with kith.Recognizer() as recognizer:
        face = recognizer.faces(celebrities / "val" / "madonna" / "01.jpg")[0]
    poor = replace(face, quality=replace(face.quality, score=0.05, sharpness=0.01))
    [found] = head.answers([poor])
    assert (found.verdict, found.named) == (Verdict.LOW_QUALITY, None)
    assert found.reason.startswith("face ")


def test_streams_in_order(head: HeadClassifier, celebrities: Path, tmp_path: Path) -> None:
    blank, broken = tmp_path / "blank.png", tmp_path / "broken.jpg"
    Image.new("RGB", (90, 90)).save(blank)
    broken.write_text("no photo")
    one = celebrities / "val" / "madonna" / "01.jpg"
    first, second, third = head.stream([one, blank, broken], keep_pixels=True)
    assert first.answers[0].named.name == "madonna"
    assert first.photo.pixels is not None
    assert second.answers == third.answers == ()
    assert third.photo.error is not None
    with pytest.raises(OptionError, match="top must be 1 or more"):
        head.faces(one, top=0)


def test_a_masked_face_is_compared_as_a_gallery_compares_it(
    head: HeadClassifier, networks: ModelStore, recognizer: kith.Recognizer, celebrities: Path
) -> None:
    pixels = kith.load_photo(celebrities / "val" / "ben_afflek" / "01.jpg").pixels
    bare = recognizer.faces(pixels)[0]
    worn = Painter(networks).paint(pixels, [bare], MaskLook()).pixels
    face = recognizer.faces(worn)[0]
    assert face.mask.state is MaskState.WORN
    [found] = head.answers([face])
    space = recognizer.masked_space
    similar = head._run(np.eye(128, dtype=np.float32))[1].T[head.names.index("ben_afflek")]
    own = space.project(face.embedding[None], [MaskState.WORN])[0]
    other = space.project(similar[None], [MaskState.NONE])[0]
    expected = space.similarity(float(own @ other), MIXED)
    assert found.similarity == pytest.approx(expected, abs=1e-5)
    assert found.similarity != pytest.approx(float(face.embedding @ similar), abs=1e-3)
    assert found.named.name == "ben_afflek"


def test_the_flat_function_and_the_kind_that_a_name_asks_for(
    store: ModelStore, celebrities: Path, presidents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_HOME", str(store.home))
    [found, *_] = kith.classify(celebrities / "val" / "madonna" / "02.jpg", model="five")
    assert found.named.name == "madonna"
    always = replace(own_card(store.home, "five"), reject=None)
    names = head_names(always, store)
    keep_own(store, replace(always, id="again"), store.path(always).read_bytes(), names)
    president = presidents / "obama.jpg"
    assert kith.classify(president, model="again")[0].verdict is Verdict.MATCH
    strict = replace(always, id="again", reject=0.5)
    keep_own(store, strict, store.path(always).read_bytes(), names, replace=True)
    assert kith.classify(president, model="again")[0].verdict is Verdict.UNKNOWN
    with open_classifier("five") as opened:
        assert isinstance(opened, HeadClassifier)
    assert head_card("vggface2-resnet50", store) is None
    with pytest.raises(UnknownModel, match="sface has no classifier"):
        open_classifier("sface")
    with pytest.raises(UnknownModel, match="no model is called 'fiv'; did you mean five"):
        open_classifier("fiv")
    with pytest.raises(UnknownModel, match="sface is no head"):
        HeadClassifier("sface")
    with pytest.raises(UnknownModel, match="five"):
        Classifier("five")


def test_a_head_of_other_embeddings_is_refused(store: ModelStore) -> None:
    card = own_card(store.home, "five")
    graph = store.path(card).read_bytes()
    names = ["a", "b", "c", "d", "e"]
    settings = {**card.origin.settings, "contract_weights_sha256": "0" * 64}
    other = replace(card, id="retrained", origin=replace(card.origin, settings=settings))
    keep_own(store, other, graph, names)
    with pytest.raises(ContractMismatch, match=r"weights_sha256.*kith train head.*--replace"):
        HeadClassifier("retrained", store=store)
    silent = replace(card, id="silent", origin=replace(card.origin, settings={}))
    keep_own(store, silent, graph, names)
    with pytest.raises(ModelCorrupt, match="does not say what embeddings"):
        HeadClassifier("silent", store=store)


def test_a_contract_comes_back_from_a_card(store: ModelStore, recognizer: kith.Recognizer) -> None:
    card = own_card(store.home, "five")
    assert pinned(card) == recognizer.contract
    assert pin(recognizer.contract).items() <= card.origin.settings.items()
