"""Epochs: what is kept of them, and that a run goes on as if it had not been ended."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs kith[train]")

from kith.errors import OptionError, OutputError, TrainingDiverged, TrainingUnreadable  # noqa: E402
from kith.training import epochs as module  # noqa: E402
from kith.training.checkpoint import Checkpoints  # noqa: E402
from kith.training.data import hold_out  # noqa: E402
from kith.training.epochs import Epochs  # noqa: E402
from kith.training.held import Held  # noqa: E402
from kith.training.heldout import HeldOutPairs  # noqa: E402
from kith.training.learner import Learner  # noqa: E402
from kith.training.material import Material, loader  # noqa: E402
from kith.training.network import Start  # noqa: E402
from kith.training.settings import Settings  # noqa: E402

from . import tiny  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

FACES = tiny.people(12, 5)
SETTINGS = Settings(
    out="x", backbone="tiny", epochs=3, people=4, photos=3, rate=2e-3, held_out=0.25, patience=9
)


class Killed(Exception):
    pass


def start() -> Start:
    model = tiny.network(0)
    return Start("tiny", None, model, tiny.INPUT, "arcface-112", tiny.DIMENSION, tiny.FREE, "")


def run_of(
    folder: Path, settings: Settings = SETTINGS, *, measured: bool = True, kill: int | None = None
) -> tuple[Epochs, Learner]:
    """Return a run, ready; it dies behind a step of all its steps, counted from 1."""
    torch.set_num_threads(1)
    split = hold_out(FACES, settings.held_out, settings.seed)
    held = Held(FACES, split.held)
    learner = Learner(start(), settings, len(split.people_learn))
    pairs = HeldOutPairs(held.person, seed=0)
    done = 0

    def on_step(_: object) -> None:
        nonlocal done
        done += 1
        if done == kill:
            raise Killed

    run = Epochs(
        settings,
        learner,
        loader(Material(FACES, split, held, held, apart=False), settings),
        (lambda: pairs.measure(held.vectors(learner.embed))) if measured else None,
        Checkpoints(folder, "this"),
        FACES.photos,
        on_step,
        lambda _: None,
    )
    return run, learner


def numbers(learner: Learner) -> dict[str, np.ndarray]:
    return {name: one.numpy().copy() for name, one in learner.network.state_dict().items()}


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("loss", ["triplet", "arcface"])
@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
@pytest.mark.parametrize("seconds", [0.0, 1e9])
def test_killed_run_ends_with_the_same_numbers(
    tmp_path: Path, loss: str, optimizer: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a checkpoint is kept after each step or only after each epoch."""
    monkeypatch.setattr(module, "SECONDS", seconds)
    settings = replace(SETTINGS, loss=loss, optimizer=optimizer)
    whole, learner = run_of(tmp_path / "whole", settings)
    (tmp_path / "whole").mkdir()
    history = whole.run()
    expected = numbers(learner)
    folder = tmp_path / "killed"
    folder.mkdir()
    for kill in (2, 3, 1, 4):
        run, _ = run_of(folder, settings, kill=kill)
        run.resume()
        with pytest.raises(Killed):
            run.run()
    run, learner = run_of(folder, settings)
    assert run.resume()
    again = run.run()
    assert same(numbers(learner), expected)
    assert [one.loss for one in again] == [one.loss for one in history]
    assert [one.held_out for one in again] == [one.held_out for one in history]
    assert [one.best for one in again] == [one.best for one in history]


def test_learning_changes_numbers_and_seed_decides(tmp_path: Path) -> None:
    ends = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        (tmp_path / name).mkdir()
        run, learner = run_of(tmp_path / name, replace(SETTINGS, epochs=1, seed=seed))
        before = numbers(learner)
        run.run()
        assert not same(before, numbers(learner))
        ends.append(numbers(learner))
    assert same(ends[0], ends[1])
    assert not same(ends[0], ends[2])


