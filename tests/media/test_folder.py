from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kith.errors import NoPhotos, PhotoNotFound, PhotoUnreadable
from kith.media import (
    FILM_SUFFIXES,
    PHOTO_SUFFIXES,
    count_photos,
    find_media,
    find_photos,
    is_film,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


def plant(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def found(root: Path, **options: object) -> list[str]:
    return [Path(p).relative_to(root).as_posix() for p in find_photos([root], **options)]


def test_the_order_is_by_name_and_files_come_before_folders(tmp_path):
    plant(tmp_path, "b.jpg", "a.jpg", "B.jpg", "a10.png", "a2.png", "é.jpg", "z/1.jpg", "A/x/2.jpg")
    plant(tmp_path, "A/9.jpg", "A/w/3.jpg", "notes.txt", "a.jpg.bak")
    expected = ["B.jpg", "a.jpg", "a10.png", "a2.png", "b.jpg", "é.jpg"]
    expected += ["A/9.jpg", "A/w/3.jpg", "A/x/2.jpg", "z/1.jpg"]
    assert found(tmp_path) == expected
    assert found(tmp_path, recursive=False) == expected[:6]


def test_it_finds_what_a_plain_walk_finds(tmp_path):
    names = [f"{a}/{b}/{c}{s}" for a in "xy" for b in "pq" for c in "12" for s in (".JPG", ".txt")]
    plant(tmp_path, *names)
    walked = [p for p in tmp_path.rglob("*") if p.suffix.lower() in PHOTO_SUFFIXES]
    assert sorted(find_photos([tmp_path])) == sorted(map(str, walked))
    assert count_photos([tmp_path]) == len(walked) == 8
    assert count_photos([tmp_path], recursive=False) == 0


@pytest.mark.parametrize("suffix", sorted(PHOTO_SUFFIXES))
def test_suffixes_in_any_case(tmp_path, suffix):
    plant(tmp_path, f"1{suffix}", f"2{suffix.upper()}", f"3{suffix}x")
    assert found(tmp_path) == [f"1{suffix}", f"2{suffix.upper()}"]


def test_hidden_files_and_folders_are_left_out_unless_given(tmp_path):
    plant(tmp_path, "a.jpg", ".b.jpg", "._a.jpg", ".trash/c.jpg", "d/.e/f.jpg", ".jpg")
    assert found(tmp_path) == ["a.jpg"]
    assert found(tmp_path / ".trash") == ["c.jpg"]
    assert list(find_photos([tmp_path / ".b.jpg"])) == [str(tmp_path / ".b.jpg")]


def test_files_are_yielded_as_given(tmp_path, monkeypatch):
    plant(tmp_path, "scan.dat", "sub/1.jpg")
    monkeypatch.chdir(tmp_path)
    assert list(find_photos(["./scan.dat", Path("sub"), "scan.dat"])) == [
        "./scan.dat",
        str(Path("sub/1.jpg")),
        "scan.dat",
    ]
    assert list(find_photos("scan.dat")) == ["scan.dat"]
    assert list(find_photos(Path("sub"))) == [str(Path("sub/1.jpg"))]


@posix
@pytest.mark.timeout(20)
def test_links_in_a_ring_come_to_an_end(tmp_path):
    plant(tmp_path, "a/1.jpg", "b/2.jpg")
    (tmp_path / "a/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b/to_a").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert found(tmp_path) == ["a/1.jpg", "b/2.jpg"]


@posix
def test_linked_photos_and_folders_are_found(tmp_path):
    plant(tmp_path, "real/1.jpg", "other/2.jpg")
    (tmp_path / "real/link.jpg").symlink_to(tmp_path / "other/2.jpg")
    (tmp_path / "real/more").symlink_to(tmp_path / "other", target_is_directory=True)
    assert found(tmp_path / "real") == ["1.jpg", "link.jpg", "more/2.jpg"]


def test_a_folder_is_walked_once_however_often_it_is_given(tmp_path):
    plant(tmp_path, "a/1.jpg", "2.jpg")
    told: list[tuple[str, str]] = []
    photos = find_photos(
        [tmp_path, tmp_path / "a", tmp_path], on_error=lambda *error: told.append(error)
    )
    assert [Path(p).name for p in photos] == ["2.jpg", "1.jpg"]
    assert told == []


def test_a_folder_named_like_a_photo_is_walked(tmp_path):
    plant(tmp_path, "album.jpg/1.png")
    assert found(tmp_path) == ["album.jpg/1.png"]


def test_a_missing_path_raises_when_its_turn_comes(tmp_path):
    plant(tmp_path, "1.jpg")
    photos = find_photos([tmp_path, tmp_path / "gone"])
    assert Path(next(photos)).name == "1.jpg"
    with pytest.raises(PhotoNotFound, match="gone: there is no such file or folder"):
        next(photos)


def test_with_a_listener_the_rest_is_still_found(tmp_path):
    plant(tmp_path, "1.jpg", "empty/notes.txt")
    told: list[tuple[str, str]] = []
    gone, empty = tmp_path / "gone", tmp_path / "empty"
    photos = list(find_photos([gone, empty, tmp_path], on_error=lambda *e: told.append(e)))
    assert [Path(p).name for p in photos] == ["1.jpg"]
    assert told == [(str(gone), "there is no such file or folder"), (str(empty), "holds no photo")]
    assert list(find_photos([empty, tmp_path])) == photos


def test_no_photo_at_all(tmp_path):
    plant(tmp_path, "notes.txt", "sub/more.txt")
    with pytest.raises(NoPhotos, match=f"there is no photo in {tmp_path}; "):
        list(find_photos([tmp_path]))
    with pytest.raises(NoPhotos, match=r"sub and 1 more; "):
        list(find_photos([tmp_path / "sub", tmp_path]))
    with pytest.raises(NoPhotos, match="no photo was named"):
        list(find_photos([]))
    with pytest.raises(NoPhotos):
        list(find_photos([tmp_path / "gone"], on_error=lambda *error: None))
    assert count_photos([tmp_path, tmp_path / "gone"]) == 0


def refusing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the listing of folders with this name fail, also for root."""
    scandir = os.scandir

    def guarded(path: str) -> object:
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)


def test_a_folder_without_permission(tmp_path, monkeypatch):
    plant(tmp_path, "a/1.jpg", "closed/2.jpg", "z/3.jpg")
    refusing("closed", monkeypatch)
    told: list[tuple[str, str]] = []
    photos = list(find_photos([tmp_path], on_error=lambda *error: told.append(error)))
    assert [Path(p).name for p in photos] == ["1.jpg", "3.jpg"]
    assert told == [(str(tmp_path / "closed"), "permission denied; let this user read it")]
    assert list(find_photos([tmp_path])) == photos
    with pytest.raises(PhotoUnreadable, match="closed: permission denied"):
        list(find_photos([tmp_path / "closed"]))


def test_photos_are_found_while_the_folders_are_walked(tmp_path, monkeypatch):
    plant(tmp_path, "a/1.jpg", "b/2.jpg")
    listed: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(Path(path).name) or scandir(path))
    photos = find_photos([tmp_path])
    assert listed == []
    next(photos)
    assert listed == [tmp_path.name, "a"]


def test_deep_folders(tmp_path):
    deep = tmp_path
    for _ in range(300):
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "1.jpg").touch()
    assert count_photos([tmp_path]) == 1


def test_films_are_found_beside_photos_where_they_are_wanted(tmp_path):
    plant(tmp_path, "b.MP4", "a.jpg", "c.txt", "d/e.mkv", "d.mp4/f.webm")
    assert [Path(p).name for p in find_media([tmp_path])] == ["a.jpg", "b.MP4", "e.mkv", "f.webm"]
    assert found(tmp_path, suffixes=FILM_SUFFIXES) == ["b.MP4", "d/e.mkv", "d.mp4/f.webm"]
    assert found(tmp_path) == ["a.jpg"]
    assert count_photos([tmp_path], suffixes=PHOTO_SUFFIXES | FILM_SUFFIXES) == 4


def test_no_film_is_said_in_its_own_words(tmp_path):
    plant(tmp_path, "a.txt")
    with pytest.raises(NoPhotos, match=r"no photo and no film in .*jpg.*mp4"):
        list(find_media([tmp_path]))
    with pytest.raises(NoPhotos, match=r"there is no film in .* one of: mp4"):
        list(find_media([tmp_path], suffixes=FILM_SUFFIXES))
    with pytest.raises(NoPhotos, match="no photo and no film was named"):
        list(find_media([]))


def test_a_film_is_told_by_its_name():
    assert is_film("A.MP4")
    assert is_film(Path("x/y.webm"))
    assert not any(map(is_film, ("a.jpg", "mp4", ".mp4", "a.mp4.part", "b.gif")))
