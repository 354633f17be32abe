"""The picture and the page of a run."""

from __future__ import annotations

import io
import math
import os
import re
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("jinja2", reason="needs the extra 'train'")
pytest.importorskip("matplotlib", reason="needs the extra 'train'")

from evaluation.report import checks
from evaluation.report.parsed import Page
from kith.errors import MissingExtra, OutputError
from kith.training.watch import Watch
from kith.training.watch.panels import MOST_STEPS, Steps, best_of, panels

from .made import epoch, held_out, run, step

if TYPE_CHECKING:
    from pathlib import Path


def watched(work: Path, accuracies: list[float], title: str = "mine") -> Watch:
    watch = Watch(work, title, tensorboard=False)
    history = run(accuracies)
    for number in range(1, len(history) + 1):
        for at in range(1, 11):
            watch.step(step(max(number - 1, 1), at))
        watch.epoch(history[:number])
    return watch


def read(work: Path) -> Page:
    return Page(work / "progress.html")


def test_a_picture_and_a_page_that_looks_again_until_the_run_has_ended(tmp_path: Path) -> None:
    watch = watched(tmp_path, [0.6, 0.8, 0.95, 0.93])
    with Image.open(tmp_path / "progress.png") as picture:
        assert picture.width > 1000
        assert len(np.unique(np.asarray(picture.convert("L")))) > 50
    assert re.search(r'<meta http-equiv="refresh" content="\d+">', read(tmp_path).source)
    watch.close("Stopped early")
    page = read(tmp_path)
    assert 'http-equiv="refresh"' not in page.source
    assert "Stopped early after 3 epochs." in page.text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["progress.html", "progress.png"]


def test_the_page_is_one_of_kiths(tmp_path: Path) -> None:
    watched(tmp_path, [0.6, 0.8, 0.95]).close()
    page = read(tmp_path)
    checks.alone(page)
    checks.accessible(page)
    checks.coloured(page)


def test_the_best_is_marked_and_said(tmp_path: Path) -> None:
    watched(tmp_path, [0.6, 0.8, 0.9512, 0.93]).close()
    page = read(tmp_path)
    assert "95.12 %" in page.text
    assert "epoch 2, 40 people held out" in page.text
    row = re.search(r'<tr class="used"><th scope="row">(\d+)<small>best, kept', page.source)
    assert row is not None
    assert row[1] == "2"
    assert "epoch 2: 95.12" in page.source  # at the ring


def test_titles_of_any_text(tmp_path: Path) -> None:
    title = "</title><script>alert(1)</script> $\\frac{1$ 100 % \x00 \u660e"
    watched(tmp_path, [0.6, 0.8], title).close()
    page = read(tmp_path)
    checks.alone(page)
    assert "<script>alert(1)</script>" in page.text


def test_without_people_held_out(tmp_path: Path) -> None:
    watch = Watch(tmp_path, "mine", tensorboard=False)
    watch.epoch([epoch(1, None, best=True)])
    watch.epoch([epoch(1, None), epoch(2, None, best=True)])
    watch.close()
    page = read(tmp_path)
    assert "People held out" not in page.text
    assert "Loss" in page.text


def test_numbers_that_are_none_leave_gaps(tmp_path: Path) -> None:
    watch = Watch(tmp_path, "mine", tensorboard=False)
    watch.step(step(1, 1, loss=math.nan))
    broken = epoch(1, math.nan)
    watch.epoch([epoch(0, 0.5), broken, epoch(2, 0.8, best=True)])
    watch.close()
    line = panels([epoch(0, 0.5), broken, epoch(2, 0.8)])[0].lines[0]
    assert [at for at, _ in line.points] == [0, 2]


def test_a_rate_that_the_pairs_do_not_support_is_not_shown() -> None:
    few = epoch(1)
    few = type(few)(1, 0.1, 0.2, 1e-3, 60.0, held_out(0.9, fmr=1.0), True)
    assert [line.name for line in panels([few])[0].lines] == ["accuracy", "area under ROC"]
    assert panels([epoch(1)])[0].lines[2].name == "TAR at FMR 1\u202f%"


