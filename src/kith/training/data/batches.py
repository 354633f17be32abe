"""Which photos go into a batch: P people with K photos of each.

A. Hermans, L. Beyer, B. Leibe, *In Defense of the Triplet Loss for Person Re-Identification*,
arXiv:1703.07737, 2017, section 2: every photo of such a batch has K − 1 of the same person and
(P − 1)·K of others to be compared with.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError, ProtocolError

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

_ORDER, _PHOTOS = 0, 1
"""What a generator is for: numbers behind the seed, so that no two draw the same."""


class Plan:
    """The batches of a training: a pure function of seed, epoch and step. Safe in several threads.

    An epoch shows everybody equally often, whoever has more photos or fewer: drawn by photos, a
    few people with hundreds would fill the batches, and their pairs the loss. It is long enough
    for half of the people to have had all their photos shown: everybody has `turns` of K photos,
    as many as the median of their numbers takes. In a batch nobody stands twice. The last batch of
    an epoch is filled with people who have had their turns.

    Of somebody with more than K photos each turn shows K others until too few are left; then they
    are shuffled and begin anew. Of somebody with fewer all are shown and some again: with
    augmentation no two are the same.

    Args:
        labels: int, N: whose each photo is, from 0.
        people: P, of a batch.
        photos: K, of each of them.
        seed: of the draws.
        singles: people with one photo take part, K times with it: for margin losses, which want
            everybody. For triplets they would only be compared with themselves.
        turns: of each person in an epoch; None: as above.

    Attributes:
        people: P.
        photos: K.
        turns: of each person in an epoch.
        steps: batches of an epoch.
        used: people who take part.

    Raises:
        OptionError: fewer people than a batch needs.
        ProtocolError: nobody can be learned from.
    """

    def __init__(
        self,
        labels: npt.NDArray[np.integer],
        *,
        people: int,
        photos: int,
        seed: int,
        singles: bool = False,
        turns: int | None = None,
    ) -> None:
        if people < 1 or photos < 1 or seed < 0 or (turns is not None and turns < 1):
            raise OptionError("people, photos and turns must be 1 or more, and the seed 0 or more")
        order = np.argsort(labels, kind="stable").astype(np.int64)
        counts = np.bincount(labels) if len(labels) else np.zeros(0, np.int64)
        starts = np.cumsum(counts) - counts
        takes_part = np.flatnonzero(counts >= (1 if singles else 2))
        self._rows = [order[start : start + n] for start, n in zip(starts, counts, strict=True)]
        self._who = takes_part
        self._seed = seed
        self.people, self.photos, self.used = people, photos, len(takes_part)
        self._check(singles)
        usual = float(np.median(counts[takes_part]))
        self.turns = turns or max(1, round(usual / photos))
        self.steps = -(-self.used * self.turns // people)
        self._lock = threading.Lock()
        self._epoch: tuple[int, Rows, Rows] | None = None

    def _check(self, singles: bool) -> None:
        if not self.used:
            raise ProtocolError("nobody has photos enough to learn from: two of each person")
        if self.used < self.people:
            what = "" if singles else " with two photos"
            raise OptionError(
                f"a batch is to show {self.people} people, and there are {self.used:,}{what} to "
                f"learn from: take {self.used} people or fewer (--people {self.used}), or add some"
            )

    def batch(self, epoch: int, step: int) -> Rows:
        """Return one batch: places in `labels`, int64, P·K, each person's in a row.

        Args:
            epoch: 0 or more.
            step: of the epoch, from 0.

        Raises:
            IndexError: the epoch has no such step.
        """
        if not 0 <= step < self.steps:
            raise IndexError(f"an epoch has {self.steps} steps, and {step} is none of them")
        who, turn = self._turns_of(epoch)
        part = slice(step * self.people, (step + 1) * self.people)
        return np.concatenate(
            [
                self._shown(person, epoch * self.turns + turn)
                for person, turn in zip(who[part].tolist(), turn[part].tolist(), strict=True)
            ]
        )

    def _turns_of(self, epoch: int) -> tuple[Rows, Rows]:
        """Return who is shown in an epoch, in order, and the how manieth turn of theirs it is."""
        with self._lock:
            if self._epoch is None or self._epoch[0] != epoch:
                self._epoch = (epoch, *self._drawn(epoch))
            return self._epoch[1:]

    def _drawn(self, epoch: int) -> tuple[Rows, Rows]:
        random = np.random.default_rng([self._seed, _ORDER, epoch])
        rounds = [random.permutation(self._who) for _ in range(self.turns)]
        for before, number in zip(rounds, range(1, self.turns), strict=False):
            rounds[number] = self._apart(before, rounds[number], number * self.used)
        total = self.turns * self.used
        missing = self.steps * self.people - total
        if missing:
            rounds.append(self._apart(rounds[-1], random.permutation(self._who), total)[:missing])
        turns = [np.full(len(one), number) for number, one in enumerate(rounds)]
        return np.concatenate(rounds), np.concatenate(turns)

    def _apart(self, before: Rows, after: Rows, place: int) -> Rows:
        """Move those to the front who do not stand in the batch that the round before began.

        Args:
            before: the round before.
            after: the round that begins in the middle of a batch.
            place: where it begins, in all that are shown.
        """
        begun = place % self.people
        if not begun:
            return after
        again = np.isin(after, before[-begun:])
        first = np.flatnonzero(~again)[: self.people - begun]
        rest = np.delete(np.arange(len(after)), first)
        moved: Rows = after[np.concatenate([first, rest])]
        return moved

    def _shown(self, person: int, turn: int) -> Rows:
        """Return the K photos of somebody's turn."""
        rows = self._rows[person]
        fresh = max(len(rows) // self.photos, 1)  # turns until too few are left
        shuffle, part = divmod(turn, fresh)
        random = np.random.default_rng([self._seed, _PHOTOS, person, shuffle])
        shuffled = rows[random.permutation(len(rows))]
        places = np.arange(part * self.photos, (part + 1) * self.photos)
        shown: Rows = shuffled[places % len(rows)]
        return shown
