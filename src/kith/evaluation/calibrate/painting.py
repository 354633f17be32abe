"""Masked copies of photos, painted in memory, to calibrate on: nothing of them is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import PhotoError
from kith.evaluation.calibrate.deal import deal, thinned
from kith.evaluation.calibrate.material import Copies, state_of
from kith.evaluation.compare import matrix, qualities
from kith.evaluation.masked.copies import MaskedCopy, masked_copy
from kith.evaluation.masked.records import Kind
from kith.masks.alike import masked
from kith.masks.look import RANDOM
from kith.media import load_photo

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.calibrate.deal import Rows
    from kith.evaluation.calibrate.material import Material
    from kith.evaluation.describe import OnPhoto
    from kith.masks import Painter
    from kith.recognizer import Recognizer

MOST_COPIES = 1500
"""In a part: with 3,000 photos without masks, as many pairs as of those."""

KIND = Kind(RANDOM, "nose")
"""Masks as varied as on a street, worn as they should be."""


def to_paint(material: Material, seed: int) -> Rows:
    """Return which photos get a masked copy: those that are used and show a face without one.

    Args:
        material: photos of people.
        seed: of the split into two parts.
    """
    usable = material.acquired & ~material.worn
    chosen = [
        photos
        for half in deal(material, seed).halves
        for photos in thinned([each[usable[each]] for each in half], MOST_COPIES)
    ]
    return np.sort(np.concatenate([np.empty(0, dtype=np.intp), *chosen]))


def with_copies(
    material: Material,
    recognizer: Recognizer,
    painter: Painter,
    chosen: Rows,
    seed: int,
    *,
    on_photo: OnPhoto | None = None,
) -> Material:
    """Paint a mask on each chosen photo and find the face again, as on any photo.

    A face that is not found behind its mask, or is too poor to tell, is a failure to acquire. Where
    no mask is told, the copy is left out: it would be compared as a face without one.

    Args:
        material: photos that were described.
        recognizer: that described them.
        painter: of the masks.
        chosen: see `to_paint`.
        seed: of the masks; a photo's mask depends on it and the photo's bytes alone.
        on_photo: told of each photo as it is dealt with.
    """
    advance = on_photo or (lambda: None)
    copies: list[MaskedCopy] = []

    def paint(at: int) -> MaskedCopy:
        path, face = material.photos[at]
        assert face is not None
        try:
            photo = load_photo(path, limits=recognizer.pipeline.limits)
        except PhotoError as error:  # it was there a while ago
            return MaskedCopy(None, error.reason, False)
        return masked_copy(recognizer, painter, photo, face, KIND, seed)

    for copy in recognizer.map(paint, chosen.tolist()):
        copies.append(copy)
        advance()
    return _joined(material, chosen, copies, recognizer.contract.dimension)


def _joined(material: Material, chosen: Rows, copies: list[MaskedCopy], dimension: int) -> Material:
    faces = [copy.face for copy in copies]
    states = tuple(state_of(face) for face in faces)
    painted = np.array([copy.painted for copy in copies], dtype=np.bool_)
    vectors, acquired = matrix(faces, dimension)
    told = ~acquired | masked(states)
    kept = np.flatnonzero(painted & told)
    found = Copies(
        of=chosen[kept],
        acquired=acquired[kept],
        quality=qualities(faces)[kept],
        vectors=vectors[kept],
        states=tuple(states[at] for at in kept.tolist()),
    )
    return replace(material, copies=found, notes=(*material.notes, *_notes(copies, told)))


def _notes(copies: list[MaskedCopy], told: npt.NDArray[np.bool_]) -> list[str]:
    """Say how many got no mask, lost their face behind it, or were not told to wear one."""
    notes = []
    reasons = Counter(copy.reason for copy in copies if not copy.painted)
    if reasons:
        [(reason, _)] = reasons.most_common(1)
        notes.append(f"{reasons.total():,} photos got no mask (most often: {reason})")
    lost = sum(copy.painted and copy.face is None for copy in copies)
    if lost:
        notes.append(f"{lost:,} faces were lost behind the painted mask: they count as misses")
    if untold := int(np.count_nonzero(~told)):
        notes.append(
            f"{untold:,} painted masks were not told: left out, for such faces are compared as if "
            "they wore none"
        )
    return notes
