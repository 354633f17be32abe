"""Pictures that commands write: what stands on them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from kith.media import AMBIGUOUS, COLOURS, MATCH, UNKNOWN, Label, draw_faces, save_picture
from kith.types import MaskState, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from kith.classification.answers import Classification, PhotoClasses
    from kith.media.shapes import Colour
    from kith.types import Box, Face, Identification, PhotoFaces, Pixels

MASKS = {MaskState.WORN: "mask", MaskState.WRONG: "mask worn wrong"}
MASK_COLOURS = {MaskState.WORN: MATCH, MaskState.WRONG: AMBIGUOUS}
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
    """Return a label per face: its number, and its score or how it wears a mask.

    Not both scores: in a crowd long labels hide the faces.
    """
    return [
        Label(
            box_on_pixels(photo, face),
            f"{number}: {_mask_score(face) or f'{face.score:.2f}'}",
            colour(face),
            _points(photo, face),
            short=str(number),
        )
        for number, face in enumerate(photo.faces, 1)
    ]


def identified(
    photo: PhotoFaces, answers: Sequence[Identification], *, numbered: bool = False
) -> list[Label]:
    """Return a label per face: a name with its similarity, or ``?``, and whether it is masked.

    Args:
        photo: with its pixels.
        answers: one for each of its faces.
        numbered: begin with the face's number, from 1.
    """
    return [
        Label(
            box_on_pixels(photo, answer.face),
            (f"{number}: " if numbered else "") + _joined(caption(answer), mask_words(answer.face)),
            COLOURS[answer.verdict],
            short=str(number) if numbered else answer.name or "?",
        )
        for number, answer in enumerate(answers, 1)
        if answer.face is not None
    ]


def classified(seen: PhotoClasses) -> list[Label]:
    """Return a label per face that a head saw: a name with its probability, or why there is none.

    Args:
        seen: a photo with its pixels.
    """
    return [
        Label(
            box_on_pixels(seen.photo, one.face),
            _joined(_class_words(one), mask_words(one.face)),
            COLOURS[one.verdict or Verdict.MATCH],
            short=one.named.shown if one.named else "?",
        )
        for one in seen.answers
    ]


def _class_words(one: Classification) -> str:
    if one.named is not None:
        share = one.named.probability
        return f"{one.named.shown} {'> 99%' if share > 0.99 else f'{share:.0%}'}"
    return "unknown" if one.verdict is Verdict.UNKNOWN else WORDS[Verdict.LOW_QUALITY]


def caption(answer: Identification) -> str:
    """Return the few words that stand at a face."""
    if answer.verdict is Verdict.MATCH and answer.similarity is not None:
        return f"{answer.name} {answer.similarity:.2f}"
    if answer.reason == "mask":  # the gallery refuses masks, and that there is one is said anyway
        return "?"
    return WORDS.get(answer.verdict, "?")


def mask_words(face: Face | None) -> str:
    """Return how a face wears a mask, in words; empty where it wears none or nobody looked."""
    return "" if face is None or face.mask is None else MASKS.get(face.mask.state, "")


def mask_cell(face: Face | None, *, scored: bool = False) -> str:
    """Return what stands of a face in a table's column of masks; see `mask_words`.

    Args:
        face: of a photo.
        scored: add how probable that is.
    """
    if face is None or face.mask is None or not mask_words(face):
        return ""
    return f"{face.mask.state}{f' {face.mask.score:.2f}' if scored else ''}"


def scores(face: Face) -> str:
    """Return how sure it is that this is a face, and that it is masked."""
    return _joined(f"{face.score:.2f}", _mask_score(face))


def colour(face: Face) -> Colour:
    """Return the colour that a face which nobody was asked about is shown in, by its mask."""
    return UNKNOWN if face.mask is None else MASK_COLOURS.get(face.mask.state, UNKNOWN)


def _mask_score(face: Face) -> str:
    words = mask_words(face)
    return f"{words} {face.mask.score:.2f}" if face.mask is not None and words else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


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
