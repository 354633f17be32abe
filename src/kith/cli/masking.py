"""What ``kith mask`` does with each photo: faces found, masks painted, pictures written."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.errors import OptionError, PhotoError, printable
from kith.masks import MaskLook, Painter, random_look
from kith.media import Limits, load_photo, save_picture
from kith.shapes import face, photo_head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from kith.cli.places import OutputFolder
    from kith.masks import PaintedFace
    from kith.media import Photo
    from kith.recognizer import Recognizer
    from kith.types import Face, PhotoFaces, Pixels

NO_LANDMARKS = "none"

LONGEST = 65_500
"""Pixels of the longer side above which a picture fits into no JPEG."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the options ask for.

    Attributes:
        style, color, coverage: as `kith.masks.random_look` takes them.
        seed: of everything that is left open.
        copies: how many pictures of each photo.
        over: whether masks that are worn are painted over.

    Raises:
        OptionError: a style, colour or coverage that is not known.
    """

    style: str
    color: str | None
    coverage: str
    seed: int
    copies: int
    over: bool

    def __post_init__(self) -> None:
        self.looks("", 0, 1)

    def looks(self, digest: str, copy: int, faces: int) -> list[MaskLook]:
        """Return a look for each face of a photo: the same for the same photo, copy and seed."""
        photo = int(digest[:12] or "0", 16)
        rng = np.random.default_rng([self.seed, photo, copy])
        return [
            random_look(rng, style=self.style, color=self.color, coverage=self.coverage)
            for _ in range(faces)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Copy:
    """One picture of a photo.

    Attributes:
        faces: what became of them.
        written: where the picture is; None where nothing was painted.
        size: width and height of what was written: the photo's, unless that fits into no JPEG.
    """

    faces: tuple[PaintedFace, ...]
    written: Path | None
    size: tuple[int, int] | None


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """A photo, without its pixels, and its copies; none where it could not be read."""

    photo: PhotoFaces
    copies: tuple[Copy, ...]


class Masking:
    """Paints and writes, several photos at a time.

    Args:
        recognizer: finds the faces.
        painter: paints.
        wish: what is asked for.
        folder: where the pictures go.
    """

    def __init__(
        self, recognizer: Recognizer, painter: Painter, wish: Wish, folder: OutputFolder
    ) -> None:
        self._recognizer = recognizer
        self._painter = painter
        self._wish = wish
        self._folder = folder
        self._one_large = threading.Lock()

    def stream(self, photos: Iterable[str]) -> Iterator[Masked]:
        """Yield what became of each photo, in order.

        Raises:
            OptionError: a photo stands where a picture would go.
            KithError: a picture cannot be written.
        """
        number = self._wish.copies
        digits = len(str(number))
        endings = [f"-{n:0{digits}}.jpg" for n in range(1, number + 1)] if number > 1 else [".jpg"]
        placed = ((source, self._folder.places(source, *endings)) for source in photos)
        return self._recognizer.map(self._work, placed)

    def _work(self, item: tuple[str, list[Path]]) -> Masked:
        source, places = item
        seen = self._recognizer.describe(source, embed=False, keep_pixels=True)
        if seen.pixels is None:
            return Masked(seen, ())
        photo = replace(seen, pixels=None)
        if seen.pixels.shape[:2] == (seen.height, seen.width):
            return Masked(photo, self._copies(photo, seen.pixels, seen.faces, places))
        del seen
        # Whole, a large photo takes some hundred megabytes: one at a time.
        with self._one_large:
            try:
                whole = load_photo(source, limits=Limits(full_side=LONGEST))
            except PhotoError as error:
                return Masked(replace(photo, error=error.reason, failure=error), ())
            faces = _on_pixels(photo.faces, whole)
            return Masked(photo, self._copies(photo, whole.pixels, faces, places))

    def _copies(
        self, photo: PhotoFaces, pixels: Pixels, faces: Sequence[Face], places: list[Path]
    ) -> tuple[Copy, ...]:
        return tuple(
            self._copy(photo.digest, pixels, faces, number, place)
            for number, place in enumerate(places)
        )

    def _copy(
        self, digest: str, pixels: Pixels, faces: Sequence[Face], number: int, place: Path
    ) -> Copy:
        looks = self._wish.looks(digest, number, len(faces))
        painted = self._painter.paint(pixels, faces, looks, over=self._wish.over)
        if all(one.reason is not None for one in painted.faces):
            return Copy(painted.faces, None, None)
        save_picture(painted.pixels, place)
        height, width = painted.pixels.shape[:2]
        return Copy(painted.faces, place, (width, height))


def make_painter(landmarks: str, device: str, *, shown: bool) -> Painter:
    """Load the network that places masks, with a bar where it has to be fetched.

    Raises:
        OptionError: no such network finds landmarks.
        ModelError: it cannot be had or run.
    """
    from kith.cli.progress import pull_with_progress
    from kith.models.catalogue import CARDS

    if landmarks == NO_LANDMARKS:
        return Painter(landmarks=None)
    known = [one.id for one in CARDS.values() if one.task == "landmarks"]
    if landmarks not in known:
        raise OptionError(
            f"{printable(landmarks, 60)!r} finds no landmarks; name one of: "
            f"{', '.join(known)}, or {NO_LANDMARKS}"
        )
    pull_with_progress([landmarks], shown=shown)
    return Painter(landmarks=landmarks, device=device)


def shapes(masked: Masked) -> list[dict[str, Any]]:
    """Return what programs read of a photo: an object for each copy."""
    return [
        photo_head(masked.photo)
        | {
            "faces": [
                face(seen) | _look(one)
                for seen, one in zip(masked.photo.faces, copy.faces, strict=True)
            ],
            "written": None if copy.written is None else str(copy.written),
            "written_size": None if copy.size is None else list(copy.size),
        }
        for copy in masked.copies
    ]


def _look(one: PaintedFace) -> dict[str, Any]:
    return {
        "painted": one.reason is None,
        "reason": one.reason,
        "style": one.look.style,
        "color": one.look.color_name,
        "coverage": one.look.coverage,
        "seed": one.look.seed,
    }


def _on_pixels(faces: Sequence[Face], whole: Photo) -> list[Face]:
    """Return the faces in a photo's pixels, which are fewer where it fits into no JPEG."""
    return [
        replace(
            one,
            box=type(one.box)(*(value / whole.scale for value in one.box)),
            landmarks=one.landmarks / np.float32(whole.scale),
        )
        for one in faces
    ]
