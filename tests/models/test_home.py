from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from kith.errors import ModelUnavailable
from kith.models.home import home, mirror


def test_the_users_choice_then_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_HOME", str(tmp_path / "mine"))
    assert home() == tmp_path / "mine"
    for unset in ("", "  "):
        monkeypatch.setenv("KITH_HOME", unset)
        assert home() == Path(platformdirs.user_data_dir("kith", appauthor=False))


def test_a_tilde_and_a_relative_path_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("KITH_HOME", "~/kith")
    assert home() == tmp_path / "kith"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KITH_HOME", "here")
    assert home() == tmp_path / "here"


def test_a_file_is_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KITH_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelUnavailable, match="is not a folder; set KITH_HOME"):
        home()


def test_the_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mirror() is None
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(tmp_path))
    assert mirror() == tmp_path
