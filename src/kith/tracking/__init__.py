"""Faces through time: which face of this frame is which of the last, and who it is by many looks.

`Follower.step` takes the frames of a film or a camera one after the other. Most frames are only
glanced at; a track is looked at closely, and embedded, where that can change the answer; the
answer is a vote of its best looks.
"""

from kith.tracking.follower import Follower
from kith.tracking.records import Look, Moment, Seen, Track
from kith.tracking.settings import Settings

__all__ = ["Follower", "Look", "Moment", "Seen", "Settings", "Track"]
