"""From what a head said to shares with intervals, beside those of a plain template."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.metrics import Probes, identification_at_threshold
from kith.evaluation.metrics.scores import comparable
from kith.training.head.records import Figures, Share

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from kith.evaluation.records import Indices, Rate, Scores
    from kith.training.head.records import Seen, Strangers

ROUNDS = 1000
_DEVIATIONS = 1.96


class Limits(NamedTuple):
    """The least similarity of a name: of the head, and of a plain template; None: there is none."""

    head: float | None
    template: float | None


def figures(
    seen: Seen,
    strangers: Strangers | None,
    limits: Limits,
    again: Callable[[Strangers], Limits] | None = None,
    seed: int = 0,
) -> Figures:
    """Return how a head and a template do at their limits.

    Args:
        seen: photos of people whom it knows; at least one.
        strangers: of people whom it does not know.
        limits: that count.
        again: chooses limits from strangers, where these were chosen from the same strangers: then
            those of one half of them are judged at the limits of the other half.
        seed: of halves and bootstraps.
    """
    head = _of_one(seen, seen.rank, strangers, limits, again, seed, template=False)
    plain = _of_one(seen, seen.template_rank, strangers, limits, again, seed, template=True)
    gain = _gain(seen, limits, seed)
    return Figures(*head, *plain, *gain)


def _of_one(
    seen: Seen,
    rank: Indices,
    strangers: Strangers | None,
    limits: Limits,
    again: Callable[[Strangers], Limits] | None,
    seed: int,
    *,
    template: bool,
) -> tuple[Share, Share, Share | None]:
    limit = limits.template if template else limits.head
    accuracy = _found(seen, rank, None)
    found = accuracy if limit is None else _found(seen, rank, limit)
    if limit is None or strangers is None or not len(strangers.person):
        return accuracy, found, None
    shifted = _shifted(strangers, limit, again, seed, template=template)
    return accuracy, found, _named(shifted, strangers, seed)


def _found(seen: Seen, rank: Indices, limit: float | None) -> Share:
    """Return the share of photos that are found, of those whose person it may name."""
    right = (rank == 1) & (seen.similarity >= comparable(_or_none(limit)))
    return share_of(int(np.count_nonzero(right)), len(right))


def share_of(right: int, trials: int) -> Share:
    """Return a share with its interval at 95 %, over photos: the people are the head's own.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22,
    1927.
    """
    share, square = right / trials, _DEVIATIONS**2
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    reach = (share * (1 - share) / trials + square / (4 * trials**2)) ** 0.5
    reach *= _DEVIATIONS / (1 + square / trials)
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return Share(share, min(low, share), max(high, share), trials)


def _named(shifted: Scores, strangers: Strangers, seed: int) -> Share:
    """Return the share of strangers' photos that reach 0."""
    probes = Probes(
        np.zeros(1, np.float32),
        np.ones(1, np.int32),
        np.full(1, strangers.people, np.int32),
        shifted,
        strangers.person,
        strangers.people + 1,
    )
    return _share(identification_at_threshold(probes, 0.0, rounds=ROUNDS, seed=seed).fmr)


def _shifted(
    strangers: Strangers,
    limit: float,
    again: Callable[[Strangers], Limits] | None,
    seed: int,
    *,
    template: bool,
) -> Scores:
    """Return by how much each stranger passes the limit that they had no part in choosing."""
    scores = strangers.template if template else strangers.similarity
    if again is None:
        return scores - comparable(limit)
    shifted = np.empty_like(scores)
    for own, other in _halves(strangers, seed):
        at = again(_part(strangers, other))
        threshold = at.template if template else at.head
        assert threshold is not None
        shifted[own] = scores[own] - comparable(threshold)
    return shifted


def _halves(
    strangers: Strangers, seed: int
) -> list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    who = np.unique(strangers.person, return_inverse=True)[1]
    sides = np.random.default_rng(seed).permutation(int(who.max()) + 1) % 2 == 0
    first = sides[who]
    return [(first, ~first), (~first, first)]


def _part(strangers: Strangers, rows: npt.NDArray[np.bool_]) -> Strangers:
    return replace(
        strangers,
        person=strangers.person[rows],
        similarity=strangers.similarity[rows],
        template=strangers.template[rows],
    )


def _share(rate: Rate) -> Share:
    assert rate.value is not None
    assert rate.interval is not None
    return Share(rate.value, rate.interval.low, rate.interval.high, rate.trials)


def _gain(seen: Seen, limits: Limits, seed: int) -> tuple[float, float, float]:
    """Return how much more of the photos the head finds, by a bootstrap over photos."""
    head = (seen.rank == 1) & (seen.similarity >= comparable(_or_none(limits.head)))
    plain = (seen.template_rank == 1) & (seen.similarity >= comparable(_or_none(limits.template)))
    more, fewer = (int(np.count_nonzero(one)) for one in (head & ~plain, plain & ~head))
    count = len(head)
    drawn = np.random.default_rng(seed).multinomial(
        count, [more / count, fewer / count, 1 - (more + fewer) / count], size=ROUNDS
    )
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / count, (0.025, 0.975)).tolist()
    return (more - fewer) / count, low, high


def _or_none(limit: float | None) -> float:
    return -np.inf if limit is None else limit
