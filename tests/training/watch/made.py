"""Runs made up: numbers of epochs and steps without a network."""

from __future__ import annotations

import math

from kith.training.records import EpochRecord, HeldOut, StepRecord


def held_out(accuracy: float, fmr: float = 1e-2) -> HeldOut:
    return HeldOut(40, 200, accuracy, min(1.0, accuracy + 0.02), accuracy - 0.3, fmr, 1.2)


def epoch(number: int, accuracy: float | None = 0.9, *, best: bool = False) -> EpochRecord:
    held = None if accuracy is None else held_out(accuracy)
    if number == 0:
        return EpochRecord(0, None, None, 1e-3, 0.0, held, best)
    return EpochRecord(number, math.exp(-number), 0.5 / number, 1e-3, 63.4, held, best)


def run(accuracies: list[float]) -> list[EpochRecord]:
    """Return a run from before learning on, the best so far marked."""
    return [
        epoch(number, one, best=one > max(accuracies[:number], default=0.0))
        for number, one in enumerate(accuracies)
    ]


def step(of_epoch: int, number: int, steps: int = 10, loss: float = 0.2) -> StepRecord:
    return StepRecord(of_epoch, number, steps, loss, 0.4, 5e-4, 61.0)
