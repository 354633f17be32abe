"""What one kind of mask costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.compare import of_people
from kith.evaluation.masked.measure import measure_masked
from kith.evaluation.masked.people import drop_of, everybody, named
from kith.evaluation.masked.records import CALIBRATED
from kith.evaluation.masked.results import KindResult
from kith.evaluation.masked.shares import share
from kith.evaluation.masked.strips import Probes, mistaken, strips
from kith.evaluation.masked.telling import told
from kith.evaluation.records import Failure
from kith.masks.space import MIXED, NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kith.decision.calibration import Calibration
    from kith.decision.curves import Points
    from kith.evaluation.masked.records import Copies, Flags, Looked, Measured, Portrayed
    from kith.evaluation.masked.results import Threshold
    from kith.evaluation.masked.scoring import Comparison
    from kith.evaluation.masked.searching import People
    from kith.evaluation.records import Comparisons, PairProtocol, Scores


class Study(NamedTuple):
    """What every kind of mask is measured against.

    Attributes:
        protocol: without copies.
        portrayed: its photos.
        comparison: of two faces.
        bare: what pairs without masks came to.
        similarity: float32: of those pairs.
        looked: photos without masks, searched.
        people: to search.
        threshold: of names and examples.
        thresholds: to decide at, by what they are called.
        calibration: says how probable a similarity is.
        rounds, seed: of the bootstrap.
    """

    protocol: PairProtocol
    portrayed: Portrayed
    comparison: Comparison
    bare: Measured
    similarity: Scores
    looked: Looked
    people: People
    threshold: Threshold | None
    thresholds: Mapping[str, float]
    calibration: Calibration | None
    rounds: int
    seed: int


def study_kind(study: Study, copies: Copies) -> KindResult:
    """Measure one kind of mask."""
    protocol, people = study.protocol, study.people
    draws = {"rounds": study.rounds, "seed": study.seed}
    left_out = study.portrayed.left_out(copies)
    probes, probe = _probes(study, copies, ~left_out)
    asked = people.used & ~left_out
    looked = people.search(copies.faces, asked)
    painted = people.used & copies.painted
    lost = painted & np.array([face is None for face in copies.faces])
    place = np.flatnonzero(painted)
    names = (
        None if study.threshold is None else named(study.looked, looked, protocol.person, **draws)
    )
    return KindResult(
        kind=copies.kind,
        painted=len(place),
        not_painted=_failures(study, copies, people.used & left_out),
        lost=_failures(study, copies, lost),
        lost_share=share(lost[place], protocol.person[place], **draws),
        probe=probe,
        both=_both(study, copies, ~left_out),
        drop=drop_of(study.looked, looked, _odds(study)),
        bare=names and names[0],
        masked=names and names[1],
        told=told(
            [copies.faces[at] for at in place.tolist()],
            copies.kind.coverage,
            protocol.person[place],
            **draws,
        ),
        people=everybody(study.looked, looked, protocol),
        looked=looked,
        strips=strips(probes, protocol.person, study.threshold),
        mistaken=mistaken(probes, protocol.person, study.threshold),
    )


def _odds(study: Study) -> tuple[Points, Points] | None:
    """Return how probable a person is by similarity, without and behind a mask."""
    if study.calibration is None:
        return None
    pair = NONE if study.comparison.space is None else MIXED
    return study.calibration.person_odds, study.calibration.of_pair(pair).person_odds


def _measured(
    study: Study, scored: Comparisons, calibrated: Callable[[Threshold], float]
) -> Measured | None:
    """Measure masked faces; `calibrated` picks the threshold that is calibrated for them."""
    given = dict(study.thresholds)
    if CALIBRATED in given and study.threshold is not None:
        given[CALIBRATED] = calibrated(study.threshold)
    return measure_masked(scored, study.bare, given, rounds=study.rounds, seed=study.seed)


def _probes(study: Study, copies: Copies, kept: Flags) -> tuple[Probes, Measured | None]:
    """Compare masked faces with bare ones: each pair twice, once with each photo masked."""
    protocol = study.protocol
    probe = np.concatenate([protocol.first, protocol.second])
    reference = np.concatenate([protocol.second, protocol.first])
    rows = kept[probe]
    probe, reference = probe[rows], reference[rows]
    same = np.tile(protocol.same, 2)[rows]
    bare = np.tile(study.similarity, 2)[rows]
    masked = study.comparison(copies.faces, study.portrayed.described.faces, probe, reference)
    scored = of_people(protocol, masked, probe, reference, same)
    measured = None
    if len(masked):
        measured = _measured(study, scored, lambda known: known.masked)
    return Probes(probe, reference, same, bare, masked), measured


def _both(study: Study, copies: Copies, kept: Flags) -> Measured | None:
    protocol = study.protocol
    rows = kept[protocol.first] & kept[protocol.second]
    first, second, same = protocol.first[rows], protocol.second[rows], protocol.same[rows]
    if not len(first):
        return None
    masked = study.comparison(copies.faces, copies.faces, first, second)
    scored = of_people(protocol, masked, first, second, same)
    return _measured(study, scored, lambda known: known.both)


def _failures(study: Study, copies: Copies, which: Flags) -> tuple[Failure, ...]:
    return tuple(
        Failure(study.protocol.photos[at], copies.reasons[at] or "")
        for at in np.flatnonzero(which).tolist()
    )
