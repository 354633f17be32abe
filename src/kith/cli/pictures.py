"""Pictures that commands write: what stands on them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from kith.media import COLOURS, UNKNOWN, Label, draw_faces, save_picture
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from kith.types import Box, Face, Identification, PhotoFaces, Pixels

WORDS = {
    Verdict.UNKNOWN: "?",
    Verdict.AMBIGUOUS: "? too close",
    Verdict.LOW_QUALITY: "? too poor",
}


def save_drawn(photo: PhotoFaces, labels: Sequence[Label], path: Path) -> None:
    """Write a photo with what is known of its faces."""
    if photo.pixels is not None:
        save_picture(draw_faces(photo.pixels, labels), path)


def detected(photo: PhotoFaces) -> list[Label]:
    """Return a label per face: its score."""
    return [
        Label(box_on_pixels(photo, face), f"{face.score:.2f}", UNKNOWN, _points(photo, face))
        for face in photo.faces
    ]


def identified(photo: PhotoFaces, answers: Sequence[Identification]) -> list[Label]:
    """Return a label per face: a name with its similarity, or ``?``."""
    return [
        Label(box_on_pixels(photo, answer.face), caption(answer), COLOURS[answer.verdict])
        for answer in answers
        if answer.face is not None
    ]


def caption(answer: Identification) -> str:
    """Return the few words that stand at a face."""
    if answer.verdict is Verdict.MATCH and answer.similarity is not None:
        return f"{answer.name} {answer.similarity:.2f}"
    return WORDS.get(answer.verdict, "?")


def _factor(photo: PhotoFaces) -> float:
    """Return how large the pixels are, of full size: 1, 1/2, 1/4 … (see `Photo.scale`)."""
    assert photo.pixels is not None
    shrunk = max(photo.width, photo.height) / max(photo.pixels.shape[:2])
    return 0.5 ** round(math.log2(shrunk))


def box_on_pixels(photo: PhotoFaces, face: Face) -> Box:
    """Return a face's box in the pixels that the photo keeps."""
    factor = _factor(photo)
    return type(face.box)(*(value * factor for value in face.box))


def _points(photo: PhotoFaces, face: Face) -> npt.NDArray[np.float32]:
    return face.landmarks * np.float32(_factor(photo))


def crops(photo: PhotoFaces, side: int) -> Iterable[Pixels]:
    """Yield the aligned square of each face (RGB, uint8, side × side × 3)."""
    from kith.alignment import ARCFACE

    recipe = ARCFACE.resized(side)
    for face in photo.faces:
        assert photo.pixels is not None
        yield recipe.crop(photo.pixels, _points(photo, face))
