"""A calibration without photos, for the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kith.decision.calibration import Calibration, Measured, PairCalibration
from kith.types import EmbeddingContract

CONTRACT = EmbeddingContract("tiny", "ab" * 32, "five-points", 1, 32)

CALIBRATION = Calibration(
    contract=CONTRACT,
    detector="yunet",
    created="2026-11-22T09:00:00Z",
    kith="0.1.0",
    fingerprint="cd" * 32,
    source="photos",
    seed=7,
    people=400,
    photos=1000,
    pairs=19900,
    fmr=1e-3,
    fpir=3e-3,
    threshold=0.4,
    measured_fmr=Measured(0.0007, 0.0003, 0.0012, 180_000),
    measured_fnmr=Measured(0.01, 0.002, 0.03, 600),
    searched=100,
    measured_fpir=Measured(0.0, 0.0, 0.015, 500),
    measured_fnir=Measured(0.02, 0.0, 0.05, 90),
    rough=True,
    tail=((1e-2, 0.3), (1e-3, 0.42), (1e-4, 0.5)),
    scale=0.03,
    pair_odds=((0.1, 0.01), (0.4, 0.5), (0.6, 0.99)),
    person_odds=((0.2, 0.02), (0.5, 0.9)),
    odds_error=0.006,
)

MIXED = PairCalibration(
    pair="none/worn",
    space="",
    people=390,
    photos=900,
    painted=880,
    pairs=18000,
    threshold=0.45,
    measured_fmr=Measured(0.0008, 0.0003, 0.0014, 150_000),
    measured_fnmr=Measured(0.04, 0.02, 0.06, 900),
    held_fmr=Measured(0.002, 0.001, 0.003, 150_000),
    held_fnmr=Measured(0.03, 0.01, 0.05, 900),
    rough=True,
    tail=((1e-2, 0.35), (1e-3, 0.47), (1e-4, 0.6)),
    scale=0.05,
    pair_odds=((0.1, 0.02), (0.5, 0.5), (0.7, 0.98)),
    person_odds=((0.3, 0.03), (0.6, 0.8)),
)


def calibration(**changes: Any) -> Calibration:
    return replace(CALIBRATION, **changes)
