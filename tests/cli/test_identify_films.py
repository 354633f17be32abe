from __future__ import annotations

import csv
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from kith.media.films import open_film
from live.made import SECONDS, TRUTH, party

if TYPE_CHECKING:
    from pathlib import Path

    import kith as library

    from .conftest import Kith, Spawn

NEAR = 0.45


@pytest.fixture(scope="session")
def party_film(
    tmp_path_factory: pytest.TempPathFactory, celebrities: Path, recognizer: library.Recognizer
) -> Path:
    path = tmp_path_factory.mktemp("party") / "party.mp4"
    party(path, celebrities, recognizer, tone=True)
    return path


@pytest.fixture
def film(party_film: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return shutil.copy(party_film, folder / "party.mp4")


@pytest.fixture
def known(kith: Kith, celebrities: Path) -> Kith:
    photos = sorted((celebrities / "train" / "madonna").glob("*.jpg"))[:5]
    kith.fine("enroll", "Madonna", *photos, "--quiet")
    return kith


def near(appearances: list[dict[str, Any]], spans: list[tuple[float, float]]) -> bool:
    found = [(one["start"], one["end"]) for one in appearances]
    return len(found) == len(spans) and bool(np.abs(np.subtract(found, spans)).max() < NEAR)


def test_who_appears_when(known: Kith, film: Path) -> None:
    *people, whole = known.fine("identify", film, "--json").objects
    assert [(one["person"], one["group"]) for one in people] == [
        ("Madonna", None),
        (None, 1),
        (None, 2),
    ]
    for one, who in zip(people, ("Madonna", "Elton", "Mindy"), strict=True):
        assert (one["source"], one["kind"]) == (str(film), "film")
        assert near(one["appearances"], TRUTH[who])
        seconds = sum(span["end"] - span["start"] for span in one["appearances"])
        assert one["seconds"] == pytest.approx(seconds, abs=0.002)
        assert set(one) == {
            *("source", "kind", "person", "group", "verdict", "name", "similarity", "threshold"),
            *("seconds", "appearances", "best", "candidates"),
        }
        assert set(one["best"]) >= {"time", "box", "landmarks", "quality"}
    assert [one["verdict"] for one in people] == ["match", "unknown", "unknown"]
    assert people[0]["similarity"] >= people[0]["threshold"] > people[1]["similarity"]
    assert whole["source"] == str(film)
    assert whole["duration"] == pytest.approx(SECONDS, abs=0.01)
    assert (whole["frames"], whole["width"], whole["height"]) == (120, 640, 360)
    assert (whole["people"], whole["known"], whole["unknown"]) == (3, 1, 2)
    assert (whole["problem"], whole["skipped"]) == (None, 0)


def test_the_table(known: Kith, film: Path) -> None:
    out = known.fine("identify", film).out
    head, *lines = out.splitlines()
    assert head.startswith(f"{film}: 0:08.0, 1 known, 2 unknown")
    [row] = [line for line in lines if "Madonna" in line]
    assert row.count("–") == 2
    assert [name in out for name in ("unknown 1", "unknown 2", "unknown 3")] == [True, True, False]
    assert known.fine("identify", film, "--quiet").out == ""


def test_cues_and_rows(known: Kith, film: Path, tmp_path: Path) -> None:
    known.fine("identify", film, "--vtt", tmp_path / "v", "--csv", tmp_path / "c", "--quiet")
    cues = (tmp_path / "v" / "party.vtt").read_bytes().decode()
    assert cues.startswith("WEBVTT\n\n")
    assert cues.count("\nMadonna\n") == 2
    assert cues.count(" --> ") == 4
    with (tmp_path / "c" / "party.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["person"] for row in rows] == ["Madonna", "unknown 1", "unknown 2", "Madonna"]


def test_an_annotated_film(known: Kith, film: Path, tmp_path: Path) -> None:
    known.fine("identify", film, "--draw", tmp_path / "drawn", "--quiet")
    assert {path.name for path in (tmp_path / "drawn").iterdir()} == {
        "party.mp4",
        "party-faces.png",
    }
    with open_film(film) as plain, open_film(tmp_path / "drawn" / "party.mp4") as drawn:
        assert (drawn.info.width, drawn.info.height) == (640, 360)
        assert (drawn.info.codec, drawn.info.audio) == ("h264", True)
        assert drawn.info.duration == pytest.approx(SECONDS, abs=0.1)
        pairs = list(zip(plain.frames(every=12), drawn.frames(every=12), strict=True))
        assert len(pairs) == 10
        for before, after in pairs:
            assert after.time == pytest.approx(before.time, abs=0.005)
            changed = np.abs(after.pixels.astype(int) - before.pixels).max(axis=2) > 90
            seen = changed[:, :320].any(), changed[:, 320:].any()  # Madonna; the others
            both = [any(a < before.time < b for a, b in TRUTH[name]) for name in TRUTH]
            if (
                min(abs(before.time - t) for spans in TRUTH.values() for s in spans for t in s)
                > 0.3
            ):
                assert seen == (both[0], both[1] or both[2]), before.time
    strip = np.asarray(Image.open(tmp_path / "drawn" / "party-faces.png"))
    assert strip.shape[1:] == (1600, 3)


def test_photos_and_films_together(known: Kith, film: Path, photos: Path, tmp_path: Path) -> None:
    shutil.copy(film, photos / "k.mp4")  # in the midst of the photos
    done = known.fine("identify", photos, film, "--json", "--rate", "5", "--draw", photos / "seen")
    sources = [one["source"].rpartition("/")[2] for one in done.objects]
    order = list(dict.fromkeys(sources))
    assert order == [
        *("biden.jpg", "green.png", "k.mp4", "obama.jpg", "obama2.jpg", "pair.jpg", "party.mp4")
    ]
    written = {path.name for path in (photos / "seen").iterdir()}
    assert {"biden.jpg", "k.mp4", "k-faces.png", "party.mp4", "party-faces.png"} <= written
    # What was written is nothing to look at the next time.
    again = known.fine("identify", photos, "--json", "--rate", "5", "--draw", photos / "seen")
    assert {one["source"].rpartition("/")[2] for one in again.objects} == {*order} - {"party.mp4"}


def test_fewer_candidates(known: Kith, film: Path, celebrities: Path) -> None:
    known.fine("enroll", "Ben", celebrities / "train" / "ben_afflek" / "01.jpg", "--quiet")
    for top in (1, 2):
        *people, _ = known.fine("identify", film, "--json", "--rate", "5", "--top", top).objects
        assert {len(one["candidates"]) for one in people} == {top}


def test_fewer_frames(known: Kith, film: Path) -> None:
    every = known.fine("identify", film, "--json", "--every", "4").objects[-1]
    assert every["frames"] == 30
    rate = known.fine("identify", film, "--json", "--rate", "5").objects[-1]
    assert rate["frames"] == pytest.approx(40, abs=1)
    for wrong in (("--rate", "0"), ("--rate", "nan"), ("--rate", "-2")):
        done = known("identify", film, *wrong)
        assert (done.code, done.out) == (2, "")
        assert "--rate" in done.complaint
    assert known("identify", film, "--every", "0").code == 2


def test_what_is_no_film(known: Kith, film: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a film")
    done = known("identify", text)
    assert (done.code, done.out) == (2, "")
    assert done.complaint.startswith(f"{text}: ")
    done = known("identify", text, tmp_path / "gone.mkv", film, "--json", "--rate", "5")
    assert done.code == 0
    assert ["error" in one for one in done.objects][:2] == [True, True]
    assert done.objects[-1]["kind"] == "film"
    assert "2 files of 3 could not be used" in done.err
    assert known("identify", text, film, "--rate", "5", "--strict").code == 2


def test_a_film_that_breaks_off(known: Kith, film: Path, tmp_path: Path) -> None:
    from kith.samples.clip import Actor, make_clip, walk

    whole, torn = tmp_path / "whole.mkv", tmp_path / "torn.mkv"
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    make_clip(whole, [Actor([noise], walk((200, 180), (400, 180), 200, until=4))], seconds=4)
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    done = known("identify", torn, "--json", "--draw", tmp_path / "drawn")
    assert done.code == 0
    [told] = done.objects
    assert 0.5 < told["duration"] < 3.5
    assert told["problem"] in done.complaint
    assert "what was read counts" in done.complaint
    with open_film(tmp_path / "drawn" / "torn.mp4") as drawn:
        assert drawn.info.duration == pytest.approx(told["duration"], abs=0.15)
    assert known("identify", torn, "--strict").code == 2


def test_nothing_is_written_over(known: Kith, film: Path, tmp_path: Path) -> None:
    before = film.read_bytes()
    done = known("identify", film, "--draw", film.parent, "--rate", "5")
    assert done.code == 2
    assert "name another folder" in done.err
    assert film.read_bytes() == before
    blocked = tmp_path / "blocked"
    (blocked / "party.mp4").mkdir(parents=True)
    done = known("identify", film, "--draw", blocked, "--rate", "5", "--json")
    assert done.code == 2
    assert "party.mp4" in done.complaint
    assert [path.name for path in blocked.rglob("*")] == ["party.mp4"]


@pytest.mark.parametrize("option", ["--draw", "--vtt", "--csv"])
def test_what_cannot_be_written_is_told_before_the_film_is_looked_at(
    known: Kith, film: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    done = known("identify", film, option, tmp_path / "file" / "below", "--rate", "5", "--json")
    assert (done.code, done.out) == (2, "")
    assert "a file stands where a folder is needed" in done.complaint


def test_all_that_is_written_of_a_film_has_one_name(
    known: Kith, film: Path, photos: Path, tmp_path: Path
) -> None:
    """Also where a photo, or another film, is called the same."""
    shutil.copy(next(photos.rglob("*.jpg")), film.with_suffix(".jpg"))
    shutil.copy(film, film.with_suffix(".mov"))
    out = tmp_path / "out"
    spelt = f"{tmp_path}/./out"
    known.fine("identify", film.parent, "--draw", out, "--vtt", spelt, "--csv", out, "--rate", "5")
    names = {path.name for path in out.iterdir()}
    of_films = {f"party-{n}{end}" for n in (2, 3) for end in (".mp4", "-faces.png", ".vtt", ".csv")}
    assert names == {"party.jpg"} | of_films


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_drawing(
    spawn: Spawn, known: Kith, film: Path, tmp_path: Path, how: int
) -> None:
    """What was told is told; of the annotated film nothing stays."""
    drawn = tmp_path / "drawn"
    process = spawn.start("identify", film, "--json", "--rate", "5", "--draw", drawn)
    assert process.stdout is not None
    while '"duration"' not in process.stdout.readline():
        assert process.poll() is None
    for _ in range(200):
        if any(path.suffix == ".part" for path in drawn.rglob("*")):
            break
        time.sleep(0.02)
    process.send_signal(how)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + how
    assert "Traceback" not in err
    assert {path.name for path in drawn.iterdir()} <= {"party-faces.png"}
