"""What the choosing part says of one kind of comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.calibrate.probability import odds_of
from kith.evaluation.calibrate.tail import tail_of
from kith.evaluation.calibrate.upper import upper_thresholds
from kith.evaluation.metrics.support import RULE_OF_30

if TYPE_CHECKING:
    from kith.decision.curves import Points
    from kith.evaluation.calibrate.similarities import Impostors
    from kith.evaluation.calibrate.task import Task
    from kith.evaluation.records import Comparisons, Scores


class Seen(NamedTuple):
    """What the people of the choosing part were compared for.

    Attributes:
        photos: photos with photos.
        impostors: those of two people among them.
        strangers: faces with other people's templates.
        own: faces with the templates of their own person's other photos.
    """

    photos: Comparisons
    impostors: Impostors
    strangers: Impostors
    own: Scores


class Chosen(NamedTuple):
    """See `kith.decision.Calibration`."""

    pairs: int
    threshold: float
    rough: bool
    tail: Points
    scale: float
    pair_odds: Points
    person_odds: Points


def choose(seen: Seen, task: Task) -> Chosen:
    """Choose a threshold and curves."""
    impostors, strangers = seen.impostors, seen.strangers
    [threshold] = upper_thresholds(impostors, [task.fmr], seed=task.seed)
    tail = tail_of(strangers, task.fpir, seed=task.seed)
    several = people_matched(seen.photos)
    return Chosen(
        pairs=impostors.pairs,
        threshold=threshold,
        rough=task.fmr * impostors.pairs < RULE_OF_30,
        tail=tail.knots,
        scale=tail.scale,
        pair_odds=odds_of(known(seen.photos.genuine), impostors.scores, several, impostors.pairs),
        person_odds=odds_of(seen.own, strangers.scores, several, strangers.pairs),
    )


def people_matched(comparisons: Comparisons) -> int:
    """Return of how many people two faces were compared."""
    found = comparisons.same & np.isfinite(comparisons.similarity)
    return len(np.unique(comparisons.a[found]))


def known(scores: Scores) -> Scores:
    """Return the similarities that are not failures to acquire."""
    return scores[np.isfinite(scores)]
