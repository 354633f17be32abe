"""A verdict as JSON, and what a card keeps of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kith.evaluation.shapes import ends, number
from kith.evaluation.shapes import threshold as exact
from kith.training.verdict.words import verdict_lines

if TYPE_CHECKING:
    from kith.evaluation.metrics.paired import Difference
    from kith.evaluation.records import Interval
    from kith.models.card import Threshold
    from kith.training.verdict.records import Compared, Judged, Verdict

Shape = dict[str, Any]


def verdict_shape(verdict: Verdict) -> Shape:
    """Return what programs are told; the keys are a contract and only grow."""
    roles = ["before", "after", *("yardstick" for _ in verdict.against)]
    return {
        "better": verdict.better,
        "worse": verdict.worse,
        "too_few": verdict.few,
        "use": verdict.use,
        "says": verdict_lines(verdict),
        "people": verdict.people,
        "photos": verdict.photos,
        "pairs": verdict.pairs,
        "failures_to_acquire": verdict.failures,
        "fmr": number(verdict.fmr),
        "apart": verdict.apart,
        "sides": [
            {"role": role, **_side(one, verdict.fmr)}
            for role, one in zip(roles, verdict.sides, strict=True)
        ],
        "gain": _compared(verdict.gain, verdict.fmr),
        "against": [{"name": one.name, **_compared(one, verdict.fmr)} for one in verdict.against],
        "threshold": _threshold(verdict.threshold),
    }


def card_figures(verdict: Verdict) -> dict[str, float | int | None]:
    """Return what a card keeps of a verdict."""
    gain, after = verdict.gain.accuracy, verdict.after
    missed = after.missed(verdict.fmr)
    return {
        "people": verdict.people,
        "photos": verdict.photos,
        "accuracy": number(after.accuracy),
        "accuracy_before": number(verdict.before.accuracy),
        "gain": number(gain.value),
        "gain_low": None if gain.interval is None else number(gain.interval.low),
        "gain_high": None if gain.interval is None else number(gain.interval.high),
        "auc": number(after.auc.value),
        "eer": number(after.eer.value),
        "fmr": number(verdict.fmr),
        "tar": None if missed is None or missed.value is None else number(1 - missed.value),
    }


def _side(one: Judged, fmr: float | None) -> Shape:
    missed = one.missed(fmr)
    tar = None if missed is None or missed.value is None else 1 - missed.value
    interval = None if missed is None else missed.interval
    return {
        "name": one.name,
        "accuracy": number(one.accuracy),
        "tar": number(tar),
        "auc": number(one.auc.value),
        "eer": number(one.eer.value),
        "intervals": {
            "accuracy": ends(one.interval),
            "tar": None if interval is None else ends(_turned(interval)),
            "auc": ends(one.auc.interval),
            "eer": ends(one.eer.interval),
        },
    }


def _compared(one: Compared, fmr: float | None) -> Shape:
    found = one.differences
    tar = None if fmr is None else found.tar[fmr]
    named = {"accuracy": found.accuracy, "tar": tar, "auc": found.auc, "eer": found.eer}
    return {
        **{key: None if each is None else number(each.value) for key, each in named.items()},
        "intervals": {key: _ends(each) for key, each in named.items()},
    }


def _ends(one: Difference | None) -> list[float | None] | None:
    return None if one is None else ends(one.interval)


def _turned(interval: Interval) -> Interval:
    return type(interval)(1 - interval.high, 1 - interval.low)


def _threshold(one: Threshold | None) -> Shape | None:
    if one is None:
        return None
    return {
        "similarity": exact(one.similarity),
        "fmr": number(one.fmr),
        "interval": None if one.interval is None else [number(end) for end in one.interval],
        "provenance": one.provenance,
    }
