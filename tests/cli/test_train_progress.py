"""What is seen while a network learns."""

from __future__ import annotations

import json
import math
import os
import select
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kith.cli.train_progress import epoch_shape, training_progress
from kith.training.records import EpochRecord, HeldOut, StepRecord

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = EpochRecord(0, None, None, 1e-3, 0.0, HeldOut(40, 200, 0.62, 0.66, 0.11, 1e-2, 0.2), True)
FIRST = EpochRecord(1, 0.1558, 0.57, 1e-3, 64.8, HeldOut(40, 200, 0.7, 0.8, 0.4, 1e-2, 1.0), True)
ALONE = EpochRecord(2, 0.1, 0.5, 9e-4, 64.0, None, False)

SCRIPT = """
from kith.cli.train_progress import training_progress
from kith.training.records import *
held = HeldOut(40, 200, 0.7, 0.8, 0.4, 1e-2, 1.0)
with training_progress(3, shown=True, as_json=False) as seen:
    seen.say("124 people, [bold] 912 photos")
    for epoch in (1, 2):
        for step in range(1, 11):
            seen.step(StepRecord(epoch, step, 10, 0.123, 0.5, 1e-3, 61.0))
        seen.epoch(EpochRecord(epoch, 0.1, 0.5, 1e-3, 64.8, held, True))
    seen.step(StepRecord(3, 4, 10, 0.1111, 0.25, 1e-3, 61.0))
    import time; time.sleep(0.3)
"""


def test_lines_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with training_progress(3, shown=True, as_json=False) as seen:
        seen.say("40 people held out")
        seen.epoch(BEFORE)
        seen.step(StepRecord(1, 1, 10, 0.2, 0.5, 1e-3, 61.0))
        seen.epoch(FIRST)
        seen.epoch(ALONE)
    captured = capsys.readouterr()
    assert captured.out == ""
    said, head, before, first, alone = captured.err.splitlines()
    assert said == "40 people held out"
    assert head.split() == [
        "epoch",
        "loss",
        "active",
        "accuracy",
        "TAR@1e-2",
        "AUC",
        "rate",
        "images/s",
    ]
    assert before.endswith("before learning")
    assert first.split() == [
        "1",
        "0.1558",
        "57.0",
        "%",
        "70.00",
        "%",
        "40.0",
        "%",
        "0.8000",
        "0.001",
        "65",
        "best",
    ]
    assert " ".join(alone.split()) == "2 0.1 50.0 % – – – 0.0009 64"
    assert max(map(len, (head, first))) <= 80


def test_one_object_for_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    with training_progress(3, shown=True, as_json=True) as seen:
        seen.say("nothing of this")
        seen.step(StepRecord(1, 1, 10, 0.2, 0.5, 1e-3, 61.0))
        seen.epoch(FIRST)
        seen.epoch(ALONE)
    captured = capsys.readouterr()
    assert captured.err == ""
    first, alone = map(json.loads, captured.out.splitlines())
    assert first == {
        "epoch": 1,
        "loss": 0.1558,
        "active": 0.57,
        "rate": 0.001,
        "images_per_second": 64.8,
        "held_out": {
            "people": 40,
            "photos": 200,
            "accuracy": 0.7,
            "auc": 0.8,
            "tar": 0.4,
            "fmr": 0.01,
            "spread": 1.0,
        },
        "best": True,
    }
    assert alone["held_out"] is None


def test_json_has_no_numbers_that_are_none() -> None:
    held = HeldOut(4, 8, math.nan, 0.5, 0.0, 1.0, 0.0)
    shape = epoch_shape(EpochRecord(1, math.nan, math.inf, 1e-3, 0.0, held, False))
    assert json.loads(json.dumps(shape, allow_nan=False))["loss"] is None


def test_nothing_is_said_to_those_who_want_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with training_progress(3, shown=False, as_json=False) as seen:
        seen.say("a word")
        seen.step(StepRecord(1, 1, 10, 0.2, 0.5, 1e-3, 61.0))
        seen.epoch(FIRST)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="needs a POSIX terminal")
    control, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120", "NO_COLOR": "1"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    text = b""
    while select.select([control], [], [], 60)[0]:
        try:
            part = os.read(control, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        text += part
    os.close(control)
    assert process.wait(60) == 0
    shown = text.decode()
    assert "124 people, [bold] 912 photos" in shown
    assert "epoch 3/3" in shown
    assert "step 4/10, loss 0.1111, active 25 %, held out 70.0 %, 61 images/s" in shown
    assert "best" in shown
