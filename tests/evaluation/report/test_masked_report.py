"""Reports of studies of masks."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from kith.errors import OptionError
from kith.evaluation.masked import Kind, WholeFace, evaluate_masked
from kith.evaluation.masked.run import measure
from kith.evaluation.masked.shapes import masked_shape
from kith.evaluation.protocols import read_masked
from kith.evaluation.report import write_report
from kith.masks import Painter

from ..masked_made import everybody, portrayed, study, vectors
from . import checks
from .parsed import ATTRIBUTE, EVIL, Page

KINDS = (Kind("surgical", "nose"), Kind("cloth", "mouth"))


@pytest.fixture(scope="module")
def real(celebrities, recognizer, networks, tmp_path_factory):
    """Five people with three photos each, and a broken one."""
    folder = tmp_path_factory.mktemp("people")
    for person in sorted((celebrities / "val").iterdir()):
        (folder / person.name).mkdir()
        for path in sorted(person.iterdir())[:3]:
            shutil.copy(path, folder / person.name)
    (folder / "madonna" / "broken.jpg").write_bytes(b"no photo")
    [one] = evaluate_masked(
        read_masked(folder), recognizer, kinds=KINDS, painter=Painter(networks),
        comparisons=[WholeFace()], rounds=20, rates=(0.1, 1e-3),
    )  # fmt: skip
    return one


@pytest.fixture(scope="module")
def written(real, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return folder, Page(write_report([real], folder, command="kith evaluate masked"))


class Otherwise(WholeFace):
    """Another way to compare, all a little more alike."""

    name = "otherwise"

    def __call__(self, *what):
        return super().__call__(*what) + np.float32(0.05)


@pytest.fixture(scope="module")
def two_ways(real, tmp_path_factory):
    other = measure(
        real.protocol, real.portrayed, real.painter, Otherwise(), rounds=0, rates=(0.1,)
    )
    folder = tmp_path_factory.mktemp("two")
    return folder, Page(write_report([real, other], folder))


@pytest.fixture(params=["written", "two_ways"])
def any_page(request):
    return request.getfixturevalue(request.param)[1]


def test_it_says_what_masks_cost(written, real):
    page, result = written[1], real.result
    nose = result.kinds[0]
    assert "What do masks cost?" in page.text
    assert "16 photos of 5 people" in page.text
    assert "surgical, over the nose; cloth, nose free" in page.text
    assert "At the threshold 0.368 of its model card" in page.text
    assert f"not supported by {result.bare.impostor} pairs" in page.text
    assert "1 photo could not be acquired even without a mask" in page.text
    assert f"{len(nose.lost)} of {nose.painted}" in page.text
    assert "distance 0.4" in page.text
    assert "surgical, over the nose, both masked" in page.text
    for person in ("ben afflek", "mindy kaling"):
        assert person in page.text


def test_strips_are_three_pictures_each(written, real):
    pictures = written[1].all("img")
    strips = sum(len(kind.strips) + len(kind.mistaken) for kind in real.result.kinds)
    assert strips > 5
    assert len(pictures) == 3 * strips
    sources = [one["src"] for one in pictures]
    assert all(bare != masked for bare, masked in zip(sources[::3], sources[1::3], strict=True))


def test_its_files(written, real):
    folder = written[0]
    names = ["det.png", "index.html", "report.json", "scores.png"]
    assert sorted(path.name for path in folder.iterdir()) == names
    for name in ("det.png", "scores.png"):
        with Image.open(folder / name) as picture:
            assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 50
    [study] = json.loads((folder / "report.json").read_text())["systems"]
    expected = json.loads(json.dumps(masked_shape(real, photos=True)))
    assert {key: study[key] for key in expected} == expected
    [bare, *masked] = study["curves"]
    assert bare["name"] == "no mask"
    assert len(masked) == 4
    found = sum(bare["scores"]["genuine"]) + sum(bare["scores"]["impostor"])
    assert found == real.result.bare.pairs - real.result.bare.failed


def test_two_ways_to_compare_stand_side_by_side(two_ways):
    folder, page = two_ways
    assert "yunet + sface, whole face" in page.text
    assert "yunet + sface, otherwise" in page.text
    assert "each system at its threshold in use" in page.text
    assert sorted(path.name for path in folder.glob("det*")) == [
        "det-yunet-sface-otherwise.png",
        "det-yunet-sface-whole-face.png",
    ]


@pytest.mark.parametrize("check", [checks.alone, checks.accessible, checks.coloured])
def test_it_is_safe_and_legible(any_page, check):
    check(any_page)


def test_one_report_replaces_another(real, evaluated, tmp_path):
    write_report([evaluated], tmp_path)
    write_report([real], tmp_path)
    names = ["det.png", "index.html", "report.json", "scores.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    with pytest.raises(OptionError, match="pairs, open sets or masks"):
        write_report([real, evaluated], tmp_path)
    photos = real.protocol.photos[0]
    with pytest.raises(OptionError, match="where photos are"):
        write_report([real], type(tmp_path)(photos).parent)


@pytest.mark.parametrize(
    "options",
    [
        {"lost": range(36)},
        {"failed": range(1, 36)},
        {"unpainted": range(2, 36)},
        {"push": (0.0, 0.0)},
    ],
)
def test_little_data_makes_a_sensible_page(tmp_path, options):
    seen = portrayed(vectors(12, 3), **options)
    page = Page(write_report([study(everybody(12, 3), seen, rounds=10)], tmp_path))
    assert " nan" not in page.text.lower()
    assert "inf" not in page.text.lower().replace("inferred", "")
    for check in (checks.alone, checks.accessible, checks.coloured):
        check(page)


def test_hostile_names_are_only_text(tmp_path):
    whole = everybody(12, 3)
    whole = replace(whole, name=EVIL, people=(EVIL, ATTRIBUTE, *whole.people[2:]), notes=(EVIL,))
    page = Page(write_report([study(whole, portrayed(vectors(12, 3)))], tmp_path))
    checks.alone(page)
    assert EVIL in page.text


def test_many_kinds_fit_into_a_figure(tmp_path):
    seen = portrayed(vectors(12, 3))
    copies = tuple(
        replace(seen.copies[0], kind=Kind(style, coverage))
        for style in ("surgical", "cloth", "kn95")
        for coverage in ("nose", "mouth", "chin")
    )
    seen = replace(seen, copies=copies)
    page = Page(write_report([study(everybody(12, 3), seen)], tmp_path))
    assert "The first 7 kinds; the tables have all." in page.text
    assert "kn95, under the chin" in page.text
    strips = page.source.count('class="score"')
    assert 9 * 4 <= strips <= 9 * (6 + 2)
