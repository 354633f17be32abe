"""Films made of photos, so that it is known who is where at every second.

Photos move across a background like cut-outs on a stage: enough to follow faces, cross them, hide
one behind another, let somebody leave and return, and cut from scene to scene. What cut-outs lack
is a head that turns and a face that speaks; several photos of one person, blended into one
another, come nearest to it.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from kith.media import load_photo
from kith.recognizer import largest_central
from kith.types import Box

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    import av
    import numpy.typing as npt

    from kith.recognizer import Recognizer
    from kith.types import ImageInput, Pixels

Place: TypeAlias = Callable[[float], "Box | None"]
"""From seconds to where a cut-out is, in pixels of the picture; None: it is not there."""

_EDGE = 0.06
"""Part of a cut-out's shorter side over which it fades into the background."""

_CODECS = {".mjpeg": "mjpeg", ".avi": "mjpeg", ".webm": "libvpx"}
_TONE_RATE = 44_100


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """Photos of one person that move through a film.

    Attributes:
        photos: RGB, uint8, H × W × 3 each; shown in turn, each `turn` seconds, blended.
        place: where they are; a photo keeps its proportions and the place's width.
        turn: seconds from one photo to the next.
        blur: from seconds to the standard deviation of a blur, in pixels; None for none.
    """

    photos: Sequence[Pixels]
    place: Place
    turn: float = 1.0
    blur: Callable[[float], float] | None = None


