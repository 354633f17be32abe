"""Everybody in a part compared: photos with photos, and photos with templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.records import FAILED, Comparisons

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.calibrate.split import Part
    from kith.evaluation.records import Indices, Scores
    from kith.types import Vector

SEVERAL = 2
ENOUGH = 30
"""From so many people with several photos on, only their templates count: a mean of photos is more
similar to strangers than one photo is, so that this errs towards the higher threshold."""


@dataclass(frozen=True, slots=True, eq=False)
class Impostors:
    """Comparisons of two people each.

    Attributes:
        scores: float32, n.
        a, b: int32, n: the people of each.
        left, right: int64, people: how many of each person stand on either side.
        halves: whether a pair stands here once though both sides have both its people.
        pairs: of people.
    """

    scores: Scores
    a: Indices
    b: Indices
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    halves: bool
    pairs: int


def photo_pairs(part: Part, others: Part | None = None) -> Comparisons:
    """Compare every two photos; none with a masked copy of itself.

    A photo without a face is a failure in pairs of one person; between two people it would only
    make false matches look rarer, and is left out.

    Args:
        part: of the people.
        others: compare each photo of `part` with each of these, of the same people; None: with the
            rest of `part`.
    """
    if others is None:
        others = part
        first, second = _every_two(len(part.person))
    else:
        first, second = _each_with_each(part, others)
    a, b = part.person[first], others.person[second]
    both = part.acquired[first] & others.acquired[second]
    counts = both | (a == b)
    first, second, both, a, b = (rows[counts] for rows in (first, second, both, a, b))
    scores = (part.vectors @ others.vectors.T)[first, second]
    similarity = np.where(both, scores, FAILED).astype(np.float32)
    return Comparisons(similarity, a == b, a, b, len(part.names))


def _every_two(count: int) -> tuple[Indices, Indices]:
    """Return the numbers of every two of so many things; half the memory of `np.triu_indices`."""
    sizes = np.arange(count - 1, -1, -1)
    first = np.repeat(np.arange(count, dtype=np.int32), sizes)
    start = np.repeat((np.cumsum(sizes) - sizes).astype(np.int32), sizes)
    second = np.arange(len(first), dtype=np.int32) - start + first + 1
    return first, second.astype(np.int32)


def _each_with_each(part: Part, others: Part) -> tuple[Indices, Indices]:
    """Return the numbers of all couples but those of one and the same photo."""
    count, across = len(part.person), len(others.person)
    first = np.repeat(np.arange(count, dtype=np.int32), across)
    second = np.tile(np.arange(across, dtype=np.int32), count)
    one, other = _photos(part, others)
    apart = one[first] != other[second]
    return first[apart], second[apart]


def _photos(part: Part, others: Part) -> tuple[Indices, Indices]:
    """Return a number for each photo, the same for a photo and its masked copy."""
    known: dict[str, int] = {}
    one, other = (
        np.array(
            # What could not be read is no copy of anything.
            [
                known.setdefault(digest or f"{side}?{at}", len(known))
                for at, digest in enumerate(each.digests)
            ],
            dtype=np.int32,
        )
        for side, each in enumerate((part, others))
    )
    return one, other


def impostors_of(part: Part, comparisons: Comparisons, others: Part | None = None) -> Impostors:
    """Return the pairs of two people among `photo_pairs` of the same parts."""
    other = ~comparisons.same
    faces, met = part.faces.astype(np.int64), (others or part).faces.astype(np.int64)
    return Impostors(
        comparisons.similarity[other],
        comparisons.a[other],
        comparisons.b[other],
        faces,
        met,
        halves=others is None,
        pairs=_pairs(faces, met),
    )


def _pairs(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> int:
    """Return how many pairs of people meet whose photos stand on two sides."""
    one, other, both = (
        int(np.count_nonzero(who)) for who in (left, right, (left > 0) & (right > 0))
    )
    return one * other - both - both * (both - 1) // 2


def templates_of(part: Part, least: int = 1) -> tuple[Indices, Vector]:
    """Return who has so many faces or more (int32, t), and their templates (float32, t × d)."""
    people = np.flatnonzero(part.faces >= least).astype(np.int32)
    made = [part.template(_rows(part, person)) for person in people.tolist()]
    return people, np.array(made, dtype=np.float32).reshape(len(people), part.vectors.shape[1])


def searches(part: Part, others: Part | None = None) -> Impostors:
    """Compare every face with the templates of other people.

    Args:
        part: whose faces are looked for.
        others: whose faces templates are made of, of the same people; None: of `part`.
    """
    others = others or part
    several = int(np.count_nonzero(others.faces >= SEVERAL))
    people, templates = templates_of(others, SEVERAL if several >= ENOUGH else 1)
    faces = np.flatnonzero(part.acquired)
    a = np.repeat(part.person[faces], len(people))
    b = np.tile(people, len(faces))
    scores = (part.vectors[faces] @ templates.T).ravel()
    other = a != b
    there, enrolled = part.faces.astype(np.int64), np.zeros(len(part.names), dtype=np.int64)
    enrolled[people] = 1
    return Impostors(
        scores[other],
        a[other],
        b[other],
        there,
        enrolled,
        halves=False,
        pairs=_pairs(there, enrolled),
    )


def own_templates(part: Part, others: Part | None = None) -> Scores:
    """Return each face's similarity to the template of its person's faces on other photos.

    Args:
        part: whose faces are looked for.
        others: as for `searches`.
    """
    others = others or part
    photo, enrolled = _photos(part, others)
    found: list[float] = []
    for person in np.flatnonzero(part.faces).tolist():
        known = _rows(others, person)
        for face in _rows(part, person).tolist():
            rest = known[enrolled[known] != photo[face]]
            if len(rest):
                found.append(float(part.vectors[face] @ others.template(rest)))
    return np.array(found, dtype=np.float32)


def _rows(part: Part, person: int) -> npt.NDArray[np.intp]:
    return np.flatnonzero((part.person == person) & part.acquired)
