"""What the distances that tutorials use would do on these photos.

The VGGFace2 tutorial takes two faces for one person up to a cosine distance of 0.5; 0.4 and 0.6 are
named as often. A network with a tradition of its own adds that, unless it is a distance of raw
numbers (dlib's 0.6), to which no cosine corresponds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kith.evaluation.records import OperatingPoint
    from kith.recognizer import Recognizer

COSINE = (0.4, 0.5, 0.6)


class Habit(NamedTuple):
    """A distance up to which two faces are taken for one person.

    Attributes:
        metric: ``cosine``; ``euclidean``, of the unit vectors; ``own``, the threshold that the
            network's card names, as a cosine distance.
        distance: at most.
        similarity: the same, as a least cosine.
    """

    metric: str
    distance: float
    similarity: float


class Tried(NamedTuple):
    """A habit, and what it would have done."""

    habit: Habit
    point: OperatingPoint


def habits(recognizer: Recognizer) -> list[Habit]:
    """Return the distances to try with a network, its card's own first."""
    found = [Habit("cosine", distance, _opposite(distance)) for distance in COSINE]
    tradition = recognizer.tradition
    if tradition is not None and tradition.metric == "euclidean":
        similarity = 1.0 - tradition.distance**2 / 2.0
        found.append(Habit("euclidean", tradition.distance, similarity))
    elif tradition is not None and tradition.metric == "cosine":
        found.append(Habit("cosine", tradition.distance, _opposite(tradition.distance)))
    own = recognizer.known_threshold
    if own is not None:
        found.insert(0, Habit("own", _opposite(own), own))
    return list(dict.fromkeys(found))


def _opposite(value: float) -> float:
    return round(1.0 - value, 12)
