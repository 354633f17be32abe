"""Measuring sides on the same pairs of the same people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError
from kith.evaluation.metrics import least_trials
from kith.evaluation.metrics.others import deal
from kith.evaluation.metrics.paired import differences, figures
from kith.evaluation.pairs import measure
from kith.evaluation.protocols.every_two import every_two
from kith.evaluation.records import Described, PairProtocol, System
from kith.models.card import Threshold
from kith.training.heldout import MOST_PAIRS
from kith.training.verdict.records import LEAST_PEOPLE, Compared, Judged, Verdict
from kith.types import Box, Face

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.metrics.paired import Figures
    from kith.evaluation.records import Evaluated
    from kith.training.verdict.records import HeldPhotos, Side

ROUNDS = 1000
RATES = (1e-1, 1e-2, 1e-3, 1e-4)

_CARD_RATES = (1e-3, 1e-2)
"""What a card's threshold may be for: kith's own are for the first. At more false matches than the
second nobody should be let in."""


def judge(
    sides: Sequence[Side],
    photos: HeldPhotos,
    *,
    apart: bool = True,
    detector: str = "yunet",
    name: str = "people held out",
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Verdict:
    """Compare a network after learning with what it was before, and with others.

    Every side is measured on the same pairs; the differences are bootstrapped over the same draws
    of people. Whether the network is better is decided by one figure, the accuracy, and by whether
    its whole interval lies above 0.

    Args:
        sides: the network before learning, the network after it, and yardsticks.
        photos: of people that the network did not learn from.
        apart: nobody of them had a part in choosing the epoch that is kept.
        detector: id of the network that found the faces.
        name: of the data, in the report.
        rounds: of the bootstrap.
        seed: of its draws, and of the sample of pairs where there are many.

    Raises:
        InputError: fewer than two sides, two of one name, vectors that do not fit the photos, or
            people held out of whom there is no pair of one person or none of two.
    """
    _check(sides, photos)
    order, protocol = _protocol(photos, name, seed)
    strangers = int(np.count_nonzero(~protocol.same))
    supported = tuple(rate for rate in RATES if least_trials(rate) <= strangers)
    evaluated = [
        measure(
            protocol,
            _described(side, photos, order, detector),
            rates=supported or RATES[:1],
            rounds=rounds,
            seed=seed,
        )
        for side in sides
    ]
    scored = evaluated[0].comparisons
    parts = deal(scored.a, scored.b, seed)
    found = [
        figures(one.comparisons, parts, supported[-1:], rounds=rounds, seed=seed)
        for one in evaluated
    ]
    judged = [_judged(*each) for each in zip(sides, evaluated, found, strict=True)]
    gains = [
        Compared(side.name, differences(other, found[1]))
        for side, other in zip(sides, found, strict=True)
    ]
    result = evaluated[1].result
    return Verdict(
        sides=tuple(judged),
        gain=gains[0],
        against=tuple(gains[2:]),
        people=result.people,
        photos=result.photos,
        pairs=result.pairs,
        failures=len(photos.failures),
        fmr=supported[-1] if supported else None,
        threshold=_threshold(evaluated[1]),
        apart=apart,
    )


def _check(sides: Sequence[Side], photos: HeldPhotos) -> None:
    names = [side.name for side in sides]
    if len(sides) < 2 or len(set(names)) < len(names):
        raise InputError("a verdict compares two networks or more, each with a name of its own")
    count = len(photos.person)
    if not count == len(photos.photos) == len(photos.digests):
        raise InputError("person, photos and digests must be equally long")
    for side in sides:
        if side.vectors.ndim != 2 or len(side.vectors) != count:
            raise InputError(
                f"{side.name}: {count} vectors are needed, not an array of {side.vectors.shape}"
            )


def _protocol(photos: HeldPhotos, name: str, seed: int) -> tuple[list[int], PairProtocol]:
    """Return the order of the photos, those that failed after the others, and what is compared."""
    failed = np.array([one.person for one in photos.failures], dtype=np.int32)
    numbers = np.concatenate([photos.person, failed])
    paths = (*photos.photos, *(one.photo for one in photos.failures))
    present, who = np.unique(numbers, return_inverse=True)
    order = np.argsort(who, kind="stable")
    person = who[order].astype(np.int32)
    pairs = every_two(person, impostors=MOST_PAIRS, genuine=MOST_PAIRS, seed=seed)
    if pairs.same.all() or not pairs.same.any():
        raise InputError("people held out must be two or more, and somebody with two photos")
    protocol = PairProtocol(
        name=name,
        photos=tuple(paths[at] for at in order.tolist()),
        person=person,
        people=tuple(photos.people[at] for at in present.tolist()),
        first=pairs.first,
        second=pairs.second,
        same=pairs.same,
        fold=np.zeros(len(pairs.first), dtype=np.int16),
        folds=0,
        notes=pairs.notes,
        exhaustive=True,
    )
    return order.tolist(), protocol


def _described(side: Side, photos: HeldPhotos, order: Sequence[int], detector: str) -> Described:
    """Return the photos as one side sees them, in the order of the protocol."""
    faces: list[Face | None] = []
    reasons: list[str | None] = []
    known = np.asarray(np.isfinite(side.vectors).all(axis=1) & side.vectors.any(axis=1))
    for vector, there in zip(side.vectors, known.tolist(), strict=True):
        faces.append(_face(vector) if there else None)
        reasons.append(None if there else "the network made no vector of it")
    for one in photos.failures:
        faces.append(None)
        reasons.append(one.reason)
    digests = (*photos.digests, *("" for _ in photos.failures))
    return Described(
        System(detector, side.name, side.contract, None),
        tuple(faces[at] for at in order),
        tuple(reasons[at] for at in order),
        tuple(digests[at] for at in order),
        cached=0,
        seconds=0.0,
    )


def _face(vector: np.ndarray) -> Face:
    """Return a face of which only the vector is known."""
    return Face(Box(0, 0, 0, 0), np.zeros((5, 2), np.float32), 1.0, embedding=vector)


def _judged(side: Side, evaluated: Evaluated, found: Figures) -> Judged:
    return Judged(side.name, side.random, found.accuracy, found.interval, evaluated)


def _threshold(evaluated: Evaluated) -> Threshold | None:
    """Return the threshold at the least rate that a card's may be for and the pairs support."""
    result = evaluated.result
    for rate in _CARD_RATES if result.people >= LEAST_PEOPLE else ():
        point = next((one for one in result.points if one.asked == rate), None)
        if point is None or point.threshold is None or not np.isfinite(point.threshold):
            continue
        if point.fnmr.value == 1.0:  # nobody would ever match
            return None
        ends = point.fmr.interval
        return Threshold(
            similarity=float(point.threshold),
            fmr=rate,
            provenance=f"measured on {result.people:,} people held out of the training: "
            f"{result.impostor:,} pairs of two people",
            interval=None if ends is None else (ends.low, ends.high),
        )
    return None
