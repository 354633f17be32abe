"""``kith train triplet`` and ``margin`` as processes: killed and run again, and what they say."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch", reason="needs kith[train]")

from kith.models import ModelStore
from kith.models.catalogue import DEFAULTS
from kith.models.catalogue import card as find
from kith.models.own import keep_own, own_card
from training import tiny

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Spawn

OPTIONS = (
    *("--backbone", "tiny", "--epochs", "6", "--people", "4", "--photos", "3", "--rate", "2e-3"),
    *("--patience", "6", "--json"),
)


@pytest.fixture
def home(tmp_path: Path, networks: ModelStore) -> Path:
    """A home with what finds faces in it, and a small random network."""
    networks.pull([find(name) for name in DEFAULTS])
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(networks.home / "models")
    keep_own(ModelStore(home), tiny.card(), tiny.network(0).SerializeToString())
    return home


@pytest.fixture
def people(tmp_path: Path, orl: Path) -> Path:
    root = tmp_path / "people"
    for person in sorted(orl.iterdir())[:12]:
        (root / person.name).mkdir(parents=True)
        for photo in sorted(person.iterdir())[:5]:
            shutil.copy(photo, root / person.name)
    return root


@pytest.fixture
def trained(spawn: Spawn, home: Path, people: Path) -> Spawn:
    spawn.environment.update(KITH_HOME=str(home), OMP_NUM_THREADS="1")
    return spawn


def ended(spawn: Spawn, people: Path, model: str, *more: str) -> list[dict[str, Any]]:
    done = spawn("train", "triplet", people, "--out", model, *OPTIONS, *more)
    assert done.code == 0, done.err
    return done.objects


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_killed_run_gives_the_same_model(trained: Spawn, home: Path, people: Path) -> None:
    """Killed thrice, and stopped by Ctrl-C and politely, at the first epochs it tells of."""
    *epochs, whole = ended(trained, people, "whole")
    assert [one["epoch"] for one in epochs] == list(range(7))
    told = []
    for how in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process = trained.start("train", "triplet", people, "--out", "killed", *OPTIONS)
        assert process.stdout is not None
        told.append(process.stdout.readline())
        time.sleep(0.1)
        process.send_signal(how)
        _, error = process.communicate(timeout=60)
        assert process.returncode in (-how, 128 + how), error
        assert "Traceback" not in error
        assert own_card(home, "killed") is None
    *_, again = ended(trained, people, "killed")
    assert again["resumed"]
    assert again["best_epoch"] == whole["best_epoch"]
    assert again["sha256"] == whole["sha256"]
    numbers = [json.loads(line)["epoch"] for line in told]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 0


def test_json_is_all_there_is_on_stdout(trained: Spawn, people: Path) -> None:
    *epochs, last = ended(trained, people, "mine", "--held-out", "0.4")
    assert {"epoch", "loss", "active", "rate", "held_out", "best"} <= set(epochs[-1])
    assert last["id"] == "mine"
    assert last["kind"] == "triplet"
    assert last["backbone"] == "tiny"
    assert last["held_out"]["people"] == 5
    assert last["fingerprint"]
    listed = trained("models", "list", "--json").objects
    (own,) = [one for one in listed if one["id"] == "mine"]
    assert own["own"] is True
    photos = sorted(people.rglob("*.*"))[:2]
    done = trained("verify", *photos, "--embedder", "mine", "--threshold", "0.1", "--json")
    assert done.objects[0]["embedder"] == "mine"


def test_people_are_told_what_came_out(trained: Spawn, people: Path) -> None:
    done = trained("train", "margin", people, "--out", "mine", *OPTIONS[:-1], "--loss", "cosface")
    assert done.code == 0, done.err
    assert "kith verify A B --embedder mine" in done.out
    assert "before learning" in done.err
    assert "report:" in done.out


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--out", "sface"), "another id"),
        (("--backbone", "nobody"), "nothing that can learn is called"),
        (("--loss", "softmax"), "No such option"),
        (("--device", "cuda"), "GPU"),
        (("--held-out", "nowhere"), "neither"),
        (("--people", "1"), "2 or more"),
        (("--people", "999"), "--people"),
        (("--rate", "nan"), "rate"),
        (("--freeze", "1"), "layer"),
    ],
    ids=str,
)
def test_wrong_options_are_one_line(
    trained: Spawn, people: Path, options: tuple[str, ...], complaint: str
) -> None:
    if options == ("--device", "cuda"):
        import torch

        if torch.cuda.is_available():
            pytest.skip("there is a GPU")
    done = trained("train", "triplet", people, "--out", "mine", "--backbone", "tiny", *options)
    assert done.code == 2
    assert complaint in done.err.splitlines()[-1]
    assert len([line for line in done.err.splitlines() if line.startswith("kith:")]) == 1


def test_without_the_extra_one_line_says_so(trained: Spawn, people: Path) -> None:
    """Everything else goes on working: nothing imports torch."""
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from kith.cli.main import run\n"
        f"run(['train', 'triplet', {str(people)!r}, '--out', 'mine'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **trained.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip().endswith("pip install 'kith[train]'")
    assert len(done.stderr.strip().splitlines()) == 1
