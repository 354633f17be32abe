"""Films in high dynamic range, shown as others are.

Phones film in it by themselves. Taken for ordinary, its frames are pale and of low contrast; here
the reference white of 203 cd/m² (ITU-R BT.2408-7, 2.2) becomes white, and what is brighter as well.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import av
    import numpy.typing as npt

    from kith.types import Pixels

PQ, HLG = 16, 18
"""AVCOL_TRC_SMPTE2084 and AVCOL_TRC_ARIB_STD_B67, as a decoded frame's `color_trc` says."""

_BT2020 = 9
"""AVCOL_PRI_BT2020"""

_WHITE, _PEAK = 203.0, 1000.0
_STEPS = 4095

_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
"""From linear BT.2020 to linear BT.709 (ITU-R BT.2407-0, 2.2)."""


def to_ordinary(rgb: Pixels, decoded: av.VideoFrame) -> Pixels:
    """Turn RGB in a film's own transfer and primaries into sRGB; ordinary films are left alone.

    Args:
        rgb: uint8, H × W × 3, converted from the frame by its matrix and range alone.
        decoded: the frame, which says what its colours mean.
    """
    if decoded.color_trc not in (PQ, HLG):
        return rgb
    linear = cv2.LUT(rgb, _to_linear(decoded.color_trc))
    if decoded.color_primaries == _BT2020:
        linear = cv2.transform(linear, _TO_BT709)
    steps = np.clip(linear, 0.0, 1.0) * _STEPS + 0.5
    return np.take(_from_linear(), steps.astype(np.uint16))


@cache
def _to_linear(transfer: int) -> npt.NDArray[np.float32]:
    """Return the light of each of 256 codes, as a part of the reference white."""
    code = np.arange(256) / 255.0
    if transfer == PQ:  # ITU-R BT.2100-2, table 4
        power = code ** (32.0 / 2523.0)
        ratio = np.maximum(power - 3424.0 / 4096.0, 0.0)
        light = 10_000.0 * (ratio / (2413.0 / 128.0 - 2392.0 / 128.0 * power)) ** (16384.0 / 2610.0)
    else:  # table 5, with the gamma of 1.2 by channel
        a = 0.17883277
        b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        light = _PEAK * scene**1.2
    return (light / _WHITE).astype(np.float32)


@cache
def _from_linear() -> Pixels:
    """Return sRGB's code (IEC 61966-2-1) of light in `_STEPS` steps."""
    light = np.arange(_STEPS + 1) / _STEPS
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(coded * 255).astype(np.uint8)
