"""What ``kith mask`` does with each photo: faces found, masks painted, pictures written."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.masks import MaskLook, Painter, random_look
from kith.media import save_picture
from kith.shapes import face, photo_head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kith.cli.places import OutputFolder
    from kith.masks import PaintedFace
    from kith.recognizer import Recognizer
    from kith.types import Face, PhotoFaces

NO_LANDMARKS = "none"


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
    """One picture of a photo: what became of its faces, and where it was written, if it was."""

    faces: tuple[PaintedFace, ...]
    written: Path | None


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
        photo = self._recognizer.describe(source, embed=False, keep_pixels=True)
        if photo.pixels is None:
            return Masked(photo, ())
        faces = _on_pixels(photo)
        copies = tuple(
            self._copy(photo, faces, number, place) for number, place in enumerate(places)
        )
        return Masked(replace(photo, pixels=None), copies)

    def _copy(self, photo: PhotoFaces, faces: list[Face], number: int, place: Path) -> Copy:
        assert photo.pixels is not None
        looks = self._wish.looks(photo.digest, number, len(faces))
        painted = self._painter.paint(photo.pixels, faces, looks, over=self._wish.over)
        if all(one.reason is not None for one in painted.faces):
            return Copy(painted.faces, None)
        save_picture(painted.pixels, place)
        return Copy(painted.faces, place)


def make_painter(landmarks: str, device: str, *, shown: bool) -> Painter:
    """Load the network that places masks, with a bar where it has to be fetched.

    Raises:
        ModelError: it cannot be had or run.
    """
    from kith.cli.progress import pull_with_progress

    if landmarks == NO_LANDMARKS:
        return Painter(landmarks=None)
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


def _on_pixels(photo: PhotoFaces) -> list[Face]:
    """Return the faces in the pixels that the photo keeps, which are fewer on very large ones."""
    assert photo.pixels is not None
    shrunk = max(photo.width, photo.height) / max(photo.pixels.shape[:2])
    factor = 0.5 ** round(math.log2(shrunk))
    return [
        replace(
            one,
            box=type(one.box)(*(value * factor for value in one.box)),
            landmarks=one.landmarks * np.float32(factor),
        )
        for one in photo.faces
    ]
