"""When to look closely at whom: where it can change the answer, and never at many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from kith.tracking.followed import Followed
    from kith.tracking.settings import Settings
    from kith.types import Face

LARGE = 40.0
"""Distance between the eyes, in pixels, from which a face does not become easier to recognise."""

BETTER = 1.3
"""A face that seems so many times as good as the best one looked at is worth a look."""

TURN = 0.3
"""A pose that differs from all that were looked at by so much (as `Quality.yaw`) is too."""

PAUSE = 0.3
"""Seconds between two looks, however good a face becomes."""

DOUBTFUL = 0.15
"""Seconds between two looks at a track in doubt; twice as many for each doubt for nothing."""

MANY = 3
"""More tracks than these do not wait for a frame that is not searched."""

SLOWER = 1.7
"""The wait between looks grows by this factor."""

SETTLED, HOPELESS, NAMELESS = 0.5, 1.0, 2.0
"""Seconds between looks: least where there is an answer; most where looks fail; most where the
answer is no name."""


def due(tracks: Iterable[Followed], time: float, most: int, *, pass_over: bool) -> list[Followed]:
    """Return the tracks to look at on this frame, the most urgent first.

    Those in doubt, then those without an answer, of which the one that is nearest to it, then those
    that have waited longest.

    Args:
        tracks: all.
        time: of the frame.
        most: looks at this frame; one more where it is in doubt who is who.
        pass_over: look only at those in doubt, unless many wait.
    """
    waiting = sorted((track for track in tracks if _wants(track, time)), key=_urgency)
    doubts = sum(map(_is_doubtful, waiting))
    if pass_over and len(waiting) <= MANY:
        waiting = waiting[:doubts]
    return waiting[: most + (doubts > 1)]


def notice(track: Followed, time: float) -> None:
    """Want a look soon at a face that seems better than those looked at, or turned otherwise."""
    if not track.attempts or time - track.looked < PAUSE:
        return
    turned = abs(yaw(track.face.landmarks))
    another = min((abs(turned - old) for old in track.yaws), default=1.0) > TURN
    better = promise(track.face) > BETTER * track.promise
    if better or (another and turned < 0.9 and time - track.looked >= SETTLED):
        track.next_look = min(track.next_look, time)


def attempted(track: Followed, time: float) -> None:
    """Note that a look was taken."""
    track.attempts += 1
    track.looked = time
    track.promise = max(track.promise, promise(track.face))
    track.yaws = [*track.yaws[-15:], abs(yaw(track.face.landmarks))]


def plan(track: Followed, time: float, settings: Settings, *, told: bool) -> None:
    """Set when the next look is wanted.

    Args:
        track: that was looked at.
        time: of the frame.
        settings: how often to look.
        told: the look counted.
    """
    answer = track.standing.answer
    grow, least, most = 1.0 if told else SLOWER, settings.look_every, HOPELESS
    if track.strange:
        grow, least, most = 1.0, 0.0, 0.0
    elif track.doubt:
        grow = SLOWER
    elif answer is not None and answer.verdict is not Verdict.LOW_QUALITY:
        grow, least = SLOWER, SETTLED
        most = settings.look_rarely if answer.verdict is Verdict.MATCH else NAMELESS
    track.wait = min(max(least, track.wait * grow), max(least, most))
    track.next_look = time + track.wait


def promise(face: Face) -> float:
    """Return how good a look at a face would be, as far as can be seen from afar, 0–1."""
    eyes = face.landmarks[1] - face.landmarks[0]
    size = max(float(np.hypot(*eyes)), 0.4 * face.box.width)
    return face.score * min(1.0, size / LARGE) * min(1.0, max(0.05, 1.4 - abs(yaw(face.landmarks))))


def yaw(landmarks: npt.NDArray[np.float32]) -> float:
    """Return how far a head is turned, about −1…1, roughly as `Quality.yaw`."""
    left, right, nose, *mouth = landmarks.astype(np.float64)
    eyes = right - left
    down = np.mean(mouth, axis=0) - (left + right) / 2
    size = max(float(np.hypot(*eyes)), float(np.hypot(*down)), 1e-6)
    along = eyes / max(float(np.hypot(*eyes)), 1e-6)
    return 2.0 * float((nose - (left + right) / 2) @ along) / size


def _wants(track: Followed, time: float) -> bool:
    if not track.found:
        return False
    pause = min(NAMELESS, DOUBTFUL * 2**track.alarms)
    return track.next_look <= time or (track.doubt and time - track.looked >= pause)


def _is_doubtful(track: Followed) -> bool:
    return track.doubt or bool(track.strange)


def _urgency(track: Followed) -> tuple[bool, bool, int, float]:
    told = track.standing.answer is not None
    return not _is_doubtful(track), told, 0 if told else -len(track.album), track.looked
