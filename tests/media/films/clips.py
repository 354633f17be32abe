"""Films made for the tests."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kith.types import Pixels

SIZE = (160, 96)


def picture(number: int, size: tuple[int, int] = SIZE) -> Pixels:
    """Grey, with the number's eight bits as black and white bars from left to right."""
    width, height = size
    pixels = np.full((height, width, 3), 128, np.uint8)
    bar = width // 8
    for bit in range(8):
        shade = 235 if number >> bit & 1 else 20
        pixels[height // 4 : 3 * height // 4, bit * bar : (bit + 1) * bar] = shade
    return pixels


def number_of(pixels: Pixels) -> int:
    """Read the bars of `picture` back."""
    height, width = pixels.shape[:2]
    middle = pixels[height // 2 - 2 : height // 2 + 2].mean((0, 2))
    bits = [middle[round((bit + 0.5) * width / 8)] > 128 for bit in range(8)]
    return sum(1 << bit for bit, lit in enumerate(bits) if lit)


def film(
    path: Path,
    count: int = 50,
    *,
    size: tuple[int, int] = SIZE,
    rate: int = 25,
    times: Iterable[float] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    tone: str | None = None,
    sweep: bool = False,
    rates: int = 44,
    frames: Iterable[av.VideoFrame] | None = None,
    noise: bool = False,
    options: dict[str, str] | None = None,
    muxing: dict[str, str] | None = None,
    rotation: int | None = None,
    aspect: Fraction | None = None,
    title: str = "",
) -> Path:
    """Write `picture` 0, 1, 2 … as a film.

    Args:
        path: its suffix says the container.
        count: of frames.
        size: width and height.
        rate: frames a second.
        times: of the frames in seconds; None: evenly.
        codec: of the pictures.
        pix_fmt: of the pictures.
        tone: coding of a sound; None: silent.
        sweep: whether the tone climbs, by 100 Hz a second; it is of 440 Hz otherwise.
        rates: thousands of samples a second, of the tone: 44 (and a tenth) or 48.
        frames: instead of the numbered ones.
        noise: whether grains make every packet larger.
        options: for the encoder.
        muxing: options for the container.
        rotation: degrees, counter-clockwise, that a player has to turn the frames.
        aspect: width of a stored pixel divided by its height.
        title: kept in the file.
    """
    with av.open(str(path), "w", options=muxing or {}) as out:
        out.metadata["title"] = title
        video = out.add_stream(codec, rate, options=options)
        video.width, video.height, video.pix_fmt = *size, pix_fmt
        video.codec_context.time_base = Fraction(1, rate if codec == "mpeg2video" else 1000)
        if aspect is not None:
            video.sample_aspect_ratio = aspect
        if rotation is not None:
            video.set_display_rotation(rotation)
        sound = (
            out.add_stream(tone, 48_000 if tone == "libopus" or rates == 48 else 44_100)
            if tone
            else None
        )
        made = frames or (
            av.VideoFrame.from_ndarray(_grainy(picture(n % 256, size), noise)) for n in range(count)
        )
        moments = iter(times) if times is not None else (n / rate for n in range(10**6))
        last = 0.0
        for frame, last in zip(made, moments, strict=False):
            frame.pts, frame.time_base = round(last * 1000), Fraction(1, 1000)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if sound is not None:
            for packet in _tone(sound, last + 1 / rate, 100 if sweep else 0):
                out.mux(packet)
    return path


def _grainy(pixels: Pixels, noise: bool) -> Pixels:
    if not noise:
        return pixels
    grains = np.random.default_rng(int(pixels.sum())).integers(-15, 15, pixels.shape)
    return (pixels + grains).clip(0, 255).astype(np.uint8)


def _tone(sound: av.AudioStream, seconds: float, climb: float) -> Iterable[av.Packet]:
    rate = sound.codec_context.sample_rate
    at = np.arange(round(seconds * rate)) / rate
    waves = np.sin(2 * np.pi * (440 * at + climb * at**2 / 2)) * 0.3
    for begin in range(0, len(waves), 1024):
        part = waves[begin : begin + 1024].astype(np.float32)
        frame = av.AudioFrame.from_ndarray(part[None], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
        yield from sound.encode(frame)
    yield from sound.encode()
