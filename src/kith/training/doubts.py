"""What a user should hear of while a network learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.training.records import EpochRecord

COLLAPSED = 0.25
"""Of the distance between two people before learning, under which a network gives one point."""
UNSOLVED = 0.95


def collapse(history: Sequence[EpochRecord]) -> str | None:
    """Return a warning where a network comes to give the same vector for everybody; else None.

    That solution, f(x) = 0 in the words of FaceNet (section 3.2), costs a triplet loss no more
    than its margin, and the hardest triplets of a batch lead there from a random start.

    Args:
        history: of the epochs so far, with the network before learning.
    """
    last, before = history[-1], history[0].held_out
    if last.held_out is None or before is None or last.active is None:
        return None
    if last.active < UNSOLVED or last.held_out.spread > COLLAPSED * before.spread:
        return None
    return (
        f"epoch {last.epoch}: the network is about to give the same vector for everybody (two "
        f"people are {last.held_out.spread:.2f} apart, {before.spread:.2f} before learning); "
        "a lower --rate, or --mining semihard, does not lead there"
    )
