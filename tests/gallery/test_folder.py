from __future__ import annotations

import errno
import os
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest

from kith.errors import NoPhotos, PhotoNotFound, PhotoUnreadable
from kith.gallery.folder import photos_of_folder

if TYPE_CHECKING:
    from pathlib import Path


def lay(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"photo")
    return root


def found(root: Path) -> list[tuple[str, str]]:
    return [
        (name, os.path.relpath(path, root).replace(os.sep, "/"))
        for name, path in photos_of_folder(root)
    ]


def test_a_sub_folder_is_a_person_with_all_that_lies_below_it(tmp_path: Path) -> None:
    lay(tmp_path, "Ada/1.jpg", "Ada/old/2.png", "Bo/1.jpg", "Bo/notes.txt", ".hidden/1.jpg")
    assert found(tmp_path) == [("Ada", "Ada/1.jpg"), ("Ada", "Ada/old/2.png"), ("Bo", "Bo/1.jpg")]


def test_a_loose_photo_is_a_person_named_after_it(tmp_path: Path) -> None:
    lay(tmp_path, "Ada.jpg", "Ada (2).jpg", "Ada(13).png", "Ada Lovelace.jpg", "Bo (x).jpg")
    people = {
        name: {path for _, path in rows}
        for name, rows in groupby(found(tmp_path), lambda row: row[0])
    }
    assert people == {
        "Ada": {"Ada.jpg", "Ada (2).jpg", "Ada(13).png"},
        "Ada Lovelace": {"Ada Lovelace.jpg"},
        "Bo (x)": {"Bo (x).jpg"},
    }


def test_both_layouts_together_give_each_person_once(tmp_path: Path) -> None:
    lay(tmp_path, "Ada.jpg", "Bo.jpg", "Ada/1.jpg", "Cy/1.jpg", "Ada/deep/2.jpg")
    rows = found(tmp_path)
    names = [name for name, _ in groupby(rows, lambda row: row[0])]
    assert sorted(names) == ["Ada", "Bo", "Cy"]  # each in one row
    assert [path for name, path in rows if name == "Ada"] == [
        "Ada.jpg",
        "Ada/1.jpg",
        "Ada/deep/2.jpg",
    ]


def test_accents_are_the_same_in_whatever_form_the_file_system_keeps_them(tmp_path: Path) -> None:
    composed, taken_apart = unicodedata.normalize("NFC", "Zoë"), unicodedata.normalize("NFD", "Zoë")
    lay(tmp_path, f"{taken_apart}.jpg", f"{composed} (2).jpg", f"{taken_apart}/1.jpg")
    assert {name for name, _ in found(tmp_path)} == {composed}
    assert len(found(tmp_path)) == 3


def test_a_name_that_nobody_can_have_is_passed_on_as_it_is(tmp_path: Path) -> None:
    lay(tmp_path, f"{'x' * 201}.jpg", "(2).jpg", "Ada.jpg")
    assert {name for name, _ in found(tmp_path)} == {"x" * 201, "", "Ada"}


def test_what_is_no_folder_of_people(tmp_path: Path) -> None:
    lay(tmp_path, "notes/readme.txt", "one.jpg")
    with pytest.raises(PhotoNotFound, match="no such file or folder"):
        list(photos_of_folder(tmp_path / "nowhere"))
    with pytest.raises(NoPhotos, match=r"there is no photo in .*notes"):
        list(photos_of_folder(tmp_path / "notes"))
    with pytest.raises(NoPhotos, match=r"one\.jpg is a file: name the folder"):
        list(photos_of_folder(tmp_path / "one.jpg"))


def test_a_folder_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path, "Ada/1.jpg", "Bo/1.jpg")
    closed = str(tmp_path / "Bo")
    scan = os.scandir

    def scandir(path: str) -> Any:  # permissions do not stop everybody who runs tests
        if path == closed:
            raise PermissionError(errno.EACCES, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    told: list[tuple[str, str]] = []
    rows = list(photos_of_folder(tmp_path, lambda path, why: told.append((path, why))))
    assert [name for name, _ in rows] == ["Ada"]
    assert told == [(closed, "permission denied; let this user read it")]
    assert [name for name, _ in photos_of_folder(tmp_path)] == ["Ada"]
    with pytest.raises(PhotoUnreadable, match="permission denied"):
        list(photos_of_folder(closed))
