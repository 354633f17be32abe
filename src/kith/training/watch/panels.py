"""What is drawn of a run: which numbers, in which panels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kith.training.records import EpochRecord, HeldOut

Point = tuple[float, float]

MOST_STEPS = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel.

    Attributes:
        name: in the legend.
        points: epoch and value; only finite ones.
        faint: drawn thin and without marks, for what is behind the line that counts.
    """

    name: str
    points: tuple[Point, ...]
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes.

    Attributes:
        slug: for ids: small letters.
        title: what it shows.
        text: how to read it.
        lines: the first is marked where it is best.
        unit: how numbers are written.
        best: the epoch that is kept, and the first line's value there; None where there is none.
        grounded: the upright axis begins at 0.
    """

    slug: str
    title: str
    text: str
    lines: tuple[Line, ...]
    unit: Literal["share", "number"] = "number"
    best: Point | None = None
    grounded: bool = True


class Steps:
    """Losses of steps: never more than `MOST_STEPS`, spread over the whole run."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._every = 1
        self._seen = 0

    def add(self, at: float, loss: float) -> None:
        """Keep a step's loss, or pass over it where there are many.

        Args:
            at: in epochs.
            loss: of the batch.
        """
        self._seen += 1
        if self._seen % self._every or not math.isfinite(loss):
            return
        self.points.append((at, loss))
        if len(self.points) >= MOST_STEPS:
            del self.points[::2]
            self._every *= 2


def panels(history: Sequence[EpochRecord], steps: Sequence[Point] = ()) -> list[Panel]:
    """Return what is to be drawn; nothing that there are no numbers of.

    Args:
        history: of every epoch so far.
        steps: the losses within them.
    """
    learned = [one for one in history if one.loss is not None]
    every = [
        _held_out(history),
        Panel(
            "loss",
            "Loss",
            "The thick line is the mean of each epoch, the faint one single steps.",
            (
                Line("epoch", _points(learned, lambda one: one.loss)),
                Line("steps", tuple(steps), faint=True),
            ),
        ),
        Panel(
            "active",
            "Active share",
            "Triplets (or, with a margin loss, faces) that still teach something. Near 0 the "
            "network has nothing left to learn from these photos.",
            (Line("active", _points(learned, lambda one: one.active)),),
            "share",
        ),
        Panel(
            "spread",
            "Distance between two people",
            "Mean Euclidean distance of unit vectors of two people held out. Near 0 the network "
            "has collapsed: it gives everybody the same vector.",
            (Line("distance", _of_held(history, lambda held: held.spread)),),
        ),
        Panel(
            "rate",
            "Learning rate",
            "At the end of each epoch.",
            (Line("rate", _points(learned, lambda one: one.rate)),),
        ),
        Panel(
            "speed",
            "Images per second",
            "While learning.",
            (Line("images per second", _points(learned, lambda one: one.images_per_second)),),
        ),
    ]
    return [one for one in every if any(line.points for line in one.lines)]


def best_of(history: Sequence[EpochRecord]) -> EpochRecord | None:
    """Return the epoch that is kept: the last that was the best so far."""
    return next((one for one in reversed(history) if one.best), None)


def _held_out(history: Sequence[EpochRecord]) -> Panel:
    best = best_of(history)
    lines = [
        Line("accuracy", _of_held(history, lambda held: held.accuracy)),
        Line("area under ROC", _of_held(history, lambda held: held.auc)),
    ]
    held = next((one.held_out for one in history if one.held_out is not None), None)
    if held is not None and held.fmr < 1:
        tar = _of_held(history, lambda held: held.tar)
        lines.append(Line(f"TAR at FMR {percent(held.fmr)}", tar))
    return Panel(
        "heldout",
        "People held out",
        "Verification of people whom the network does not learn from: share of pairs decided "
        "rightly (one half is chance), area under the ROC curve, and share of pairs of one person "
        "that match at a false match rate. The ring is the epoch that is kept.",
        tuple(lines),
        "share",
        None if best is None or best.held_out is None else (best.epoch, best.held_out.accuracy),
        grounded=False,
    )


def percent(share: float) -> str:
    """Return a share as people write it, with no digit too many."""
    return f"{100 * share:.10f}".rstrip("0").rstrip(".") + "\u202f%"


def _points(
    history: Sequence[EpochRecord], value: Callable[[EpochRecord], float | None]
) -> tuple[Point, ...]:
    pairs = [(float(one.epoch), value(one)) for one in history]
    return tuple((at, one) for at, one in pairs if one is not None and math.isfinite(one))


def _of_held(
    history: Sequence[EpochRecord], value: Callable[[HeldOut], float]
) -> tuple[Point, ...]:
    return _points(history, lambda one: None if one.held_out is None else value(one.held_out))
