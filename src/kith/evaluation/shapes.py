"""Results as JSON: plain dictionaries whose keys are a contract and only grow.

A rate that the data cannot support is None, and `not_supported` says why; never a number.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kith._version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kith.evaluation.openset import OpenSetResult
    from kith.evaluation.records import (
        Failure,
        Interval,
        OperatingPoint,
        PairsResult,
        Rate,
        System,
    )

Shape = dict[str, Any]


def pairs_shape(result: PairsResult, cached: int = 0) -> Shape:
    """Return what `kith evaluate pairs` and `folder` say of a system.

    Args:
        result: of the system.
        cached: how many photos had been described in an earlier run.
    """
    named = [(rate_key(point.asked or 0.0), point) for point in result.points]
    return {
        "pairs": result.pairs,
        "folds": result.folds,
        "accuracy_mean": number(result.accuracy_mean),
        "accuracy_std": number(result.accuracy_std),
        "auc": number(result.auc.value),
        "eer": number(result.eer.value),
        "tar_at_far": {key: _complement(point.fnmr.value) for key, point in named},
        "failures_to_acquire": len(result.failures),
        **system_shape(result.system),
        "genuine": result.genuine,
        "impostor": result.impostor,
        "people": result.people,
        "photos": result.photos,
        "not_supported": unsupported((key, point.fnmr) for key, point in named),
        "rough": rough(("auc", result.auc), ("eer", result.eer), *_missed(named)),
        "thresholds": {
            "eer": threshold(result.eer_threshold),
            "far": {key: threshold(point.threshold) for key, point in named},
            "folds": [threshold(one) for one in result.fold_thresholds],
        },
        "intervals": {
            "auc": ends(result.auc.interval),
            "eer": ends(result.eer.interval),
            "tar_at_far": {key: _complements(point.fnmr.interval) for key, point in named},
        },
        "default": at_threshold(result.default, "fmr", "fnmr"),
        "calibrated": at_threshold(result.calibrated, "fmr", "fnmr"),
        "failed_pairs": result.failed_pairs,
        **_about(result, cached),
    }


def open_set_shape(result: OpenSetResult) -> Shape:
    """Return what `kith evaluate openset` says of a system."""
    named = [(rate_key(point.asked or 0.0), point) for point in result.points]
    return {
        "people": result.people,
        "probes": result.probes,
        "unknown": result.unknown,
        "rank1": number(result.rank1.value),
        "fnir_at_fpir": {key: number(point.fnmr.value) for key, point in named},
        "cmc": [number(value) for value in result.cmc],
        "failures_to_acquire": len(result.failures),
        "failures_to_enrol": len(result.not_enrolled),
        **system_shape(result.system),
        "not_enrolled": list(result.not_enrolled),
        "probe_people": result.probe_people,
        "unknown_people": result.unknown_people,
        "photos": result.photos,
        "not_supported": unsupported((key, point.fnmr) for key, point in named),
        "rough": rough(("rank1", result.rank1), *_missed(named)),
        "thresholds": {"fpir": {key: threshold(point.threshold) for key, point in named}},
        "intervals": {
            "rank1": ends(result.rank1.interval),
            "fnir_at_fpir": {key: ends(point.fnmr.interval) for key, point in named},
        },
        "default": at_threshold(result.default, "fpir", "fnir"),
        **_about(result, result.cached),
    }


def rate_key(rate: float) -> str:
    """Return a rate as a key: 0.01 is "1e-2", 0.0025 is "2.5e-3"."""
    digits, exponent = f"{Decimal(repr(rate)):e}".split("e")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return f"{digits}e{int(exponent)}"


def number(value: float | None) -> float | None:
    """Return a number as JSON can have it, of nine decimals."""
    return None if value is None or not math.isfinite(value) else round(float(value), 9)


def threshold(value: float | None) -> float | None:
    """Return a threshold as JSON can have it: exactly, for it may be the score of a pair."""
    return None if value is None or not math.isfinite(value) else float(value)


def system_shape(system: System) -> Shape:
    """Return what a system is."""
    return {
        "detector": system.detector,
        "embedder": system.embedder,
        "contract": asdict(system.contract),
    }


def _about(result: PairsResult | OpenSetResult, cached: int) -> Shape:
    return {
        "failures": failures(result.failures),
        "protocol": result.protocol,
        "fingerprint": result.fingerprint,
        "notes": list(result.notes),
        "kith": __version__,
        "seconds": round(result.seconds, 3),
        "cached": cached,
    }


def failures(failed: Sequence[Failure]) -> list[Shape]:
    """Return photos that could not be acquired, and why."""
    return [{"source": one.source, "reason": one.reason} for one in failed]


def at_threshold(point: OperatingPoint | None, fmr: str, fnmr: str) -> Shape | None:
    """Return what happens at a threshold, by what the two rates are called."""
    if point is None:
        return None
    return {
        "threshold": threshold(point.threshold),
        fmr: number(point.fmr.value),
        fnmr: number(point.fnmr.value),
        "intervals": {fmr: ends(point.fmr.interval), fnmr: ends(point.fnmr.interval)},
        "rough": rough((fmr, point.fmr), (fnmr, point.fnmr)),
    }


def _missed(named: Iterable[tuple[str, OperatingPoint]]) -> Iterator[tuple[str, Rate]]:
    return ((key, point.fnmr) for key, point in named)


def rough(*rates: tuple[str, Rate]) -> list[str]:
    """Return the names of rates that too few errors stand behind."""
    return [key for key, rate in rates if rate.rough]


def unsupported(rates: Iterable[tuple[str, Rate]]) -> dict[str, str]:
    """Return why rates have no number, by their names."""
    return {key: rate.unsupported for key, rate in rates if rate.unsupported is not None}


def ends(interval: Interval | None) -> list[float | None] | None:
    """Return both ends of an interval."""
    return None if interval is None else [number(interval.low), number(interval.high)]


def _complement(value: float | None) -> float | None:
    return None if value is None else number(1.0 - value)


def _complements(interval: Interval | None) -> list[float | None] | None:
    if interval is None:
        return None
    return [number(1.0 - interval.high), number(1.0 - interval.low)]
