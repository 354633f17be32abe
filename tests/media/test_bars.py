from __future__ import annotations

import numpy as np
import pytest

from kith.media.bars import Bars, draw_bars
from kith.media.draw import UNKNOWN
from kith.types import Box

ROWS = (("Sharon Stone", 0.7), ("Zoë Kravitz", 0.2), ("A. J. Buckley", 0.05))


def grey(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 128, np.uint8)


def orange(picture: np.ndarray) -> np.ndarray:
    return (np.abs(picture.astype(int) - UNKNOWN).max(axis=2) < 12).astype(int)


def test_bars_are_as_long_as_their_shares() -> None:
    empty = draw_bars(grey(700, 1000), [Bars(Box(100, 100, 200, 250), ())])
    drawn = draw_bars(grey(700, 1000), [Bars(Box(100, 100, 200, 250), ROWS)])
    assert drawn.shape == (700, 1000, 3)
    added = orange(drawn) * (1 - orange(empty))
    lengths = added.sum(axis=1)
    bars = "".join("#" if length > 1 else " " for length in lengths).split()
    starts = [i for i in range(1, 700) if lengths[i] > 1 >= lengths[i - 1]]
    longest = [int(lengths[i : i + len(bar)].max()) for i, bar in zip(starts, bars, strict=True)]
    assert len(longest) == 3
    assert longest[0] / longest[1] == pytest.approx(3.5, rel=0.1)
    assert longest[0] / longest[2] == pytest.approx(14, rel=0.3)


def test_the_picture_itself_stays() -> None:
    picture = grey(700, 1000)
    before = picture.copy()
    drawn = draw_bars(picture, [Bars(Box(100, 100, 200, 250), ROWS)])
    assert np.array_equal(picture, before)
    assert np.array_equal(drawn[-50:, -50:], before[-50:, -50:])


def test_no_panel_hides_a_face_while_there_is_room() -> None:
    boxes = [Box(300 + 110 * i, 200 + 60 * (i % 2), 90, 110) for i in range(6)]
    picture = grey(700, 1200)
    drawn = draw_bars(picture, [Bars(box, ROWS) for box in boxes])
    for box in boxes:
        left, top = int(box.x) + 8, int(box.y) + 8
        inside = drawn[top : top + 90, left : left + 70]
        assert np.mean(np.all(inside == 128, axis=2)) > 0.97  # a line may cross it
    dark = np.all(drawn == (24, 24, 27), axis=2).sum()
    assert dark > 6 * 0.6 * 120 * 60


@pytest.mark.parametrize("shape", [(40, 30), (64, 900), (300, 64), (1, 1)])
def test_a_picture_of_any_size(shape: tuple[int, int]) -> None:
    drawn = draw_bars(grey(*shape), [Bars(Box(0, 0, shape[1], shape[0]), ROWS)] * 3)
    assert drawn.shape[0] % shape[0] == 0
    assert drawn.dtype == np.uint8


def test_nobody_to_draw() -> None:
    assert np.array_equal(draw_bars(grey(700, 1000), []), grey(700, 1000))
