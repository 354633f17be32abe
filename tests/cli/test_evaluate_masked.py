from __future__ import annotations

import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

import kith as library
from decision.calibrations import calibration
from kith.models.home import home

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Done, Kith, Spawn

CONTRACT = {
    "photos",
    "people",
    "pairs",
    "detector",
    "embedder",
    "comparison",
    "bare",
    "masked",
    "told",
    "failures_to_acquire",
    "fingerprint",
    "seed",
}


@pytest.fixture
def own_home(kith: Kith, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's networks, and a cache that is not theirs."""
    place = tmp_path / "home"
    place.mkdir()
    for path in home().iterdir():
        if path.name != "cache":
            (place / path.name).symlink_to(path)
    monkeypatch.setenv("KITH_HOME", str(place))
    return place


@pytest.fixture
def people(celebrities: Path, own_home: Path, tmp_path: Path) -> Path:
    """Three people with three photos each."""
    root = tmp_path / "people"
    for name in ("ben_afflek", "jerry_seinfeld", "mindy_kaling"):
        (root / name).mkdir(parents=True)
        for path in sorted((celebrities / "val" / name).iterdir())[:3]:
            shutil.copy(path, root / name)
    return root


def words(done: Done) -> str:
    return " ".join(done.out.split())


def test_json(kith: Kith, people: Path) -> None:
    asked = ("--styles", "surgical,cloth", "--coverages", "nose,chin", "--far", "0.2,1e-3")
    found, other = kith.fine("evaluate", "masked", "--root", people, *asked, "--json").objects
    assert (found["comparison"], other["comparison"]) == ("whole face", "as kith compares")
    assert other.keys() == found.keys()
    assert other["bare"] == found["bare"]
    assert other["masked"][0]["similarity"] != found["masked"][0]["similarity"]
    assert found.keys() > CONTRACT
    assert (found["photos"], found["people"], found["pairs"]) == (9, 3, 36)
    kinds = [(one["style"], one["coverage"]) for one in found["masked"]]
    assert kinds == [
        ("surgical", "nose"), ("surgical", "chin"), ("cloth", "nose"), ("cloth", "chin"),
    ]  # fmt: skip
    for one in found["masked"]:
        assert one["painted"] == 9
        assert one["masked_probe"]["pairs"] == 72
        assert one["both_masked"]["pairs"] == 36
        assert one["names"]["bare"]["right"]["share"] == 1.0
        assert len(one["of_people"]) == 3
        assert one["masked_probe"]["not_supported"] == {"1e-3": "not supported by 27 pairs"}
    nose, chin = found["masked"][:2]
    assert nose["similarity"]["drop"] > chin["similarity"]["drop"]
    at = {one["name"]: one for one in nose["masked_probe"]["at"]}
    assert at.keys() == {"distance 0.4", "distance 0.5", "distance 0.6", "own"}
    assert at["distance 0.4"]["threshold"] == pytest.approx(0.6)
    assert at["distance 0.4"]["fnmr"] >= at["distance 0.6"]["fnmr"]
    assert "of_photos" not in found


def test_the_same_seed_gives_the_same(kith: Kith, people: Path) -> None:
    asked = ("evaluate", "masked", "--root", people, "--style", "cloth", "--json", "--rounds", "0")
    first, again, other = (
        kith.fine(*asked, *seed).objects[0] for seed in ((), ("--seed", "0"), ("--seed", "9"))
    )
    assert (first["cached"], again["cached"]) == (0, 9)
    for one in (first, again):
        one.pop("seconds"), one.pop("cached")
    assert first == again
    assert other["masked"][0]["similarity"] != first["masked"][0]["similarity"]
    assert other["bare"] == first["bare"]


def test_tables(kith: Kith, people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    asked = ("evaluate", "masked", "--root", people, "--style", "surgical", "--far", "0.2,1e-3")
    asked += ("--rounds", "20")
    done = kith.fine(*asked, "--photos")
    said = words(done)
    assert "yunet + sface, as kith compares; names from 0.368" in said
    assert f"{people}: 36 pairs (9 of one person, 27 of two) of 9 photos of 3 people" in said
    assert "masked in 1 way" in said
    assert "what masks cost" in said
    assert "FMR 1e-3: not supported by 27 pairs" in said
    assert "both masked" in said
    assert "accuracy at 0.4 0.5 0.6 0.368" in said
    assert "jerry_seinfeld" in said
    assert "3/3 right" in said
    for path in people.rglob("*.jpg"):
        assert path.name in done.out
    assert "…" not in kith.fine(*asked).out
    assert kith.fine(*asked, "--quiet").out == ""


def test_a_narrow_terminal_cuts_no_figure(
    kith: Kith, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("evaluate", "masked", "--root", people, "--style", "kn95", "--far", "0.2,0.5")
    asked += ("--rounds", "20")
    wide = kith.fine(*asked).out
    for columns in (50, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        narrow = kith.fine(*asked).out
        assert "…" not in narrow
        assert narrow.count(" %") == wide.count(" %") > 10


def test_pairs_of_a_list(kith: Kith, people: Path, tmp_path: Path) -> None:
    photos = sorted(path.relative_to(people) for path in people.rglob("*.jpg"))
    rows = ["a,b,same"]
    rows += [f"{photos[at]},{photos[at + 1]},{int(at % 3 < 2)}" for at in range(8)]
    table = tmp_path / "pairs.csv"
    table.write_text("\n".join(rows))
    asked = ("--root", people, "--pairs", table, "--style", "surgical", "--json")
    found, _ = kith.fine("evaluate", "masked", *asked).objects
    assert (found["pairs"], found["genuine"], found["impostor"]) == (8, 6, 2)
    assert found["masked"][0]["masked_probe"]["pairs"] == 16
    (people / photos[0]).unlink()
    done = kith("evaluate", "masked", *asked)
    assert (done.code, "1 of 9 photos are not below" in done.complaint) == (2, True)
    some, _ = kith.fine("evaluate", "masked", *asked, "--skip-missing").objects
    assert some["pairs"] == 7


def test_two_people_a_photo_without_faces_and_a_broken_one(
    kith: Kith, people: Path, photos: Path
) -> None:
    shutil.rmtree(people / "mindy_kaling")
    shutil.copy(photos / "green.png", people / "ben_afflek")
    (people / "ben_afflek" / "broken.jpg").write_bytes(b"no photo")
    asked = ("evaluate", "masked", "--root", people, "--style", "surgical", "--photos")
    found, _ = kith.fine(*asked, "--json").objects
    assert (found["photos"], found["people"], found["failures_to_acquire"]) == (8, 2, 2)
    assert found["masked"][0]["painted"] == 6
    assert {one["bare"]["answer"] for one in found["of_photos"]} == {"right", "unknown"}
    said = words(kith.fine(*asked))
    assert "of 8 photos 2 failed" in said
    assert "no face found" in said


def test_several_systems(kith: Kith, people: Path, tmp_path: Path) -> None:
    asked = ("evaluate", "masked", "--root", people, "--style", "surgical", "--rounds", "0")
    several = ("--embedders", "sface,sface+mirror")
    page = tmp_path / "report"
    objects = kith.fine(*asked, *several, "--report", page, "--json").objects
    assert list(dict.fromkeys(one["embedder"] for one in objects)) == ["sface", "sface+mirror"]
    html = (page / "index.html").read_text("utf-8")
    assert "What do masks cost?" in html
    assert "sface+mirror" in html
    said = words(kith.fine(*asked, "--report", page))
    assert str(page / "index.html") in said


def test_at_a_gallerys_threshold(
    kith: Kith, people: Path, gallery: Path, recognizer: library.Recognizer
) -> None:
    kith.fine("enroll", "Ada", next((people / "ben_afflek").iterdir()))
    asked = ("evaluate", "masked", "--root", people, "--style", "surgical", "--gallery", gallery)
    assert "has no calibration" in kith(*asked).complaint
    with library.Gallery(gallery, recognizer=recognizer) as known:
        known.set_calibration(calibration(contract=recognizer.contract, threshold=0.99))
    found = kith.fine(*asked, "--json").objects[0]
    assert found["threshold_in_use"]["pair"] == 0.99
    at = found["bare"]["at"][-1]
    assert (at["name"], at["threshold"], at["fnmr"]) == ("calibrated", 0.99, 1.0)
    assert found["masked"][0]["names"]["bare"]["right"]["share"] == 0.0
    odds = found["masked"][0]["similarity"]["probability"]
    assert 0 < odds["masked"] <= odds["bare"] < 1


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "name the photos: --root ROOT, or --pairs FILE"),
        (("--root", "nothing"), "nothing: there is no such file or folder"),
        (("--root", "people", "--styles", "tin"), "tin is no style of a mask; there are surgical,"),
        (("--root", "people", "--coverages", "ear"), "ear is no coverage of a mask"),
        (("--root", "people", "--styles", ""), "it is empty"),
        (("--root", "people", "--thresholds", "far"), "far is no cosine distance"),
        (("--root", "people", "--thresholds", "0.4,3"), "3 is no cosine distance"),
        (("--root", "people", "--far", "0"), "0 is no rate"),
        (("--root", "people", "--embedders", "sface,nobody"), "nobody"),
        (("--root", "people/ben_afflek"), "nobody has two photos"),
        (("--root", "people", "--pairs", "nothing.txt"), "nothing.txt: there is no such file"),
        (("--root", "people", "--report", "people"), "is where photos are"),
    ],
)
def test_mistakes_are_one_line(
    kith: Kith, people: Path, arguments: tuple[str, ...], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(people.parent)
    done = kith("evaluate", "masked", *arguments)
    assert (done.code, done.out) == (2, "")
    assert what in done.complaint


def test_it_stops_when_asked(spawn: Spawn, celebrities: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    every = ("surgical,cloth,kn95,ffp2,fashion,bandana", "nose,mouth,chin")
    running = spawn.start(
        "evaluate", "masked", "--root", celebrities / "train", "--styles", every[0],
        "--coverages", every[1], "--report", report, "--json", "--no-cache",
    )  # fmt: skip
    time.sleep(2.0)
    assert running.poll() is None, running.communicate()
    running.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = running.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert (running.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert not report.exists()
