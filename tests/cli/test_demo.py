"""The demo, from its photos to the page it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from kith.gallery.store import GalleryStore
from kith.media.films import open_film
from kith.samples import CELEBRITIES

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Kith


@pytest.fixture
def out(tmp_path: Path, recognizer: object, celebrities: Path, presidents: Path) -> Path:
    """Not there yet, like the folder above it."""
    return tmp_path / "new" / "demo"


def test_everybody_is_told_rightly(kith: Kith, out: Path) -> None:
    *outcomes, pair, files = kith.fine("demo", "--out", out, "--json").objects
    assert len(outcomes) == 28
    for one in outcomes:
        assert one["result"] == ("right" if one["truth"] else "right: unknown"), one
        assert one["name"] == one["truth"]
    assert {one["truth"] for one in outcomes} == {*CELEBRITIES.people.values(), None}
    assert pair["verified"] == "match"
    assert pair["similarity"] > 0.6
    assert files["gallery"] == str(out / "people.kith")
    assert files["picture"] == str(out / "contact-sheet.png")
    assert 0 < files["seconds"] < 120


def test_the_page(kith: Kith, out: Path) -> None:
    text = kith.fine("demo", "--out", out).out
    assert "enrolled Mindy Kaling from 22 photos" in text
    assert "verified: obama.jpg and obama2.jpg: the same person" in text
    assert f"kith identify PHOTO --gallery {out / 'people.kith'}" in text
    page = np.asarray(Image.open(out / "contact-sheet.png"))
    height, width, channels = page.shape
    assert channels == 3
    # 5 + 25 + 3 + 2 tiles of 168 pixels: wide enough for several, and of pleasant proportions.
    assert 900 <= width <= 2400
    assert 0.5 <= height / width <= 2.5
    tiles = (page.astype(int).std(axis=2) > 12).mean()
    assert 0.1 < tiles < 0.9  # photos have colours, the page has none
    with GalleryStore.open(out / "people.kith") as store:
        assert sum(person.photos for person in store.people()) == 93
        assert store.check() == []


def test_a_second_run_finds_everybody_there(kith: Kith, out: Path) -> None:
    first = kith.fine("demo", "--out", out, "--json").objects
    page = (out / "contact-sheet.png").read_bytes()
    again = kith.fine("demo", "--out", out, "--json").objects
    assert again[:-1] == first[:-1]  # the last one holds the time
    assert (out / "contact-sheet.png").read_bytes() == page
    assert "enrolled" not in kith.fine("demo", "--out", out).out
    assert sorted(path.name for path in out.iterdir()) == ["contact-sheet.png", "people.kith"]
    assert kith.fine("demo", "--out", out, "--quiet").out == ""


def test_a_place_that_cannot_be_made(kith: Kith, tmp_path: Path, out: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = kith("demo", "--out", tmp_path / "file")
    assert (done.code, done.out) == (2, "")
    assert (
        done.complaint == f"{tmp_path / 'file'} cannot be made a folder (File exists): name another"
    )


def test_without_any_option(
    kith: Kith, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "picture:  kith-demo" in kith.fine("demo").out
    assert (tmp_path / "kith-demo" / "contact-sheet.png").stat().st_size > 100_000


def test_a_film_of_the_photos(kith: Kith, out: Path) -> None:
    *_, files = kith.fine("demo", "--film", "--out", out, "--json").objects
    assert files["film_named"] == str(out / "film-named.mp4")
    with open_film(files["film"]) as plain, open_film(files["film_named"]) as named:
        assert named.info.audio
        assert named.info.duration == pytest.approx(plain.info.duration, abs=0.1)
    with Image.open(files["film_faces"]) as faces:
        assert faces.width > 1000
    *people, film = kith.fine(
        "identify", files["film"], "--gallery", files["gallery"], "--json"
    ).objects
    when = {one["person"]: [(a["start"], a["end"]) for a in one["appearances"]] for one in people}
    assert when == {
        "Madonna": [(0.0, pytest.approx(9.0, abs=0.2))],
        "Mindy Kaling": [(0.0, pytest.approx(6.0, abs=0.2))],
        None: [(pytest.approx(2.0, abs=0.3), pytest.approx(9.0, abs=0.2))],
    }
    assert (film["known"], film["unknown"]) == (2, 1)
