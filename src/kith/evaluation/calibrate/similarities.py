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


def photo_pairs(part: Part) -> Comparisons:
    """Compare every two photos.

    A photo without a face is a failure in pairs of one person; between two people it would only
    make false matches look rarer, and is left out.
    """
    first, second = _every_two(len(part.person))
    a, b = part.person[first], part.person[second]
    both = part.acquired[first] & part.acquired[second]
    counts = both | (a == b)
    first, second, both, a, b = (rows[counts] for rows in (first, second, both, a, b))
    scores = (part.vectors @ part.vectors.T)[first, second]
    similarity = np.where(both, scores, FAILED).astype(np.float32)
    return Comparisons(similarity, a == b, a, b, len(part.names))


def _every_two(count: int) -> tuple[Indices, Indices]:
    """Return the numbers of every two of so many things; half the memory of `np.triu_indices`."""
    sizes = np.arange(count - 1, -1, -1)
    first = np.repeat(np.arange(count, dtype=np.int32), sizes)
    start = np.repeat((np.cumsum(sizes) - sizes).astype(np.int32), sizes)
    second = np.arange(len(first), dtype=np.int32) - start + first + 1
    return first, second.astype(np.int32)


def impostors_of(part: Part, comparisons: Comparisons) -> Impostors:
    """Return the pairs of two people among `photo_pairs`."""
    other = ~comparisons.same
    faces = part.faces.astype(np.int64)
    people = int(np.count_nonzero(faces))
    return Impostors(
        comparisons.similarity[other],
        comparisons.a[other],
        comparisons.b[other],
        faces,
        faces,
        halves=True,
        pairs=people * (people - 1) // 2,
    )


def templates_of(part: Part, least: int = 1) -> tuple[Indices, Vector]:
    """Return who has so many faces or more (int32, t), and their templates (float32, t × d)."""
    people = np.flatnonzero(part.faces >= least).astype(np.int32)
    made = [part.template(_rows(part, person)) for person in people.tolist()]
    return people, np.array(made, dtype=np.float32).reshape(len(people), part.vectors.shape[1])


def searches(part: Part) -> Impostors:
    """Compare every face with the templates of other people."""
    several = int(np.count_nonzero(part.faces >= SEVERAL))
    people, templates = templates_of(part, SEVERAL if several >= ENOUGH else 1)
    faces = np.flatnonzero(part.acquired)
    a = np.repeat(part.person[faces], len(people))
    b = np.tile(people, len(faces))
    scores = (part.vectors[faces] @ templates.T).ravel()
    other = a != b
    enrolled = np.zeros(len(part.names), dtype=np.int64)
    enrolled[people] = 1
    there, count = int(np.count_nonzero(part.faces)), len(people)
    return Impostors(
        scores[other],
        a[other],
        b[other],
        part.faces.astype(np.int64),
        enrolled,
        halves=False,
        pairs=count * (there - 1) - count * (count - 1) // 2,
    )


def own_templates(part: Part) -> Scores:
    """Return each face's similarity to the template of its person's other faces, where any are."""
    found: list[float] = []
    for person in np.flatnonzero(part.faces >= SEVERAL).tolist():
        own = _rows(part, person)
        for number, photo in enumerate(own.tolist()):
            rest = part.template(np.delete(own, number))
            found.append(float(part.vectors[photo] @ rest))
    return np.array(found, dtype=np.float32)


def _rows(part: Part, person: int) -> npt.NDArray[np.intp]:
    return np.flatnonzero((part.person == person) & part.acquired)
