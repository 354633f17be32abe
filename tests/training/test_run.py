"""From a folder of people to a model of one's own, on real faces."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs kith[train]")

import kith  # noqa: E402
from kith.errors import (  # noqa: E402
    LicenceForbidsDerivatives,
    OptionError,
    ProtocolError,
    TrainingUnreadable,
)
from kith.models.card import Licence  # noqa: E402
from kith.models.catalogue import card as find  # noqa: E402
from kith.models.own import keep_own  # noqa: E402
from kith.training.listener import Nobody  # noqa: E402
from kith.training.run import train  # noqa: E402
from kith.training.settings import Settings  # noqa: E402

from . import tiny  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore

QUICK = Settings(
    out="mine",
    backbone="tiny",
    epochs=12,
    rate=2e-3,
    people=16,
    augment=("flip", "crop", "colour"),
    held_out=0.3,
)


class Noted(Nobody):
    def __init__(self) -> None:
        self.said: list[str] = []
        self.epochs: list = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def epoch(self, record) -> None:
        self.epochs.append(record)


def some(orl: Path, folder: Path, people: int, photos: int) -> Path:
    """Copy a part of the people and their photos."""
    for person in sorted(orl.iterdir())[:people]:
        (folder / person.name).mkdir(parents=True)
        for photo in sorted(person.iterdir())[:photos]:
            shutil.copy(photo, folder / person.name)
    return folder


@pytest.fixture
def few(orl: Path, tmp_path: Path) -> Path:
    return some(orl, tmp_path / "few", 8, 4)


FEW = replace(QUICK, epochs=2, people=3, photos=3)


def test_random_start_learns_people_it_has_never_seen(learning: ModelStore, orl: Path) -> None:
    """Not the zero solution: people held out are told apart far better, and lie apart."""
    done = train(orl, QUICK, store=learning)
    verdict = done.verdict
    assert verdict is not None
    assert verdict.better
    assert verdict.apart
    watched = done.history[0].held_out
    assert watched is not None
    assert (watched.people, verdict.people) == (6, 6)  # of 12 held out
    assert verdict.after.accuracy > verdict.before.accuracy + 0.08
    assert verdict.after.accuracy > 0.8
    last = done.history[-1].held_out
    assert last is not None
    assert last.spread > 1.0  # √2 is a right angle
    assert next(one.epoch for one in done.history if one.best) >= 2
    # A few seconds of learning do not come near a network that has seen millions.
    assert verdict.use == "sface"


def test_model_is_used_by_its_id_and_gives_the_same_vectors(
    learning: ModelStore, few: Path
) -> None:
    seen = {}
    from kith.training import learner

    kept = learner.Learner.embed

    def noted(self, pixels):
        seen["network"] = self
        return kept(self, pixels)

    learner.Learner.embed = noted
    try:
        done = train(few, FEW, store=learning, keep_crops=True)
    finally:
        learner.Learner.embed = kept
    photo = sorted(few.rglob("*.*"))[0]
    with kith.Recognizer(embedder="mine", store=learning) as recognizer:
        (face,) = recognizer.faces(photo)[:1]
        part = recognizer._embedder.parts[0]
        crop = part.recipe.crop(kith.media.load_photo(photo).pixels, face.landmarks)
        threshold = recognizer.threshold if done.card.threshold else None
    expected = kept(seen["network"], crop[None])[0]
    assert np.abs(face.embedding - expected).max() < 1e-4
    assert threshold is None or -1 < threshold < 1


def test_card_says_where_it_comes_from(learning: ModelStore, few: Path) -> None:
    done = train(few, FEW, store=learning)
    card = find("mine", learning.home)
    assert card == done.card
    origin = card.origin
    assert origin is not None
    assert (origin.kind, origin.base) == ("triplet", "tiny")
    assert origin.base_sha256 == find("tiny", learning.home).weights.sha256
    assert origin.settings["margin"] == 0.2
    assert len(origin.fingerprint) == 64
    assert origin.people < 8
    assert set(origin.figures)
    assert not (done.work / "crops").exists()
    assert not list(done.work.glob("*.pt"))
    assert (done.work / "progress.png").stat().st_size > 5000
    assert done.report is not None
    assert "mine" in done.report.read_text("utf-8")
    if os.name == "posix":
        assert done.work.stat().st_mode & 0o077 == 0


def test_margin_losses_train_too(learning: ModelStore, few: Path) -> None:
    done = train(few, replace(FEW, loss="arcface", margin=0.5), store=learning)
    assert done.card.origin.kind == "margin"
    again = train(
        few,
        replace(FEW, loss="cosface", margin=0.35, optimizer="sgd"),
        store=learning,
        replace=True,
    )
    assert again.card.weights.sha256 != done.card.weights.sha256


def test_what_was_trained_can_be_trained_on(learning: ModelStore, few: Path) -> None:
    first = train(few, FEW, store=learning)
    second = train(few, replace(FEW, out="next", backbone="mine"), store=learning)
    assert second.card.origin.base_sha256 == first.card.weights.sha256


def test_id_that_is_taken_is_refused_before_any_work(learning: ModelStore, few: Path) -> None:
    for taken in ("sface", "tiny", "Mine!", "best"):
        with pytest.raises(OptionError):
            train(few, replace(FEW, out=taken), store=learning)
    assert not (learning.home / "training").exists()


def test_licence_that_forbids_changes_is_obeyed(learning: ModelStore, few: Path) -> None:
    licence = Licence("CC BY-NC-ND 4.0", True, "https://example.org", "no changes", False)
    keep_own(learning, tiny.card("sealed", licence=licence), tiny.network(1).SerializeToString())
    with pytest.raises(LicenceForbidsDerivatives, match="CC BY-NC-ND"):
        train(few, replace(FEW, backbone="sealed"), store=learning)


def test_licence_is_inherited(learning: ModelStore, few: Path) -> None:
    licence = Licence("CC BY-SA 4.0", True, "https://example.org", "share alike")
    keep_own(learning, tiny.card("shared", licence=licence), tiny.network(1).SerializeToString())
    done = train(few, replace(FEW, backbone="shared"), store=learning)
    assert done.card.licence == licence


def test_nobody_held_out(learning: ModelStore, few: Path) -> None:
    done = train(few, replace(FEW, held_out=0.0), store=learning)
    assert done.verdict is None
    assert done.report is None
    assert done.card.threshold is None
    assert done.card.origin.people == 8


def test_judged_on_another_folder(learning: ModelStore, orl: Path, tmp_path: Path) -> None:
    root = some(orl, tmp_path / "learn", 8, 4)
    others = tmp_path / "others"
    for person in sorted(orl.iterdir())[20:26]:
        shutil.copytree(person, others / person.name)
    done = train(root, FEW, held_out=others, store=learning)
    assert done.verdict.people == 6
    assert done.verdict.apart


def test_failures_count_on_every_side(learning: ModelStore, orl: Path, tmp_path: Path) -> None:
    root = some(orl, tmp_path / "learn", 8, 4)
    others = tmp_path / "others"
    for person in sorted(orl.iterdir())[20:26]:
        shutil.copytree(person, others / person.name)
    (others / sorted(orl.iterdir())[20].name / "broken.jpg").write_bytes(b"\xff\xd8 no photo")
    done = train(root, FEW, held_out=others, store=learning)
    assert done.verdict.failures == 1


def test_two_people_are_too_few(learning: ModelStore, orl: Path, tmp_path: Path) -> None:
    root = some(orl, tmp_path / "two", 2, 3)
    with pytest.raises(ProtocolError):
        train(root, FEW, store=learning)


def test_other_settings_do_not_go_on(learning: ModelStore, few: Path) -> None:
    class Stops(Nobody):
        def epoch(self, record) -> None:
            if record.epoch == 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(few, FEW, store=learning, listener=Stops())
    with pytest.raises(TrainingUnreadable, match="--restart"):
        train(few, replace(FEW, margin=0.3), store=learning)
    assert train(few, FEW, store=learning).resumed


def test_hardest_triplets_from_a_random_start_are_warned_of(
    learning: ModelStore, orl: Path
) -> None:
    noted = Noted()
    settings = replace(QUICK, mining="batch-hard", held_out=0.2, patience=20)
    train(orl, settings, store=learning, listener=noted)
    assert any("the same vector for everybody" in line for line in noted.said)


def test_people_learned_from_do_not_judge(learning: ModelStore, orl: Path, tmp_path: Path) -> None:
    root = some(orl, tmp_path / "learn", 8, 4)
    people = sorted(orl.iterdir())
    others = tmp_path / "others"
    for person in people[20:25]:
        shutil.copytree(person, others / person.name)
    shutil.copytree(people[0], others / people[0].name)  # the same name
    (others / "stranger").mkdir()  # another name, the same photos
    for photo in sorted(people[1].iterdir())[2:6]:
        shutil.copy(photo, others / "stranger")
    done = train(root, FEW, held_out=others, store=learning)
    assert done.verdict is not None
    assert done.verdict.people == 5
    assert any("2 of 7 people to be judged on are learned from" in note for note in done.notes)
    with pytest.raises(ProtocolError, match="give other people"):
        train(root, replace(FEW, out="other"), held_out=root, store=learning)


def test_work_among_the_photos_is_refused(learning: ModelStore, few: Path) -> None:
    with pytest.raises(OptionError, match="among the photos"):
        train(few, FEW, store=learning, work=few / "work")
    assert not (few / "work").exists()


@pytest.mark.parametrize("loss", ["triplet", "arcface"])
def test_batch_that_is_too_large_is_refused(learning: ModelStore, few: Path, loss: str) -> None:
    with pytest.raises(OptionError, match="too large"):
        replace(FEW, people=0, photos=99_999)
    with pytest.raises(OptionError, match="too large"):
        train(few, replace(FEW, people=0, photos=1000, loss=loss), store=learning)


def test_renamed_folders_do_not_go_on(learning: ModelStore, few: Path) -> None:
    """The people would be numbered otherwise, and a margin's directions belong to numbers."""

    class Stops(Nobody):
        def epoch(self, record) -> None:
            if record.epoch == 1:
                raise KeyboardInterrupt

    settings = replace(FEW, loss="arcface", margin=0.5)
    with pytest.raises(KeyboardInterrupt):
        train(few, settings, store=learning, listener=Stops())
    first = sorted(few.iterdir())[0]
    first.rename(few / "zz")
    with pytest.raises(TrainingUnreadable, match="--restart"):
        train(few, settings, store=learning)
    (few / "zz").rename(first)
    assert train(few, settings, store=learning).resumed


