"""``kith samples``: the sets, and a folder of one's own with the photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.samples import SETS

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Kith


def test_every_set_is_listed(kith: Kith, presidents: Path) -> None:
    rows = {row["id"]: row for row in kith.fine("samples", "list", "--json").objects}
    assert list(rows) == list(SETS)
    assert rows["presidents"]["people"] == 2
    assert rows["presidents"]["state"] == "here"
    assert rows["orl"]["people"] == 40
    assert rows["orl"]["photos"] == 400
    assert "credit" in rows["orl"]["terms"]
    shown = kith.fine("samples", "list").out
    assert all(name in shown for name in SETS)


def test_pulling_tells_the_folder(kith: Kith, presidents: Path, tmp_path: Path) -> None:
    assert kith.fine("samples", "pull", "presidents").out == f"{presidents}\n"
    to = tmp_path / "faces"
    [row] = kith.fine("samples", "pull", "presidents", "--to", to, "--json").objects
    assert row == {"id": "presidents", "path": str(to), "photos": 6}
    assert len(list(to.glob("*.jpg"))) == 6
    assert kith.fine("samples", "pull", "presidents", "--quiet").out == ""


def test_what_cannot_be(kith: Kith, presidents: Path, tmp_path: Path) -> None:
    nobody = kith("samples", "pull", "nobody")
    assert nobody.code == 2
    assert "known: celebrities" in nobody.complaint
    (tmp_path / "mine.txt").touch()
    again = kith("samples", "pull", "presidents", "--to", tmp_path)
    assert again.code == 2
    assert "not empty" in again.complaint
