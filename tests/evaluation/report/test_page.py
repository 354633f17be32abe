"""The page as a whole: what stands on it, that it is safe, and that it stands alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kith.evaluation.report import write_report

from . import checks, made
from .parsed import ATTRIBUTE, EVIL, Page

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def page(evaluated, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return Page(write_report([evaluated], folder, title="Our door", command="kith it", when=WHEN))


@pytest.fixture(scope="module")
def several(photos, tmp_path_factory):
    """Three systems, two of one name."""
    systems = [made.system(), made.system("other"), made.system("other", threshold=None)]
    found = [
        made.evaluate(photos, by=by, seed=seed, spread=0.5 + 0.2 * seed, fail=range(seed))
        for seed, by in enumerate(systems)
    ]
    folder = tmp_path_factory.mktemp("several")
    return folder, Page(write_report(found, folder, when=WHEN)), found


@pytest.fixture(params=["page", "several"])
def any_page(request):
    found = request.getfixturevalue(request.param)
    return found[1] if isinstance(found, tuple) else found


def test_the_summary_says_what_was_measured(page, evaluated):
    result = evaluated.result
    own = result.default
    assert f"yunet + sface compared {result.pairs} pairs of photos" in page.text
    assert f"{result.genuine} of one person and {result.impostor} of two" in page.text
    assert f"it missed {100 * own.fnmr.value:.0f} % (95 %: " in page.text
    assert f"in {100 * own.fmr.value:.2f} % (95 %: " in page.text
    assert "support statements down to an FMR of 0.51 % (rule of 3)" in page.text
    assert "at 0.1 %, which was asked for, nothing can be said" in page.text
    assert "2 photos could not be acquired; 69 pairs with them count as not matched" in page.text
    assert "3 lines of the pairs file were empty" in page.text


def test_every_operating_point_stands_in_the_table(page, evaluated):
    for point in evaluated.result.points[:2]:
        shown = f"FMR {100 * point.asked:.0f} % 1 in {round(1 / point.asked)} {point.threshold:.3f}"
        assert shown in page.text
        assert f"{round(point.fnmr.value * point.fnmr.trials)} of {point.fnmr.trials}" in page.text
    assert "FMR 0.1 % 1 in 1,000 not supported by 594 pairs" in page.text
    assert "own threshold of the model card 0.450" in page.text


def test_accuracy_over_folds_comes_to_what_was_measured(page, evaluated):
    rows = re.findall(r"(\d) (158|157) −?\d\.\d{3} (\d+\.\d\d) %", page.text)
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    mean = sum(float(row[2]) for row in rows) / 400
    assert mean == pytest.approx(evaluated.result.accuracy_mean, abs=1e-4)


def test_mistakes_failures_and_people_are_shown(page, evaluated):
    assert "False matches" in page.text
    assert "False non-matches" in page.text
    assert "5 pairs could not be compared" not in page.text
    assert "4 pairs could not be compared, for want of a face" in page.text
    faces = [one["alt"] for one in page.all("img") if one["alt"].startswith("Face of")]
    assert len(faces) >= 16
    assert [one["alt"] for one in page.all("img")].count("Photo 001/0.jpg") == 1
    assert "2 photos of 36, in 69 pairs: 2 × no face found" in page.text
    assert "people were missed at least once" in page.text
    assert "Person 002" in page.text


def test_a_wrong_label_is_pointed_at(photos, tmp_path):
    one = made.evaluate(photos, spread=0.4, swapped=(7,))
    page = Page(write_report([one], tmp_path))
    assert "Person 002? matches 3 of 3 photos of Person 003, none of 2 of its own" in page.text
    without = Page(write_report([made.evaluate(photos, spread=0.4)], tmp_path))
    assert "Labels to check" not in without.text


def test_what_was_used_can_be_checked(page, evaluated):
    assert "sha256 " + "ab" * 32 in page.text
    assert "sha256 " + evaluated.result.fingerprint in page.text
    assert "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4" in page.text  # yunet
    for name in ("kith", "Python", "onnxruntime", "numpy"):
        assert re.search(rf"\b{name} \d+\.\d+", page.text)
    assert "kith it" in page.text
    assert page.text.count("2026-11-22 09:30 UTC") == 2
    assert "crop arcface-112 version 1, 32 numbers, cosine, float32" in page.text


@pytest.mark.parametrize("check", [checks.alone, checks.accessible, checks.coloured])
def test_it_is_safe_and_legible(any_page, check):
    check(any_page)


def test_several_systems_stand_in_one_figure(several):
    folder, page, found = several
    names = ["yunet + sface", "yunet + other", "yunet + other (2)"]
    figure = re.search(r"<svg[^>]*figure-det-title.*?</svg>", page.source, re.DOTALL)[0]
    for number, name in enumerate(names, 1):
        assert f">{name}</text>" in figure
        assert f"var(--line-{number})" in figure
        assert page.text.count(name) >= 4
    assert sorted(path.name for path in folder.glob("*.png")) == [
        "det.png",
        "roc.png",
        "scores-yunet-other-2.png",
        "scores-yunet-other.png",
        "scores-yunet-sface.png",
    ]
    best = found[0].result.points[1].fnmr
    assert "At FMR 5 %, yunet + sface missed the fewest pairs of one person: " in page.text
    assert best.value == min(one.result.points[1].fnmr.value for one in found)
    assert "1 photo with yunet + other and 2 photos with yunet + other (2) could not" in page.text


def test_systems_on_other_data_are_told(photos, evaluated, tmp_path):
    other = made.evaluate(photos, people=6)
    page = Page(write_report([evaluated, other], tmp_path))
    assert "did not all see the same data: their figures do not compare" in page.text
    assert page.text.count("sha256 " + other.result.fingerprint) == 1


def test_hostile_names_are_only_text(tmp_path):
    hostile = made.evaluate(
        tmp_path / "photos",
        fail=(0,),
        swapped=(7,),
        names=(EVIL, ATTRIBUTE, "{{ 7 * 7 }}", "\u202eevil\x00"),
        file="a&<b>\"'{}.jpg",
    )
    result = replace(
        hostile.result,
        protocol=EVIL,
        notes=(EVIL,),
        failures=tuple(replace(one, reason=ATTRIBUTE) for one in hostile.result.failures),
    )
    hostile = replace(hostile, result=result)
    page = Page(write_report([hostile], tmp_path / "r", title=EVIL, command=f"kith {EVIL}"))
    assert not page.all("script")
    assert not [one for one in page.all("img") if not one["src"].startswith("data:")]
    assert not page.values("onerror")
    assert page.text.count(EVIL) >= 4
    assert ATTRIBUTE in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "\u202e" not in page.source
    assert "\x00" not in page.source
    numbers = json.loads((tmp_path / "r" / "report.json").read_text())
    assert numbers["title"] == EVIL


def test_a_photo_that_is_gone_or_has_changed_is_not_shown(tmp_path):
    one = made.evaluate(tmp_path / "photos", people=3, each=2)
    shown = len(Page(write_report([one], tmp_path / "r")).all("img"))
    paths = [tmp_path / "photos" / "000" / f"{number}.jpg" for number in (0, 1)]
    paths[0].unlink()
    paths[1].write_bytes((tmp_path / "photos" / "001" / "0.jpg").read_bytes())
    page = Page(write_report([one], tmp_path / "r"))
    blank = [given for tag, given in page.elements if given.get("class") == "blank"]
    assert blank
    assert len(page.all("img")) == shown - len(blank)
    assert all("picture not shown" in given["aria-label"] for given in blank)


def test_faces_are_the_aligned_crops(page, evaluated):
    import base64
    import io

    import numpy as np
    from PIL import Image

    from kith.alignment import ARCFACE
    from kith.evaluation.report.examples import false_matches

    worst = false_matches(evaluated, 0.45, 12).pairs[0]
    first = next(one for one in page.all("img") if one["alt"].startswith("Face of"))
    encoded = base64.b64decode(first["src"].partition(",")[2])
    shown = np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB"), np.float32)
    photo = np.asarray(Image.open(evaluated.protocol.photos[worst.first]).convert("RGB"))
    expected = ARCFACE.resized(144).crop(photo, made.POINTS).astype(np.float32)
    assert np.abs(shown - expected).mean() < 4


def test_the_page_stays_small(photos, tmp_path, monkeypatch):
    from kith.evaluation.report.pictures import Pictures

    one = made.evaluate(photos, people=20, spread=1.4, fail=range(0, 60, 2), rounds=0)
    whole = write_report([one] * 8, tmp_path)
    assert whole.stat().st_size < 3_000_000
    monkeypatch.setattr(Pictures.__init__, "__defaults__", (20_000,))
    few = Page(write_report([one], tmp_path))
    assert sum(len(image["src"]) for image in few.all("img")) <= 20_000
    assert few.all("img")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"people": 2, "each": 2}, "support statements down to an FMR of 75 %"),
        ({"people": 2, "each": 2, "fail": range(4)}, "in 6 pairs: 4 × no face found"),
        ({"people": 3, "each": 2, "folds": 0}, "None: a usable face was found in every one of 6"),
        (
            {"people": 4, "each": 2, "rounds": 0},
            "support statements down to an FMR of 12 %",
        ),
        ({"people": 6, "spread": 0.1, "rates": (1.0,)}, "no pair of two people lies above"),
        ({"people": 6, "spread": 0.1}, "no pair of one person lies below the threshold"),
        ({"people": 6, "spread": 0.1}, "Nobody of 6 people was missed at least once"),
    ],
)
def test_little_data_makes_a_sensible_page(photos, tmp_path, options, words):
    one = made.evaluate(photos, **options)
    page = Page(write_report([one], tmp_path))
    assert words in page.text
    assert "nan" not in page.text.lower()
    assert "None:" in page.text or "None" not in page.text
    assert "inf" not in re.sub(r"info|interval|inf(?=erence)", "", page.text.lower())


@pytest.mark.parametrize("fail", [(), range(4)])
def test_without_a_threshold_of_its_own(photos, tmp_path, fail):
    one = made.evaluate(photos, people=2, each=2, fail=fail, by=made.system(threshold=None))
    page = Page(write_report([one], tmp_path))
    if fail:
        assert "There is no threshold to speak of" in page.text
    else:
        assert "at which FMR and FNMR are equal" in page.text
