"""The frames of a film that are looked at: all of a short one, stretches of a long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import FilmUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kith.media.films import Film, Frame

PER_SECOND = 8.0
"""Frames looked at."""

LONGEST = 120.0
"""Seconds of a film that are looked at, at most; of a longer one so many in stretches."""

STRETCH = 5.0
"""Seconds; long enough for a head to turn."""


class Stopped(Exception):
    """Nobody waits for the film any longer."""


class Reel:
    """The frames of a film, in the order of their time.

    Args:
        film: opened.
        on_progress: told how many seconds have been looked at, and of how many.
        stopped: whether to give up.

    Attributes:
        problem: why frames are missing, in one line; None where none are.
    """

    def __init__(
        self,
        film: Film,
        on_progress: Callable[[float, float], None],
        stopped: Callable[[], bool],
    ) -> None:
        self._film = film
        self._on_progress = on_progress
        self._stopped = stopped
        self.problem: str | None = None

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames.

        Raises:
            FilmUnreadable: not one of them can be decoded.
            Stopped: see `stopped`.
        """
        parts = stretches(self._film.info.duration)
        ends = self._film.info.duration or LONGEST
        done, total = 0.0, sum(min(end, ends) - start for start, end in parts)
        failure: FilmUnreadable | None = None
        seen = False
        for start, end in parts:
            try:
                for frame in self._film.frames(PER_SECOND, start=start, end=end):
                    if self._stopped():
                        raise Stopped
                    yield frame
                    seen = True
                    self._on_progress(min(total, done + frame.time - start), total)
                self.problem = self.problem or self._film.problem
            except FilmUnreadable as error:
                # Of a film that is cut off other stretches may be there.
                failure = failure or error
                self.problem = self.problem or error.reason
            done += end - start
        if failure is not None and not seen:
            raise failure


def stretches(duration: float | None) -> list[tuple[float, float]]:
    """Return from when to when a film is looked at, in seconds.

    Args:
        duration: of the film; None: nobody knows.
    """
    if duration is None or duration <= LONGEST:
        # To the end, wherever the file says that it is.
        return [(0.0, LONGEST if duration is None else duration + STRETCH)]
    count = round(LONGEST / STRETCH)
    middles = [duration * (2 * number + 1) / (2 * count) for number in range(count)]
    return [(middle - STRETCH / 2, middle + STRETCH / 2) for middle in middles]
