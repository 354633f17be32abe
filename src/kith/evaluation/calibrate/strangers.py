"""Searches among the people of the measuring part, as a gallery of them would be asked.

Every other person is enrolled with a template, and the rest are strangers; then the other way
round, so that everybody stands on either side once. Of a person with several photos one is not
enrolled but looked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.metrics import Probes
from kith.evaluation.records import FAILED

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.calibrate.split import Part
    from kith.evaluation.records import Indices, Scores
    from kith.types import Vector


class Searches(NamedTuple):
    """What was found, and the size of the larger of the two galleries."""

    probes: Probes
    gallery: int


class _Round(NamedTuple):
    mates: Scores
    ranks: Indices
    mate_people: Indices
    strangers: Scores
    stranger_people: Indices
    gallery: int


def searched(part: Part) -> Searches:
    """Search both ways; there are at least four people with a face."""
    one, other = (_round(part, enrolled) for enrolled in (0, 1))
    probes = Probes(
        mates=np.append(one.mates, other.mates),
        ranks=np.append(one.ranks, other.ranks),
        mate_people=np.append(one.mate_people, other.mate_people),
        strangers=np.append(one.strangers, other.strangers),
        stranger_people=np.append(one.stranger_people, other.stranger_people),
        people=len(part.names),
    )
    return Searches(probes, max(one.gallery, other.gallery))


def _round(part: Part, enrolled: int) -> _Round:
    """Enrol the people with even or odd numbers."""
    looked_for = _looked_for(part, enrolled)
    people, templates = _gallery(part, enrolled, looked_for)
    strangers = np.flatnonzero((part.person % 2 != enrolled) & part.acquired)
    owners = part.person[looked_for]
    scores = part.vectors[looked_for] @ templates.T
    there = part.acquired[looked_for] & np.isin(owners, people)
    place = np.minimum(np.searchsorted(people, owners), len(people) - 1)
    own = np.where(there, scores[np.arange(len(scores)), place], FAILED)
    ranks = np.where(there, (scores >= own[:, None]).sum(axis=1), 0)
    return _Round(
        own.astype(np.float32),
        ranks.astype(np.int32),
        owners,
        (part.vectors[strangers] @ templates.T).max(axis=1),
        part.person[strangers],
        len(people),
    )


def _looked_for(part: Part, enrolled: int) -> npt.NDArray[np.intp]:
    """Return the last photo of each enrolled person with several, with a face or without."""
    photos = np.bincount(part.person, minlength=len(part.names))
    last = np.cumsum(photos) - 1
    numbers = np.arange(len(photos))
    return np.asarray(last[(numbers % 2 == enrolled) & (photos > 1)])


def _gallery(part: Part, enrolled: int, looked_for: npt.NDArray[np.intp]) -> tuple[Indices, Vector]:
    usable = part.acquired.copy()
    usable[looked_for] = False
    people, made = [], []
    for person in range(enrolled, len(part.names), 2):
        rows = np.flatnonzero((part.person == person) & usable)
        if len(rows):
            people.append(person)
            made.append(part.template(rows))
    return np.array(people, dtype=np.int32), np.stack(made)
