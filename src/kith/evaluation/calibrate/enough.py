"""Whether there are people enough to choose a threshold on, and how many are missing.

Photos of the same two people repeat one comparison: what may pass for independent trials are pairs
of people. By the rule of 3 an FMR of r needs 3/r of them (ISO/IEC 19795-1, annex B), n people make
n(n − 1)/2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError
from kith.evaluation.metrics import least_trials
from kith.evaluation.metrics.support import RULE_OF_3

if TYPE_CHECKING:
    from kith.evaluation.calibrate.split import Part

LEAST_SEVERAL = 5
"""People with two faces or more in each part: with fewer an FNMR would be a guess."""


def check(choosing: Part, measuring: Part, fmr: float) -> None:
    """Refuse parts that are too small for what is asked.

    Raises:
        InputError: with how many people are missing, and what could be asked of those there are.
    """
    people = [int(np.count_nonzero(part.faces)) for part in (choosing, measuring)]
    several = [int(np.count_nonzero(part.faces > 1)) for part in (choosing, measuring)]
    if sum(people) < 2:
        raise InputError(
            "all photos show one person: false matches can only be measured between people"
            if sum(people)
            else "there is not one usable face to calibrate on"
        )
    words = [_of_people(min(people), sum(people), fmr), _of_several(min(several), sum(several))]
    if any(words):
        raise InputError("; ".join(filter(None, words)))


def short_of(pairs: int, matched: list[int], fmr: float) -> str:
    """Return what is missing for comparisons of one kind; empty where nothing is.

    Args:
        pairs: of people in the part that has fewer.
        matched: people of whom two faces were compared, in each part.
        fmr: to promise.
    """
    if pairs < (need := least_trials(fmr)):
        return f"an FMR of {fmr:g} needs {need:,} pairs of people in each half, not {pairs:,}"
    if min(matched) < LEAST_SEVERAL:
        return (
            f"an FNMR needs {2 * LEAST_SEVERAL} people who can be compared with themselves, not "
            f"{sum(matched)}"
        )
    return ""


def least_people(fmr: float) -> int:
    """Return how many people make enough pairs for a false match rate."""
    pairs = least_trials(fmr)
    return math.ceil((1 + math.sqrt(1 + 8 * pairs)) / 2)


def pairs_of(people: int) -> int:
    """Return how many pairs so many people make."""
    return people * (people - 1) // 2


def _of_people(fewest: int, there: int, fmr: float) -> str:
    if pairs_of(fewest) >= least_trials(fmr):
        return ""
    need = least_people(fmr)
    words = (
        f"an FMR of {fmr:g} needs {need:,} people in each half, {2 * need:,} in all; "
        f"there are {there:,}: {max(1, 2 * need - there):,} more"
    )
    rate = _possible(fewest)
    return f"{words}, or ask for --fmr {rate:g}" if rate < 1 else words


def _of_several(fewest: int, there: int) -> str:
    if fewest >= LEAST_SEVERAL:
        return ""
    return (
        f"an FNMR needs {2 * LEAST_SEVERAL} people with two photos or more; there are {there}: "
        f"{max(1, 2 * LEAST_SEVERAL - there)} more"
    )


def _possible(people: int) -> float:
    """Return the least rate of one digit that so many people support; 1 where there is none."""
    pairs = pairs_of(people)
    if pairs <= RULE_OF_3:
        return 1.0
    step = 10.0 ** math.floor(math.log10(RULE_OF_3 / pairs))
    digit = math.ceil(RULE_OF_3 / pairs / step - 1e-9)
    return float(f"{digit * step:.1g}")
