"""A film with boxes and names on it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from kith.live.annotate_tags import Tag, Tagger
from kith.live.timeline_ahead import Ahead
from kith.media import COLOURS, LOW
from kith.media.films import FilmWriter, open_film
from kith.types import Verdict

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from kith.live.annotate_trails import Trails
    from kith.live.timeline_records import Timeline
    from kith.media.shapes import Colour

    OnProgress = Callable[[float, float | None], None]


def annotate(
    timeline: Timeline,
    trails: Trails,
    path: str | os.PathLike[str],
    *,
    on_progress: OnProgress | None = None,
) -> None:
    """Write a film again with a box and a name at each face, and its sound.

    The film is read a second time: what was known of a face only at its end stands at it from the
    first frame on, and boxes pass evenly between the frames that were looked at.

    Args:
        timeline: of the film.
        trails: that took note while the timeline was made.
        path: of the new film, an mp4; it appears once it is complete.
        on_progress: told how many seconds were dealt with, and of how many.

    Raises:
        PhotoError: the film cannot be read any more.
        OutputError: the new one cannot be written.
    """
    names, tagger = captions(timeline), Tagger()
    with ExitStack() as stack:
        film = stack.enter_context(open_film(timeline.source))
        rate = film.info.rate or 25.0
        writer = stack.enter_context(
            FilmWriter(path, timeline.width, timeline.height, rate, audio_from=timeline.source)
        )
        for frame in stack.enter_context(Ahead(film.frames())):
            pixels = frame.pixels
            pixels = pixels if pixels.flags.writeable else np.array(pixels)
            faces = trails.at(frame.time)
            tagger.draw(pixels, [Tag(box, *names.get(n, _UNTOLD), track=n) for n, box in faces])
            writer.write(pixels, frame.time)
            if on_progress is not None:
                on_progress(frame.time, film.info.duration)


_UNTOLD: tuple[str, Colour] = ("?", LOW)


def captions(timeline: Timeline) -> dict[int, tuple[str, Colour]]:
    """Return the words and the colour at each track."""
    return {
        track: (_words(person.label, person.similarity, person.verdict), COLOURS[person.verdict])
        for person in timeline.people
        for one in person.appearances
        for track in one.tracks
    }


def _words(label: str, similarity: float | None, verdict: Verdict) -> str:
    if verdict is Verdict.MATCH and similarity is not None:
        return f"{label} {similarity:.2f}"
    return f"{label}: too close" if verdict is Verdict.AMBIGUOUS else label
