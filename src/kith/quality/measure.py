"""How good a face is for recognition, in numbers that say why.

Two networks look at every face anyway, and how sure they are foretells most of what will fail:
the detector's score, and the length of the embedder's vector before it is made a unit vector
(Q. Meng et al., *MagFace*, CVPR 2021, train for it; networks trained otherwise have it too). What
such a number says stands on the network's card. Size, sharpness and pose are seen by them as well
and count half, under the root::

    score = strength × √(sureness × size × sharpness × pose)

Every factor lies between 0 and 1; where the network has no known strength, the detector's sureness
stands in for it. The bounds were fitted on one half of the people of LFW's development photos,
whole and damaged in many ways, and hold on the other half (docs/decisions/quality.md): compared
with good photos of its person, a face that scores 0.4 is recognised about half the time, one under
0.1 hardly ever. Light, grain and what the border cuts off gained nothing there; they are measured
to say why.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from kith.alignment import ARCFACE
from kith.alignment.similarity import similarity_transform
from kith.types import Quality

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

UNUSABLE = 0.1
"""Score under which a face is too poor to tell."""

POOR = 0.5
"""Score under which a better photo is worth looking for."""

SIZE = (0.0, 20.0)
SHARPNESS = (0.05, 0.26)
YAW = (1.1, 0.7)
"""Where each part's score is 0 and where it is 1; in between it rises evenly."""

BURNT_OUT = 250

_STEPS = np.linspace(0.2, 0.8, 5) * ARCFACE.side
_PLACES = np.array([(x, y, 1.0) for y in _STEPS for x in _STEPS])
"""Even over the face, in pixels of the crop."""


def measure(
    crop: Pixels,
    landmarks: npt.NDArray[np.float32],
    *,
    sureness: float | None = None,
    strength: float | None = None,
    frame: tuple[int, int] | None = None,
) -> Quality:
    """Measure a face.

    Args:
        crop: the aligned square of the face in the framing `kith.alignment.ARCFACE`, RGB, uint8.
        landmarks: 5 × 2, in pixels of the photo at full size.
        sureness: what the detector's score says, 0–1 (see `confidence`); None: nobody knows.
        strength: what the length of the embedder's vector says, 0–1; None: nobody knows.
        frame: width and height of the photo in pixels; None: the face is taken to lie inside it.
    """
    size, yaw = _geometry(landmarks)
    side = crop.shape[0]
    edge = side // 6
    inner = crop[edge : side - edge, edge : side - edge]
    grey = cv2.cvtColor(inner, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = cv2.GaussianBlur(grey, (0, 0), 1.0)
    details = _contrast(fine - cv2.GaussianBlur(grey, (0, 0), 4.0))
    contrast = _contrast(grey)
    sharpness = details / max(contrast, 1.0)
    halves = cv2.resize(grey, (2, 2), interpolation=cv2.INTER_AREA)
    parts = (_ramp(size, SIZE), _ramp(sharpness, SHARPNESS), _ramp(abs(yaw), YAW))
    said = next((value for value in (strength, sureness) if value is not None), 1.0)
    known = 1.0 if sureness is None else sureness
    return Quality(
        size=size,
        sharpness=sharpness,
        yaw=yaw,
        score=said * math.sqrt(known * math.prod(parts)),
        brightness=float(halves.mean()),
        contrast=contrast,
        glare=_glare(inner),
        unevenness=_unevenness(halves),
        # The constant keeps the noise of a crop of one shade from being a picture of noise.
        grain=(_contrast(grey - fine) + 0.2) / (details + 0.2),
        cut=0.0 if frame is None else _cut(landmarks, size, frame),
        sureness=sureness,
        strength=strength,
    )


def _ramp(value: float, bounds: tuple[float, float]) -> float:
    worst, good = bounds
    return min(1.0, max(0.0, (value - worst) / (good - worst)))


def _geometry(landmarks: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return size and yaw.

    Size is the distance between the eyes, or from eyes to mouth where a turned head makes that
    larger; yaw how far the nose stands from the middle of the eyes, along the line between them.
    """
    left, right, nose, *mouth = (complex(x, y) for x, y in landmarks.tolist())
    line, middle = right - left, (left + right) / 2
    across = abs(line)
    size = max(across, abs(sum(mouth) / 2 - middle))
    if across < 1e-6 or size < 1e-6:
        return size, 0.0
    return size, 2.0 * ((nose - middle) * (line / across).conjugate()).real / size


def _contrast(grey: npt.NDArray[np.float32]) -> float:
    return float(cv2.meanStdDev(grey)[1][0, 0])


def _glare(crop: Pixels) -> float:
    """Return the share of pixels of which two colours are burnt out: red alone is only skin."""
    a, b, c = cv2.split(crop)
    second = cv2.max(cv2.min(a, b), cv2.min(cv2.max(a, b), c))
    return float(np.mean(second >= BURNT_OUT))


def _unevenness(halves: npt.NDArray[Any]) -> float:
    """Return how much brighter one side is than the other, as a logarithm."""
    (a, b), (c, d) = (halves + 3.0).tolist()  # in the dark a few grey levels are nothing
    return max(abs(math.log((a + c) / (b + d))), abs(math.log((a + b) / (c + d))))


def _cut(landmarks: npt.NDArray[np.float32], size: float, frame: tuple[int, int]) -> float:
    """Return which share of the face lies outside the photo."""
    low, high = landmarks.min(axis=0).tolist(), landmarks.max(axis=0).tolist()
    reach = 2.0 * size
    if min(low) > reach and all(e + reach < f for e, f in zip(high, frame, strict=True)):
        return 0.0  # as most do
    places = _PLACES @ similarity_transform(ARCFACE.template, landmarks).T
    inside = (places >= -0.5) & (places <= np.array(frame) - 0.5)
    return 1.0 - float(inside.all(axis=1).mean())
