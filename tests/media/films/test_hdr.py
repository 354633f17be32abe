"""Colours of high dynamic range, coded by the formulas of ITU-R BT.2100-2."""

from __future__ import annotations

import av
import numpy as np
import pytest

from kith.media.films import Frame, open_film
from kith.media.films.hdr import HLG, PQ

from .clips import film

COLOURS = np.array(
    [(200, 150, 120), (90, 60, 50), (255, 255, 255), (128, 128, 128), (30, 30, 30), (160, 40, 40)]
)
TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
"""ITU-R BT.2087-0, 2.1"""


def light() -> np.ndarray:
    """Of the colours, in cd/m², white being 203, in BT.2020's primaries."""
    coded = COLOURS / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return 203 * linear @ TO_BT2020.T


def coded(transfer: int) -> np.ndarray:
    nits = light()
    if transfer == PQ:
        power = (nits / 10_000) ** 0.1593017578125
        return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    scene = (nits / 1000) ** (1 / 1.2)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    upper = a * np.log(np.maximum(12 * scene - b, 1e-9)) + c
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), upper)


def bars(transfer: int, size: tuple[int, int] = (192, 96)) -> av.VideoFrame:
    """Ten bits, limited range."""
    red, green, blue = coded(transfer).T
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    planes = (
        64 + 876 * luma,
        512 + 896 * (blue - luma) / 1.8814,
        512 + 896 * (red - luma) / 1.4746,
    )
    frame = av.VideoFrame(*size, "yuv420p10le")
    for plane, values in zip(frame.planes, planes, strict=True):
        row = np.repeat(np.round(values), plane.width // len(COLOURS))
        lines = np.zeros((plane.height, plane.line_size // 2), np.uint16)
        lines[:, : len(row)] = row
        plane.update(lines.tobytes())
    frame.colorspace, frame.color_range = 9, 1
    frame.color_primaries, frame.color_trc = 9, transfer
    return frame


def shown(pixels: np.ndarray) -> np.ndarray:
    width = pixels.shape[1]
    return pixels[pixels.shape[0] // 2, [round((n + 0.5) * width / 6) for n in range(6)]]


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_they_look_as_they_did(transfer):
    frame = Frame.of_video(bars(transfer), 0, 0.0)
    for pixels in (frame.pixels, frame.reduced(96)):
        assert pixels.dtype == np.uint8
        assert np.abs(shown(pixels).astype(int) - COLOURS).max() <= 10


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_what_is_brighter_than_white_is_white(transfer):
    frame = bars(transfer)
    luma = frame.planes[0]
    luma.update(np.full((luma.height, luma.line_size // 2), 940, np.uint16).tobytes())
    for plane in frame.planes[1:]:
        plane.update(np.full((plane.height, plane.line_size // 2), 512, np.uint16).tobytes())
    assert Frame.of_video(frame, 0, 0.0).pixels.min() >= 253


def test_through_a_film(tmp_path):
    options = {"x265-params": "colorprim=9:transfer=18:colormatrix=9:range=limited", "crf": "12"}
    path = film(
        tmp_path / "a.mp4",
        size=(192, 96),
        codec="libx265",
        pix_fmt="yuv420p10le",
        frames=(bars(HLG) for _ in range(3)),
        options=options,
    )
    with open_film(path) as opened:
        frame = list(opened.frames())[1]
    assert np.abs(shown(frame.pixels).astype(int) - COLOURS).max() <= 12
