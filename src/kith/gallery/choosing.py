"""Which of many faces of one person are worth keeping: good ones, and each unlike the others.

Frames of a film are all but equal, and a hundred of them say no more of a person than one. So the
best is taken first, and then again and again the one that adds most: its distance to the nearest
that was taken, times its quality (the greedy rule for k centres: T. F. Gonzalez, "Clustering to
minimize the maximum intercluster distance", Theoretical Computer Science 38, 1985). Turned heads,
other light and other expressions lie far apart in the embedding, so that no rule has to name them.

But one rule is for masks, which make faces unlike others too: where a person is seen well without
one, the faces with one say less of them and are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.decision import unusable
from kith.gallery.masked import is_masked, state_of
from kith.gallery.templates import template
from kith.quality import POOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.masks.space import MaskedSpace
    from kith.types import Face, Vector

MOST = 16
"""Faces kept of one film."""

ALIKE = 0.95
"""Cosine from which two faces of one film say the same."""

MOST_CUT = 0.2
"""Share of a face outside the picture."""

FEW_GOOD = 3
"""Where fewer faces than these are good, poor ones are better than none."""


def choose(faces: Sequence[Face], most: int = MOST, space: MaskedSpace | None = None) -> list[int]:
    """Return which faces to keep, best first; none where not one can be used.

    Args:
        faces: of one person, with quality and embedding.
        most: so many, at most.
        space: where faces with a mask are compared with others; None: as all others.
    """
    usable = [index for index, face in enumerate(faces) if _is_usable(face)]
    bare = [index for index in usable if not is_masked(faces[index])]
    if any(_quality(faces[index]) >= POOR for index in bare):
        usable = bare
    good = [index for index in usable if _quality(faces[index]) >= POOR]
    if len(good) < FEW_GOOD:
        good = sorted(usable, key=lambda index: -_quality(faces[index]))[:FEW_GOOD]
    if not good:
        return []
    rows = np.array([faces[index].embedding for index in good], dtype=np.float32)
    quality = np.array([_quality(faces[index]) for index in good])
    states = [state_of(faces[index]) for index in good]
    members = np.flatnonzero(template(rows, quality, states=states, space=space).members)
    kept = [good[index] for index in members]
    return [kept[index] for index in _spread(rows[members], quality[members], most)]


def _spread(rows: Vector, quality: npt.NDArray[np.float64], most: int) -> list[int]:
    taken = [int(np.argmax(quality))]
    nearest = rows @ rows[taken[0]]
    while len(taken) < min(most, len(rows)):
        gain = np.where(nearest < ALIKE, quality * (1.0 - nearest), 0.0)
        gain[taken] = 0.0
        best = int(np.argmax(gain))
        if gain[best] <= 0.0:
            break
        taken.append(best)
        nearest = np.maximum(nearest, rows @ rows[best])
    return taken


def _is_usable(face: Face) -> bool:
    cut = None if face.quality is None else face.quality.cut
    return face.embedding is not None and unusable(face) is None and (cut or 0.0) <= MOST_CUT


def _quality(face: Face) -> float:
    return 1.0 if face.quality is None else face.quality.score
