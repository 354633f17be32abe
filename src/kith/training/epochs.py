"""The epochs of a training, from where it begins or where it was interrupted."""

from __future__ import annotations

import time
from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

import torch

from kith.errors import TrainingDiverged, printable
from kith.training.checkpoint import Reached
from kith.training.optimise import rate_at
from kith.training.records import EpochRecord, StepRecord
from kith.training.stopping import stopping

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from kith.training.checkpoint import Checkpoints
    from kith.training.learner import Learner
    from kith.training.records import Batch, HeldOut
    from kith.training.settings import Settings
    from kith.training.stopping import Stopping

SECONDS = 30.0
"""Of work that a kill loses at most."""
_NAMED = 3


class Dealer(Protocol):
    """Deals batches: those of an epoch, in order, are always the same."""

    @property
    def steps(self) -> int:
        """Batches of an epoch."""

    def epoch(self, number: int, start: int = 0) -> Generator[Batch]:
        """Yield the batches of an epoch from a step on."""


class Epochs:
    """Runs a training and keeps how far it has come.

    Args:
        settings: of the training.
        learner: that learns.
        dealer: of batches.
        measure: how the learner does on people held out; None: nobody is.
        checkpoints: where it is kept.
        photos: paths, by row of the training set.
        on_step: told of every step.
        on_epoch: told of every epoch: all so far, the last is new.
    """

    def __init__(
        self,
        settings: Settings,
        learner: Learner,
        dealer: Dealer,
        measure: Callable[[], HeldOut] | None,
        checkpoints: Checkpoints,
        photos: tuple[str, ...],
        on_step: Callable[[StepRecord], None],
        on_epoch: Callable[[Sequence[EpochRecord]], None],
    ) -> None:
        self._settings, self._learner, self._dealer = settings, learner, dealer
        self._measure, self._checkpoints = measure, checkpoints
        self._photos, self._on_step, self._on_epoch = photos, on_step, on_epoch
        self._pace: deque[float] = deque(maxlen=20)
        self.reached = Reached(threads=torch.get_num_threads())

    def resume(self) -> bool:
        """Go on from what was kept; False where nothing was.

        Raises:
            TrainingUnreadable: it is damaged, or of another training.
        """
        found = self._checkpoints.load()
        if found is None:
            return False
        self.reached, state = found
        self._learner.load(state)
        torch.set_num_threads(self.reached.threads)
        return True

    def run(self) -> list[EpochRecord]:
        """Learn until the epochs are over or nothing is gained any more; return all of them.

        Raises:
            TrainingDiverged: a loss is no number any more; the message names the batch.
            OutputError: what was reached cannot be kept.
        """
        if not self.reached.history:
            self._close(EpochRecord(0, None, None, 0.0, 0.0, self._held_out(), False))
        while not self.over:
            with stopping() as stop:
                self._epoch(stop)
        return self.reached.history

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done."""
        epoch, best = self.reached.epoch, self.reached.best
        waited = self._measure is not None and epoch - 1 - best >= self._settings.patience
        return epoch > self._settings.epochs or (waited and epoch > 1)

    def _epoch(self, stop: Stopping) -> None:
        reached, began, images = self.reached, time.monotonic(), 0
        saved = began
        with closing(self._dealer.epoch(reached.epoch, start=reached.step)) as batches:
            for batch in batches:
                self._step(batch)
                images += len(batch.labels)
                if stop.asked or time.monotonic() - saved > SECONDS:
                    self._save()
                    saved = time.monotonic()
                if stop.asked:
                    stop.obey()
        steps = self._dealer.steps
        seconds = max(time.monotonic() - began, 1e-9)
        held_out = self._held_out()
        self._close(
            EpochRecord(
                reached.epoch,
                reached.loss / steps,
                reached.active / steps,
                self._rate(steps - 1),
                images / seconds,
                held_out,
                self._is_best(held_out),
            )
        )
        if stop.asked:
            stop.obey()

    def _step(self, batch: Batch) -> None:
        reached, began = self.reached, time.monotonic()
        rate = self._rate(reached.step)
        try:
            done = self._learner.step(batch, rate)
        except TrainingDiverged as error:
            raise TrainingDiverged(self._where(batch, str(error))) from error
        reached.step += 1
        reached.loss += done.loss
        reached.active += done.active
        self._pace.append(len(batch.labels) / max(time.monotonic() - began, 1e-9))
        self._on_step(
            StepRecord(
                reached.epoch,
                reached.step,
                self._dealer.steps,
                done.loss,
                done.active,
                rate,
                sum(self._pace) / len(self._pace),
            )
        )

    def _close(self, record: EpochRecord) -> None:
        if record.best:
            self._checkpoints.save_best(record.epoch, self._learner.network.state_dict())
        self.reached.close(record)
        self._save()
        self._on_epoch(self.reached.history)

    def _save(self) -> None:
        self._checkpoints.save(self.reached, self._learner.state())

    def _held_out(self) -> HeldOut | None:
        return None if self._measure is None else self._measure()

    def _is_best(self, found: HeldOut | None) -> bool:
        """Tell whether an epoch is better than all before it; without people held out, it is."""
        # The area says more than the accuracy, which moves by whole pairs.
        learned = [one.held_out for one in self.reached.history if one.epoch]
        if found is None or not learned:
            return True
        return found.auc > max(one.auc for one in learned if one is not None)

    def _rate(self, step: int) -> float:
        steps = self._dealer.steps
        done = (self.reached.epoch - 1) * steps + step
        return rate_at(self._settings, done, self._settings.epochs * steps)

    def _where(self, batch: Batch, what: str) -> str:
        photos = list(dict.fromkeys(self._photos[row] for row in batch.rows.tolist()))
        named = ", ".join(printable(photo) for photo in photos[:_NAMED])
        more = f" and {len(photos) - _NAMED} more" if len(photos) > _NAMED else ""
        return (
            f"epoch {self.reached.epoch}, step {self.reached.step + 1}: {what}; the batch is "
            f"{named}{more}. A lower --rate, or another --precision, with --restart mends that"
        )
