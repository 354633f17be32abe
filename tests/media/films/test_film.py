from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import OptionError
from kith.media.films import open_film

from .clips import SIZE, film, number_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, 50 frames, a key frame every 20."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    return film(path, tone="aac", options={"g": "20", "keyint_min": "20", "sc_threshold": "0"})


def test_what_a_film_says_of_itself(clip):
    with open_film(clip) as opened:
        info = opened.info
    assert (info.width, info.height) == SIZE
    assert info.duration == pytest.approx(2.0)
    assert (info.rate, info.codec, info.audio, info.rotation) == (25.0, "h264", True, 0)


def test_every_frame_comes_once_in_order_and_at_its_time(clip):
    with open_film(clip) as opened:
        frames = [(f.index, f.time, number_of(f.pixels)) for f in opened.frames()]
    assert [n for _, _, n in frames] == [i for i, _, _ in frames] == list(range(50))
    assert [t for _, t, _ in frames] == pytest.approx([n / 25 for n in range(50)])


def test_frames_may_be_read_again(clip):
    with open_film(clip) as opened:
        assert next(opened.frames()).index == 0
        assert sum(1 for _ in opened.frames()) == sum(1 for _ in opened.frames()) == 50


def test_closing_ends_what_is_being_read(clip):
    opened = open_film(clip)
    frames = opened.frames()
    next(frames)
    opened.close()
    assert list(frames) == []
    opened.close()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"every": 20}, [0, 20, 40]),
        ({"per_second": 5}, [0, 5, 10, 15, 20, 25, 30, 35, 40, 45]),
        ({"per_second": 5, "every": 4}, [0, 20, 40]),
        ({"per_second": 100, "end": 0.2}, [0, 1, 2, 3, 4]),
        ({"start": 1.8}, [45, 46, 47, 48, 49]),
        ({"start": 0.5, "end": 0.6}, [13, 14]),
        ({"per_second": 2, "start": 1.0}, [25, 38]),
        ({"keyframes": True}, [0, 20, 40]),
        ({"keyframes": True, "start": 0.7}, [20, 40]),
        ({"start": 2.0}, []),
        ({"start": 500.0}, []),
    ],
)
def test_a_choice_of_frames(clip, wanted, expected):
    with open_film(clip) as opened:
        frames = list(opened.frames(**wanted))
        assert [number_of(f.pixels) for f in frames] == expected
        assert [f.index for f in frames] == expected
        assert [f.time for f in frames] == pytest.approx([n / 25 for n in expected])
        assert opened.problem is None


def test_key_frames_of_a_film_that_has_few_of_them(tmp_path):
    path = film(tmp_path / "a.mp4", 150, options={"g": "500", "sc_threshold": "0"})
    with open_film(path) as opened:
        assert [frame.index for frame in opened.frames(keyframes=True)] == [0]
        assert opened.problem is None


@pytest.mark.parametrize(
    "wanted",
    [
        {"per_second": 0},
        {"per_second": float("nan")},
        {"every": 0},
        {"start": -1},
        {"start": 2, "end": 1},
    ],
)
def test_a_choice_that_makes_no_sense(clip, wanted):
    with open_film(clip) as opened, pytest.raises(OptionError):
        opened.frames(**wanted)


def test_a_rate_is_kept_on_average_whatever_the_film_s(clip):
    with open_film(clip) as opened:
        times = [frame.time for frame in opened.frames(per_second=12)]
    assert len(times) == 24
    assert max(b - a for a, b in pairwise(times)) < 0.13


def test_uneven_times(tmp_path):
    times = [0, 0.01, 0.02, 0.5, 0.51, 1.7, 1.8, 5.0, 5.001, 5.1]
    with open_film(film(tmp_path / "a.mkv", 10, times=times)) as opened:
        assert [f.time for f in opened.frames()] == pytest.approx(times, abs=1e-3)
        assert [number_of(f.pixels) for f in opened.frames(per_second=2)] == [0, 3, 5, 7]
        assert [number_of(f.pixels) for f in opened.frames(start=1.75)] == [6, 7, 8, 9]


@pytest.mark.parametrize(
    ("suffix", "codec", "pix_fmt"),
    [
        (".mp4", "libx264", "yuv420p"),
        (".mp4", "libx265", "yuv420p10le"),
        (".mov", "mpeg4", "yuv420p"),
        (".mov", "prores", "yuv422p10le"),
        (".mkv", "libx264", "yuv444p"),
        (".mov", "qtrle", "argb"),
        (".webm", "libvpx", "yuv420p"),
        (".webm", "libvpx-vp9", "yuv420p"),
        (".avi", "mjpeg", "yuvj420p"),
        (".ts", "libx264", "yuv420p"),
        (".mpg", "mpeg2video", "yuv420p"),
        (".flv", "flv", "yuv420p"),
        (".mjpeg", "mjpeg", "yuvj420p"),
    ],
)
def test_containers_and_codings(tmp_path, suffix, codec, pix_fmt):
    path = film(tmp_path / f"a{suffix}", 12, codec=codec, pix_fmt=pix_fmt)
    with open_film(path) as opened:
        assert [number_of(frame.pixels) for frame in opened.frames()] == list(range(12))
        assert (opened.skipped, opened.problem) == (0, None)
        assert [number_of(frame.pixels) for frame in opened.frames()] == list(range(12))


def test_odd_sizes(tmp_path):
    path = film(tmp_path / "a.mkv", 5, size=(163, 97), pix_fmt="yuv444p")
    with open_film(path) as opened:
        assert [f.pixels.shape for f in opened.frames()] == [(97, 163, 3)] * 5
        assert [f.reduced(50).shape for f in opened.frames()] == [(30, 50, 3)] * 5


def test_pixels_that_are_not_square(tmp_path):
    path = film(tmp_path / "a.mp4", 5, size=(180, 144), aspect=Fraction(16, 11))
    with open_film(path) as opened:
        assert (opened.info.width, opened.info.height) == (262, 144)
        frames = list(opened.frames())
    assert frames[3].pixels.shape == (144, 262, 3)
    assert number_of(frames[3].pixels) == 3


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, -90])
def test_a_turned_phone(tmp_path, degrees):
    path = film(tmp_path / "a.mp4", 5, rotation=degrees)
    with open_film(path) as opened:
        info, frame = opened.info, list(opened.frames())[4]
    upright = np.rot90(frame.pixels, -round(info.rotation / 90))
    assert number_of(upright) == 4
    assert info.rotation == degrees % 360
    turned = SIZE[::-1] if degrees % 180 else SIZE
    assert (info.width, info.height) == (frame.width, frame.height) == turned
    assert frame.pixels.shape[:2] == turned[::-1]
    assert frame.reduced(40).shape[:2] == tuple(n // 4 for n in turned[::-1])
