"""How closely faces are followed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """How closely faces are followed, and how much is kept.

    Attributes:
        side: frames are glanced at with their longer side this long, in pixels.
        detections_per_second: frames that are searched for faces, at most; between them faces are
            where their motion takes them.
        patience: seconds that a track waits for its face to be seen again.
        looks: close looks kept of a track, at most.
        votes: close looks that a name needs.
        looks_per_frame: close looks at one frame, at most.
        portraits: side of the aligned face kept with each look, in pixels; 0: none is kept.
    """

    side: int = 640
    detections_per_second: float = 12.0
    patience: float = 1.0
    looks: int = 12
    votes: int = 3
    looks_per_frame: int = 1
    portraits: int = 0
