from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kith.quality import POOR, reason
from kith.types import Quality

if TYPE_CHECKING:
    from collections.abc import Callable

    import kith
    from kith.types import Pixels

FINE = Quality(60, 0.33, 0.0, 0.05, 120, 40, 0.0, 0.1, 0.35, 0.0, 0.2, 0.1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "covered or unclear"),
        ({"cut": 0.3}, "cut off by the photo's border"),
        ({"size": 7}, "too small"),
        ({"glare": 0.8}, "too bright"),
        ({"contrast": 4, "brightness": 20}, "too dark"),
        ({"contrast": 4, "brightness": 220}, "too bright"),
        ({"contrast": 4, "brightness": 120}, "without contrast"),
        ({"brightness": 20}, "covered or unclear"),  # dark, but everything can be seen
        ({"unevenness": 1.2}, "unevenly lit"),
        ({"sharpness": 0.1}, "too blurred"),
        ({"grain": 1.5}, "too grainy"),
        ({"yaw": -1.0}, "turned away"),
        ({"yaw": 1.0}, "turned away"),
        # The cause before what it brings along.
        ({"size": 5, "sharpness": 0.05, "yaw": 1.2}, "too small"),
        ({"contrast": 3, "brightness": 10, "grain": 2.0}, "too dark"),
        ({"cut": 0.5, "unevenness": 2.0, "sharpness": 0.1}, "cut off by the photo's border"),
    ],
)
def test_the_first_cause_is_named(changes: dict[str, float], words: str) -> None:
    assert reason(replace(FINE, **changes)) == words


def test_of_what_a_gallery_keeps_the_rest_is_not_known() -> None:
    assert reason(Quality(60, 0.33, 0.0, 0.05)) == "covered or unclear"
    assert reason(Quality(60, 0.1, 0.0, 0.05)) == "too blurred"


def scaled(factor: float, noise: float = 0.0) -> Callable[[Pixels], Pixels]:
    def change(pixels: Pixels) -> Pixels:
        grain = np.random.default_rng(0).normal(0, noise, pixels.shape)
        return np.clip(pixels * factor + grain, 0, 255).astype(np.uint8)

    return change


def small(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.resize(pixels, (48, 60), interpolation=cv2.INTER_AREA), np.uint8)


def masked(pixels: Pixels) -> Pixels:
    """A sheet of paper in front of nose and mouth, a dark one in front of an eye."""
    covered = pixels.copy()
    covered[255:455, 360:620] = 215
    covered[170:235, 380:490] = 40
    return covered


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (small, "too small"),
        (scaled(0.05), "too dark"),
        (scaled(4.0), "too bright"),
        (scaled(1.0, noise=180), "too grainy"),
        (lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 30), "too blurred"),
        (lambda pixels: (pixels * 0.08 + 110).astype(np.uint8), "without contrast"),
        (masked, "covered or unclear"),
    ],
    ids=["small", "dark", "bright", "noise", "blur", "fog", "mask"],
)
def test_a_spoilt_photo_is_poor_for_what_was_done_to_it(
    recognizer: kith.Recognizer,
    obama: Pixels,
    change: Callable[[Pixels], Pixels],
    words: str,
) -> None:
    [whole] = recognizer.faces(obama)
    [spoilt] = recognizer.faces(change(obama))
    assert whole.quality is not None
    assert spoilt.quality is not None
    assert spoilt.quality.score < POOR < whole.quality.score
    assert reason(spoilt.quality) == words
