"""What was measured of the networks, as the benchmarks print it."""

from __future__ import annotations

from kith.models.card import Measured, Threshold

_ACCURACY = "benchmarks/accuracy.py DATA/lfw_dev"
_SPEED = "benchmarks/speed.py"


def threshold(similarity: float, low: float, high: float) -> Threshold:
    """Return a threshold at FMR 1e-3 as ``benchmarks/accuracy.py`` prints it, with its interval."""
    return Threshold(
        similarity,
        fmr=1e-3,
        provenance="benchmarks/accuracy.py on 1,574 photos of LFW that are in no View 2 pair: "
        "1,236,155 impostor pairs",
        interval=(low, high),
    )


def figures(milliseconds: float, accuracy: float, tar: float) -> Measured:
    """Return what was measured of an embedder: one crop, pairs right, TAR at FAR 1e-3."""
    return Measured(accuracy, tar, milliseconds, f"{_ACCURACY}; {_SPEED}")


def speed(milliseconds: float) -> Measured:
    """Return what was measured where there is nothing to measure accuracy on, or with."""
    return Measured(None, None, milliseconds, _SPEED)
