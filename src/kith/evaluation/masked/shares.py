"""Shares of photos, with intervals by a bootstrap over the people on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.metrics.draws import draws
from kith.evaluation.metrics.intervals import interval_of
from kith.evaluation.metrics.support import RULE_OF_30
from kith.evaluation.metrics.trials import renumber, side_of
from kith.evaluation.records import Rate

if TYPE_CHECKING:
    from kith.evaluation.masked.records import Flags
    from kith.evaluation.records import Indices


def share(hit: Flags, person: Indices, *, rounds: int, seed: int) -> Rate | None:
    """Return the share of photos of which something is true; None without photos.

    Args:
        hit: bool, n.
        person: int32, n: whom each shows.
        rounds: of the bootstrap; 0: no interval.
        seed: of its draws.
    """
    if not len(hit):
        return None
    hits = int(np.count_nonzero(hit))
    value = hits / len(hit)
    number, people = renumber(int(person.max()) + 1, person)
    of = number[person]
    sampled = None
    if rounds:
        counts = np.stack(
            [np.bincount(of, weights=part, minlength=people) for part in (hit, np.ones(len(hit)))]
        )
        sums = [block @ counts.T for block in draws(people, rounds, seed)]
        some, total = np.concatenate(sums).T
        sampled = some / total
    return Rate(
        value=value,
        trials=len(hit),
        interval=interval_of(sampled, value, side_of(np.zeros(len(hit), np.float32), of)),
        rough=min(hits, len(hit) - hits) < RULE_OF_30,
    )
