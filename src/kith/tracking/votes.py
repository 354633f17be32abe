"""From several looks at one face to one answer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from kith.decision import decide
from kith.types import Candidate, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.tracking.records import Look
    from kith.types import Identification


def vote(looks: Sequence[Look], needed: int) -> Identification | None:
    """Return who the looks say it is; None while they are too few.

    The similarity of a candidate is the mean over the looks, each weighted with its quality.
    """
    good = [look for look in looks if look.answer.verdict is not Verdict.LOW_QUALITY]
    if len(good) < needed:
        return None
    best = max(good, key=_quality)
    total = sum(map(_quality, good))
    sums: dict[str, float] = defaultdict(float)
    for look in good:
        for candidate in look.answer.candidates:
            sums[candidate.name] += _quality(look) * candidate.similarity
    candidates = sorted(
        (Candidate(name, value / total) for name, value in sums.items()),
        key=lambda one: -one.similarity,
    )
    answer = decide(best.face, candidates, best.answer.threshold)
    return replace(answer, calibration=best.answer.calibration)


def _quality(look: Look) -> float:
    quality = look.face.quality
    return 0.25 if quality is None else max(0.05, quality.score)