def test_best_epoch_is_the_one_that_is_kept(tmp_path: Path) -> None:
    run, learner = run_of(tmp_path)
    seen = {}
    measure = run._measure

    def noted():
        found = measure()
        seen[run.reached.epoch] = (found.auc, numbers(learner))
        return found

    run._measure = noted
    history = run.run()
    best = [one.epoch for one in history if one.best]
    assert len(best) == 1
    areas = {epoch: auc for epoch, (auc, _) in seen.items() if epoch >= 1}
    assert areas[best[0]] == max(areas.values())
    kept = {name: one.numpy() for name, one in Checkpoints(tmp_path, "this").load_best().items()}
    # Epoch 0 is measured while epoch 1 is the one under way, and is overwritten by that.
    assert same(kept, seen[best[0]][1])


def test_without_people_held_out_the_last_epoch_is_kept(tmp_path: Path) -> None:
    run, learner = run_of(tmp_path, measured=False)
    history = run.run()
    assert [one.epoch for one in history if one.best] == [3]
    kept = {name: one.numpy() for name, one in Checkpoints(tmp_path, "this").load_best().items()}
    assert same(kept, numbers(learner))


def test_ends_early_where_nothing_is_gained(tmp_path: Path) -> None:
    run, _ = run_of(tmp_path, replace(SETTINGS, epochs=50, patience=2, rate=1e-12))
    history = run.run()
    best = next(one.epoch for one in history if one.best)
    assert history[-1].epoch == best + 2 < 50


def test_finished_run_does_nothing_more(tmp_path: Path) -> None:
    run, _ = run_of(tmp_path)
    history = run.run()
    again, _ = run_of(tmp_path, kill=1)
    assert again.resume()
    assert again.run() == history


def test_loss_that_is_no_number_names_its_batch(tmp_path: Path) -> None:
    run, learner = run_of(tmp_path)
    with torch.no_grad():
        next(learner.network.parameters()).fill_(float("nan"))
    with pytest.raises(TrainingDiverged, match=r"epoch 1, step 1: .*p\d+/\d\.jpg.* and \d+ more"):
        run.run()


def test_other_runs_checkpoint_is_refused(tmp_path: Path) -> None:
    run, _ = run_of(tmp_path)
    run.run()
    with pytest.raises(TrainingUnreadable, match="--restart"):
        Checkpoints(tmp_path, "another").load()


@pytest.mark.parametrize("how", ["cut", "empty", "other", "pickle"])
def test_damaged_checkpoint_is_refused(tmp_path: Path, how: str) -> None:
    run, _ = run_of(tmp_path)
    run.run()
    path = tmp_path / "checkpoint.pt"
    whole = path.read_bytes()
    if how == "pickle":
        torch.save({"format": 1, "identity": "this", "reached": Killed()}, path)
    else:
        path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "other": b"no"}[how])
    with pytest.raises(TrainingUnreadable, match="--restart"):
        Checkpoints(tmp_path, "this").load()


def test_disk_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    run, _ = run_of(folder)
    with pytest.raises(OutputError, match="make room"):
        run.run()


def test_freezing_all_layers_is_refused() -> None:
    with pytest.raises(OptionError):
        Learner(start(), replace(SETTINGS, freeze=1.0), 9)


def test_frozen_layers_stay_as_they_are(tmp_path: Path) -> None:
    run, learner = run_of(tmp_path, replace(SETTINGS, freeze=0.5, norms=True))
    before = numbers(learner)
    run.run()
    after = numbers(learner)
    still = [name for name in before if np.array_equal(before[name], after[name])]
    assert any("conv0" in name for name in still)
    assert not any("last" in name for name in still)
    assert [name for name in still if "norm0" in name] == [n for n in before if "norm0" in n]


SIGNALS = """
import signal
from kith.training.stopping import stopping

signal.signal(signal.SIGTERM, signal.SIG_IGN)
with stopping() as stop:
    signal.raise_signal(signal.SIGTERM)
    assert not stop.asked
    signal.raise_signal(signal.SIGINT)
    assert stop.asked
    for again in (stop.obey, lambda: signal.raise_signal(signal.SIGINT)):
        try:
            again()
        except KeyboardInterrupt:
            print("stopped")
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
"""


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_signals_are_noted_and_ignored_ones_stay_ignored() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SIGNALS], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["stopped", "stopped"], done.stderr
    assert done.returncode == 0
