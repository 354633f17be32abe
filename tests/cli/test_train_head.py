"""``kith train head``, and ``kith classify`` with what it made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kith.models.own import own_cards

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore

    from .conftest import Kith

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


@pytest.fixture
def home(tmp_path: Path, networks: ModelStore, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own with the real networks."""
    found = tmp_path / "home"
    found.mkdir()
    (networks.home / "models").mkdir(parents=True, exist_ok=True)
    (found / "models").symlink_to(networks.home / "models")
    monkeypatch.setenv("KITH_HOME", str(found))
    return found


@pytest.fixture
def two(tmp_path: Path, celebrities: Path) -> Path:
    """Two people with five photos each."""
    for name in ("madonna", "elton_john"):
        (tmp_path / "two" / name).mkdir(parents=True)
        for photo in sorted((celebrities / "train" / name).iterdir())[:5]:
            shutil.copy(photo, tmp_path / "two" / name)
    return tmp_path / "two"


def test_the_json(kith: Kith, home: Path, two: Path, celebrities: Path, presidents: Path) -> None:
    shutil.copy(two / "madonna" / "01.jpg", two / "madonna" / "copy.jpg")
    [done] = kith.fine(
        *("train", "head", two, "--out", "two", "--kind", "centroid", "--json"),
        *("--strangers", presidents, "--held-out", celebrities / "val"),
    ).objects
    assert (done["id"], done["kind"], done["embedder"]) == ("two", "centroid", "sface")
    assert (done["people"], done["photos"], done["one_photo"]) == (2, 10, 0)
    assert done["cross_validated"]["accuracy"]["value"] == 1.0
    assert done["cross_validated"]["accuracy"]["trials"] == 10
    assert done["cross_validated"]["fpir"]["value"] == 0.0
    assert done["held_out"]["accuracy"] == done["held_out"]["template"]["accuracy"]
    assert done["held_out"]["fnir"]["value"] == 0.0
    assert done["strangers"] == {"source": "strangers", "people": 6}
    assert done["reject"]["how"] == "threshold"
    assert 0.3 < done["reject"]["similarity"] < 0.5
    assert 0.85 < done["probability"]["confidence"] < 0.95
    assert done["better_than_template"] is False
    [left_out] = done["skipped"]
    assert left_out["reason"] == "a copy of another photo of theirs"
    card = own_cards(home)["two"]
    assert (done["sha256"], done["fingerprint"]) == (card.weights.sha256, card.origin.fingerprint)


def test_what_people_read_and_what_classify_says(
    kith: Kith, home: Path, two: Path, celebrities: Path, presidents: Path, tmp_path: Path
) -> None:
    done = kith.fine("train", "head", two, "--out", "two", "--seed", "3")
    assert "two: softmax head on sface, 2 people, 10 photos" in done.out
    assert "a template does as well" in done.out
    assert "kith classify PATH --model two" in done.out
    photo = celebrities / "val" / "madonna" / "01.jpg"
    [seen, stranger] = kith.fine(
        "classify", photo, presidents / "obama.jpg", "--model", "two", "--json"
    ).objects
    [face] = seen["faces"]
    assert (face["verdict"], face["name"], face["reason"]) == ("match", "madonna", None)
    assert face["similarity"] > face["threshold"]
    assert [one["name"] for one in face["top"]] == ["madonna", "elton_john"]
    [other] = stranger["faces"]
    assert (other["verdict"], other["name"]) == ("unknown", None)
    assert other["similarity"] < other["threshold"]
    drawn = tmp_path / "drawn"
    table = kith.fine(
        "classify", photo, presidents / "obama.jpg", "--model", "two", "--draw", drawn
    ).out
    assert "unknown, most like" in table
    assert "similarity" in table
    assert {one.name for one in drawn.rglob("*.jpg")} == {"01.jpg", "obama.jpg"}
    rows = kith.fine("models", "list", "--json").objects
    assert next(row for row in rows if row["id"] == "two")["own"] is True


def test_quiet_and_replacing(kith: Kith, home: Path, two: Path) -> None:
    assert kith.fine("train", "head", two, "--out", "two", "--quiet", "--no-cache").out == ""
    assert not (home / "cache").exists()
    again = kith("train", "head", two, "--out", "two", "--quiet")
    assert again.code == 2
    assert "--replace" in again.complaint
    before = own_cards(home)["two"]
    kith.fine("train", "head", two, "--out", "two", "--kind", "svm", "--replace", "--no-reject")
    after = own_cards(home)["two"]
    assert (before.reject is None, after.reject) == (False, None)
    assert before.weights != after.weights


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "A b"), "cannot be a model's id"),
        (("--out", "sface"), "give yours another id"),
        (("--out", "x", "--kind", "forest"), "softmax, centroid, svm"),
        (("--out", "x", "--fpir", "0"), "between 0 and 1"),
        (("--out", "x", "--embedder", "nobody"), "no model is called 'nobody'"),
        (("--out", "x", "--strangers", "nowhere"), "no such file or folder"),
        (("--out", "x", "--held-out", "nowhere"), "no such file or folder"),
        ((), "Missing option '--out'"),
    ],
)
def test_wrong_use(kith: Kith, home: Path, two: Path, options: tuple[str, ...], said: str) -> None:
    done = kith("train", "head", two, *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.complaint
    assert dict(own_cards(home)) == {}


def test_folders_that_nothing_can_be_learned_from(
    kith: Kith, home: Path, two: Path, tmp_path: Path
) -> None:
    shutil.rmtree(two / "madonna")
    one = kith("train", "head", two, "--out", "x")
    assert (one.code, "one person has a photo" in one.complaint) == (2, True)
    (tmp_path / "empty").mkdir()
    none = kith("train", "head", tmp_path / "empty", "--out", "x")
    assert (none.code, "there is no photo" in none.complaint) == (2, True)
    assert not (home / "own").exists()


def test_a_head_that_cannot_be_proven_is_not_kept(
    kith: Kith, home: Path, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kith.training.head import graph

    monkeypatch.setattr(graph, "PARITY", -1.0)
    done = kith("train", "head", two, "--out", "x")
    assert done.code == 2
    assert "nothing was kept" in done.complaint
    assert not (home / "own").exists()
