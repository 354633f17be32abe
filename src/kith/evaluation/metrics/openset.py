"""Error rates of open-set identification: is a probe found, is a stranger named.

Definitions: Grother, Ngan, Hanaoka, NIST IR 8271 (FRVT part 2: identification);
ISO/IEC 19795-1:2021. A mate is a probe whose person is in the gallery, a stranger one whose person
is not. A probe or reference that could not be acquired has rank 0 and similarity −∞: as a mate it
is always missed, as a stranger never named, and it always counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError
from kith.evaluation.metrics.rates import share_reaching, threshold_at_share
from kith.evaluation.metrics.scores import checked, comparable
from kith.evaluation.records import FAILED

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.typing import ArrayLike

    from kith.evaluation.records import Scores

MATES = "probes of people in the gallery"
STRANGERS = "probes of strangers"


def fpir(strangers: ArrayLike, threshold: float) -> float:
    """Return the share of strangers for whom somebody in the gallery reaches the threshold.

    Args:
        strangers: each stranger's highest similarity to anybody in the gallery, float32, n.
        threshold: least similarity of a candidate.

    Raises:
        InputError: no strangers, or a similarity or the threshold is not a number.
    """
    return share_reaching(checked(strangers, STRANGERS), threshold)


def fnir(mates: ArrayLike, ranks: ArrayLike, threshold: float, rank: int = 1) -> float:
    """Return the share of mates that are not among the best `rank` or below the threshold.

    Args:
        mates: each mate's similarity to its own person's template, float32, n.
        ranks: int, n: the place of its own person among all, 1 the best; 0 for a failure.
        threshold: least similarity of a candidate; −∞ for the rate of investigation, where only
            the rank counts.
        rank: how many candidates are looked at.

    Raises:
        InputError: no mates, lengths differ, a rank below 0 asked or given, or no number.
    """
    found = within_rank(mates, ranks, rank) >= comparable(threshold)
    return int(np.count_nonzero(~found)) / len(found)


def detection_and_identification_rate(
    mates: ArrayLike, ranks: ArrayLike, threshold: float, rank: int = 1
) -> float:
    """Return 1 − FNIR: the share of mates that are found (Grother, Micheals, Phillips 2003).

    Arguments and errors are those of `fnir`.
    """
    return 1.0 - fnir(mates, ranks, threshold, rank)


def cmc(ranks: ArrayLike, most: int) -> npt.NDArray[np.float64]:
    """Return the cumulative match characteristic: the share of mates within each rank.

    Args:
        ranks: int, n: the place of each mate's own person, 1 the best; 0 for a failure.
        most: the last rank; the result is float64, `most`: of rank 1, 2, … `most`.

    Raises:
        InputError: no ranks, one below 0, or `most` below 1.
    """
    places = _places(ranks)
    if most < 1:
        raise InputError(f"ranks are counted from 1, not to {most}")
    counts = np.bincount(np.minimum(places, most + 1), minlength=most + 2)
    return np.asarray(np.cumsum(counts[1 : most + 1]) / len(places))


def threshold_at_fpir(strangers: ArrayLike, rate: float) -> float:
    """Return the least threshold at which at most this share of strangers is named.

    Raises:
        InputError: no strangers, or a similarity is not a number.
        OptionError: the rate is outside 0–1.
    """
    return threshold_at_share(checked(strangers, STRANGERS), rate)


def within_rank(mates: ArrayLike, ranks: ArrayLike, rank: int = 1) -> Scores:
    """Return the mates' similarities with −∞ for those beyond a rank: what FNIR is counted on.

    Raises:
        InputError: as `fnir`.
    """
    scores, places = checked(mates, MATES), _places(ranks)
    if len(scores) != len(places):
        raise InputError(f"{len(scores)} similarities of mates, but {len(places)} ranks")
    if rank < 1:
        raise InputError(f"ranks are counted from 1, not {rank}")
    return np.where((places >= 1) & (places <= rank), scores, FAILED)


def _places(ranks: ArrayLike) -> npt.NDArray[np.int64]:
    places = np.asarray(ranks, dtype=np.int64)
    if places.ndim != 1 or not len(places):
        raise InputError(f"there are no {MATES} to measure on")
    if places.min() < 0:
        raise InputError("a rank is 1 or more, or 0 for a probe that could not be acquired")
    return places
