"""Measured rates of open-set identification with their intervals.

The bootstrap draws the people of the probes, mates and strangers together. Whose templates are in
the gallery stays as it is: the intervals are those of this gallery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.errors import InputError
from kith.evaluation.metrics import estimates
from kith.evaluation.metrics.openset import STRANGERS, within_rank
from kith.evaluation.metrics.points import ROUNDS
from kith.evaluation.metrics.scores import checked
from kith.evaluation.metrics.trials import Trials, renumber, side_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import Indices, OperatingPoint, Scores


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """Searches of people in a gallery and of strangers to it.

    Attributes:
        mates: float32, n: each one's similarity to its own person's template; −∞ for a failure.
        ranks: int, n: the place of its own person among all, 1 the best; 0 for a failure.
        mate_people: int32, n: who each one shows, by number.
        strangers: float32, m: each one's highest similarity to anybody; −∞ for a failure.
        stranger_people: int32, m: who each one shows, numbered together with the mates.
        people: how many there are.
    """

    mates: Scores
    ranks: Indices
    mate_people: Indices
    strangers: Scores
    stranger_people: Indices
    people: int


def identification_at_rates(
    probes: Probes, rates: Sequence[float], *, rank: int = 1, rounds: int = ROUNDS, seed: int = 0
) -> tuple[OperatingPoint, ...]:
    """Return FPIR and FNIR (as `fmr` and `fnmr`) at the thresholds that keep to each FPIR.

    Args:
        probes: to measure on.
        rates: FPIRs.
        rank: how many candidates are looked at.
        rounds: of the bootstrap; 0: no intervals.
        seed: of its draws.

    Raises:
        InputError: no mates or no strangers, lengths differ, or a number is out of its range.
        OptionError: a rate is not above 0 and at most 1; rounds are below 0.
    """
    trials = _trials(probes, rank)
    sampled = estimates.follow(trials, rounds, seed, rates=rates)
    return tuple(estimates.at_rate(trials, sampled, rate) for rate in rates)


def identification_at_threshold(
    probes: Probes, threshold: float, *, rank: int = 1, rounds: int = ROUNDS, seed: int = 0
) -> OperatingPoint:
    """Return FPIR and FNIR (as `fmr` and `fnmr`) at a threshold; see `identification_at_rates`."""
    trials = _trials(probes, rank)
    sampled = estimates.follow(trials, rounds, seed, thresholds=[threshold])
    return estimates.at_threshold(trials, sampled, threshold)


def _trials(probes: Probes, rank: int) -> Trials:
    if len(probes.mates) != len(probes.mate_people):
        raise InputError(f"{len(probes.mates)} mates, but {len(probes.mate_people)} people of them")
    if len(probes.strangers) != len(probes.stranger_people):
        raise InputError(
            f"{len(probes.strangers)} strangers, but {len(probes.stranger_people)} people of them"
        )
    number, people = renumber(probes.people, probes.mate_people, probes.stranger_people)
    return Trials(
        right=side_of(within_rank(probes.mates, probes.ranks, rank), number[probes.mate_people]),
        wrong=side_of(checked(probes.strangers, STRANGERS), number[probes.stranger_people]),
        people=people,
        unit=STRANGERS,
    )
