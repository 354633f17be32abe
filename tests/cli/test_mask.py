"""``kith mask``: photos with masks written, told and counted; who wears one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from kith.masks import STYLES

if TYPE_CHECKING:
    from kith.types import Pixels

    from .conftest import Kith


def pixels_of(path: Path) -> Pixels:
    return np.asarray(Image.open(path).convert("RGB"))


def differs(a: Path, b: Path) -> float:
    """Share of pixels that differ by more than JPEG does."""
    apart = np.abs(pixels_of(a).astype(int) - pixels_of(b)).max(axis=2)
    return float((apart > 40).mean())


def test_photos_with_masks(kith: Kith, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "masked"
    found = kith.fine("mask", photos, "--out", out, "--json").objects
    assert [one["source"] for one in found] == [str(path) for path in sorted(photos.iterdir())]
    written = {one["source"]: one["written"] for one in found}
    assert written.pop(str(photos / "green.png")) is None
    assert sorted(path.name for path in out.iterdir()) == [
        "biden.jpg",
        "obama.jpg",
        "obama2.jpg",
        "pair.jpg",
    ]
    for source, place in written.items():
        assert 0.01 < differs(Path(source), Path(place)) < 0.25
    [pair] = (one for one in found if one["source"].endswith("pair.jpg"))
    assert (pair["width"], pair["height"]) == (1200, 750)
    assert len(pair["faces"]) == 2
    for face in pair["faces"]:
        assert {"box", "landmarks", "score"} < set(face)
        assert (face["painted"], face["reason"]) == (True, None)
        assert (face["style"], face["color"], face["coverage"]) == ("surgical", "blue", "nose")


def test_the_table(kith: Kith, photos: Path, tmp_path: Path) -> None:
    out = kith.fine("mask", photos, "--out", tmp_path / "m").out
    [header, _, *rows] = [line for line in out.splitlines() if line.strip()]
    assert header.split() == ["photo", "faces", "painted", "why", "not", "written"]
    assert len(rows) == 5
    assert "no face" in out
    assert f"{tmp_path / 'm' / 'pair.jpg'}" in out


def test_the_same_seed_paints_the_same_and_copies_differ(
    kith: Kith, photos: Path, tmp_path: Path
) -> None:
    photo = photos / "obama2.jpg"
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        arguments = ("--style", "random", "--color", "random", "--copies", "3", "--seed", seed)
        kith.fine("mask", photo, "--out", tmp_path / name, "--quiet", *arguments)
    names = ["obama2-1.jpg", "obama2-2.jpg", "obama2-3.jpg"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        assert (tmp_path / "a" / name).read_bytes() != (tmp_path / "c" / name).read_bytes()
    assert differs(tmp_path / "a" / names[0], tmp_path / "a" / names[1]) > 0.001


def test_a_line_for_each_copy(kith: Kith, photos: Path, tmp_path: Path) -> None:
    arguments = ("--copies", "12", "--style", "random", "--coverage", "random")
    found = kith.fine(
        "mask", photos / "obama2.jpg", "--out", tmp_path / "m", "--json", *arguments
    ).objects
    places = [str(tmp_path / "m" / f"obama2-{number:02}.jpg") for number in range(1, 13)]
    assert [one["written"] for one in found] == places
    faces = [one["faces"][0] for one in found]
    assert len({face["style"] for face in faces}) > 2
    assert {face["coverage"] for face in faces} == {"nose", "mouth", "chin"}
    assert len({face["seed"] for face in faces}) == 12


@pytest.mark.parametrize("style", STYLES)
def test_styles_and_colours(kith: Kith, photos: Path, tmp_path: Path, style: str) -> None:
    arguments = ("--style", style, "--color", "#802060", "--landmarks", "none", "--json")
    photo = photos / "obama2.jpg"
    [one] = kith.fine("mask", photo, "--out", tmp_path / "m", *arguments).objects
    assert one["faces"][0]["style"] == style
    assert one["faces"][0]["color"] == "#802060"
    left, top, width, height = one["faces"][0]["box"]
    x, y = round(left + width / 2), round(top + 0.8 * height)
    part = pixels_of(tmp_path / "m" / "obama2.jpg")[y - 30 : y + 30, x - 60 : x + 60]
    red, green, blue = part.reshape(-1, 3).mean(axis=0)
    assert red > blue > green or style == "bandana"  # whose print has another colour


def test_who_wears_one(kith: Kith, photos: Path, tmp_path: Path) -> None:
    kith.fine("mask", photos / "pair.jpg", "--out", tmp_path / "m", "--quiet")
    bare, masked = kith.fine(
        "mask", "--detect", photos / "pair.jpg", tmp_path / "m" / "pair.jpg", "--json"
    ).objects
    assert [face["mask"]["state"] for face in bare["faces"]] == ["none", "none"]
    assert [face["mask"]["state"] for face in masked["faces"]] == ["worn", "worn"]
    assert all(0.3 < face["mask"]["score"] <= 1 for face in bare["faces"] + masked["faces"])
    table = kith.fine("mask", "--detect", photos, tmp_path / "m" / "pair.jpg").out
    assert table.count("worn") == 2
    assert "no face" in table


def test_masks_are_not_painted_over_masks_unless_asked(
    kith: Kith, photos: Path, tmp_path: Path
) -> None:
    kith.fine("mask", photos / "obama.jpg", "--out", tmp_path / "m", "--quiet")
    masked = tmp_path / "m" / "obama.jpg"
    done = kith.fine("mask", masked, "--out", tmp_path / "again", "--json")
    [face] = done.objects[0]["faces"]
    assert (face["painted"], face["reason"]) == (False, "wears a mask already")
    assert done.objects[0]["written"] is None
    assert not (tmp_path / "again").exists()
    assert "wears a mask already" in kith.fine("mask", masked, "--out", tmp_path / "x").out
    arguments = ("--over", "--color", "black", "--json")
    [once] = kith.fine("mask", masked, "--out", tmp_path / "again", *arguments).objects
    assert once["faces"][0]["painted"]
    assert differs(masked, tmp_path / "again" / "obama.jpg") > 0.02


def test_a_large_photo_is_written_at_its_own_size(kith: Kith, photos: Path, tmp_path: Path) -> None:
    with Image.open(photos / "obama.jpg") as small:
        small.resize((3300, 4123)).save(tmp_path / "large.jpg", quality=80)
    [one] = kith.fine("mask", tmp_path / "large.jpg", "--out", tmp_path / "m", "--json").objects
    assert (one["width"], one["height"]) == (3300, 4123)
    assert one["written_size"] == [3300, 4123]
    written = pixels_of(tmp_path / "m" / "large.jpg")
    assert written.shape == (4123, 3300, 3)
    changed = np.abs(written.astype(int) - pixels_of(tmp_path / "large.jpg")).max(axis=2) > 40
    x, y, width, height = one["faces"][0]["box"]
    assert width > 800
    inside = changed[round(y) : round(y + 1.1 * height), round(x) : round(x + width)]
    assert inside.sum() > 0.9 * changed.sum() > 0.3 * width * height


def test_what_fits_into_no_jpeg_is_written_smaller_and_says_so(
    kith: Kith, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kith.cli.masking.LONGEST", 3000)
    with Image.open(photos / "obama.jpg") as small:
        small.resize((3299, 4123)).save(tmp_path / "large.jpg", quality=80)
    arguments = ("mask", tmp_path / "large.jpg", "--out", tmp_path / "m")
    [one] = kith.fine(*arguments, "--json").objects
    assert (one["width"], one["height"]) == (3299, 4123)
    assert one["written_size"] == [1650, 2062]
    assert pixels_of(tmp_path / "m" / "large.jpg").shape == (2062, 1650, 3)
    out = kith.fine(*arguments).out
    assert "large.jpg (1650 × 2062: a JPEG cannot be larger)" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ("--style", "paper"),
            f"paper is no style of a mask; there are {', '.join(STYLES)}, random",
        ),
        (("--color", "#12"), "#12 is no colour of a mask; there are white"),
        (
            ("--coverage", "eyes"),
            "eyes is no coverage of a mask; there are nose, mouth, chin, random",
        ),
        (
            ("--landmarks", "sface"),
            "'sface' finds no landmarks; name one of: face-landmarker, landmarks-106, or none",
        ),
        (("--landmarks", "foo"), "'foo' finds no landmarks; name one of: face-landmarker,"),
        (("--detect",), "--detect only looks and writes no photos: leave out --out"),
        (("--copies", "0"), "Invalid value for '--copies'"),
        (("--seed", "-1"), "Invalid value for '--seed'"),
    ],
)
def test_wrong_use(
    kith: Kith, photos: Path, tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    done = kith("mask", photos, "--out", tmp_path / "m", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.complaint.startswith(complaint)
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (
            ("--style", "kn95", "--coverage", "chin", "--copies", "5"),
            "--style, --coverage, --copies",
        ),
        (("--over", "--seed", "3"), "--seed, --over"),
        (("--color", "red", "--landmarks", "none"), "--color, --landmarks"),
        (("--style", "surgical"), "--style"),  # the default, but asked for
    ],
)
def test_who_only_looks_does_not_paint(
    kith: Kith, photos: Path, arguments: tuple[str, ...], named: str
) -> None:
    done = kith("mask", photos, "--detect", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.complaint == f"--detect only looks and paints nothing: leave out {named}"


def test_without_a_folder(kith: Kith, photos: Path) -> None:
    done = kith("mask", photos)
    assert (done.code, done.out) == (2, "")
    assert done.complaint.startswith("--out DIR says where photos with masks go")


@pytest.mark.parametrize("target", [".", "obama.jpg"])
def test_photos_are_never_written_over(kith: Kith, photos: Path, target: str) -> None:
    before = {path: path.read_bytes() for path in photos.iterdir()}
    assert kith("mask", photos, "--out", photos / target).code == 2
    assert kith("mask", photos / "obama.jpg", "--out", photos).code == 2
    assert {path: path.read_bytes() for path in photos.iterdir()} == before


def test_bad_photos_among_good_ones(kith: Kith, bad: Path, photos: Path, tmp_path: Path) -> None:
    done = kith("mask", bad, photos / "obama.jpg", "--out", tmp_path / "m", "--json")
    assert done.code == 0
    assert sum("faces" in one for one in done.objects) == 1
    assert sum("error" in one for one in done.objects) == 6
    assert [path.name for path in (tmp_path / "m").rglob("*.jpg")] == ["obama.jpg"]
    arguments = ("--out", tmp_path / "n", "--strict", "--quiet")
    assert kith("mask", bad, photos / "obama.jpg", *arguments).code == 2
    assert kith("mask", bad / "torn.jpg", "--out", tmp_path / "n").code == 2
    assert kith("mask", bad / "torn.jpg", "--detect").code == 2


def test_help(kith: Kith, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = kith.fine("mask", "--help").out.splitlines()
    assert lines[:2] == [
        "Usage: kith mask [OPTIONS] --out DIR PATH...",
        "   or: kith mask [OPTIONS] --detect PATH...",
    ]
    assert all(len(line) <= 80 for line in lines)
    assert all(style in " ".join(lines) for style in STYLES)
    words = " ".join(" ".join(lines).replace("│", " ").split())
    assert "nothing was painted are left out" in words