def test_model_is_not_overwritten_by_what_learned_from_it(learning: ModelStore, few: Path) -> None:
    with pytest.raises(OptionError, match="another --out"):
        train(few, replace(FEW, out="tiny"), store=learning, replace=True)
    with pytest.raises(OptionError, match="begin from"):
        train(few, replace(FEW, out="mobilefacenet"), store=learning)


def test_photos_that_go_away_do_not_count_against_others(
    learning: ModelStore, few: Path, tmp_path: Path
) -> None:
    class Takes(Noted):
        def epoch(self, record) -> None:
            if record.epoch == 1:
                few.rename(tmp_path / "elsewhere")

    noted = Takes()
    done = train(few, replace(FEW, held_out=0.6), store=learning, listener=noted)
    assert done.verdict is not None
    assert [side.name for side in done.verdict.sides] == ["tiny", "mine"]
    assert any("photos have gone" in line for line in noted.said)


def test_painted_masks_and_half_precision(learning: ModelStore, few: Path) -> None:
    settings = replace(FEW, augment=("flip", "masks"), precision="bfloat16")
    done = train(few, settings, store=learning, keep_crops=True)
    assert len(list((done.work / "crops").glob("*.crops"))) == 2  # bare and painted
    bare = train(few, replace(settings, augment=("flip",)), store=learning, replace=True)
    assert bare.card.weights.sha256 != done.card.weights.sha256
