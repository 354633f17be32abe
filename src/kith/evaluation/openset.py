"""One to many, with strangers: who is found in a gallery, and who is named that is not in it.

FPIR, FNIR and rank as NIST's evaluations of identification define them (P. Grother, M. Ngan,
K. Hanaoka, NIST IR 8271, section 3). A person none of whose photos can be enrolled, and a probe
that cannot be acquired, count as missed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.compare import matrix, qualities
from kith.evaluation.describe import describe
from kith.evaluation.metrics import (
    cmc,
    identification_at_rates,
    identification_at_threshold,
)
from kith.evaluation.metrics.points import ROUNDS
from kith.evaluation.pairs import checked_rates, fingerprint
from kith.evaluation.records import Failure, Interval, OperatingPoint, Rate, System
from kith.evaluation.searching import enrol, searches, without_copies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.describe import OnPhoto
    from kith.evaluation.protocols import OpenSetProtocol
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache

RATES = (1e-1, 1e-2, 3e-3)
"""False positive identification rates where nobody asks for others."""
RANKS = 20


@dataclass(frozen=True, slots=True, eq=False)
class OpenSetResult:
    """What a system made of an open set.

    Attributes:
        protocol: the folders, as given.
        people: of the gallery, enrolled or not.
        not_enrolled: those of whom no photo could be enrolled.
        probes, probe_people: photos of people of the gallery, and how many people that are.
        unknown, unknown_people: photos of strangers, and how many people that are.
        photos: of all of them, those of the gallery too.
        rank1: the share of probes whose own person is the most similar, whatever the threshold.
        cmc: that share within rank 1, 2, …
        points: FPIR (`fmr`) and FNIR (`fnmr`) at the FPIRs that were asked for.
        default: at the system's own threshold; None where it has none.
        failures: photos that could not be acquired.
        fingerprint: sha256 over photos and whom they show.
        cached: how many photos came from an earlier run.
    """

    system: System
    protocol: str
    people: int
    not_enrolled: tuple[str, ...]
    probes: int
    probe_people: int
    unknown: int
    unknown_people: int
    photos: int
    rank1: Rate
    cmc: tuple[float, ...]
    points: tuple[OperatingPoint, ...]
    default: OperatingPoint | None
    failures: tuple[Failure, ...]
    fingerprint: str
    notes: tuple[str, ...]
    cached: int
    seconds: float


def evaluate_open_set(
    protocol: OpenSetProtocol,
    recognizer: Recognizer,
    *,
    rates: Sequence[float] = RATES,
    rounds: int = ROUNDS,
    seed: int = 0,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> OpenSetResult:
    """Enrol the gallery as kith does, and search it for probes and strangers.

    Args:
        protocol: see `kith.evaluation.protocols.read_open_set`.
        recognizer: the system.
        rates: false positive identification rates to say the FNIR at, above 0 and at most 1.
        rounds: of the bootstrap over the people of the probes; 0: no intervals.
        seed: of its draws.
        cache: of photos that were described before.
        on_photo: told of each photo as it is dealt with.

    Raises:
        ProtocolError: without copies nothing is left, or nobody can be enrolled.
        OptionError: a rate or the rounds are out of their range.
    """
    began = time.monotonic()
    rates = checked_rates(rates)
    parts = (protocol.gallery, protocol.probes, protocol.unknown)
    paths = tuple(path for part in parts for path in part.paths)
    described = describe(recognizer, paths, cache=cache, on_photo=on_photo)
    (gallery, probes, unknown), notes = without_copies(protocol, described.digests)
    vectors, acquired = matrix(described.faces, described.system.contract.dimension)
    quality = qualities(described.faces)
    templates, enrolled = enrol(gallery, vectors, acquired, len(protocol.people), quality)
    searched = searches(templates, enrolled, probes, unknown, vectors, acquired)
    own = described.system.threshold
    used = np.concatenate([gallery.at, probes.at, unknown.at])
    whatever = identification_at_threshold(searched, -np.inf, rounds=rounds, seed=seed)
    return OpenSetResult(
        system=described.system,
        protocol=protocol.name,
        people=len(protocol.people),
        not_enrolled=tuple(
            name for name, is_in in zip(protocol.people, enrolled, strict=True) if not is_in
        ),
        probes=len(probes.at),
        probe_people=len(np.unique(probes.person)),
        unknown=len(unknown.at),
        unknown_people=len(np.unique(unknown.person)),
        photos=len(used),
        rank1=_found(whatever.fnmr),
        cmc=tuple(cmc(searched.ranks, min(RANKS, int(enrolled.sum()))).tolist()),
        points=identification_at_rates(searched, rates, rounds=rounds, seed=seed),
        default=None
        if own is None
        else identification_at_threshold(searched, own, rounds=rounds, seed=seed),
        failures=tuple(
            Failure(paths[at], reason)
            for at in used.tolist()
            if (reason := described.reasons[at]) is not None
        ),
        fingerprint=fingerprint(
            [described.digests[at] for at in used], gallery.person, probes.person, unknown.person
        ),
        notes=(*protocol.notes, *notes),
        cached=described.cached,
        seconds=time.monotonic() - began,
    )


def _found(missed: Rate) -> Rate:
    """Return the rate of what was found."""
    ends = missed.interval
    return Rate(
        value=None if missed.value is None else 1.0 - missed.value,
        trials=missed.trials,
        interval=ends and Interval(1.0 - ends.high, 1.0 - ends.low),
        rough=missed.rough,
    )
