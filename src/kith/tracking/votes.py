"""From several looks at one face to one answer that does not flicker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from kith.quality import reason
from kith.tracking.album import goodness, mean
from kith.tracking.common import mask_of
from kith.types import Face, Identification, Verdict

if TYPE_CHECKING:
    from kith.tracking.album import Album
    from kith.tracking.records import Look

Ask: TypeAlias = Callable[[Sequence[Face]], tuple[Identification, ...]]
"""From faces with embeddings to an answer for each, as `Gallery.identify_faces` gives.

It is also asked about the mean of several embeddings, all with a mask or all without, which is
shorter than a unit vector, and has to take plain products: so the similarities in that answer are
the means of the looks'.
"""

CLOSE = 0.08
"""So near to the threshold, a few more looks are waited for before it is said that it is nobody."""

GONE = 0.15
"""A person whose similarity fell by so much at once was taken out of the gallery."""


def ballot(album: Album, ask: Ask, needed: int) -> Identification | None:
    """Return who the looks say it is; None while they are too few to say anything.

    A name needs a mean similarity, weighted with the squares of the looks' quality, that `ask`
    takes for a match, and as many looks as needed that each say the same by themselves.
    """
    looks = album.counting()
    if len(looks) < needed:
        return None
    patient = len(looks) < 2 * needed
    best = max(looks, key=goodness)
    vector = mean(looks).vector
    [answer] = ask([replace(best.face, embedding=vector, mask=mask_of(looks))])
    answer = replace(answer, face=best.face)
    if answer.verdict is Verdict.MATCH:
        if sum(_says(look, answer) for look in looks) >= needed:
            return answer
        answer = replace(
            answer, verdict=Verdict.UNKNOWN, name=None, reason="too few looks agree on a name"
        )
        return None if patient else answer
    near = answer.similarity is not None and answer.similarity > answer.threshold - CLOSE
    return None if patient and near and answer.verdict is Verdict.UNKNOWN else answer


def ask_again(album: Album, ask: Ask) -> None:
    """Ask about every look of an album anew."""

    def change(looks: Sequence[Look]) -> Sequence[Look]:
        answers = ask([look.face for look in looks]) if looks else ()
        return [replace(look, answer=new) for look, new in zip(looks, answers, strict=True)]

    album.change(change)


def too_poor(face: Face, looks: Sequence[Look], threshold: float) -> Identification:
    """Return the answer about a face of which no look was good enough.

    Args:
        face: as it was seen last.
        looks: all poor; or none, where a closer look finds no face.
        threshold: that a match would have needed.
    """
    if not looks:
        return Identification(
            Verdict.LOW_QUALITY, None, None, threshold, (), "face covered or unclear", face
        )
    best = max(looks, key=goodness)
    why = "covered or unclear" if best.face.quality is None else reason(best.face.quality)
    return replace(
        best.answer, verdict=Verdict.LOW_QUALITY, name=None, reason=f"face {why}", face=best.face
    )


class Standing:
    """The answer that stands: a name is taken back only on sustained evidence.

    Args:
        needed: ballots in a row that have to speak against a name.
    """

    def __init__(self, needed: int) -> None:
        self.answer: Identification | None = None
        self._needed = needed
        self._against = 0

    def hear(self, answer: Identification | None) -> None:
        """Take in a ballot's answer; None changes nothing."""
        if answer is None:
            return
        old = self.answer
        if old is not None and old.verdict is Verdict.MATCH and answer.name != old.name:
            self._against += 1
            if self._against < self._needed and not _gone(old, answer):
                return
        self._against = 0
        self.answer = answer

    def forget(self) -> None:
        """Forget what was said: the next ballot decides."""
        self.answer = None
        self._against = 0


def _says(look: Look, answer: Identification) -> bool:
    said = look.answer
    if not said.candidates or said.candidates[0].name != answer.name:
        return False
    return said.candidates[0].similarity >= answer.threshold


def _gone(old: Identification, new: Identification) -> bool:
    """Whether the person of an answer is not in the gallery any more."""
    if new.masks != old.masks:  # who put on a mask is not so similar any more
        return False
    if any(candidate.name == old.name for candidate in new.candidates):
        return False
    lowest = new.candidates[-1].similarity if new.candidates else -1.0
    return old.similarity is None or lowest < old.similarity - GONE
