"""Error rates of one-to-one comparison at a threshold, and the threshold for a rate.

Words and definitions: ISO/IEC 19795-1:2021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError
from kith.evaluation.metrics.scores import allowed, checked, comparable, just_above

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

IMPOSTOR = "pairs of two people"
GENUINE = "pairs of one person"


def false_match_rate(impostor: ArrayLike, threshold: float) -> float:
    """Return the share of pairs of two people that match.

    Args:
        impostor: their similarities, float32, n; −∞ where a photo could not be acquired.
        threshold: least similarity of a match; −∞ still never matches.

    Raises:
        InputError: no pairs, or a similarity or the threshold is not a number.
    """
    return share_reaching(checked(impostor, IMPOSTOR), threshold)


def false_non_match_rate(genuine: ArrayLike, threshold: float) -> float:
    """Return the share of pairs of one person that do not match.

    Arguments and errors are those of `false_match_rate`.
    """
    return share_missing(checked(genuine, GENUINE), threshold)


def threshold_at_fmr(impostor: ArrayLike, fmr: float) -> float:
    """Return the least threshold at which at most this share of pairs of two people match.

    It is the next float32 above the highest score that must not match, so that equal scores fall
    together; −∞ where even matching all that can match stays within the rate.

    Args:
        impostor: similarities of pairs of two people, float32, n.
        fmr: 0–1.

    Raises:
        InputError: no pairs, or a similarity is not a number.
        OptionError: the rate is outside 0–1.
    """
    return threshold_at_share(checked(impostor, IMPOSTOR), fmr)


def tar_at_far(genuine: ArrayLike, impostor: ArrayLike, far: float) -> float:
    """Return the share of pairs of one person that match where at most `far` of the others do.

    FAR and TAR are here the names that most papers give to FMR and 1 − FNMR.

    Raises:
        InputError: one kind of pairs is missing, or a similarity is not a number.
        OptionError: the rate is outside 0–1.
    """
    return 1.0 - false_non_match_rate(genuine, threshold_at_fmr(impostor, far))


def share_reaching(scores: np.ndarray, threshold: float) -> float:
    """Return the share of scores that reach a threshold."""
    return int(np.count_nonzero(scores >= comparable(threshold))) / len(scores)


def share_missing(scores: np.ndarray, threshold: float) -> float:
    """Return the share of scores that do not reach a threshold."""
    return int(np.count_nonzero(scores < comparable(threshold))) / len(scores)


def threshold_at_share(scores: np.ndarray, share: float) -> float:
    """Return the least threshold that at most a share of scores reach."""
    may_reach = allowed(len(scores), checked_rate(share))
    if may_reach >= len(scores):
        return -np.inf
    place = len(scores) - 1 - may_reach
    return just_above(np.partition(scores, place)[place])


def checked_rate(rate: float) -> float:
    """Return a rate that was asked for.

    Raises:
        OptionError: it is outside 0–1.
    """
    if not 0.0 <= rate <= 1.0:
        raise OptionError(f"a rate lies between 0 and 1, not at {rate}")
    return float(rate)
