from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from kith.errors import WeightsUnreadable
from kith.models import apart
from kith.models.catalogue import CARDS, card
from kith.models.importers import convert as room
from kith.models.importers.convert import convert
from reference import random_weights

if TYPE_CHECKING:
    from pathlib import Path

needs_limits = pytest.mark.skipif(sys.platform != "linux", reason="limits are as Linux has them")


def test_every_importer_of_a_card_is_known() -> None:
    named = {known.importer for known in CARDS.values() if known.importer}
    assert named == set(room._FAMILIES)


@needs_limits
def test_a_file_whose_reading_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_LEAST_SECONDS", 1)
    pipe = tmp_path / "weights.h5"
    os.mkfifo(pipe)
    with pytest.raises(WeightsUnreadable, match=r"weights\.h5: reading it does not come to an end"):
        convert(card("vggface2-resnet50"), pipe, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@needs_limits
def test_a_file_that_takes_too_much_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = random_weights.write_h5(tmp_path, random_weights.layout("resnet50", classifier=False), 0)
    monkeypatch.setattr(apart, "_LEAST_MEMORY", -4 * file.stat().st_size)
    with pytest.raises(WeightsUnreadable, match="reading it broke off; the file is damaged"):
        convert(card("vggface2-resnet50"), file, tmp_path / "out")


def test_a_file_of_more_than_onnx_can_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_BYTES", 1 << 30)
    file = tmp_path / "large.h5"
    with file.open("wb") as sink:
        sink.truncate((1 << 30) + 1)
    with pytest.raises(WeightsUnreadable, match=r"large\.h5 has more than 1 GiB"):
        convert(card("vggface2-resnet50"), file, tmp_path / "out")
