"""Why a face is poor, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.types import Quality

SMALL = 9.0
CUT = 0.2
GLARE = 0.5
CONTRAST = 8.0
DARK, LIGHT = 60.0, 190.0
UNEVEN = 0.8
BLURRED = 0.22
GRAINY = 0.9
TURNED = 0.7
"""Where hardly a good photo lies and comparisons begin to fail; units as in `Quality`."""


def reason(quality: Quality) -> str:
    """Return what is wrong with a poor face, as it goes on behind "face".

    Of several defects the first cause is named: a small face is blurred when it is enlarged, a dark
    one is grainy. Where none shows, something covers the face or only the networks can tell.
    """
    return next(_defects(quality), "covered or unclear")


def _defects(quality: Quality) -> Iterator[str]:
    """Yield what is wrong, causes before effects; what was not measured is not wrong."""
    if _over(quality.cut, CUT):
        yield "cut off by the photo's border"
    if quality.size < SMALL:
        yield "too small"
    if light := _light(quality):
        yield light
    if _over(quality.unevenness, UNEVEN):
        yield "unevenly lit"
    if quality.sharpness < BLURRED:
        yield "too blurred"
    if _over(quality.grain, GRAINY):
        yield "too grainy"
    if abs(quality.yaw) > TURNED:
        yield "turned away"


def _light(quality: Quality) -> str | None:
    if _over(quality.glare, GLARE):
        return "too bright"
    if quality.contrast is None or quality.brightness is None or quality.contrast >= CONTRAST:
        return None
    if quality.brightness < DARK:
        return "too dark"
    return "too bright" if quality.brightness > LIGHT else "without contrast"


def _over(value: float | None, bound: float) -> bool:
    return value is not None and value > bound
