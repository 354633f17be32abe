"""A film made of sample photos, gone through like any other: the demo for who has no camera.

Two people whom the gallery knows, shown by photos that were not enrolled, and a stranger walk
about; after a cut the first of them is somewhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith import samples
from kith.live.annotate import annotate
from kith.live.annotate_trails import Trails
from kith.live.strip import strip
from kith.live.timeline import timeline
from kith.media import save_picture
from kith.samples.clip import Actor, heads, make_clip, walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kith.gallery.gallery import Gallery
    from kith.live.timeline_records import Timeline

SIZE = (1280, 720)
SECONDS = 9.0
CUT = 6.0
KNOWN = ("madonna", "mindy_kaling")
STRANGER = "biden"


@dataclass(frozen=True, slots=True, eq=False)
class FilmShown:
    """What was made.

    Attributes:
        film: the film itself, to be watched with ``kith watch``.
        named: the same with boxes and names.
        faces: everybody's best face, and when they are seen.
        timeline: who appears when.
    """

    film: Path
    named: Path
    faces: Path
    timeline: Timeline


def show_film(out: Path, gallery: Gallery, told: Callable[[str], None]) -> FilmShown:
    """Make a film, say who appears when, and write it again with names.

    Args:
        out: the folder that everything goes to.
        gallery: with the sample people enrolled.
        told: what is being done.
    """
    film, named, faces = out / "film.mp4", out / "film-named.mp4", out / "film-faces.png"
    told("making a film of sample photos")
    make_clip(film, _cast(gallery), size=SIZE, seconds=SECONDS, cuts=(CUT,), tone=True)
    told("watching it")
    trails = Trails()
    seen = timeline(film, gallery, on_moment=trails.note)
    save_picture(strip(seen), faces)
    told("drawing names on it")
    annotate(seen, trails, named)
    return FilmShown(film, named, faces, seen)


def _cast(gallery: Gallery) -> list[Actor]:
    recognizer = gallery.recognizer
    known = samples.folder(samples.CELEBRITIES.id) / "val"
    first, second = (
        heads(sorted((known / name).glob("*.jpg")), recognizer, side=320) for name in KNOWN
    )
    photo = samples.folder(samples.PRESIDENTS.id) / f"{STRANGER}.jpg"
    return [
        Actor(first, walk((260, 340), (460, 380), 330, until=CUT)),
        Actor(heads([photo], recognizer, side=320), walk((650, 380), (690, 340), 300, since=2)),
        Actor(second, walk((1000, 340), (1040, 380), 330, until=CUT)),
        Actor(first, walk((1060, 360), (980, 360), 400, since=CUT)),
    ]
