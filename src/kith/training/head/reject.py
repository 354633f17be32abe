"""From which similarity on a face is the person whom it is taken for.

A share of strangers who may be named is promised. With strangers enough to claim it (rule of 3,
counted in people: photos of one stranger repeat one trial) the least similarity is chosen that
keeps the promise in 95 % of the draws of a bootstrap over them. With fewer, the embedder's own
threshold is taken, which was measured between two faces, and raised for the number of people: each
of K comparisons may go wrong with 1 − (1 − q)^(1/K) (see `kith.decision.calibration`), and beyond
what was measured similarities of two people are taken to fall off as a normal distribution around 0
does that has the measured rate at the threshold. A stranger is more similar to a template of
several photos than to one photo: `TEMPLATE` allows for that. ``benchmarks/head.py --real`` prints
which share of strangers such thresholds let through.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.metrics import least_trials, threshold_at_fpir
from kith.evaluation.metrics.scores import just_above
from kith.training.head.records import Reject

if TYPE_CHECKING:
    from kith.evaluation.records import Indices, Scores
    from kith.models.card import Threshold
    from kith.training.head.records import Strangers

SURE = 0.95
ROUNDS = 1000
HIGHEST = 0.999
TEMPLATE = 0.08
"""By which part similarities of strangers to a template of very many photos are higher than to one
photo; of n photos it is (1 − 1/n) of that. SFace, 1,574 photos of 730 people."""


def choose(
    known: int,
    rate: float,
    threshold: Threshold | None,
    own: Strangers,
    given: Strangers | None = None,
    *,
    photos: float = 1.0,
    template: bool = False,
    seed: int = 0,
) -> Reject:
    """Choose the least similarity of a name.

    Args:
        known: how many people the head knows.
        rate: share of strangers who may be named.
        threshold: the embedder's own; None where it has none.
        own: each known person as a stranger to the others.
        given: strangers that the user has photos of.
        photos: of each known person, on the mean.
        template: choose for a plain template instead of the head.
        seed: of the draws.
    """
    for strangers in filter(None, (given, own)):
        trials = _people(strangers)
        if trials >= least_trials(rate):
            found = upper(_scores(strangers, template=template), strangers.person, rate, seed)
            return Reject(found, strangers.source, _measured(strangers, trials, rate), trials)
    least = _raised(known, rate, threshold, own, photos)
    if given is None or _people(given) == 0:
        return least
    # Too few to promise anything, but none of them may be named more often than that.
    highest = threshold_at_fpir(_scores(given, template=template), rate)
    if highest <= least.similarity:
        return least
    says = f"{least.says}, and above the strangers given"
    found = min(highest, HIGHEST)
    return Reject(found, least.how, says, _people(given), least.similarity)


def again(
    reject: Reject, part: Strangers, rate: float, seed: int, *, template: bool = False
) -> float:
    """Choose anew, in the same way, from a part of the strangers that a limit was chosen from.

    Args:
        reject: how it was chosen.
        part: of the strangers.
        rate: share of strangers who may be named.
        seed: of the draws.
        template: choose for a plain template instead of the head.
    """
    scores = _scores(part, template=template)
    if reject.least is None:
        return upper(scores, part.person, rate, seed)
    return max(reject.least, threshold_at_fpir(scores, rate))


def upper(scores: Scores, person: Indices, rate: float, seed: int) -> float:
    """Return the least threshold that keeps a rate in 95 % of the draws of the people.

    Args:
        scores: of strangers, float32, m.
        person: int32, m: who they are.
        rate: share of them that may reach it.
        seed: of the draws.
    """
    plain = threshold_at_fpir(scores, rate)
    order = np.argsort(-scores, kind="stable")
    falling, who = scores[order], np.unique(person[order], return_inverse=True)[1]
    people = int(who.max()) + 1
    counts = np.bincount(who)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(ROUNDS):
        weight = np.bincount(random.integers(people, size=people), minlength=people)
        reached = np.cumsum(weight[who])
        place = int(np.searchsorted(reached, rate * float(weight @ counts) * (1 + 1e-12), "right"))
        found.append(just_above(falling[min(place, len(falling) - 1)]))
    sure = max(plain, float(np.quantile(found, SURE, method="higher")))
    return min(max(sure, -1.0), HIGHEST)


def raised(known: int, rate: float, threshold: Threshold, photos: float) -> float | None:
    """Return an embedder's threshold for a search among templates; see above.

    Args:
        known: people that are searched.
        rate: share of strangers who may be named.
        threshold: of two faces.
        photos: in each template.

    Returns:
        None where it is not known how often it is wrong.
    """
    if threshold.fmr is None or threshold.similarity <= 0:
        return None
    wanted = -math.expm1(math.log1p(-rate) / known)
    slope = threshold.similarity / NormalDist().inv_cdf(threshold.fmr) ** 2
    more = slope * math.log(threshold.fmr / wanted) if wanted < threshold.fmr else 0.0
    allowance = 1 + TEMPLATE * (1 - 1 / max(photos, 1.0))
    return min((threshold.similarity + more) * allowance, HIGHEST)


def _raised(
    known: int, rate: float, threshold: Threshold | None, own: Strangers, photos: float
) -> Reject:
    found = None if threshold is None else raised(known, rate, threshold, photos)
    if found is None:
        scores = own.template[np.isfinite(own.template)].astype(np.float64)
        wanted = -math.expm1(math.log1p(-rate) / known)
        far = -NormalDist().inv_cdf(min(wanted, 0.5))
        found = float(scores.mean() + far * max(scores.std(), 0.05))
        says = "from how similar these people are to each other: the embedder has no threshold"
        return Reject(min(found, HIGHEST), "spread", says)
    assert threshold is not None
    says = (
        f"the embedder's own threshold, {threshold.similarity:.3f} between two faces, raised for "
        f"templates of {known:,} people"
    )
    return Reject(found, "threshold", says)


def _measured(strangers: Strangers, trials: int, rate: float) -> str:
    who = (
        f"{trials:,} strangers"
        if strangers.source == "strangers"
        else f"{trials:,} people, each as a stranger to the others"
    )
    return f"measured on {who}: at most {100 * rate:g} % of strangers' photos get a name"


def _scores(strangers: Strangers, *, template: bool) -> Scores:
    return strangers.template if template else strangers.similarity


def _people(strangers: Strangers) -> int:
    """Return how many strangers there is a photo of."""
    return len(np.unique(strangers.person))
