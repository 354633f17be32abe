"""Training an embedder from the command line: from options to settings, and what is said of it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.cli.output import emit, say
from kith.cli.progress import photo_progress, pull_with_progress
from kith.cli.train_progress import training_progress
from kith.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from kith.cli.train_progress import TrainingProgress
    from kith.training.records import EpochRecord, StepRecord
    from kith.training.run import Trained
    from kith.training.settings import Settings

_MARGINS = {"triplet": 0.2, "arcface": 0.5, "cosface": 0.35}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for: the options, as they were given; None where they were not."""

    root: Path
    out: str
    backbone: str
    loss: str
    margin: float | None
    epochs: int | None
    people: int | None
    photos: int
    rate: float | None
    optimizer: str
    weight_decay: float
    warmup: float
    freeze: float
    norms: bool | None
    augment: list[str] | None
    held_out: str
    patience: int | None
    precision: str
    device: str
    seed: int
    detector: str
    work: Path | None
    restart: bool
    replace: bool
    keep_crops: bool
    tensorboard: bool
    as_json: bool
    quiet: bool
    mining: str = "semihard"
    scale: float = 32.0

    @property
    def share(self) -> float | None:
        """Of the people who are held out; None where the option names a folder."""
        try:
            return float(self.held_out)
        except ValueError:
            return None

    def settings(self) -> Settings:
        """Return the choices, with what suits the backbone where nothing was said.

        Raises:
            OptionError: an option outside its range.
        """
        from kith.training.settings import AUGMENTATIONS, Settings

        random = begins_at_random(self.backbone)
        augment = [one for one in AUGMENTATIONS if one != "masks"]
        if self.augment is not None:
            augment = [] if self.augment == ["none"] else self.augment
        sgd = self.optimizer == "sgd"
        rate = (0.1 if sgd else 1e-3) if random else (5e-3 if sgd else 5e-5)
        choices: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                *("out", "backbone", "loss", "mining", "scale", "photos", "optimizer", "freeze"),
                *("weight_decay", "warmup", "precision", "device", "seed", "detector"),
            )
        }
        epochs = _given(self.epochs, 30 if random else 10)
        return Settings(
            **choices,
            margin=_MARGINS[self.loss] if self.margin is None else self.margin,
            epochs=epochs,
            patience=_given(self.patience, max(5, epochs // 2) if random else 5),
            people=_given(self.people, 0),
            rate=_given(self.rate, rate),
            norms=_given(self.norms, random),
            augment=tuple(augment),
            held_out=_given(self.share, 0.3),
        )


def run(asked: Asked) -> None:
    """Train, and say what came out.

    Raises:
        KithError: nothing could be trained; see `kith.training.run.train`.
    """
    from kith.training.memory import keep_freed_memory
    from kith.training.require import NETWORKS, require

    require(NETWORKS)
    # Before PyTorch is loaded: its threads would wait for each other by turning in circles, and
    # on a machine that does other things as well, hardly get on.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    keep_freed_memory()
    from kith.training.run import train

    settings = asked.settings()
    if asked.people is not None and asked.people < 2:
        raise OptionError(f"people must be 2 or more, not {asked.people}")
    shown = not (asked.as_json or asked.quiet)
    _pull(asked, shown=shown)
    others = None if asked.share is not None else _folder(asked.held_out)
    with Telling(settings.epochs, shown=shown, as_json=asked.as_json) as listener:
        done = train(
            asked.root,
            settings,
            held_out=others,
            work=asked.work,
            restart=asked.restart,
            replace=asked.replace,
            keep_crops=asked.keep_crops,
            tensorboard=asked.tensorboard,
            listener=listener,
        )
    if asked.as_json:
        emit(trained_shape(done))
    elif shown:
        _tell(done)


def begins_at_random(backbone: str) -> bool:
    """Tell whether a name is that of a network that begins at random."""
    from kith.training.network.backbones import BACKBONES

    return backbone in BACKBONES


class Telling:
    """Tells people on stderr, or programs on stdout, how a training goes.

    Args:
        epochs: at most.
        shown: people want to see it.
        as_json: programs read along.
    """

    def __init__(self, epochs: int, *, shown: bool, as_json: bool) -> None:
        self._epochs, self._shown, self._json = epochs, shown, as_json
        self._stack = ExitStack()
        self._progress: TrainingProgress | None = None

    def __enter__(self) -> Telling:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def say(self, text: str) -> None:
        """Write a line for people."""
        if self._progress is not None:
            self._progress.say(text)
        elif self._shown:
            say(text, error=True)

    def gathering(self, photos: int) -> AbstractContextManager[Callable[[], None]]:
        """Show a bar over the photos that are looked at."""
        return photo_progress("gathering faces", photos, shown=self._shown)

    def step(self, record: StepRecord) -> None:
        """Move the bar."""
        self._learning().step(record)

    def epoch(self, record: EpochRecord) -> None:
        """Add a line."""
        self._learning().epoch(record)

    def _learning(self) -> TrainingProgress:
        # Only now: two bars on one screen would write over each other.
        if self._progress is None:
            bar = training_progress(self._epochs, shown=self._shown, as_json=self._json)
            self._progress = self._stack.enter_context(bar)
        return self._progress


def trained_shape(done: Trained) -> dict[str, Any]:
    """Return what programs are told of a training; the keys are a contract and only grow."""
    from kith.training.verdict import verdict_shape

    origin = done.card.origin
    assert origin is not None
    best = next((one for one in reversed(done.history) if one.best), None)
    return {
        "id": done.card.id,
        "kind": origin.kind,
        "backbone": origin.base,
        "people": origin.people,
        "photos": origin.photos,
        "fingerprint": origin.fingerprint,
        "sha256": done.card.weights.sha256,
        "epochs": done.history[-1].epoch,
        "best_epoch": None if best is None else best.epoch,
        "resumed": done.resumed,
        "threshold": done.card.threshold.similarity if done.card.threshold else None,
        "held_out": None if done.verdict is None else verdict_shape(done.verdict),
        "report": None if done.report is None else str(done.report),
        "progress": str(done.work / "progress.html"),
        "notes": list(done.notes),
    }


def _given(value: Any, default: Any) -> Any:
    return default if value is None else value


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise OptionError(
            f"--held-out is a share such as 0.2, or a folder of people; {text!r} is neither"
        )
    return folder


def _pull(asked: Asked, *, shown: bool) -> None:
    from kith.models import ModelStore
    from kith.models.catalogue import DEFAULTS
    from kith.training.network.start import embedder

    wanted = [asked.detector, *DEFAULTS]
    if not begins_at_random(asked.backbone):
        wanted.append(embedder(asked.backbone, ModelStore()).id)
    pull_with_progress(dict.fromkeys(wanted), shown=shown)


def _tell(done: Trained) -> None:
    from kith.cli.train_verdict import print_verdict

    origin = done.card.origin
    assert origin is not None
    best = next((one.epoch for one in reversed(done.history) if one.best), 0)
    say(f"{done.card.id} learned from {origin.people:,} people; epoch {best} is kept")
    if done.verdict is not None:
        print_verdict(done.verdict)
    else:
        say("nobody was held out: whether it is better was not measured")
    if done.card.threshold is None:
        say(f"{done.card.id} has no measured threshold: calibrate a gallery, or pass --threshold")
    say(f"use it: kith verify A B --embedder {done.card.id}")
    say(f"curves: {done.work / 'progress.html'}")
    if done.report is not None:
        say(f"report: {done.report}")
