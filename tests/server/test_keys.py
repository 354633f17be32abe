"""Keys are shown once, and kept only as digests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kith.errors import KithError, OptionError
from kith.server.keys import Keys

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_known_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.json"
    keys = Keys(path)
    assert keys.known() == ()
    assert keys.name_of("") is None
    first, second = keys.add("phone"), keys.add("door")
    assert first != second
    assert len(first) > 40
    assert path.stat().st_mode & 0o777 == 0o600
    assert first not in path.read_text()
    other = Keys(path)
    assert (other.name_of(first), other.name_of(second)) == ("phone", "door")
    assert other.name_of(first[:-1]) is None
    keys.remove("phone")
    assert other.name_of(first) is None
    assert other.name_of(second) == "door"
    assert [one.name for one in path.parent.iterdir()] == ["keys.json"]


def test_what_a_key_cannot_be_called(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    keys.add("phone")
    for wrong in ("phone", "", " ", "a\nb", "x" * 61):
        with pytest.raises(OptionError):
            keys.add(wrong)
    with pytest.raises(OptionError, match="there are: phone"):
        keys.remove("door")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"keys": [1]}', '{"keys": [{}]}', "null"])
def test_a_damaged_file_opens_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(KithError, match="is damaged"):
        Keys(path).name_of("x")


@pytest.mark.parametrize("digest", [1, "", "x" * 64, "é" * 64, "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_what_is_no_digest(tmp_path: Path, digest: object) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [{"name": "a", "sha256": digest, "created": "x"}]}))
    with pytest.raises(KithError, match="is damaged"):
        Keys(path).name_of("x")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KithError, match="cannot be read: Not a directory"):
        Keys(tmp_path / "file" / "keys.json").add("phone")
    with pytest.raises(KithError, match="cannot be written"):
        Keys(tmp_path / "file" / "keys.json")._write(())