def heads(photos: Iterable[ImageInput], recognizer: Recognizer, *, side: int = 256) -> list[Pixels]:
    """Cut the largest face out of each photo, with its surroundings, all of one size and place.

    Args:
        photos: those without a face are left out.
        recognizer: finds the faces.
        side: of the squares, in pixels; the face is half as wide.
    """
    found: list[Pixels] = []
    for image in photos:
        pixels = load_photo(image).pixels
        height, width = pixels.shape[:2]
        face = largest_central(recognizer.detect(pixels), width, height)
        if face is not None:
            (x, y), scale = face.box.centre, side / (2.0 * max(face.box.width, face.box.height))
            turn = np.array([[scale, 0, side / 2 - scale * x], [0, scale, side / 2 - scale * y]])
            cut = cv2.warpAffine(pixels, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
            found.append(np.asarray(cut, np.uint8))
    return found


def walk(
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    *,
    since: float = 0.0,
    until: float = math.inf,
    seconds: float | None = None,
) -> Place:
    """Return a way in a straight line, with a slight sway.

    Args:
        start: centre of the cut-out at `since`, in pixels.
        end: centre of the cut-out after `seconds`, where it stays.
        width: of the cut-out, in pixels; it is taken for square where places are asked for.
        since: second at which it appears.
        until: second at which it is gone.
        seconds: that the way takes; None: until it is gone.
    """
    takes = seconds if seconds is not None else until - since

    def place(time: float) -> Box | None:
        if not since <= time < until:
            return None
        share = min(1.0, (time - since) / takes) if math.isfinite(takes) and takes > 0 else 0.0
        x = start[0] + share * (end[0] - start[0]) + 0.01 * width * math.sin(2.1 * time)
        y = start[1] + share * (end[1] - start[1]) + 0.01 * width * math.sin(3.7 * time)
        return Box(x - width / 2, y - width / 2, width, width)

    return place


def render(
    actors: Sequence[Actor], time: float, size: tuple[int, int] = (640, 360), scene: int = 0
) -> Pixels:
    """Return the picture at a second (RGB, uint8); later actors stand in front of earlier ones.

    Args:
        actors: who is in it.
        time: in seconds.
        size: width and height, in pixels.
        scene: number of the background.
    """
    picture = _background(size, scene).copy()
    for actor in actors:
        box = actor.place(time)
        if box is not None:
            _paste(picture, _photo(actor, time), box)
    return picture


def make_clip(
    path: str | os.PathLike[str],
    actors: Sequence[Actor],
    *,
    size: tuple[int, int] = (640, 360),
    rate: float = 25.0,
    seconds: float = 8.0,
    cuts: Sequence[float] = (),
    tone: bool = False,
) -> None:
    """Write a film.

    Args:
        path: its ending says the kind: mp4, mkv and mov (H.264), webm (VP8), avi and mjpeg.
        actors: who is in it.
        size: width and height, in pixels, even.
        rate: frames per second.
        seconds: how long it is.
        cuts: seconds at which the background changes.
        tone: add a sound of 440 Hz.
    """
    import av

    suffix = Path(path).suffix.lower()
    with av.open(path, "w") as film:
        video = film.add_stream(_CODECS.get(suffix, "libx264"), Fraction(rate).limit_denominator())
        assert isinstance(video, av.VideoStream)
        video.width, video.height = size
        video.pix_fmt = "yuvj420p" if _CODECS.get(suffix) == "mjpeg" else "yuv420p"
        video.options = {"crf": "20", "preset": "veryfast"} if suffix not in _CODECS else {}
        sound = film.add_stream("aac", _TONE_RATE, layout="mono") if tone else None
        for index in range(round(seconds * rate)):
            time = index / rate
            picture = render(actors, time, size, sum(cut <= time for cut in cuts))
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            film.mux(video.encode(frame))
        film.mux(video.encode())
        if sound is not None:
            for samples in _tone(seconds):
                film.mux(sound.encode(samples))
            film.mux(sound.encode())


def _tone(seconds: float) -> Iterator[av.AudioFrame]:
    import av

    for start in range(0, round(seconds * _TONE_RATE), 1024):
        at = np.arange(start, start + 1024, dtype=np.float32) / _TONE_RATE
        wave = (0.2 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate = _TONE_RATE
        frame.pts = start
        yield frame


def _photo(actor: Actor, time: float) -> npt.NDArray[np.float32]:
    """Return the photo of the moment, two of them blended while one gives way to the next."""
    count = len(actor.photos)
    number, share = divmod(max(0.0, time) / actor.turn, 1.0)
    now = actor.photos[int(number) % count].astype(np.float32)
    fade = (share - 0.8) / 0.2
    if count > 1 and fade > 0:
        after = actor.photos[(int(number) + 1) % count]
        other = cv2.resize(after, (now.shape[1], now.shape[0]), interpolation=cv2.INTER_AREA)
        now = now * (1 - fade) + other * fade
    if actor.blur is not None and (sigma := actor.blur(time)) > 0:
        now = np.asarray(cv2.GaussianBlur(now, (0, 0), sigma), np.float32)
    return now


def _paste(picture: Pixels, photo: npt.NDArray[np.float32], box: Box) -> None:
    """Draw a photo at a place, to a fraction of a pixel, fading out at its edges."""
    rows, columns = photo.shape[:2]
    scale = box.width / columns
    x, y = box.centre
    to_picture = np.array([[scale, 0, x - scale * columns / 2], [0, scale, y - scale * rows / 2]])
    size = (picture.shape[1], picture.shape[0])
    shrunk = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    with contextlib.suppress(cv2.error):  # a place far outside
        moved = cv2.warpAffine(photo, to_picture, size, flags=shrunk)
        cover = cv2.warpAffine(_mask(rows, columns), to_picture, size)[..., None]
        mixed = picture * (1 - cover) + moved * cover
        picture[:] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _mask(rows: int, columns: int) -> npt.NDArray[np.float32]:
    fade = max(1.0, _EDGE * min(rows, columns))
    across = np.minimum(np.arange(columns) + 0.5, columns - np.arange(columns) - 0.5) / fade
    down = np.minimum(np.arange(rows) + 0.5, rows - np.arange(rows) - 0.5) / fade
    both = np.minimum(across[None], down[:, None])
    return np.asarray(np.clip(both, 0, 1), np.float32)


def _background(size: tuple[int, int], scene: int) -> Pixels:
    """Return soft clouds of colour, another set for each scene."""
    random = np.random.default_rng(scene)
    coarse = random.integers(40, 200, (5, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.uint8)
