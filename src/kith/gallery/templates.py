"""Many embeddings of a person to one vector, outliers left out.

The template is the normalised mean of the embeddings, each weighted with the quality of its face:
a blurred photo says less of a person than a good one. No photo weighs more than four times as much
as another, so that none stands for the person alone. Several faces of one photo, or the frames of a
film, share the weight of one photo: they are more alike than two photos are, and sixteen frames
would drown three photos (``benchmarks/clips.py`` prints what that costs).

A photo under the wrong name would pull the template away, so each embedding's agreement with the
others is looked at first: the similarity it reaches with at least half of them, by weight (of n
photos with a face each the ⌊n/2⌋-th best of its similarities to the other n − 1). As long as the
wrong faces are fewer than half, even when all of them show one and the same other person, the
agreement of a right one is that of a same-person pair and the agreement of a wrong one is not.

An embedding is an outlier when its agreement lies below the median agreement by more than three
scaled median absolute deviations (the Hampel identifier: F. R. Hampel, "The influence curve and
its role in robust estimation", JASA 69, 1974; the factor 1.4826 makes the deviation that of a
normal distribution; medians are by weight too) and by more than `CLEARLY_LESS`, without which
photos that are all but equal would make an outlier of every other. At most half can lie below a
median, so that at most half are ever left out; of one or two embeddings none can be told to be the
wrong one.

Where a mask is worn, agreement is that of `kith.masks.space`, or whoever put on a mask once would
be an outlier of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.masks.space import MaskedSpace
    from kith.types import MaskState, Vector

CLEARLY_LESS = 0.25
"""Cosine. SFace on photos of the news (five per person): same person 0.52–0.70 (middle half), two
people 0.09 ± 0.09; with this value 98% of planted strangers are found and 0.7% of right faces are
left out."""
DEVIATIONS = 3.0
_NORMAL = 1.4826
_REFERENCES = 256
"""Agreement among more embeddings than these is measured with an even sample of so many."""

_ROUNDING = 1e-6
"""What shares that add up to a half may be away from it."""

LEAST_WEIGHT = 0.25
"""Of the poorest photo; the best has 1. What weights gain is printed by ``benchmarks/weights.py``;
between 0.1 and 0.3 it is the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What stands for a person in a search.

    Attributes:
        vector: float32 unit vector.
        members: bool, one per embedding handed in: part of the mean, or an outlier.
        agreement: similarity that the middle one of the photos reaches with half of the others;
            None of a single photo.
    """

    vector: Vector
    members: npt.NDArray[np.bool_]
    agreement: float | None = None


def template(
    embeddings: Vector,
    quality: Sequence[float] | npt.NDArray[np.float64] | None = None,
    photos: Sequence[int] | None = None,
    states: Sequence[MaskState | None] | None = None,
    space: MaskedSpace | None = None,
) -> Template:
    """Reduce n unit vectors to one.

    The result does not depend on the order of the photos.

    Args:
        embeddings: float32 n × d, n ≥ 1.
        quality: of each face, 0–1; NaN where it is not known; None where none is.
        photos: which photo each face is on; None: each on one of its own.
        states: how each face wears a mask; None: nobody looked.
        space: where masked faces are compared; None: as all others.
    """
    if embeddings.ndim != 2 or len(embeddings) == 0:
        raise ValueError(f"expected n × d embeddings, n ≥ 1, not {embeddings.shape}")
    weights = np.ones(len(embeddings)) if quality is None else _weights(quality)
    # In one order whatever order they came in: sums round the same way, the sample is the same.
    shares = np.ones(len(embeddings)) if photos is None else _shares(photos)
    exact = np.column_stack([embeddings, weights, shares]).astype(np.float32)
    order = np.argsort(exact.view(np.dtype((np.void, exact[0].nbytes))).ravel(), kind="stable")
    rows, weights, shares = np.split(exact[order].astype(np.float64), [-2, -1], axis=1)
    worn = None if states is None else [states[index] for index in order.tolist()]
    agreement = _agreement(rows, shares[:, 0], worn, space)
    kept = _members(agreement, shares[:, 0])
    mean = np.average(rows[kept], axis=0, weights=(weights * shares)[kept, 0])
    norm = np.linalg.norm(mean)
    if norm < 1e-6:  # opposite vectors cancel out: the one that agrees best has to do
        mean = rows[int(np.argmax(agreement))]
        norm = np.linalg.norm(mean)
    members = np.empty(len(rows), dtype=np.bool_)
    members[order] = kept
    several = len(rows) > 1 and (photos is None or len(set(photos)) > 1)
    middle = _median(agreement, shares[:, 0]) if several else None
    return Template((mean / norm).astype(np.float32), members, middle)


def projected(
    embeddings: Vector,
    states: Sequence[MaskState | None],
    space: MaskedSpace,
    quality: Sequence[float] | npt.NDArray[np.float64],
    photos: Sequence[int] | None = None,
) -> Vector:
    """Return what stands for a person where a mask is worn: a float32 unit vector.

    The normalised mean of the members' embeddings in the space, weighted as in `template`. Of
    somebody who was never seen with a mask the projected template is as good (``benchmarks/
    masks_in_gallery.py``), and their faces need not be read.

    Args:
        embeddings: of the template's members, n × d, n ≥ 1.
        states: how each wears a mask.
        space: where they are compared.
        quality: as for `template`.
        photos: as for `template`.
    """
    shares = np.ones(len(embeddings)) if photos is None else _shares(photos)
    rows = space.project(embeddings, states).astype(np.float64)
    mean = np.average(rows, axis=0, weights=_weights(quality) * shares)
    norm = np.linalg.norm(mean)
    return np.asarray(rows[0] if norm < 1e-6 else mean / norm, dtype=np.float32)


def _weights(quality: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what each photo counts, the best one 1; one of unknown quality like a good one."""
    known = np.nan_to_num(np.asarray(quality, dtype=np.float64), nan=1.0)
    bounded = np.clip(known, LEAST_WEIGHT, 1.0)
    return np.asarray(bounded / bounded.max())


