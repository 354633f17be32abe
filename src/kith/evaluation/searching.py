"""An open set searched: who is enrolled, and where each probe's own person stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import ProtocolError
from kith.evaluation.metrics import Probes
from kith.evaluation.records import FAILED
from kith.gallery.templates import template

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.protocols import OpenSetProtocol
    from kith.evaluation.records import Indices, Scores
    from kith.types import Vector

_AT_ONCE = 1024
"""Probes searched for in one product."""


class Part(NamedTuple):
    """The photos of one of the three parts that count, by their places among all."""

    at: npt.NDArray[np.intp]
    person: Indices


def without_copies(
    protocol: OpenSetProtocol, digests: Sequence[str]
) -> tuple[list[Part], list[str]]:
    """Return the parts without second copies of a file, which comes first where it is enrolled.

    A probe that is enrolled is found by anybody, and a stranger who is enrolled is none.
    """
    seen: set[str] = set()
    parts, notes, start = [], [], 0
    for name, photos in (
        ("gallery", protocol.gallery),
        ("probes", protocol.probes),
        ("unknown", protocol.unknown),
    ):
        places = range(start, start + len(photos.paths))
        start = places.stop
        fresh = np.array([_is_new(digests[at], seen) for at in places], dtype=np.bool_)
        if not fresh.any():
            raise ProtocolError(f"{name}: all photos are copies of photos that come before")
        if copies := int(np.count_nonzero(~fresh)):
            notes.append(
                f"{name}: {copies:,} photos are copies of photos that come before, and left out"
            )
        parts.append(Part(np.array(places)[fresh], photos.person[fresh]))
    return parts, notes


def _is_new(digest: str, seen: set[str]) -> bool:
    if digest and digest in seen:
        return False
    seen.add(digest)
    return True


def enrol(
    gallery: Part,
    vectors: Vector,
    acquired: npt.NDArray[np.bool_],
    people: int,
    quality: npt.NDArray[np.float64] | None = None,
) -> tuple[Vector, npt.NDArray[np.bool_]]:
    """Return each person's template, made as a gallery makes it, and who has one.

    Raises:
        ProtocolError: nobody has.
    """
    templates = np.zeros((people, vectors.shape[1]), dtype=np.float32)
    enrolled = np.zeros(people, dtype=np.bool_)
    usable = acquired[gallery.at]
    if not usable.any():
        raise ProtocolError("nobody can be enrolled: not one photo of the gallery shows a face")
    order = np.argsort(gallery.person[usable], kind="stable")
    numbers, starts = np.unique(gallery.person[usable][order], return_index=True)
    rows = np.split(gallery.at[usable][order], starts[1:])
    for person, own in zip(numbers.tolist(), rows, strict=True):
        templates[person] = template(vectors[own], None if quality is None else quality[own]).vector
        enrolled[person] = True
    return templates, enrolled


def searches(
    templates: Vector,
    enrolled: npt.NDArray[np.bool_],
    probes: Part,
    unknown: Part,
    vectors: Vector,
    acquired: npt.NDArray[np.bool_],
) -> Probes:
    """Search everybody's templates for the probes and the strangers.

    Args:
        templates: float32, people × dimension.
        enrolled: bool, people: who has one.
        probes: of people by their numbers.
        unknown: of strangers, who have numbers of their own.
        vectors: float32, photos × dimension: of all parts.
        acquired: bool, photos.
    """
    strangers = int(unknown.person.max()) + 1
    mates, ranks = _ranked(templates, enrolled, vectors[probes.at], probes.person)
    failed = ~acquired[probes.at]
    return Probes(
        mates=np.where(failed, FAILED, mates),
        ranks=np.where(failed, 0, ranks).astype(np.int32),
        mate_people=(strangers + probes.person).astype(np.int32),
        strangers=np.where(
            acquired[unknown.at], _best(templates[enrolled], vectors[unknown.at]), FAILED
        ),
        stranger_people=unknown.person,
        people=strangers + len(templates),
    )


def _ranked(
    templates: Vector, enrolled: npt.NDArray[np.bool_], probes: Vector, person: Indices
) -> tuple[Scores, Indices]:
    """Return each probe's similarity to its own person, and that person's place among all.

    Equally similar others come first. Who is not enrolled has similarity −∞ and place 0.
    """
    own = np.full(len(probes), FAILED, dtype=np.float32)
    place = np.zeros(len(probes), dtype=np.int32)
    for start in range(0, len(probes), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        scores = np.where(enrolled, probes[part] @ templates.T, FAILED)
        mine = scores[np.arange(len(scores)), person[part]]
        own[part] = mine
        place[part] = np.where(enrolled[person[part]], (scores >= mine[:, None]).sum(axis=1), 0)
    return own, place


def _best(templates: Vector, probes: Vector) -> Scores:
    """Return each probe's highest similarity to anybody."""
    parts = [
        (probes[start : start + _AT_ONCE] @ templates.T).max(axis=1)
        for start in range(0, len(probes), _AT_ONCE)
    ]
    return np.concatenate(parts)
