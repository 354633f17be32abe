"""Learning a head, whole, on photos of real people."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from kith.classification import HeadClassifier
from kith.errors import MissingExtra, OptionError
from kith.models.own import own_card, own_cards
from kith.recognizer.cache import FaceCache
from kith.training.head import HeadSettings, learn
from kith.training.head.records import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import kith
    from kith.models import ModelStore

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaceCache]:
    """What was found on photos, so that each is looked at once for all tests."""
    with FaceCache(tmp_path_factory.mktemp("cache") / "faces.db") as opened:
        yield opened


@pytest.mark.parametrize("kind", KINDS)
def test_easy_celebrities_and_an_unknown_that_is_one(
    kind: str,
    mine: ModelStore,
    recognizer: kith.Recognizer,
    cache: FaceCache,
    celebrities: Path,
    presidents: Path,
) -> None:
    report = learn(
        celebrities / "train",
        HeadSettings("five", kind),
        recognizer,
        strangers=presidents,
        held_out=celebrities / "val",
        cache=cache,
        store=mine,
    )
    assert report.photos == 93
    assert report.figures.accuracy.value >= 0.98
    assert report.held_out is not None
    assert report.held_out.accuracy.value == report.held_out.found.value == 1.0
    assert report.figures.fpir is not None
    assert report.figures.fpir.value == 0.0
    assert not report.figures.better  # and it says so
    assert report.calibrated.error < 0.05
    with HeadClassifier("five", store=mine) as head:
        for president in sorted(presidents.iterdir()):
            assert {one.verdict for one in head.faces(president)} <= {"unknown", "low_quality"}
        photos = sorted((celebrities / "val").rglob("*.jpg"))
        named = [seen.answers[0].named for seen in head.stream(photos)]
    assert [one.name for one in named if one] == [photo.parent.name for photo in photos]


def test_two_people_with_five_photos_each(
    mine: ModelStore,
    recognizer: kith.Recognizer,
    cache: FaceCache,
    celebrities: Path,
    tmp_path: Path,
) -> None:
    for name in ("madonna", "elton_john"):
        (tmp_path / "two" / name).mkdir(parents=True)
        for photo in sorted((celebrities / "train" / name).iterdir())[:5]:
            shutil.copy(photo, tmp_path / "two" / name)
    report = learn(
        tmp_path / "two",
        HeadSettings("two"),
        recognizer,
        held_out=celebrities / "val",
        cache=cache,
        store=mine,
    )
    assert report.seconds < 30  # 2 on a quiet machine
    assert report.figures.accuracy.value == 1.0
    assert 0.85 < report.calibrated.confidence < 0.95  # ten photos can show no more
    assert report.held_out is not None
    assert report.held_out.accuracy.value == 1.0
    assert report.held_out.fpir is not None
    assert report.held_out.fpir.trials == 15
    assert report.held_out.fpir.value == 0.0
    assert report.reject is not None
    assert report.reject.how == "threshold"


def test_the_card_says_what_it_is(
    mine: ModelStore, recognizer: kith.Recognizer, cache: FaceCache, celebrities: Path
) -> None:
    report = learn(
        celebrities / "val", HeadSettings("mine", seed=4), recognizer, cache=cache, store=mine
    )
    card = own_card(mine.home, "mine")
    assert card == report.card
    assert (card.task, card.embedder, card.classes, card.dimension) == ("head", "sface", 5, 128)
    assert card.reject == report.reject.similarity
    assert card.licence.name == "Apache-2.0"
    origin = card.origin
    assert (origin.kind, origin.base, origin.people, origin.photos) == ("head", "sface", 5, 25)
    assert origin.base_sha256 == recognizer.contract.weights_sha256
    assert origin.settings["contract_crop"] == recognizer.contract.crop
    assert origin.settings["reject"] == "threshold"
    assert origin.figures["accuracy"] == report.figures.accuracy.value
    assert origin.figures["accuracy_trials"] == 25


def test_the_same_photos_give_the_same_head(
    mine: ModelStore, recognizer: kith.Recognizer, cache: FaceCache, celebrities: Path
) -> None:
    cards = [
        learn(
            celebrities / "val",
            HeadSettings("one", "svm"),
            recognizer,
            store=mine,
            replace=True,
        ).card
        for _ in range(2)
    ]
    assert cards[0].weights == cards[1].weights
    assert cards[0].origin.fingerprint == cards[1].origin.fingerprint


def test_a_head_that_always_names(
    mine: ModelStore,
    recognizer: kith.Recognizer,
    cache: FaceCache,
    celebrities: Path,
    presidents: Path,
) -> None:
    settings = HeadSettings("always", "centroid", reject=False)
    report = learn(celebrities / "val", settings, recognizer, cache=cache, store=mine)
    assert report.reject is report.card.reject is report.figures.fpir is None
    with HeadClassifier("always", store=mine) as head:
        [found] = head.faces(presidents / "obama.jpg")
    assert (found.verdict, found.threshold) == ("match", None)


def test_nothing_is_begun_that_cannot_be_kept(
    mine: ModelStore,
    recognizer: kith.Recognizer,
    cache: FaceCache,
    celebrities: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learn(celebrities / "val", HeadSettings("here"), recognizer, cache=cache, store=mine)
    before = dict(own_cards(mine.home))
    for out, said in (
        ("here", "already"),
        ("sface", "give yours another id"),
        ("A b", "cannot be"),
    ):
        with pytest.raises(OptionError, match=said):
            learn(tmp_path / "nowhere", HeadSettings(out), recognizer, cache=cache, store=mine)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtra, match=r"kith\[train\]"):
        learn(tmp_path / "nowhere", HeadSettings("new"), recognizer, cache=cache, store=mine)
    assert dict(own_cards(mine.home)) == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "forest"}, "softmax, centroid, svm"),
        ({"fpir": 0.0}, "between 0 and 1"),
        ({"fpir": 1.0}, "between 0 and 1"),
        ({"fpir": float("nan")}, "between 0 and 1"),
        ({"seed": -1}, "0 or more"),
    ],
)
def test_wrong_settings(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        HeadSettings("x", **wrong)
