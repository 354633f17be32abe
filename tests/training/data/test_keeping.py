from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import OutputError, PhotoUnreadable
from kith.training.data import keeping
from kith.training.data.crops import StoredCrops
from kith.training.data.keeping import NONE, KeptCrops
from kith.training.data.room import SPARE, alone_in, check_room

if TYPE_CHECKING:
    from pathlib import Path


def digest(number: int) -> str:
    return f"{number:064x}"


def square(number: int) -> np.ndarray:
    return np.full((6, 6, 3), number, np.uint8)


def test_squares_are_found_again(tmp_path: Path) -> None:
    with KeptCrops(tmp_path, "key", 4, 1) as kept:
        assert kept.find(digest(1)) is None
        kept.keep(digest(1), square(1))
        kept.keep(digest(2), None, "no face found")
        kept.keep(digest(3), square(3), "stays bare")
    with KeptCrops(tmp_path, "key", 4, 1) as kept:
        assert kept.photos == 3
        assert kept.find(digest(2)) == (NONE, 0, "no face found")
        assert kept.find(digest(3)).reason == "stays bare"
        crops = kept.crops([digest(3), digest(1)])
    assert (len(crops), crops.side, crops.rim) == (2, 4, 1)
    assert np.array_equal(crops[0], square(3))
    assert np.array_equal(crops[1], square(1))
    with pytest.raises(IndexError):
        crops[2]
    assert not crops[0].flags.writeable


def test_a_kill_loses_only_what_was_not_saved(tmp_path: Path) -> None:
    killed = KeptCrops(tmp_path, "key", 4, 1)
    for number in range(3):
        killed.keep(digest(number), square(number))
    killed.save()
    killed.keep(digest(3), square(3))
    os.close(killed._file)
    with KeptCrops(tmp_path, "key", 4, 1) as kept:
        assert kept.photos == 3
        assert kept.find(digest(3)) is None
        kept.keep(digest(4), square(4))
        crops = kept.crops([digest(number) for number in (0, 1, 2, 4)])
    assert [crops[row][0, 0, 0] for row in range(4)] == [0, 1, 2, 4]
    assert kept.path.stat().st_size == 4 * 6 * 6 * 3


def test_it_saves_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "SECONDS", 0.0)
    kept = KeptCrops(tmp_path, "key", 4, 1)
    kept.keep(digest(1), square(1))
    assert KeptCrops(tmp_path, "key", 4, 1).find(digest(1)) is not None
    os.close(kept._file)


def test_squares_are_for_their_owner_alone(tmp_path: Path) -> None:
    with KeptCrops(tmp_path, "key", 4, 1) as kept:
        kept.keep(digest(1), square(1))
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_gone_or_cut_short_is_one_line(tmp_path: Path) -> None:
    with KeptCrops(tmp_path, "key", 4, 1) as kept:
        kept.keep(digest(1), square(1))
        crops = kept.crops([digest(1)])
    kept.path.write_bytes(b"short")
    with pytest.raises(PhotoUnreadable, match=r"shorter than it was.*gather them again"):
        crops[0]
    crops.close()
    crops.close()
    kept.path.unlink()
    with pytest.raises(PhotoUnreadable, match="gather them again"):
        StoredCrops(kept.path, np.zeros(1, np.int64), 4, 1)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        KeptCrops(tmp_path / "file", "key", 4, 1)


def test_room_is_asked_for_only_where_some_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KeptCrops(tmp_path, "key", 4, 1) as kept:
        kept.keep(digest(1), square(1))
        usage = type("Usage", (), {"free": 0})
        monkeypatch.setattr("kith.training.data.room.shutil.disk_usage", lambda _: usage)
        check_room(tmp_path, 1, kept, None)
        usage.free = SPARE
        with pytest.raises(OutputError, match="free some, or name a folder on another disk"):
            check_room(tmp_path, 2, kept, None)
        usage.free = SPARE + 6 * 6 * 3
        check_room(tmp_path, 2, kept, None)
        with pytest.raises(OutputError):
            check_room(tmp_path, 2, kept, KeptCrops(tmp_path, "more", 4, 1))


def test_what_a_kill_left_is_swept_up_a_day_later(tmp_path: Path) -> None:
    old, new = tmp_path / ".new-old", tmp_path / ".new-new"
    for path in (old, new):
        path.write_text("half")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    with alone_in(tmp_path):
        assert new.exists()
        assert not old.exists()
