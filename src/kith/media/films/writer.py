"""Writing a film: whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Self

import av
import av.error
import cv2
import numpy as np

from kith.errors import OptionError, OutputError, printable
from kith.media.films.container import MAX_PIXELS
from kith.media.films.film import MAX_RATE
from kith.media.films.sound import Sound
from kith.media.save import cannot_write

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from kith.types import Pixels

_TICKS = Fraction(1, 90_000)
_CRF = "21"
"""x264's constant quality: what differs from the frames that were written is hard to see."""

_PRESET = "superfast"
"""Half the work of x264's next better one, for files two fifths larger."""
_BT709, _LIMITED = 1, 1


class FilmWriter:
    """Writes an mp4 (H.264, 4:2:0, made to be streamed). Use it in a ``with`` block.

    The file appears complete when the block ends, or when `close` is called; on an error, or an
    interrupt, not at all: what stood there before stays.

    Args:
        path: ends in .mp4; its folder is made where it is missing.
        width: of the frames, in pixels. Of an odd width the last column is written twice, as H.264
            needs; of an odd height the last row.
        height: of the frames, in pixels.
        rate: frames per second to expect; what counts are the times that are written.
        audio_from: a film whose sound is written along: copied where players expect its coding in
            an mp4, made AAC otherwise; a film without sound is fine.
        start: seconds of that film, and of the times that are written, at which this one starts.
        end: seconds of that film at which the sound ends; None: with the film.

    Attributes:
        path: as given.
        frames: written so far.

    Raises:
        OptionError: another suffix; a size, rate or time out of range.
        FilmUnreadable: `audio_from` is not a film.
        OutputError: not permitted, no space left.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        width: int,
        height: int,
        rate: float,
        *,
        audio_from: str | os.PathLike[str] | None = None,
        start: float = 0.0,
        end: float | None = None,
    ) -> None:
        self.path = Path(path)
        self.frames = 0
        _check(self.path, width, height, rate)
        self._size, self._start, self._last = (width, height), start, -1
        self._step = round(1 / rate / _TICKS)
        self._part = self.path.with_name(f".kith-{secrets.token_hex(6)}.part")
        self._sound: Sound | None = None
        self._out: OutputContainer | None = None
        try:
            self._open(rate)
            if audio_from is not None:
                self._sound = Sound(os.fsdecode(audio_from), self._container, start, end)
        except BaseException:
            self.abort()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, pixels: Pixels, time: float) -> None:
        """Write the next frame.

        Args:
            pixels: RGB, uint8, height × width × 3.
            time: seconds; must rise.

        Raises:
            OptionError: another size than the film's.
            OutputError: no space left.
        """
        width, height = self._size
        if pixels.shape != (height, width, 3) or pixels.dtype != np.uint8:
            raise OptionError(
                f"a frame is {pixels.shape}; it must be {height} × {width} × 3, uint8"
            )
        pts = max(round((time - self._start) / _TICKS), self._last + 1)
        frame = av.VideoFrame.from_ndarray(_even(pixels), "rgb24").reformat(
            format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
        )
        frame.pts, frame.time_base, frame.duration = pts, _TICKS, self._step
        self._last = pts
        try:
            if self._sound is not None:
                self._sound.write_until(float(pts * _TICKS))
            self._container.mux(self._video.encode(frame))
        except (av.error.FFmpegError, OSError) as error:
            self.abort()
            raise self._problem(error) from error
        self.frames += 1

    def close(self) -> None:
        """Finish the file; safe to call twice.

        Raises:
            OutputError: no space left, or not one frame was written.
        """
        if self._out is None:
            return
        if self.frames == 0:
            self.abort()
            raise OutputError(
                f"{printable(str(self.path))}: no frame was written, so there is no film"
            )
        try:
            self._container.mux(self._video.encode())
            if self._sound is not None:
                self._sound.write_until(None)
            self._container.close()
            self._part.replace(self.path)
        except (av.error.FFmpegError, OSError) as error:
            raise self._problem(error) from error
        finally:
            self.abort()

    def abort(self) -> None:
        """Let go of it and leave nothing behind; safe to call twice, and after `close`."""
        if self._sound is not None:
            self._sound.close()
            self._sound = None
        if self._out is not None:
            with suppress(av.error.FFmpegError, OSError):  # what cannot be finished is removed
                self._out.close()
            self._out = None
        with suppress(OSError):  # gone where all went well
            self._part.unlink()

    @property
    def _container(self) -> OutputContainer:
        if self._out is None:
            raise OutputError(f"{printable(str(self.path))}: the film is already closed")
        return self._out

    def _open(self, rate: float) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._part.touch(exist_ok=False)
            self._out = av.open(
                f"file:{self._part}",
                "w",
                format="mp4",
                container_options={"movflags": "+faststart"},
            )
            self._video = self._add_video(self._out, rate)
        except (av.error.FFmpegError, OSError) as error:
            raise self._problem(error) from error

    def _add_video(self, out: OutputContainer, rate: float) -> VideoStream:
        try:
            video = out.add_stream("libx264", Fraction(rate).limit_denominator(1001))
        except (av.error.FFmpegError, ValueError) as error:
            raise OutputError(
                "the PyAV that is installed cannot write H.264: pip install av"
            ) from error
        video.width, video.height = (length + length % 2 for length in self._size)
        video.pix_fmt = "yuv420p"
        video.options = {"preset": _PRESET, "crf": _CRF}
        coding = video.codec_context
        coding.time_base, coding.gop_size = _TICKS, max(1, round(2 * rate))
        coding.colorspace = coding.color_primaries = coding.color_trc = _BT709
        coding.color_range = _LIMITED
        return video

    def _problem(self, error: Exception) -> OutputError:
        if isinstance(error, OSError):
            return cannot_write(self.path, error)
        reason = getattr(error, "strerror", None) or type(error).__name__
        return OutputError(f"{printable(str(self.path))}: cannot be written: {reason}")


def _check(path: Path, width: int, height: int, rate: float) -> None:
    if path.suffix.lower() != ".mp4":
        raise OptionError(f"{printable(str(path))}: a film that is written ends in .mp4")
    if width < 2 or height < 2 or width * height > MAX_PIXELS:
        raise OptionError(f"a film of {width} × {height} pixels cannot be written")
    if not 0 < rate <= MAX_RATE:
        raise OptionError(f"the rate is {rate}; it must be above 0, at most {MAX_RATE:g}")


def _even(pixels: Pixels) -> Pixels:
    """Write the last row and column twice where their number is odd."""
    below, right = pixels.shape[0] % 2, pixels.shape[1] % 2
    if not below and not right:
        return np.ascontiguousarray(pixels)
    widened = cv2.copyMakeBorder(pixels, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(widened, np.uint8)
