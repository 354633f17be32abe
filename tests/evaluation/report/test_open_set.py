"""Reports of open sets."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from kith.errors import OptionError
from kith.evaluation.metrics import (
    Probes,
    cmc,
    identification_at_rates,
    identification_at_threshold,
)
from kith.evaluation.openset import OpenSetResult
from kith.evaluation.records import Failure, Rate
from kith.evaluation.report import write_report
from kith.evaluation.shapes import open_set_shape

from . import checks, made
from .parsed import ATTRIBUTE, EVIL, Page


def searched(seed=0, people=40, unknown=60, rates=(0.1, 0.05, 0.003), threshold=0.45, **changed):
    """An open set whose scores are drawn; two photos of each person."""
    random = np.random.default_rng(seed)
    mates = random.normal(0.6, 0.12, 2 * people).astype(np.float32)
    ranks = np.where(random.random(2 * people) < 0.1, random.integers(2, 9, 2 * people), 1)
    probes = Probes(
        mates=mates,
        ranks=ranks.astype(np.int32),
        mate_people=np.repeat(np.arange(people), 2).astype(np.int32) + unknown,
        strangers=random.normal(0.25, 0.1, unknown).astype(np.float32),
        stranger_people=np.arange(unknown, dtype=np.int32),
        people=people + unknown,
    )
    whatever = identification_at_threshold(probes, -np.inf, rounds=20).fnmr
    own = threshold and identification_at_threshold(probes, threshold, rounds=20)
    result = OpenSetResult(
        system=made.system(),
        protocol="gallery, probes, unknown",
        people=people,
        not_enrolled=(),
        probes=2 * people,
        probe_people=people,
        unknown=unknown,
        unknown_people=unknown,
        photos=4 * people + unknown,
        rank1=Rate(1 - whatever.value, 2 * people),
        cmc=tuple(cmc(probes.ranks, 12).tolist()),
        points=identification_at_rates(probes, rates, rounds=20),
        default=own or None,
        failures=(),
        fingerprint="12" * 32,
        notes=("one photo is a copy",),
        cached=3,
        seconds=2.0,
    )
    return replace(result, **changed)


@pytest.fixture(scope="module")
def failing(photos):
    paths = made.everybody(photos, 2, 2, 0, (), "{}.jpg").photos
    failures = (Failure(paths[0], "no face found"), Failure("gone.jpg", "there is no such file"))
    return searched(failures=failures, not_enrolled=("Person_A", "Person_B"))


@pytest.fixture(scope="module")
def written(failing, tmp_path_factory):
    folder = tmp_path_factory.mktemp("openset")
    return folder, Page(write_report([failing], folder, title="Our door"))


@pytest.fixture(scope="module", params=[1, 2])
def any_page(request, tmp_path_factory, failing):
    folder = tmp_path_factory.mktemp("several")
    systems = [failing, searched(seed=3, threshold=None)][: request.param]
    return Page(write_report(systems, folder))


def test_the_summary_says_what_was_measured(written, failing):
    page = written[1]
    own = failing.default
    assert "searched a gallery of 40 people for 80 photos of 40 of them and 60 photos of 60" in (
        page.text
    )
    assert f"{round(own.fnmr.value * 80)} of 80" in page.text
    assert f"{round(own.fmr.value * 60)} of 60" in page.text
    assert "At the threshold 0.450 of its model card, it missed" in page.text
    assert "60 photos of strangers support statements down to an FPIR of 5.0 %" in page.text
    assert "at 0.3 %, which was asked for, nothing can be said" in page.text
    assert "2 photos could not be acquired: of people in the gallery they count as" in page.text
    assert "2 people of 40 could not be enrolled" in page.text
    assert "Person A and Person B." in page.text
    assert "FPIR 0.3 %" in page.text
    assert "not supported by 60 probes of strangers" in page.text
    assert "one photo is a copy" in page.text
    alts = [image["alt"] for image in page.all("img")]
    assert alts == ["Photo 000/0.jpg"]


def test_its_files(written, failing):
    folder = written[0]
    names = ["cmc.png", "fnir.png", "index.html", "report.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    for name in names[:2]:
        with Image.open(folder / name) as picture:
            assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 50
    (system,) = json.loads((folder / "report.json").read_text())["systems"]
    expected = json.loads(json.dumps(open_set_shape(failing)))
    assert {key: system[key] for key in expected} == expected
    assert system["threshold_in_use"] == {"threshold": 0.45, "origin": "of its model card"}


@pytest.mark.parametrize("check", [checks.alone, checks.accessible, checks.coloured])
def test_it_is_safe_and_legible(any_page, check):
    check(any_page)


def test_hostile_names_are_only_text(tmp_path):
    result = searched(
        protocol=EVIL,
        not_enrolled=(EVIL, ATTRIBUTE),
        notes=(EVIL,),
        failures=(Failure(EVIL, ATTRIBUTE),),
    )
    page = Page(write_report([result], tmp_path))
    assert not page.all("script") + page.all("img")
    assert page.text.count(EVIL) >= 4
    assert ATTRIBUTE in page.text


@pytest.mark.parametrize(
    "result",
    [
        searched(threshold=None, rates=(0.001,)),
        searched(people=1, unknown=1),
        searched(rates=()),
        searched(people=4, unknown=200, rates=(1.0, 0.1, 0.02)),
    ],
)
def test_little_data_makes_a_sensible_page(tmp_path, result):
    page = Page(write_report([result], tmp_path))
    assert "None: a usable face was found in every one of" in page.text
    assert " nan" not in page.text.lower()
    assert "None" not in page.text.replace("None: a usable", "")


def test_one_report_replaces_another_of_the_other_kind(evaluated, tmp_path):
    write_report([evaluated], tmp_path)
    write_report([searched()], tmp_path)
    names = ["cmc.png", "fnir.png", "index.html", "report.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    with pytest.raises(OptionError, match="pairs, open sets or masks: write one"):
        write_report([evaluated, searched()], tmp_path)
