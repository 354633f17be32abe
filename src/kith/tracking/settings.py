"""How closely faces are followed."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from kith.errors import OptionError


@dataclass(frozen=True, slots=True)
class Settings:
    """How closely faces are followed, and how much is kept.

    Attributes:
        side: frames are searched for faces with their longer side this long, in pixels.
        detections_per_second: frames that are searched for faces, at most; between them faces are
            where their motion takes them.
        confirm: searches that have to find a face before it is `seen`, so that what is found by
            mistake never is; a close look at a usable face stands for all but one of them.
        patience: seconds that a track waits for its face to be found again.
        coast: seconds of these that it is still `seen`, where it should be by its motion.
        looks: close looks kept of a track, at most: the best, and different ones.
        votes: close looks that have to agree for a name, and how many have to speak against it
            before it is taken back.
        quality: least quality score of a look that counts, 0–1.
        same: similarity from which two looks show the same person; None: the recogniser's
            threshold.
        looks_per_frame: close looks at one frame, at most; one more where it is in doubt who is
            who.
        look_every: seconds between close looks until there is an answer.
        look_rarely: seconds between close looks in the end, where nothing changes.
        people: people of whom it is remembered that they were here, at most.
        portraits: side of the aligned face kept with each look, in pixels; 0: none is kept.

    Raises:
        OptionError: one is outside its range.
    """

    side: int = 640
    detections_per_second: float = 12.0
    confirm: int = 3
    patience: float = 1.0
    coast: float = 0.4
    looks: int = 12
    votes: int = 3
    quality: float = 0.2
    same: float | None = None
    looks_per_frame: int = 1
    look_every: float = 0.15
    look_rarely: float = 3.0
    people: int = 500
    portraits: int = 0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value is None:
                continue
            least = _LEAST.get(each.name, 0)
            if not (math.isfinite(value) and value >= least):
                raise OptionError(f"{each.name} must be {least} or more, not {value}")


_LEAST = {
    "side": 32,
    "detections_per_second": 0.01,
    "confirm": 1,
    "looks": 1,
    "votes": 1,
    "looks_per_frame": 1,
    "people": 1,
    "same": -1,
}
