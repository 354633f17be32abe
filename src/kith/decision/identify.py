"""One to many: who of the gallery, or nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.quality import UNUSABLE, reason
from kith.types import Identification, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.decision.calibration import Calibration
    from kith.types import Candidate, Face, Promise

AMBIGUITY_MARGIN = 0.05
"""Two people over the threshold and closer to each other than this are too close to call."""


def decide(
    face: Face,
    candidates: Sequence[Candidate],
    threshold: float,
    margin: float = AMBIGUITY_MARGIN,
    top: int | None = None,
    *,
    calibration: Calibration | None = None,
    promise: Promise | None = None,
) -> Identification:
    """Say who a face is.

    A name is given only where the face is good enough, the best candidate reaches the threshold,
    and nobody else who reaches it is nearly as similar.

    Args:
        face: with its quality.
        candidates: the most similar people, best first.
        threshold: least similarity of a match.
        margin: least lead over another person who reaches the threshold too.
        top: how many candidates to keep in the answer; None: all.
        calibration: says how probable the best candidate is.
        promise: what the threshold promises, to be passed on with the answer.
    """
    best = candidates[0] if candidates else None
    verdict, reason = _verdict(face, candidates, threshold, margin)
    return Identification(
        verdict=verdict,
        name=best.name if best and verdict is Verdict.MATCH else None,
        similarity=best.similarity if best else None,
        threshold=threshold,
        candidates=tuple(candidates[:top]),
        reason=reason,
        face=face,
        probability=calibration.probability(best.similarity, template=True)
        if calibration and best
        else None,
        calibration=promise,
    )


def no_face(threshold: float, promise: Promise | None = None) -> Identification:
    """Say that a photo shows no face."""
    return Identification(
        Verdict.NO_FACE, None, None, threshold, (), "no face found", calibration=promise
    )


def unusable(face: Face) -> str | None:
    """Return why a face is too poor to tell, or None where it is good enough."""
    quality = face.quality
    if quality is None or quality.score >= UNUSABLE:
        return None
    return f"face {reason(quality)}"


def _verdict(
    face: Face, candidates: Sequence[Candidate], threshold: float, margin: float
) -> tuple[Verdict, str | None]:
    poor = unusable(face)
    if poor is not None:
        return Verdict.LOW_QUALITY, poor
    if not candidates or candidates[0].similarity < threshold:
        return Verdict.UNKNOWN, "nobody similar enough" if candidates else "the gallery is empty"
    rivals = [c for c in candidates[1:] if c.similarity >= threshold]
    if rivals and candidates[0].similarity - rivals[0].similarity < margin:
        return Verdict.AMBIGUOUS, "two people are about equally similar"
    return Verdict.MATCH, None
