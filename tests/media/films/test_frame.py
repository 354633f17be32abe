from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

from kith.media.films import Frame

from .clips import number_of, picture


def test_a_frame_of_pixels():
    pixels = picture(77)
    frame = Frame.of_pixels(pixels, 3, 1.5)
    assert frame.pixels is pixels
    assert (frame.index, frame.time, frame.width, frame.height) == (3, 1.5, 160, 96)
    assert frame.reduced(80).shape == (48, 80, 3)
    assert number_of(frame.reduced(80)) == 77


@pytest.mark.parametrize("side", [160, 161, 10_000])
def test_a_frame_is_never_enlarged(side):
    for frame in (Frame.of_pixels(picture(5)), of_video(5)):
        assert frame.reduced(side) is frame.pixels


def of_video(number: int) -> Frame:
    decoded = av.VideoFrame.from_ndarray(picture(number), "rgb24").reformat(format="yuv420p")
    return Frame.of_video(decoded, number, 0.0)


def test_reducing_is_an_average_and_not_a_choice_of_pixels():
    fine = np.zeros((96, 160, 3), np.uint8)
    fine[:, ::2] = 200
    decoded = av.VideoFrame.from_ndarray(fine, "rgb24")
    for frame in (Frame.of_pixels(fine), Frame.of_video(decoded, 0, 0.0)):
        assert np.abs(frame.reduced(40).astype(int) - 100).max() <= 3


def test_frames_are_converted_in_several_threads_at_once():
    frames = [of_video(number) for number in range(64)]

    def read(frame: Frame) -> tuple[int, int]:
        return number_of(frame.reduced(80)), number_of(frame.pixels)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, frames)) == [(n, n) for n in range(64)]
