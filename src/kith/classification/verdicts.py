"""From a head's similarity to an answer, in the words of `kith.types.Verdict`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.quality import UNUSABLE
from kith.quality import reason as words
from kith.types import Verdict

if TYPE_CHECKING:
    from kith.types import Face


def verdict_of(
    face: Face, similarity: float, threshold: float | None
) -> tuple[Verdict, str | None]:
    """Return whether a face is the person whom it is taken for, and why not.

    Args:
        face: with its quality.
        similarity: to that person.
        threshold: least similarity of a name; None: there always is one.
    """
    if face.quality is not None and face.quality.score < UNUSABLE:
        return Verdict.LOW_QUALITY, f"face {words(face.quality)}"
    if threshold is not None and similarity < threshold:
        return Verdict.UNKNOWN, "nobody similar enough"
    return Verdict.MATCH, None
