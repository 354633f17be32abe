"""Batches made ready in threads while the network learns from the one before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError
from kith.recognizer.finder import available_cores
from kith.recognizer.ordered import ordered_map
from kith.training.records import Batch

if TYPE_CHECKING:
    from collections.abc import Generator

    from kith.training.data.augment import Augment
    from kith.training.data.batches import Plan
    from kith.training.data.split import Split
    from kith.training.records import TrainingSet

_CHANGES = 2
"""What these generators are for, behind the seed; the plan's are for 0 and 1."""
MOST_THREADS = 8
"""Used where nobody says how many: more hardly help, because part of the work is Python's own."""


class Loader:
    """The batches of a training, each made of squares that are read and changed in threads.

    Every square has a generator of its own, made of seed, epoch and place: with any number of
    threads, and begun anywhere, the batches are the same, bit for bit. A few batches wait at most.

    Args:
        training_set: the faces.
        split: which of them are learned from.
        plan: which of these are in a batch; made with `Split.classes`.
        augment: changes them.
        seed: of the changes.
        threads: that make batches; None: one for each core, `MOST_THREADS` at most.

    Raises:
        OptionError: no threads, or the changes are for squares of another size.
    """

    def __init__(
        self,
        training_set: TrainingSet,
        split: Split,
        plan: Plan,
        augment: Augment,
        *,
        seed: int,
        threads: int | None = None,
    ) -> None:
        if threads is not None and threads < 1:
            raise OptionError(f"threads must be 1 or more, not {threads}")
        crops = training_set.crops
        if (augment.side, augment.rim) != (crops.side, crops.rim):
            raise OptionError(
                f"squares of {crops.side} pixels with a rim of {crops.rim} cannot be changed as "
                f"those of {augment.side} with a rim of {augment.rim}"
            )
        self._crops = crops
        self._painted = training_set.painted if "masks" in augment.names else None
        self._split = split
        self._plan = plan
        self._augment = augment
        self._seed = seed
        self._threads = threads or min(available_cores(), MOST_THREADS)

    @property
    def steps(self) -> int:
        """Batches of an epoch."""
        return self._plan.steps

    def epoch(self, number: int, start: int = 0) -> Generator[Batch]:
        """Yield the batches of an epoch in order; its threads end with it, or when it is closed.

        Args:
            number: of the epoch, 0 or more.
            start: the step to begin with, from 0: after a kill, the one that was not done.

        Raises:
            PhotoUnreadable: the gathered faces cannot be read any more.
        """

        def make(step: int) -> Batch:
            return self.batch(number, step)

        with ThreadPoolExecutor(self._threads, thread_name_prefix="kith-batches") as pool:
            yield from ordered_map(pool, make, range(start, self.steps), ahead=self._threads + 1)

    def batch(self, epoch: int, step: int) -> Batch:
        """Return one batch; see `epoch`."""
        places = self._plan.batch(epoch, step)
        rows = self._split.learn[places]
        side = self._augment.side
        pixels = np.empty((len(rows), side, side, 3), dtype=np.uint8)
        for place, row in enumerate(rows.tolist()):
            random = np.random.default_rng([self._seed, _CHANGES, epoch, step, place])
            painted = None if self._painted is None else self._painted[row]
            pixels[place] = self._augment.apply(self._crops[row], painted, random)
        return Batch(pixels, self._split.classes[places].astype(np.int64), rows)
