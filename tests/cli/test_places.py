from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kith.cli.places import OutputFolder
from kith.errors import OptionError

if TYPE_CHECKING:
    from pathlib import Path


def lay(root: Path, *names: str) -> list[str]:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"photo")
    return [str(root / name) for name in names]


def placed(folder: OutputFolder, out: Path, source: str) -> str:
    [place] = folder.places(source, ".jpg")
    return place.relative_to(out).as_posix()


def test_sub_folders_of_the_one_folder_given_are_kept(tmp_path: Path) -> None:
    sources = lay(tmp_path / "in", "a.jpg", "b/a.jpg", "b/c/a.png")
    out = tmp_path / "out"
    folder = OutputFolder(out, [str(tmp_path / "in")])
    assert [placed(folder, out, one) for one in sources] == ["a.jpg", "b/a.jpg", "b/c/a.jpg"]


def test_photos_given_one_by_one_lie_side_by_side(tmp_path: Path) -> None:
    sources = lay(tmp_path, "in/a.jpg", "in/b/a.jpg", "in/A.png")
    out = tmp_path / "out"
    folder = OutputFolder(out, sources)
    assert [placed(folder, out, one) for one in sources] == ["a.jpg", "a-2.jpg", "A-3.jpg"]


def test_two_photos_of_one_folder_that_differ_in_their_suffix(tmp_path: Path) -> None:
    sources = lay(tmp_path / "in", "a-2.jpg", "a.jpg", "a.png", "a.tif")
    out = tmp_path / "out"
    folder = OutputFolder(out, [str(tmp_path / "in")])
    names = [placed(folder, out, one) for one in sources]
    assert names[:2] == ["a-2.jpg", "a.jpg"]
    assert len(set(names)) == 4


def test_folders_of_one_name_do_not_meet(tmp_path: Path) -> None:
    sources = lay(tmp_path, "x/photos/1.jpg", "x/photos/s/1.jpg", "y/photos/1.jpg")
    out = tmp_path / "out"
    folder = OutputFolder(out, [str(tmp_path / "x/photos"), str(tmp_path / "y/photos")])
    assert [placed(folder, out, one) for one in sources] == [
        "photos/1.jpg",
        "photos/s/1.jpg",
        "photos-2/1.jpg",
    ]


def test_several_pictures_of_one_photo(tmp_path: Path) -> None:
    [source] = lay(tmp_path, "in/a.jpg")
    folder = OutputFolder(tmp_path / "out", [source])
    assert [one.name for one in folder.places(source, "-1.png", "-2.png")] == ["a-1.png", "a-2.png"]
    assert folder.places(source) == []


def test_the_photos_own_folder_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, "in/a.jpg")
    with pytest.raises(OptionError, match="is where the photos are: name another folder"):
        OutputFolder(tmp_path / "in", [str(tmp_path / "in")])
    (tmp_path / "link").symlink_to("in")
    with pytest.raises(OptionError, match="is where the photos are"):
        OutputFolder(tmp_path / "link", [str(tmp_path / "in")])


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    [source] = lay(tmp_path, "a.jpg")
    with pytest.raises(OptionError, match=r"a\.jpg is a file: name a folder"):
        OutputFolder(tmp_path / "a.jpg", [source])


def test_no_photo_is_written_over(tmp_path: Path) -> None:
    first, other = lay(tmp_path, "a.jpg", "a-1.png")
    folder = OutputFolder(tmp_path, [first])
    with pytest.raises(OptionError, match=r"a\.jpg is there already"):
        folder.places(first, ".jpg")
    with pytest.raises(OptionError, match=r"a-1\.png is there already"):  # though nobody gave it
        OutputFolder(tmp_path, [first]).places(first, "-1.png")
    linked = tmp_path / "out"
    linked.mkdir()
    (linked / "a-1.png").symlink_to(other)
    with pytest.raises(OptionError, match=r"a-1\.png is there already"):
        OutputFolder(linked, [first, other]).places(first, "-1.png")


def test_a_folder_around_the_photos_takes_what_has_room(tmp_path: Path) -> None:
    below, _ = lay(tmp_path, "sub/a.jpg", "b.jpg")
    folder = OutputFolder(tmp_path, [str(tmp_path / "sub")])
    assert folder.places(below, ".jpg") == [tmp_path / "a.jpg"]
    lay(tmp_path, "a.jpg")
    with pytest.raises(OptionError, match="is there already"):
        OutputFolder(tmp_path, [str(tmp_path / "sub")]).places(below, ".jpg")


def test_pictures_made_before_are_no_photos(tmp_path: Path) -> None:
    photo, picture = lay(tmp_path / "in", "a.jpg", "seen/a.jpg")
    among = OutputFolder(tmp_path / "in" / "seen", [str(tmp_path / "in")])
    assert (among.holds(photo), among.holds(picture)) == (False, True)
    assert among.places(photo, ".jpg") == [tmp_path / "in/seen/a.jpg"]  # the second time too
    outside = OutputFolder(tmp_path / "out", [str(tmp_path / "in")])
    assert not outside.holds(picture)


def test_a_ring_of_links_is_no_error_here(tmp_path: Path) -> None:
    (tmp_path / "ring.jpg").symlink_to("ring.jpg")
    ring = str(tmp_path / "ring.jpg")
    out = OutputFolder(tmp_path / "out", [ring, str(tmp_path / "nowhere")])
    assert not out.holds(ring)
