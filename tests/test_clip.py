"""Films made of photos show what they say they show."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.media.films import open_film
from kith.samples.clip import Actor, heads, make_clip, render, walk

if TYPE_CHECKING:
    from pathlib import Path

    import kith

RED = np.full((40, 40, 3), (220, 20, 20), np.uint8)
BLUE = np.full((40, 40, 3), (20, 20, 220), np.uint8)


def test_a_cut_out_is_where_its_place_says() -> None:
    place = walk((50, 60), (250, 60), 40, until=4)
    for time in (0.0, 1.0, 3.9):
        box = place(time)
        assert box is not None
        x, y = (round(value) for value in box.centre)
        picture = render([Actor([RED], place)], time, (320, 120))
        assert picture[y, x].tolist() == [220, 20, 20]
        assert picture[y, (x + 100) % 320].tolist() != [220, 20, 20]
    assert place(-0.1) is None
    assert place(4.0) is None


def test_later_actors_hide_earlier_ones() -> None:
    stay = walk((100, 60), (100, 60), 60)
    front = render([Actor([RED], stay), Actor([BLUE], stay)], 0.0, (200, 120))
    assert front[60, 100].tolist() == [20, 20, 220]


def test_photos_take_turns() -> None:
    actor = Actor([RED, BLUE], walk((60, 60), (60, 60), 60), turn=1.0)
    shown = [render([actor], time, (120, 120))[60, 60].tolist() for time in (0.1, 1.1, 2.1)]
    assert shown == [[220, 20, 20], [20, 20, 220], [220, 20, 20]]
    half = render([actor], 0.9, (120, 120))[60, 60].tolist()
    assert half == [120, 20, 120]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "webm", "avi", "mjpeg"])
def test_a_film_of_every_kind_can_be_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"clip.{suffix}"
    make_clip(
        path, [Actor([RED], walk((40, 60), (160, 60), 40, until=2))], size=(200, 120), seconds=2
    )
    with open_film(path) as film:
        frames = [frame.pixels for frame in film.frames()]
    assert len(frames) == 50
    reds = [np.nonzero(frame[60, :, 0].astype(int) - frame[60, :, 1] > 150)[0] for frame in frames]
    assert [round(float(red.mean())) for red in reds[::12]] == pytest.approx(
        [40 + 120 * index / 50 for index in range(0, 50, 12)], abs=3
    )


def test_sound_and_cuts(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    make_clip(path, [], size=(160, 90), seconds=2, cuts=(1.0,), tone=True)
    with open_film(path) as film:
        assert film.info.audio
        frames = [frame.pixels.astype(int) for frame in film.frames()]
    steps = [np.abs(a - b).mean() for a, b in pairwise(frames)]
    assert np.argmax(steps) == 24
    assert steps[24] > 10 * max(steps[:24])


def test_blur(obama: kith.types.Pixels) -> None:
    stay = walk((200, 180), (200, 180), 300)
    sharp, soft = (
        render([Actor([obama], stay, blur=lambda _time, s=sigma: s)], 0, (400, 360)).astype(int)
        for sigma in (0.0, 6.0)
    )
    edges = [np.abs(np.diff(one, axis=1)).mean() for one in (sharp, soft)]
    assert edges[1] < 0.6 * edges[0]


def test_heads_are_of_one_size_and_place(celebrities: Path, recognizer: kith.Recognizer) -> None:
    photos = sorted((celebrities / "train" / "madonna").glob("*.jpg"))[:4]
    for head in heads([*photos, RED], recognizer):
        [face, *_] = recognizer.detect(head)
        assert head.shape == (256, 256, 3)
        assert max(face.box.width, face.box.height) == pytest.approx(128, abs=20)
        assert face.box.centre == pytest.approx((128, 128), abs=12)
    assert len(heads([*photos, RED], recognizer)) == 4
