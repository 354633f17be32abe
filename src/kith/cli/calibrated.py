"""What commands say of a calibrated threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.cli.output import say

if TYPE_CHECKING:
    from kith.decision import Calibration
    from kith.recognizer import Recognizer
    from kith.types import Promise


SUREST = 0.999
"""Beyond it a probability rests on so little that its digits would be a show."""


def needs(threshold: float, promise: Promise | None) -> str:
    """Return what a match needs, in words, and what that promises."""
    words = f"a match needs {threshold:.3f}"
    if promise is None:
        return words
    rate = f"FMR {percent(promise.fmr)}"
    if promise.fpir is not None:
        rate = f"FPIR {percent(promise.fpir)} among {promise.gallery:,}"
    return f"{words} (calibrated: {rate}, {promise.created[:10]})"


def say_limit(threshold: float, promise: Promise | None) -> None:
    """Say what names on photos needed, where that was calibrated."""
    if promise is not None:
        more = "; extrapolated beyond the people it was measured on" if promise.extrapolated else ""
        say(needs(threshold, promise) + more)


def warn_detector(
    calibration: Calibration | None, recognizer: Recognizer, *, given: float | None = None
) -> None:
    """Say where the faces are found by another detector than the calibration's.

    Args:
        calibration: of the gallery.
        recognizer: in use.
        given: a threshold that the user gave, who then does not use the calibration's.
    """
    if calibration is None or given is not None or calibration.detector == recognizer.detector:
        return
    say(
        f"kith: calibrated with detector {calibration.detector}, used with "
        f"{recognizer.detector}: the promised rates are measured with the former",
        error=True,
    )


def odds(probability: float | None) -> str:
    """Return how probable a match is, in brackets; nothing where that is not known."""
    if probability is None:
        return ""
    if probability > SUREST:
        return f" (probability > {SUREST})"
    least = f"{1 - SUREST:.3f}"
    return f" (probability {'< ' + least if probability < 1 - SUREST else f'{probability:.3f}'})"


def percent(share: float) -> str:
    """Return a share in percent, with the digits it has."""
    return f"{100 * share:.3g} %"
