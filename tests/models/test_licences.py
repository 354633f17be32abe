from __future__ import annotations

import datetime
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kith.errors import LicenceNotAccepted
from kith.models.store import ModelStore

from .conftest import BOUND, CONTENT, make_card

if TYPE_CHECKING:
    from pathlib import Path

CARD = make_card(licence=BOUND)


def test_free_weights_need_nothing(home: Path) -> None:
    store = ModelStore()
    assert store.accepted(make_card())
    store.accept(make_card())
    store.require_licence(make_card())
    assert not home.exists()


def test_others_wait_for_a_word_and_the_message_says_which(home: Path) -> None:
    with pytest.raises(LicenceNotAccepted) as refused:
        ModelStore().path(CARD)
    for part in ("NC-1", "non-commercial only", BOUND.url, "kith models accept tiny"):
        assert part in str(refused.value)
    assert not home.exists()


def test_weights_that_are_there_wait_too() -> None:
    store = ModelStore()
    store.location(CARD).parent.mkdir(parents=True)
    store.location(CARD).write_bytes(CONTENT)
    with pytest.raises(LicenceNotAccepted):
        store.path(CARD)
    store.accept(CARD)
    assert store.path(CARD).read_bytes() == CONTENT


def test_a_word_is_kept_with_its_date(home: Path) -> None:
    ModelStore().accept(CARD)
    ModelStore().accept(make_card(model_id="other", licence=BOUND))
    assert ModelStore().accepted(CARD)
    kept = json.loads((home / "licences.json").read_text())
    assert set(kept) == {"tiny", "other"}
    assert kept["tiny"]["licence"] == "NC-1"
    said = datetime.date.fromisoformat(kept["tiny"]["date"])
    assert abs(said - datetime.datetime.now(tz=datetime.UTC).date()) <= datetime.timedelta(days=1)


def test_a_changed_licence_asks_anew() -> None:
    ModelStore().accept(CARD)
    assert not ModelStore().accepted(replace(CARD, licence=replace(BOUND, name="NC-2")))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"tiny": "yes"}', "\udcff"])
def test_an_unreadable_record_accepts_nothing_and_is_written_anew(home: Path, content: str) -> None:
    home.mkdir()
    (home / "licences.json").write_bytes(content.encode(errors="surrogateescape"))
    assert not ModelStore().accepted(CARD)
    ModelStore().accept(CARD)
    assert ModelStore().accepted(CARD)


@pytest.mark.parametrize(
    ("value", "may"), [("tiny", True), ("other, tiny", True), ("other", False), ("*", False)]
)
def test_the_environment_can_accept(monkeypatch: pytest.MonkeyPatch, value: str, may: bool) -> None:
    monkeypatch.setenv("KITH_ACCEPT_LICENCES", value)
    assert ModelStore().accepted(CARD) is may
