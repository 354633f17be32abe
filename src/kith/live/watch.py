"""Who stands before a camera, as it happens."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from kith.live.events import Visits
from kith.live.watch_figures import Figures
from kith.live.watch_gallery import Known
from kith.live.watch_inbox import Arrived, Ended, Inbox, News
from kith.media.films import open_source
from kith.tracking import Follower

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from kith.gallery.gallery import Gallery
    from kith.live.events import WatchEvent
    from kith.media.films import Frame
    from kith.tracking import Moment, Settings

_STEP = 0.1
"""Seconds after which somebody who wants it to stop is noticed."""
_BEHIND = 0.5
"""Seconds by which a film may be late before its clock is set anew."""


def watch(
    source: str | os.PathLike[str] | int,
    gallery: Gallery,
    *,
    threshold: float | None = None,
    every: int = 1,
    reconnect: bool = True,
    timeout: float = 10.0,
    settings: Settings | None = None,
) -> Iterator[WatchEvent]:
    """Watch a camera, a stream, a film or a folder of frames; yield what happens.

    A name is given by the votes of several looks at a face, never by one. A live source is looked
    at as it is now: frames that come while you work on an event are dropped. It goes on until you
    stop taking events; a film ends with its last frame. Who is enrolled, renamed or forgotten
    meanwhile, here or by another program, is told with the next frame.

    Args:
        source: a camera's number, an address (rtsp, http, …), the path of a film or a folder.
        gallery: the people known.
        threshold: least similarity of a match; None: the gallery's calibration, else the
            measured one.
        every: of a film or a folder, only every so manieth frame.
        reconnect: connect again when a live source is lost.
        timeout: seconds that a live source may be silent before it counts as lost.
        settings: how closely faces are followed.

    Raises:
        InputError: the source cannot be opened, or an option is out of its range.
        GalleryError: the gallery cannot be read or is of another contract.

    Example:
        >>> with kith.Gallery("people.kith") as people:
        ...     for event in kith.watch("film.mp4", people):
        ...         print(round(event.time, 1), event.event, event.name)
    """
    with Watching(
        source,
        gallery,
        threshold=threshold,
        every=every,
        reconnect=reconnect,
        timeout=timeout,
        settings=settings,
    ) as watching:
        for step in watching.steps():
            yield from step.events


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What is new.

    Attributes:
        events: what happened.
        frame: that was looked at; None where something else happened.
        moment: what was seen on it.
    """

    events: Sequence[WatchEvent]
    frame: Frame | None = None
    moment: Moment | None = None


class Watching:
    """A source being watched; `watch` is the short way.

    Its steps are taken by one thread; `stop` may be called by any, and by a signal handler.

    Args:
        source: as for `watch`.
        gallery: as for `watch`.
        threshold: as for `watch`.
        every: as for `watch`.
        reconnect: as for `watch`.
        timeout: as for `watch`.
        settings: as for `watch`.
        paced: look at a film no faster than it is played.

    Raises:
        InputError: as for `watch`.
        GalleryError: as for `watch`.

    Attributes:
        name: of the source, to be shown.
        live: whether frames come by themselves.
        figures: how fast it goes.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | int,
        gallery: Gallery,
        *,
        threshold: float | None = None,
        every: int = 1,
        reconnect: bool = True,
        timeout: float = 10.0,
        settings: Settings | None = None,
        paced: bool = False,
    ) -> None:
        # An option out of range or a wrong gallery is told before anything is opened.
        self._known = Known(gallery, threshold)
        self._follower = Follower(gallery.recognizer, self._known, settings)
        self._inbox = Inbox()
        self._began = time.monotonic()
        self._source = open_source(
            str(source) if isinstance(source, int) else source,
            on_state=self._inbox.tell,
            reconnect=reconnect,
            timeout=timeout,
            every=every,
        )
        self.name = self._source.name
        self.live = self._source.live
        self.figures = Figures()
        self._visits = Visits(self.name, live=self.live)
        self._paced = paced and not self.live
        self._stopped = False
        # The last frame's second, and when it came: what time it is in the source now.
        self._clock = 0.0, self._began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def dropped(self) -> int:
        """Frames of a live source that were not looked at, because newer ones had come."""
        return self._source.dropped + self._inbox.dropped

    @property
    def skipped(self) -> int:
        """Damaged parts of the source that were passed over."""
        return self._source.skipped

    @property
    def problem(self) -> str | None:
        """In one line, why the frames ended early; None where they did not."""
        return self._source.problem

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def stop(self) -> None:
        """Let `steps` come to its end, soon."""
        self._stopped = True

    def close(self) -> None:
        """Let go of the source; safe to call twice."""
        self._stopped = True
        self._inbox.close()
        if not self.live:  # what is decoded right now takes milliseconds; a camera may be silent
            self._inbox.join(0.5)
        self._source.close()
        self._inbox.join(1.0)

    def steps(self) -> Iterator[Step]:
        """Yield what is new, until the source ends or `stop` is called.

        Whoever is there at the end leaves with the last step.

        Raises:
            InputError: the source cannot be read any further.
        """
        self._inbox.read(self._source)
        ended = Ended()
        while not self._stopped:
            item = self._inbox.take(_STEP)
            if isinstance(item, Arrived):
                yield from self._looked_at(item)
            elif isinstance(item, News):
                yield Step(self._heard(item))
            elif item is not None:
                ended = item
                break
        yield Step(self._all_gone(time.monotonic()))
        if ended.error is not None:
            raise ended.error

    def _heard(self, news: News) -> list[WatchEvent]:
        """Return what news of the source means: of whom it shows no more, nothing is known."""
        reason = None if news.reason == self.name else news.reason
        state = self._visits.state(news.state, reason, *self._now(news.at))
        return [state, *(self._all_gone(news.at) if news.state == "lost" else ())]

    def _all_gone(self, at: float) -> list[WatchEvent]:
        return self._visits.gone(self._follower.finish(), *self._now(at))

    def _looked_at(self, arrived: Arrived) -> Iterator[Step]:
        came = self._awaited(arrived)
        if self._stopped:
            return
        frame = arrived.frame
        if self._known.has_changed():  # who was forgotten is not named once more
            self._follower.refresh()
        moment = self._follower.step(frame)
        self._clock = frame.time, came
        self.figures.add(time.monotonic() - came)
        yield Step(self._visits.of(moment, _world_time(came)), frame, moment)

    def _awaited(self, arrived: Arrived) -> float:
        """Wait for a frame's turn; return when it came, as one sees it who watches."""
        if self.live:
            return arrived.at
        now = time.monotonic()
        if not self._paced:
            return now
        due = self._clock[1] + arrived.frame.time - self._clock[0]
        if not self.figures.frames or now - due > _BEHIND:
            return now
        while not self._stopped and (rest := due - time.monotonic()) > 0:
            time.sleep(min(rest, _STEP))
        return due

    def _now(self, at: float) -> tuple[float, datetime]:
        """Return the second in the source and the world's time, of a monotonic time."""
        second, then = self._clock
        passed = max(0.0, at - then) if self.live else 0.0
        return second + passed, _world_time(at)


def _world_time(monotonic: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=time.monotonic() - monotonic)