def _shares(photos: Sequence[int]) -> npt.NDArray[np.float64]:
    """Return each face's part of its photo."""
    _, which, faces = np.unique(np.asarray(photos), return_inverse=True, return_counts=True)
    return np.asarray(1.0 / faces[which])


def _agreement(
    rows: npt.NDArray[np.float64],
    shares: npt.NDArray[np.float64],
    states: Sequence[MaskState | None] | None,
    space: MaskedSpace | None,
) -> npt.NDArray[np.float64]:
    """Return the similarity that each row reaches with half of the others, by their shares."""
    count = len(rows)
    if count == 1:
        return np.ones(1)
    step = -(-count // _REFERENCES)
    references = np.arange(0, count, step)
    if states is None or space is None:
        similarities = rows @ rows[references].T
    else:
        from kith.masks.alike import alike  # here, because it loads the runtime

        asked = [states[index] for index in references.tolist()]
        similarities = alike(rows, states, rows[references], asked, space)
    # A row's similarity to itself says nothing: it goes to the end and weighs nothing.
    counted = np.tile(shares[references], (count, 1))
    similarities[references, np.arange(len(references))] = -np.inf
    counted[references, np.arange(len(references))] = 0.0
    best = np.argsort(-similarities, axis=1, kind="stable")
    reached = np.cumsum(np.take_along_axis(counted, best, axis=1), axis=1)
    enough = np.argmax(reached >= reached[:, -1:] / 2 - _ROUNDING, axis=1)
    ordered = np.take_along_axis(similarities, best, axis=1)
    return np.asarray(ordered[np.arange(count), enough])


def _members(
    agreement: npt.NDArray[np.float64], shares: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    if len(agreement) < 3:
        return np.ones(len(agreement), dtype=np.bool_)
    typical = _median(agreement, shares)
    deviation = _NORMAL * _median(np.abs(agreement - typical), shares)
    return np.asarray(agreement >= typical - max(DEVIATIONS * deviation, CLEARLY_LESS))


def _median(values: npt.NDArray[np.float64], shares: npt.NDArray[np.float64]) -> float:
    """Return the value with half of the shares on either side; between two, their mean."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(shares[order])
    half = below[-1] / 2
    low, high = np.searchsorted(below, [half - _ROUNDING, half + _ROUNDING])
    return float(values[order[low]] + values[order[min(high, len(order) - 1)]]) / 2
