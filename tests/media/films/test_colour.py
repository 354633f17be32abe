"""Known colours, coded by the formulas of the standards, come out as they went in."""

from __future__ import annotations

from itertools import product

import av
import numpy as np
import pytest

from kith.media.films import Frame, open_film

from .clips import film

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 150, 120), (90, 60, 50), (255, 255, 255)]
WEIGHTS = {"601": (0.299, 0.114), "709": (0.2126, 0.0722), "2020": (0.2627, 0.0593)}
"""Of red and blue: ITU-R BT.601-7 2.5.1, BT.709-6 3.2, BT.2020-2 table 4."""
TAGS = {"601": 6, "709": 1, "2020": 9, None: 2}


def coded(rgb: tuple[int, int, int], matrix: str, full: bool) -> list[int]:
    red, blue = WEIGHTS[matrix]
    r, g, b = np.array(rgb) / 255
    y = red * r + (1 - red - blue) * g + blue * b
    u, v = (b - y) / (2 - 2 * blue), (r - y) / (2 - 2 * red)
    planes = (255 * y, 128 + 255 * u, 128 + 255 * v)
    planes = planes if full else (16 + 219 * y, 128 + 224 * u, 128 + 224 * v)
    return [min(255, round(plane)) for plane in planes]


def bars(
    matrix: str, full: bool, size: tuple[int, int], tag: str | None, said: bool = True
) -> av.VideoFrame:
    frame = av.VideoFrame(*size, "yuv420p")
    values = [coded(colour, matrix, full) for colour in COLOURS]
    for number, plane in enumerate(frame.planes):
        row = np.repeat([v[number] for v in values], plane.width // len(COLOURS))
        lines = np.zeros((plane.height, plane.line_size), np.uint8)
        lines[:, : len(row)] = row
        plane.update(lines.tobytes())
    frame.colorspace, frame.color_range = TAGS[tag], (2 if full else 1) if said else 0
    return frame


def worst(pixels: np.ndarray) -> int:
    height, width = pixels.shape[:2]
    middles = [round((n + 0.5) * width / len(COLOURS)) for n in range(len(COLOURS))]
    return int(np.abs(pixels[height // 2, middles].astype(int) - COLOURS).max())


@pytest.mark.parametrize(("matrix", "full"), list(product(WEIGHTS, (False, True))))
@pytest.mark.parametrize("size", [(360, 240), (1296, 720)])
def test_colours_follow_what_the_frame_says(matrix, full, size):
    frame = Frame.of_video(bars(matrix, full, size, matrix), 0, 0.0)
    assert worst(frame.pixels) <= 2
    assert worst(frame.reduced(120)) <= 3


@pytest.mark.parametrize(
    ("size", "assumed"), [((720, 576), "601"), ((1296, 720), "709"), ((1920, 1080), "709")]
)
def test_what_says_nothing_is_taken_for_what_its_height_suggests(size, assumed):
    frame = Frame.of_video(bars(assumed, False, size, None, said=False), 0, 0.0)
    assert worst(frame.pixels) <= 2
    assert worst(frame.reduced(320)) <= 3


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "suffix"),
    [
        ("libx264", "yuv420p", ".mp4"),
        ("libx264", "yuvj420p", ".mp4"),
        ("libx264", "yuv420p10le", ".mkv"),
        ("mjpeg", "yuvj420p", ".avi"),
        ("libvpx-vp9", "yuv420p", ".webm"),
        ("libx264rgb", "rgb24", ".mkv"),
    ],
)
def test_through_a_film(tmp_path, codec, pix_fmt, suffix):
    size = (384, 216)
    pixels = np.repeat(np.array(COLOURS, np.uint8), 64, 0)[None].repeat(216, 0)
    full = pix_fmt == "yuvj420p"
    options = {"crf": "10"} if "264" in codec else {"qscale": "2"} if codec == "mjpeg" else {}
    frames = (
        av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(
            format=pix_fmt,
            dst_colorspace="ITU601",
            dst_color_range="JPEG" if full else "MPEG",
        )
        if pix_fmt != "rgb24"
        else av.VideoFrame.from_ndarray(pixels, "rgb24")
        for _ in range(3)
    )
    path = film(
        tmp_path / f"a{suffix}",
        size=size,
        codec=codec,
        pix_fmt=pix_fmt,
        frames=frames,
        options=options,
    )
    with open_film(path) as opened:
        frame = list(opened.frames())[1]
    assert worst(frame.pixels) <= 5
    assert worst(frame.reduced(96)) <= 5