def test_the_epoch_that_is_kept_is_the_last_best() -> None:
    history = run([0.6, 0.9, 0.8, 0.95, 0.94])
    best = best_of(history)
    assert best is not None
    assert best.epoch == 3
    assert panels(history)[0].best == (3, 0.95)
    assert best_of([]) is None


def test_steps_take_bounded_room_over_the_whole_run() -> None:
    steps = Steps()
    for number in range(200_000):
        steps.add(number / 1000, 0.1)
    places = [at for at, _ in steps.points]
    assert MOST_STEPS / 2 <= len(places) <= MOST_STEPS
    assert np.diff(places).max() <= 2 * np.diff(places).min()
    assert places[-1] > 199


def test_a_long_epoch_is_drawn_before_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(tmp_path, "mine", tensorboard=False)
    watch.step(step(1, 1))
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr("kith.training.watch.run._QUIET", 0.0)
    watch.step(step(1, 2))
    assert "Epoch 1, step 2 of 10." in read(tmp_path).text
    watch.close()


def test_no_setting_of_a_user_changes_the_picture(tmp_path: Path) -> None:
    import matplotlib as mpl

    watched(tmp_path / "a", [0.6, 0.8]).close()
    with mpl.rc_context({"axes.facecolor": "red", "font.size": 30, "svg.fonttype": "path"}):
        watched(tmp_path / "b", [0.6, 0.8]).close()
    a, b = ((tmp_path / one / "progress.png").read_bytes() for one in "ab")
    assert np.array_equal(*(np.asarray(Image.open(io.BytesIO(one))) for one in (a, b)))
    assert "matplotlib.pyplot" not in sys.modules or not mpl.pyplot.get_fignums()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    watch = Watch(tmp_path, "mine", tensorboard=False)
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="permission denied"):
        watch.epoch(run([0.6]))
    tmp_path.chmod(0o700)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("mine")
    watch = Watch(tmp_path / "work", "mine", tensorboard=False)
    with pytest.raises(OutputError, match="a file stands where a folder is needed"):
        watch.epoch(run([0.6]))


def test_what_is_missing_is_said_before_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(MissingExtra, match="pip install tensorboard"):
        Watch(tmp_path, "mine", tensorboard=True)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=re.escape("pip install 'kith[train]'")):
        Watch(tmp_path, "mine", tensorboard=False)


def test_events_for_tensorboard(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra 'train'")
    pytest.importorskip("tensorboard", reason="TensorBoard is optional")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    history = run([0.6, 0.8, 0.95])
    with Watch(tmp_path, "mine", tensorboard=True) as watch:
        watch.epoch(history[:1])
        for number in (1, 2):
            for at in range(1, 11):
                watch.step(step(number, at))
            watch.epoch(history[: number + 1])
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    seen = {tag: events.Scalars(tag) for tag in events.Tags()["scalars"]}
    assert [(one.step, one.value) for one in seen["held_out/accuracy"]] == [
        (0, pytest.approx(0.6)),
        (1, pytest.approx(0.8)),
        (2, pytest.approx(0.95)),
    ]
    assert [one.step for one in seen["step/loss"]] == list(range(1, 21))
    assert [one.step for one in seen["epoch/loss"]] == [1, 2]
    assert {tag.partition("/")[0] for tag in seen} == {"step", "epoch", "held_out"}


def test_a_run_that_fails_is_not_left_open(tmp_path: Path) -> None:
    def fail() -> None:
        with Watch(tmp_path, "mine", tensorboard=False) as watch:
            watch.epoch(run([0.6, 0.8]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert "Stopped after 1 epoch." in read(tmp_path).text


def test_everything_of_a_run_has_a_panel() -> None:
    assert [one.title for one in panels(run([0.6, 0.8]))] == [
        "People held out",
        "Loss",
        "Active share",
        "Distance between two people",
        "Learning rate",
        "Images per second",
    ]


def test_what_stopped_a_run_is_told_even_where_nothing_can_be_written(tmp_path: Path) -> None:
    def fail() -> None:
        with Watch(tmp_path / "work", "mine", tensorboard=False) as watch:
            watch.epoch(run([0.6]))
            for path in (tmp_path / "work").iterdir():
                path.unlink()
            (tmp_path / "work").rmdir()
            (tmp_path / "work").write_text("a file")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
