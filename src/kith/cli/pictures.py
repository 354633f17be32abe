"""Pictures that commands write: where each goes, and what stands on it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError
from kith.media import COLOURS, UNKNOWN, Label, draw_faces, save_picture
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from kith.types import Box, Face, Identification, PhotoFaces, Pixels

WORDS = {
    Verdict.UNKNOWN: "?",
    Verdict.AMBIGUOUS: "? too close",
    Verdict.LOW_QUALITY: "? too poor",
}


class OutputFolder:
    """Gives each photo a place of its own in a folder; sub-folders are kept.

    Args:
        folder: made when first written to.
        roots: the paths the user gave; a photo below one keeps its path from there.
    """

    def __init__(self, folder: Path, roots: Iterable[str]) -> None:
        self._folder = folder
        roots = list(roots)
        self._roots = [Path(root).resolve() for root in roots if Path(root).is_dir()]
        # Two photos of one name can only meet where the user gave several paths.
        self._taken: set[Path] | None = set() if len(roots) > 1 else None
        if folder.exists() and not folder.is_dir():
            raise OptionError(f"{folder} is a file; name a folder for the pictures")

    def place(self, source: str, suffix: str) -> Path:
        """Return where a picture made of a photo goes.

        Raises:
            OptionError: it would go where the photo itself is.
        """
        path = self._folder / self._below(Path(source).resolve())
        wanted = path.with_name(path.stem + suffix)
        number = 2
        while self._taken is not None and wanted in self._taken:
            wanted = path.with_name(f"{path.stem}-{number}{suffix}")
            number += 1
        if self._taken is not None:
            self._taken.add(wanted)
        if wanted.resolve() == Path(source).resolve():
            raise OptionError(f"{wanted} is the photo itself; name another folder for the pictures")
        return wanted

    def _below(self, source: Path) -> Path:
        for root in self._roots:
            if source.is_relative_to(root):
                inside = source.relative_to(root)
                return inside if len(self._roots) == 1 else root.name / inside
        return Path(source.name)


def save_drawn(photo: PhotoFaces, labels: Sequence[Label], path: Path) -> None:
    """Write a photo with what is known of its faces."""
    if photo.pixels is not None:
        save_picture(draw_faces(photo.pixels, labels), path)


def detected(photo: PhotoFaces) -> list[Label]:
    """Return a label per face: its score."""
    return [
        Label(_box(photo, face), f"{face.score:.2f}", UNKNOWN, _points(photo, face))
        for face in photo.faces
    ]


def identified(photo: PhotoFaces, answers: Sequence[Identification]) -> list[Label]:
    """Return a label per face: a name with its similarity, or ``?``."""
    return [
        Label(_box(photo, answer.face), caption(answer), COLOURS[answer.verdict])
        for answer in answers
        if answer.face is not None
    ]


def caption(answer: Identification) -> str:
    """Return the few words that stand at a face."""
    if answer.verdict is Verdict.MATCH and answer.similarity is not None:
        return f"{answer.name} {answer.similarity:.2f}"
    return WORDS.get(answer.verdict, "?")


def file_name(text: str) -> str:
    """Return text as a file name that every system takes."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", text).strip(". ")[:120] or "_"


def _factor(photo: PhotoFaces) -> float:
    assert photo.pixels is not None
    return float(photo.pixels.shape[1] / photo.width)


def _box(photo: PhotoFaces, face: Face) -> Box:
    factor = _factor(photo)
    return type(face.box)(*(value * factor for value in face.box))


def _points(photo: PhotoFaces, face: Face) -> npt.NDArray[np.float32]:
    return face.landmarks * np.float32(_factor(photo))


def crops(photo: PhotoFaces, side: int) -> Iterable[Pixels]:
    """Yield the aligned square of each face (RGB, uint8, side × side × 3)."""
    from kith.alignment import RECIPES

    recipe = RECIPES["arcface-112"].resized(side)
    for face in photo.faces:
        assert photo.pixels is not None
        yield recipe.crop(photo.pixels, _points(photo, face))
