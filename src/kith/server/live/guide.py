"""Guided enrolment: which poses of a face are still wanted, and what the person should do.

Faces turned a little to either side beside frontal ones make a template that knows the person in
passing too. Left and right are the person's own: whose nose points to the right edge of an
unmirrored picture has turned to their left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.gallery.masked import is_masked
from kith.quality import POOR, reason

if TYPE_CHECKING:
    from kith.types import Face, Pixels, Quality

POSES = ("front", "left", "right")
FRONTAL = 0.25
"""Up to this `Quality.yaw` a face looks into the camera."""

TURNED = 0.35, 0.85
"""Between these a face is turned to a side, far enough to add something and not yet too far."""

PER_POSE = 3
APART = 0.15
"""Seconds between two faces that are taken: the next frame shows the same once more."""

SMALLEST = 16.0
"""Distance between the eyes, in pixels: from there on the camera's picture holds the details."""

MOST_CUT = 0.1
PATIENCE = 8.0
"""Seconds that a pose is waited for, once a frontal face was taken."""

LONGEST = 30.0
"""Seconds without a frontal face after which nobody is expected any more."""

STRANGE = 3.0
"""Seconds for which somebody else may be in front of the camera."""

_DIRECTIONS = {
    "front": "look straight into the camera",
    "left": "turn your head a little to your left",
    "right": "turn your head a little to your right",
}
_HELP = {
    "too small": "come closer",
    "too dark": "more light, please",
    "too bright": "less light, please",
    "without contrast": "more light from the front, please",
    "unevenly lit": "turn towards the light",
    "too blurred": "hold still",
    "too grainy": "more light, please",
    "turned away": "turn back a little",
    "cut off by the photo's border": "move into the middle of the picture",
}
_COVERED = "show your whole face"


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A face that is to be kept, with its picture (RGB, uint8, square)."""

    face: Face
    portrait: Pixels


@dataclass(slots=True, eq=False)
class Guide:
    """Takes faces of one person until there are enough of each pose. Times are in seconds.

    Attributes:
        name: of the person.
        same: similarity (cosine) from which two faces are of one person.
        began: when it began.
        taken: the faces by their pose.
        skipped: poses that are not waited for any longer.
        failed: why nobody can be enrolled; None while that may still be.
    """

    name: str
    same: float
    began: float
    taken: dict[str, list[Taken]] = field(default_factory=lambda: {pose: [] for pose in POSES})
    skipped: set[str] = field(default_factory=set)
    failed: str | None = None
    _hint: str = _DIRECTIONS["front"]
    _quality: float = 0.0
    _last: float = 0.0  # when a face was taken
    _strange: float | None = None  # since when somebody else is there
    _pose_since: float | None = None

    def nobody(self, time: float) -> None:
        """Take note that a frame shows no face."""
        self._quality = 0.0
        self._hint = "come in front of the camera"
        self._pass_time(time)

    def look(self, face: Face, portrait: Pixels, time: float) -> None:
        """Take the face, or say what should be better.

        Args:
            face: with quality and embedding.
            portrait: the aligned face.
            time: of the frame.
        """
        quality = face.quality
        assert quality is not None
        self._quality = quality.score
        pose = _pose(quality)
        if is_masked(face):
            self._hint = "take off your mask"
        elif self._is_strange(face, time):
            self._hint = "somebody else is in front of the camera"
        elif problem := _problem(quality):
            self._hint = problem
        else:
            if self._is_wanted(pose, time):
                self.taken[pose or ""].append(Taken(face, portrait))
                self._last, self._pose_since = time, time
            self._hint = self._direction(quality)
        self._pass_time(time)

    @property
    def enough(self) -> bool:
        """Whether nothing is waited for any longer."""
        return self.failed is None and self._wanted() is None

    @property
    def faces(self) -> list[Taken]:
        """All that was taken, frontal ones first."""
        return [one for pose in POSES for one in self.taken[pose]]

    def shape(self) -> dict[str, Any]:
        """Return the JSON of how far it is."""
        missing = sum(
            PER_POSE - len(self.taken[pose]) for pose in POSES if pose not in self.skipped
        )
        return {
            "type": "enrol",
            "name": self.name,
            "done": {pose: len(self.taken[pose]) >= PER_POSE for pose in POSES},
            "progress": round(1 - missing / (PER_POSE * len(POSES)), 3),
            "hint": self._hint,
            "quality": round(self._quality, 3),
        }

    def _wanted(self) -> str | None:
        """Return the pose that is waited for; None: nothing is."""
        left = (p for p in POSES if p not in self.skipped and len(self.taken[p]) < PER_POSE)
        return next(left, None)

    def _is_wanted(self, pose: str | None, time: float) -> bool:
        """Any pose that lacks faces is welcome, but without a frontal face there is no person."""
        if pose is None or time - self._last < APART or len(self.taken[pose]) >= PER_POSE:
            return False
        return pose == "front" or bool(self.taken["front"])

    def _is_strange(self, face: Face, time: float) -> bool:
        known = [one.face.embedding for one in self.faces if one.face.embedding is not None]
        assert face.embedding is not None
        if not known or float(np.max(np.stack(known) @ face.embedding)) >= self.same:
            self._strange = None
            return False
        self._strange = time if self._strange is None else self._strange
        if time - self._strange > STRANGE:
            self.failed = "somebody else came in front of the camera"
        return True

    def _direction(self, quality: Quality) -> str:
        wanted = self._wanted()
        if wanted is None:
            return "that is enough, thank you"
        if wanted != "front" and abs(quality.yaw) > TURNED[1]:
            return "not quite so far"
        return "hold still" if _pose(quality) == wanted else _DIRECTIONS[wanted]

    def _pass_time(self, time: float) -> None:
        wanted = self._wanted()
        if not self.taken["front"]:
            if time - self.began > LONGEST:
                self.failed = f"no good face was seen: {self._hint}"
        elif wanted is not None and time - (self._pose_since or time) > PATIENCE:
            self.skipped.add(wanted)
            self._pose_since = time


def _pose(quality: Quality) -> str | None:
    turn = abs(quality.yaw)
    if turn <= FRONTAL:
        return "front"
    if TURNED[0] <= turn <= TURNED[1]:
        return "left" if quality.yaw > 0 else "right"
    return None


def _problem(quality: Quality) -> str | None:
    """Return what the person should do for a better picture; None where it is good enough."""
    if quality.size < SMALLEST:
        return "come closer"
    if (quality.cut or 0.0) > MOST_CUT:
        return _HELP["cut off by the photo's border"]
    if quality.score < POOR:
        return _HELP.get(reason(quality), _COVERED)
    return None
