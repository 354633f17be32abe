from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kith.models.sources.base import SourceFailed
from kith.models.sources.mirror import MirrorFetcher

from ..conftest import CONTENT

if TYPE_CHECKING:
    from pathlib import Path


def fetch(folder: Path, target: Path, limit: int = len(CONTENT)) -> None:
    fetcher = MirrorFetcher(folder, ("tiny/a.onnx", "a.onnx"), limit)
    assert fetcher.fetch(target, lambda done, total: None) is False


@pytest.mark.parametrize("name", ["tiny/a.onnx", "a.onnx"])
def test_copies_either_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / name).write_bytes(CONTENT)
    fetch(tmp_path, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT


def test_the_models_own_folder_comes_first(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny/a.onnx").write_bytes(b"mine")
    (tmp_path / "a.onnx").write_bytes(b"somebody's")
    fetch(tmp_path, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"mine"


def test_what_can_be_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="no folder"):
        fetch(tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(SourceFailed, match=r"neither tiny/a\.onnx nor a\.onnx"):
        fetch(tmp_path, tmp_path / "out")
    (tmp_path / "a.onnx").write_bytes(CONTENT + b"!")
    with pytest.raises(SourceFailed, match="1,024,001 bytes, more than 1,024,000"):
        fetch(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
