"""What masks cost: photos with and without painted masks, compared, searched and told."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import ProtocolError
from kith.evaluation.compare import of_people, without_copies
from kith.evaluation.masked.copies import portray
from kith.evaluation.masked.each import Study, study_kind
from kith.evaluation.masked.kinds import DISTANCES, kinds_of, thresholds_of
from kith.evaluation.masked.measure import measure_bare
from kith.evaluation.masked.records import CALIBRATED, OWN, Portrayed
from kith.evaluation.masked.results import MaskedEvaluated, MaskedResult, Threshold
from kith.evaluation.masked.scoring import usual
from kith.evaluation.masked.searching import Limits, People
from kith.evaluation.masked.telling import told
from kith.evaluation.metrics.points import ROUNDS
from kith.evaluation.pairs import checked_rates, fingerprint
from kith.evaluation.records import Failure
from kith.evaluation.report.threshold import in_use
from kith.masks import Painter
from kith.masks.space import MIXED, NONE, WORN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.decision.calibration import Calibration
    from kith.evaluation.describe import OnPhoto
    from kith.evaluation.masked.records import Flags, Kind, Measured
    from kith.evaluation.masked.scoring import Comparison
    from kith.evaluation.records import PairProtocol
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache

RATES = (1e-3, 1e-5)
"""False match rates that thresholds are fixed at where nobody asks for others; NIST's is 1e-5."""


def evaluate_masked(
    protocol: PairProtocol,
    recognizer: Recognizer,
    *,
    kinds: Sequence[Kind] | None = None,
    painter: Painter | None = None,
    comparisons: Sequence[Comparison] | None = None,
    distances: Sequence[float] = DISTANCES,
    rates: Sequence[float] = RATES,
    rounds: int = ROUNDS,
    seed: int = 0,
    calibration: Calibration | None = None,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> tuple[MaskedEvaluated, ...]:
    """Paint masks on the photos of a protocol, and measure what they cost a system.

    The masks are painted in memory; nothing is written.

    Args:
        protocol: see `kith.evaluation.protocols.read_masked`.
        recognizer: the system.
        kinds: of masks; None: see `kinds_of`.
        painter: of masks; None: the usual one.
        comparisons: ways to compare faces; None: see `usual`.
        distances: cosine distances to decide at.
        rates: false match rates to fix a threshold at on pairs without masks, above 0 and at
            most 1.
        rounds: of the bootstrap over people; 0: no intervals.
        seed: of its draws and of the masks.
        calibration: to decide at its threshold too, where it is of this system.
        cache: of photos that were described before.
        on_photo: told of each photo as it is dealt with.

    Returns:
        What came out, for each way to compare.

    Raises:
        ProtocolError: nothing is left to compare, or no face could be painted.
        OptionError: a rate, a distance or the rounds are out of their range.
        ModelError: the painter's network cannot be had or run.
    """
    kinds = kinds_of() if kinds is None else tuple(kinds)
    painter = painter or Painter()
    portrayed = portray(
        recognizer, painter, protocol.photos, kinds, seed=seed, cache=cache, on_photo=on_photo
    )
    return tuple(
        measure(
            protocol,
            portrayed,
            painter,
            comparison,
            distances=distances,
            rates=rates,
            rounds=rounds,
            seed=seed,
            calibration=calibration,
        )
        for comparison in comparisons or usual(recognizer.embedder)
    )


def measure(
    protocol: PairProtocol,
    portrayed: Portrayed,
    painter: Painter,
    comparison: Comparison,
    *,
    distances: Sequence[float] = DISTANCES,
    rates: Sequence[float] = RATES,
    rounds: int = ROUNDS,
    seed: int = 0,
    calibration: Calibration | None = None,
) -> MaskedEvaluated:
    """Measure one way to compare on photos that a system has described; see `evaluate_masked`."""
    began = time.monotonic()
    rates, given = checked_rates(rates), thresholds_of(distances)
    _check_painted(portrayed)
    described = portrayed.described
    protocol = without_copies(protocol, described.digests)
    if calibration is not None and calibration.contract != described.system.contract:
        calibration = None
    faces = described.faces
    similarity = comparison(faces, faces, protocol.first, protocol.second)
    scored = of_people(protocol, similarity, protocol.first, protocol.second, protocol.same)
    if described.system.threshold is not None:
        given[OWN] = described.system.threshold
    if calibration is not None:
        given[CALIBRATED] = calibration.threshold
    bare = measure_bare(scored, rates, given, rounds=rounds, seed=seed)
    used = _used(protocol)
    threshold = _threshold(bare, comparison, calibration, len(protocol.people))
    limits = None if threshold is None else Limits(threshold.search, threshold.masked_search)
    people = People(
        described, protocol.person, len(protocol.people), used, limits, comparison.space
    )
    looked = people.search(faces, used)
    study = Study(
        protocol,
        portrayed,
        comparison,
        bare,
        similarity,
        looked,
        people,
        threshold,
        given,
        calibration,
        rounds,
        seed,
    )
    result = MaskedResult(
        system=described.system,
        comparison=comparison.name,
        protocol=protocol.name,
        photos=int(np.count_nonzero(used)),
        people=len(np.unique(protocol.person[used])),
        bare=bare,
        kinds=tuple(study_kind(study, copies) for copies in portrayed.copies),
        told=told([face for face, is_used in zip(faces, used, strict=True) if is_used], None),
        threshold=threshold,
        used=used,
        looked=looked,
        failures=tuple(
            Failure(protocol.photos[at], reason)
            for at in np.flatnonzero(used).tolist()
            if (reason := described.reasons[at]) is not None
        ),
        fingerprint=fingerprint(described.digests, protocol.first, protocol.second, protocol.same),
        notes=protocol.notes,
        cached=described.cached,
        seconds=described.seconds + time.monotonic() - began,
        seed=seed,
    )
    return MaskedEvaluated(protocol, portrayed, result, painter)


def _check_painted(portrayed: Portrayed) -> None:
    """Raise where not one face got a mask.

    Raises:
        ProtocolError: with the most frequent reason.
    """
    if any(copies.painted.any() for copies in portrayed.copies):
        return
    reasons = Counter(
        reason for copies in portrayed.copies for reason in copies.reasons if reason is not None
    )
    [(reason, _)] = reasons.most_common(1)
    raise ProtocolError(f"no face could be painted ({reason}): give photos that show faces well")


def _used(protocol: PairProtocol) -> Flags:
    """Tell which photos stand in a pair."""
    used = np.zeros(len(protocol.photos), dtype=np.bool_)
    used[protocol.first] = used[protocol.second] = True
    return used


def _threshold(
    bare: Measured, comparison: Comparison, calibration: Calibration | None, people: int
) -> Threshold | None:
    """Choose the threshold that names are given at and examples are shown for."""
    points = {one.name: one.point for one in bare.at}
    use = in_use(
        bare.held,
        points.get(OWN),
        "FMR",
        calibrated=points.get(CALIBRATED),
        equal=bare.eer_threshold,
    )
    if use is None:
        return None
    if calibration is None:
        each = use.threshold
        return Threshold(each, each, each, each, each, use.origin)
    mixed = NONE if comparison.space is None else MIXED
    return Threshold(
        pair=use.threshold,
        masked=comparison.threshold(calibration, MIXED),
        both=comparison.threshold(calibration, WORN),
        search=calibration.threshold_for(people),
        masked_search=calibration.threshold_for(people, mixed),
        origin=use.origin,
    )
