from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kith as library
from decision.calibrations import calibration
from kith.models.home import home

if TYPE_CHECKING:
    from .conftest import Done, Kith, Spawn

CONTRACT = {
    "pairs",
    "folds",
    "accuracy_mean",
    "accuracy_std",
    "auc",
    "eer",
    "tar_at_far",
    "failures_to_acquire",
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
    """Five people with five photos each; nobody wrote to these."""
    return Path(shutil.copytree(celebrities / "val", tmp_path / "people"))


@pytest.fixture
def table(people: Path) -> Path:
    """Ten pairs of one person, five of two."""
    rows = ["photo,other,same"]
    everybody = [
        sorted(path.relative_to(people) for path in one.iterdir()) for one in folders(people)
    ]
    for one, other in zip(everybody, everybody[1:] + everybody[:1], strict=True):
        rows += [f"{one[0]},{one[1]},yes", f"{one[2]},{one[3]},yes", f"{one[0]},{other[1]},no"]
    path = people / "pairs.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def folders(people: Path) -> list[Path]:
    return sorted(path for path in people.iterdir() if path.is_dir())


def rows_in_cache(place: Path) -> int:
    try:
        with sqlite3.connect(f"file:{place / 'cache' / 'faces.sqlite'}?mode=ro", uri=True) as file:
            [[count]] = file.execute("SELECT count(*) FROM photos").fetchall()
        file.close()
    except sqlite3.Error:
        return 0
    return int(count)


def lines(done: Done) -> str:
    return " ".join(done.out.split())


def test_pairs(kith: Kith, table: Path) -> None:
    [found] = kith.fine("evaluate", "pairs", table, "--json", "--far", "0.5,1e-2").objects
    assert found.keys() > CONTRACT
    assert (found["pairs"], found["genuine"], found["impostor"]) == (15, 10, 5)
    assert (found["people"], found["photos"], found["failures_to_acquire"]) == (5, 20, 0)
    assert (found["detector"], found["embedder"], found["folds"]) == ("yunet", "sface", 5)
    assert found["tar_at_far"]["1e-2"] is None
    assert found["not_supported"] == {
        "5e-1": "not supported by 5 pairs",
        "1e-2": "not supported by 5 pairs",
    }
    assert found["auc"] == 1.0
    assert found["cached"] == 0
    [again] = kith.fine(
        "evaluate", "pairs", table, "--json", "--far", "0.5", "--far", "1e-2"
    ).objects
    assert again["cached"] == 20
    for one in (found, again):
        one.pop("seconds"), one.pop("cached")
    assert again == found


def test_the_table(kith: Kith, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = kith.fine("evaluate", "pairs", table)
    said = lines(done)
    assert (
        f"{table}: 15 pairs (10 of one person, 5 of two) of 20 photos of 5 people, 5 folds" in said
    )
    assert "accuracy AUC EER failed" in said
    assert "yunet + 100.00 %" in said
    assert "FAR 1e-2, 1e-3, 1e-4: not supported by 5 pairs" in said
    assert "at its own threshold threshold FMR FNMR" in said
    assert "note: the list names nobody: the 5 folders its photos lie in are the people" in said
    assert "…" not in done.out
    assert max(map(len, done.out.splitlines()[1:])) <= 110
    assert kith.fine("evaluate", "pairs", table, "--quiet").out == ""


def test_a_narrow_terminal_cuts_no_figure(
    kith: Kith, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("--far", "1,0.9,0.8,0.7,0.6", "--embedder", "sface,sface+mirror", "--rounds", "20")
    wide = kith.fine("evaluate", "pairs", table, *asked).out
    for columns in (40, 60, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        narrow = kith.fine("evaluate", "pairs", table, *asked).out
        assert "…" not in narrow
        assert narrow.count("~100 %") == wide.count("~100 %") > 0


def test_what_one_system_alone_is_noted_for(kith: Kith, table: Path) -> None:
    asked = ("--detector", "yunet,mtcnn", "--rounds", "0", "--json")
    said = lines(kith.fine("evaluate", "pairs", table, *asked[:-1]))
    assert said.count("note: the list names nobody") == 1
    assert "people (yunet" not in said
    for photo in table.parent.glob("*/*"):
        photo.write_bytes(b"no photo: " + photo.name.encode())
    said = lines(kith.fine("evaluate", "pairs", table, *asked[:-1]))
    assert said.count("every pair has a photo that failed") == 1


def test_nothing_fails_after_the_first_system_was_measured(
    kith: Kith, table: Path, own_home: Path
) -> None:
    (own_home / "licences.json").unlink(missing_ok=True)
    for asked, what in (
        (("--embedder", "sface,arcface-mbf"), "kith models accept arcface-mbf"),
        (("--embedder", "sface,yunet"), "'yunet' is not an embedder"),
        (("--detector", "yunet,sface"), "there is no detector 'sface'"),
    ):
        done = kith("evaluate", "pairs", table, *asked, "--json")
        assert (done.code, done.out) == (2, "")
        assert what in done.complaint


def test_copies_were_looked_at_too(kith: Kith, people: Path) -> None:
    one, other = folders(people)[:2]
    shutil.copy(next(one.iterdir()), other / "copy.jpg")
    kith.fine("evaluate", "folder", people, "--rounds", "0")
    assert "26 of 26 photos known" in lines(
        kith.fine("evaluate", "folder", people, "--rounds", "0")
    )


def test_systems_are_compared_in_one_go(kith: Kith, table: Path) -> None:
    asked = ("--detector", "yunet,mtcnn", "--embedder", "sface", "--embedder", "sface+mirror")
    objects = kith.fine("evaluate", "pairs", table, *asked, "--json", "--rounds", "0").objects
    assert [(one["detector"], one["embedder"]) for one in objects] == [
        ("yunet", "sface"),
        ("yunet", "sface+mirror"),
        ("mtcnn", "sface"),
        ("mtcnn", "sface+mirror"),
    ]
    assert len({one["fingerprint"] for one in objects}) == 1
    assert {one["cached"] for one in objects} == {0}
    assert objects[0]["intervals"]["auc"] is None
    said = lines(kith.fine("evaluate", "pairs", table, *asked))
    assert said.count("mtcnn + sface+mirror:") == 1
    assert said.count("20 of 20 photos known from an earlier run") == 4


def test_failures_are_told_and_count(kith: Kith, table: Path, bad: Path) -> None:
    names = sorted(path.name for path in folders(table.parent)[0].iterdir())
    shutil.copy(bad / "torn.jpg", folders(table.parent)[0] / names[0])
    done = kith.fine("evaluate", "pairs", table)
    said = lines(done)
    assert "yunet + sface: of 20 photos 1 failed, in 2 pairs, which count as no match" in said
    assert f"{names[0]}: is truncated" in said
    [found] = kith.fine("evaluate", "pairs", table, "--json").objects
    assert (found["failures_to_acquire"], found["failed_pairs"]) == (1, 2)
    [failure] = found["failures"]
    assert failure["source"].endswith(names[0])
    assert found["accuracy_mean"] < 1


def test_a_folder(kith: Kith, people: Path) -> None:
    [found] = kith.fine("evaluate", "folder", people, "--json", "--far", "0.02").objects
    assert (found["genuine"], found["impostor"], found["folds"]) == (50, 250, 0)
    assert found["accuracy_mean"] is None
    assert found["tar_at_far"]["2e-2"] > 0.7
    low, high = found["intervals"]["tar_at_far"]["2e-2"]
    assert low <= found["tar_at_far"]["2e-2"] <= high
    asked = ("--impostors", "40", "--seed", "5", "--json", "--far", "0.1")
    [some] = kith.fine("evaluate", "folder", people, *asked).objects
    assert (some["genuine"], some["impostor"]) == (50, 40)
    assert any("a sample of 40 is compared" in note for note in some["notes"])
    [again] = kith.fine("evaluate", "folder", people, *asked).objects
    assert again["fingerprint"] == some["fingerprint"]
    assert "accuracy" not in kith.fine("evaluate", "folder", people).out


def test_copies_in_a_folder_are_told(kith: Kith, people: Path) -> None:
    one, other = folders(people)[:2]
    shutil.copy(sorted(one.iterdir())[0], other / "copy.jpg")
    shutil.copy(sorted(one.iterdir())[1], one / "copy.jpg")
    [found] = kith.fine("evaluate", "folder", people, "--json").objects
    assert found["photos"] == 24
    assert any(
        note.startswith("2 photos are copies of a photo of somebody") for note in found["notes"]
    )
    assert any(note.startswith("1 photos are second copies") for note in found["notes"])


def test_empty_files_are_failures_not_copies(kith: Kith, people: Path) -> None:
    for person in folders(people)[:3]:
        sorted(person.iterdir())[0].write_bytes(b"")
    [found] = kith.fine("evaluate", "folder", people, "--json").objects
    assert (found["photos"], found["failures_to_acquire"]) == (25, 3)
    assert (found["genuine"], found["impostor"]) == (50, 250)
    assert found["failed_pairs"] == 3 * 24 - 3
    assert not any("copies" in note for note in found["notes"])


def test_an_open_set(kith: Kith, people: Path, tmp_path: Path) -> None:
    names = [path.name for path in folders(people)]
    for name in names[:3]:
        for part, places in (("gallery", slice(0, 2)), ("probes", slice(2, 5))):
            (tmp_path / part / name).mkdir(parents=True)
            for path in sorted((people / name).iterdir())[places]:
                shutil.copy(path, tmp_path / part / name)
    unknown = people / "unknown.txt"
    unknown.write_text("\n".join(names[3:]))
    asked = (
        "evaluate", "openset", "--gallery-root", tmp_path / "gallery", "--probes",
        tmp_path / "probes", "--unknown", unknown, "--fpir", "0.5,0.003",
    )  # fmt: skip
    [found] = kith.fine(*asked, "--json").objects
    assert (found["people"], found["probes"], found["unknown"]) == (3, 9, 10)
    assert found["rank1"] > 0.8
    assert found["fnir_at_fpir"]["3e-3"] is None
    assert found["fnir_at_fpir"]["5e-1"] is not None
    assert len(found["cmc"]) == 3
    said = lines(kith.fine(*asked))
    assert "3 people in the gallery, 9 probes of 3 of them, 10 photos of 2 people unknown" in said
    assert "FPIR 3e-3: not supported by 10 probes of strangers" in said
    page = tmp_path / "report"
    assert str(page / "index.html") in lines(kith.fine(*asked, "--report", page))
    assert "unknown" in (page / "index.html").read_text("utf-8")
    inside = kith(*asked, "--report", tmp_path / "probes" / "report")
    assert inside.code == 2
    assert "is where photos are" in inside.err


def test_at_a_gallerys_threshold(
    kith: Kith, table: Path, gallery: Path, recognizer: library.Recognizer
) -> None:
    refused = kith("evaluate", "pairs", table, "--gallery", gallery)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    kith.fine("enroll", "Ada", next(folders(table.parent)[0].iterdir()))
    refused = kith("evaluate", "pairs", table, "--gallery", gallery)
    assert (refused.code, "has no calibration: run kith calibrate" in refused.err) == (2, True)
    with library.Gallery(gallery, recognizer=recognizer) as known:
        known.set_calibration(calibration(contract=recognizer.contract, threshold=0.99))
    [found] = kith.fine("evaluate", "pairs", table, "--gallery", gallery, "--json").objects
    assert found["default"]["threshold"] == 0.368
    assert found["calibrated"]["threshold"] == 0.99
    assert (found["calibrated"]["fmr"], found["calibrated"]["fnmr"]) == (0.0, 1.0)
    said = lines(kith.fine("evaluate", "pairs", table, "--gallery", gallery))
    assert "at the gallery's" in said
    other = kith("evaluate", "pairs", table, "--gallery", gallery, "--embedder", "sface+mirror")
    assert (other.code, "calibrated for another kind of embedding" in other.err) == (2, True)
    several = ("--embedder", "sface+mirror", "--detector", "yunet,mtcnn", "--json")
    none = kith("evaluate", "pairs", table, "--gallery", gallery, *several)
    assert (none.code, none.out) == (2, "")
    assert "calibrated for another kind of embedding" in none.complaint
    some = ("--embedder", "sface,sface+mirror", "--json")
    both = kith.fine("evaluate", "pairs", table, "--gallery", gallery, *some).objects
    assert [one["calibrated"] is None for one in both] == [False, True]
    [plain] = kith.fine("evaluate", "pairs", table, "--json").objects
    assert plain["calibrated"] is None


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("pairs", "nothing.txt"), "nothing.txt: there is no such file"),
        (("pairs", "."), ". is no file: name the file with the list"),
        (("pairs", "pairs.csv", "--root", ".."), "20 of 20 photos are not below .., the first"),
        (("pairs", "pairs.csv", "--far", "often"), "often is no rate"),
        (("pairs", "pairs.csv", "--far", "0"), "0 is no rate"),
        (("pairs", "pairs.csv", "--far", "1e-2,"), "it is empty"),
        (("pairs", "pairs.csv", "--embedder", ""), "it is empty"),
        (("pairs", "pairs.csv", "--embedder", "sface,nobody"), "nobody"),
        (("pairs", "pairs.csv", "--detector", "nothing"), "nothing"),
        (("pairs", "pairs.csv", "--rounds", "-1"), "--rounds"),
        (("pairs", "pairs.csv", "--rounds", "1000000000"), "--rounds"),
        (("folder", "nothing"), "nothing: there is no such file or folder"),
        (("folder", "pairs.csv"), "pairs.csv is a file: name the folder that holds the people"),
        (("folder", "..", "--impostors", "0"), "--impostors"),
        (("openset",), "Missing option"),
        (("openset", "--gallery-root", ".", "--probes", "nothing", "--unknown", "."), "nothing"),
    ],
)
def test_mistakes_are_one_line(
    kith: Kith, table: Path, arguments: tuple[str, ...], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(table.parent)
    done = kith("evaluate", *arguments)
    assert (done.code, done.out) == (2, "")
    assert what in done.complaint


def test_missing_photos(kith: Kith, table: Path) -> None:
    victim = folders(table.parent)[0]
    first = sorted(victim.iterdir())[0]
    first.unlink()
    done = kith("evaluate", "pairs", table)
    assert (done.code, done.out) == (2, "")
    assert done.complaint.startswith("1 of 20 photos are not below")
    assert f"{victim.name}/{first.name}: is --root right?" in done.complaint
    [found] = kith.fine("evaluate", "pairs", table, "--skip-missing", "--json").objects
    assert found["pairs"] == 13
    assert "1 photos are not there: 2 of 15 pairs are left out" in found["notes"]


def test_without_a_cache_nothing_is_kept(kith: Kith, table: Path, own_home: Path) -> None:
    kith.fine("evaluate", "pairs", table, "--no-cache", "--quiet")
    assert not (own_home / "cache").exists()
    kith.fine("evaluate", "pairs", table, "--quiet")
    assert rows_in_cache(own_home) == 20
    [found] = kith.fine("evaluate", "pairs", table, "--no-cache", "--json").objects
    assert found["cached"] == 0


def test_forgetting_somebody_forgets_their_photos(kith: Kith, table: Path, own_home: Path) -> None:
    somebody = folders(table.parent)[0]
    kith.fine("enroll", "Ada", somebody)
    kith.fine("evaluate", "pairs", table, "--quiet")
    assert rows_in_cache(own_home) == 20
    kith.fine("gallery", "forget", "Ada", "--yes")
    assert rows_in_cache(own_home) == 16
    [found] = kith.fine("evaluate", "pairs", table, "--json").objects
    assert found["cached"] == 16


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_run_goes_on(
    spawn: Spawn, celebrities: Path, own_home: Path, how: signal.Signals
) -> None:
    spawn.environment["KITH_HOME"] = str(own_home)
    asked = ("evaluate", "folder", celebrities / "train", "--json", "--detector", "mtcnn")
    running = spawn.start(*asked)
    deadline = time.monotonic() + 60
    while rows_in_cache(own_home) == 0 and running.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(running.pid, how)
    out, err = running.communicate(timeout=60)
    if not out:  # a fast machine may have been done
        assert running.returncode == (-9 if how is signal.SIGKILL else 130)
        assert how is signal.SIGKILL or "what was done is kept" in err
    kept = rows_in_cache(own_home)
    assert kept > 0
    done = spawn(*asked)
    assert done.code == 0
    assert json.loads(done.out)["cached"] == kept
