"""The files of a report: when they appear, what they replace, and what they never touch."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from decision.calibrations import MIXED
from kith.decision.calibration import Calibration, Measured
from kith.errors import ContractMismatch, KithError, OptionError
from kith.evaluation.metrics.points import at_threshold
from kith.evaluation.report import check_folder, write_report
from kith.evaluation.report.findings import find
from kith.evaluation.shapes import pairs_shape

from . import made
from .parsed import Page

NAMES = ["det.png", "index.html", "report.json", "roc.png", "scores.png"]
WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def written(evaluated, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "new" / "report"
    assert write_report([evaluated], folder, when=WHEN) == folder / "index.html"
    return folder


def test_all_files_are_there(written):
    assert list(files(written)) == NAMES
    for name in ("det.png", "roc.png", "scores.png"):
        with Image.open(written / name) as picture:
            assert min(picture.size) > 800
            assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 100


def test_the_same_again_byte_for_byte(written, evaluated, tmp_path):
    write_report([evaluated], tmp_path, when=WHEN)
    assert files(tmp_path) == files(written)


def test_a_users_own_settings_of_matplotlib_do_not_matter(written, evaluated, tmp_path):
    import matplotlib as mpl

    with mpl.rc_context({"axes.facecolor": "red", "font.size": 30, "svg.fonttype": "path"}):
        write_report([evaluated], tmp_path, when=WHEN)
        assert mpl.rcParams["font.size"] == 30
    assert files(tmp_path) == files(written)


def test_numbers_are_those_of_the_command_and_more(written, evaluated):
    shape = json.loads((written / "report.json").read_text())
    (system,) = shape["systems"]
    expected = json.loads(json.dumps(pairs_shape(evaluated.result)))
    assert {key: system[key] for key in expected} == expected
    assert len(system["det"]["fmr"]) == len(system["det"]["high"]) == 200
    assert None in system["det"]["low"]  # not supported
    counts = system["scores"]
    assert sum(counts["genuine"]) + counts["without_score"][0] == evaluated.result.genuine
    assert sum(counts["impostor"]) + counts["without_score"][1] == evaluated.result.impostor
    assert len(counts["edges"]) == len(counts["genuine"]) + 1
    assert system["threshold_in_use"] == {"threshold": 0.45, "origin": "of its model card"}
    worst = system["false_matches"]["pairs"][0]
    rows = np.flatnonzero(~evaluated.protocol.same)
    assert worst["similarity"] == pytest.approx(evaluated.comparisons.similarity[rows].max())
    assert worst["a"]["source"] in evaluated.protocol.photos
    assert system["missed_people"]["measured"] == 12
    assert [one["fold"] for one in system["accuracies"]] == [1, 2, 3, 4]


def test_an_earlier_report_is_replaced_with_all_its_figures(photos, evaluated, tmp_path):
    systems = [evaluated, made.evaluate(photos, by=made.system("other"))]
    write_report(systems, tmp_path)
    assert "scores-yunet-other.png" in files(tmp_path)
    (tmp_path / "scores-mine.png").write_bytes(b"mine")
    (tmp_path / "notes.txt").write_text("mine")
    write_report([evaluated], tmp_path)
    assert sorted(files(tmp_path)) == sorted([*NAMES, "notes.txt", "scores-mine.png"])


@pytest.mark.parametrize("name", NAMES)
def test_files_of_others_are_never_overwritten(evaluated, tmp_path, name):
    (tmp_path / name).write_bytes(b"<html>mine: an evaluation report of kin</html>")
    before = files(tmp_path)
    with pytest.raises(OptionError, match="is no report of kith: name another folder"):
        check_folder(tmp_path)
    with pytest.raises(OptionError, match="is no report of kith: name another folder"):
        write_report([evaluated], tmp_path)
    assert files(tmp_path) == before


def test_a_link_is_not_followed(evaluated, tmp_path):
    target = tmp_path / "target.html"
    target.write_text("mine")
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "index.html").symlink_to(target)
    with pytest.raises(OptionError, match="is no report of kith"):
        write_report([evaluated], tmp_path / "r")
    assert target.read_text() == "mine"


def test_a_file_or_the_photos_own_folder_is_refused(evaluated, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(OptionError, match="is a file: name a folder for the report"):
        check_folder(file)
    with pytest.raises(OptionError, match="is where photos are"):
        write_report([evaluated], Path(evaluated.protocol.photos[5]).parent)


def test_where_nothing_can_be_written_is_refused_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(OptionError, match="file is a file: name another folder"):
        check_folder(tmp_path / "file" / "deeper" / "report")
    check_folder(tmp_path / "new" / "report")
    assert not (tmp_path / "new").exists()
    asked = []
    monkeypatch.setattr("os.access", lambda path, mode: asked.append((path, mode)))
    with pytest.raises(OptionError, match="cannot be written to: name another folder"):
        check_folder(tmp_path / "new" / "report")
    assert asked == [(tmp_path, os.W_OK | os.X_OK)]


def test_a_folder_that_would_be_walked_is_refused(evaluated, photos, tmp_path):
    walked = replace(evaluated, protocol=replace(evaluated.protocol, exhaustive=True))
    for inside in (photos, photos / "report", photos / "000" / "report"):
        with pytest.raises(OptionError, match="is where photos are"):
            write_report([walked], inside)
        assert inside.name != "report" or not inside.exists()
    check_folder(photos / "report", evaluated.protocol.photos)
    check_folder(photos.parent / "report", walked.protocol.photos, walked=True)
    (tmp_path / "linked").mkdir()
    linked = [tmp_path / "linked" / f"{number}.jpg" for number in (0, 1)]
    for link, target in zip(linked, ("/elsewhere/0.jpg", str(photos / "0.jpg")), strict=True):
        link.symlink_to(target)
    check_folder(tmp_path / "report", map(str, linked), walked=True)
    with pytest.raises(OptionError, match="is where photos are"):
        check_folder(tmp_path / "linked" / "report", map(str, linked), walked=True)


def test_nothing_is_left_half_written(evaluated, tmp_path, monkeypatch):
    write_report([evaluated], tmp_path, when=WHEN)
    before = files(tmp_path)
    real = Path.write_bytes

    def full(self, data):
        if len(list(self.parent.glob("*.part"))) == 3:
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(KithError, match="cannot be written: no space left on the disk"):
        write_report([evaluated], tmp_path)
    assert files(tmp_path) == before


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_or_too_many_systems(evaluated, tmp_path, count):
    with pytest.raises(OptionError, match=f"1 to 8 systems, not {count}"):
        write_report([evaluated] * count, tmp_path)


def test_the_page_takes_its_place_last(evaluated, tmp_path, monkeypatch):
    order = []
    real = Path.replace

    def note(self, target):
        order.append(target.name)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", note)
    write_report([evaluated], tmp_path)
    assert sorted(order) == NAMES
    assert order[-1] == "index.html"


KNOWN = {
    "contract": made.CONTRACT,
    "created": "2026-11-20T10:00:00+00:00",
    "fingerprint": "ef" * 32,
    "people": 200,
    "photos": 1234,
    "fmr": 0.001,
    "threshold": 0.3,
    "measured_fmr": Measured(0.0012, 0.0007, 0.0019, 4000),
    "measured_fnmr": Measured(0.021, 0.015, 0.03, 900),
    "masked": (MIXED,),
}
# What a report does not look at is nothing.
CALIBRATION = Calibration(**{one.name: KNOWN.get(one.name) for one in fields(Calibration)})


def test_a_calibrated_threshold_is_the_one_in_use(evaluated, tmp_path):
    page = Page(write_report([evaluated], tmp_path, calibration=CALIBRATION))
    point = at_threshold(evaluated.comparisons, 0.3)
    assert "At the threshold 0.300 of the calibration, it missed" in page.text
    assert "calibrated of the calibration 0.300" in page.text
    assert f"{round(point.fmr.value * point.fmr.trials)} of 594" in page.text
    assert "threshold 0.300 for FMR 0.1 %, measured on 1,234 photos of 200 people" in page.text
    behind = "none/worn who wears a mask: threshold 0.450, FMR 0.080 %, FNMR 4.0 %; held at 0.300:"
    assert f"{behind} FMR 0.20 %, FNMR 3.0 %" in page.text
    (system,) = json.loads((tmp_path / "report.json").read_text())["systems"]
    assert system["threshold_in_use"] == {"threshold": 0.3, "origin": "of the calibration"}


def test_what_was_measured_at_a_calibrated_threshold_is_not_measured_again(evaluated):
    few = at_threshold(evaluated.comparisons, 0.3, rounds=10, seed=5)
    measured = replace(evaluated, result=replace(evaluated.result, calibrated=few))
    assert find([measured], CALIBRATION)[0].use.point is few
    other = replace(CALIBRATION, threshold=0.4)
    assert find([measured], other)[0].use.point == at_threshold(evaluated.comparisons, 0.4)


def test_a_calibration_of_another_network_is_refused(photos, tmp_path):
    by = replace(made.system(), contract=replace(made.CONTRACT, model="other"))
    other = made.evaluate(photos, by=by)
    with pytest.raises(ContractMismatch, match="calibrate again"):
        write_report([other], tmp_path / "r", calibration=CALIBRATION)
    assert not (tmp_path / "r").exists()
