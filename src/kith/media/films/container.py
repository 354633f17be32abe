"""Opening what holds a film, so that nothing else gets opened with it."""

from __future__ import annotations

import stat
from contextlib import suppress
from typing import TYPE_CHECKING

import av
import av.error

from kith.errors import FilmUnreadable, PhotoTooLarge
from kith.media.read import status_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.video.stream import VideoStream

MAX_PIXELS = 40_000_000
"""Width × height of a frame; 8K has 33 million. A decoder holds many frames at a time."""

PATIENCE = 30.0
"""Seconds that opening a file, or one read of it, may take (a network disk that hangs)."""

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg,mxf,ivf,nut"
    ",mjpeg,mpjpeg,h264,hevc,yuv4mpegpipe,dv,wtv"
)
"""What may hold a film. Not among them: playlists and scripts, which open other files."""

_MOST_BOXES = 1000

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (av.error.PermissionError, "permission denied; let this user read it"),
    (av.error.FileNotFoundError, "there is no such file or folder"),
    (av.error.InvalidDataError, "is no film that kith reads, or is damaged"),
    (av.error.ArgumentError, "is no film that kith reads, or is damaged"),
    (av.error.ExitError, "nothing came within the time limit"),
    (av.error.EOFError, "ends before its first frame"),
    (MemoryError, "needs more memory than there is"),
)


def open_file(path: str) -> InputContainer:
    """Open a film file and nothing else that it may name.

    Raises:
        PhotoNotFound: there is no such file.
        FilmUnreadable: not a film, cut off, empty, not a regular file, or not permitted.
    """
    _check(path, status_of(path))
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": FORMATS,
        "max_pixels": str(MAX_PIXELS),
    }
    try:
        # The prefix holds a name such as "http:x.mp4" to be a file's.
        return av.open(f"file:{path}", options=options, metadata_errors="replace", timeout=PATIENCE)
    except (av.error.FFmpegError, MemoryError) as error:
        reason = _cut_off(path) or reason_of(error)
        raise FilmUnreadable(path, reason) from error


def video_stream(container: InputContainer, source: str) -> VideoStream:
    """Choose the moving pictures and check their size.

    Raises:
        PhotoTooLarge: over `MAX_PIXELS`.
        FilmUnreadable: there are none, or none that can be decoded.
    """
    moving = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    if not moving:
        what = "only sound" if container.streams.audio else "no picture"
        raise FilmUnreadable(source, f"holds {what}; name a film with moving pictures")
    stream = moving[0]
    if stream.codec_context is None:
        raise FilmUnreadable(source, "its pictures are coded in a way that cannot be decoded here")
    check_size(source, stream.codec_context.width, stream.codec_context.height)
    # The decoder's own limit, for a size that changes on the way; it counts its margins as well.
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS * 5 // 4 + 65_536)}
    return stream


def check_size(source: str, width: int, height: int) -> None:
    """Refuse frames that are too large.

    Raises:
        PhotoTooLarge: over `MAX_PIXELS`.
    """
    if width * height > MAX_PIXELS:
        raise PhotoTooLarge(
            source,
            f"has frames of {width} × {height} pixels, over the limit of {MAX_PIXELS:,}; "
            "make it smaller",
        )


def reason_of(error: Exception) -> str:
    """Say in one line what an error of PyAV means; never with the address it may name."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    said = getattr(error, "strerror", None) or type(error).__name__
    return f"cannot be read: {said}"


def _check(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise FilmUnreadable(path, "is a folder; name the films in it")
    if not stat.S_ISREG(status.st_mode):
        raise FilmUnreadable(path, "is a pipe, socket or device; copy the film to a file")
    if status.st_size == 0:
        raise FilmUnreadable(path, "is empty")


def _cut_off(path: str) -> str | None:
    """Say so where a file is an mp4 without its whole index, which is often written last.

    An mp4 is a row of boxes: four bytes of length, four of kind (ISO/IEC 14496-12, 4.2).
    """
    begins = {kind: begin + length for begin, length, kind in _boxes(path)}
    if b"mdat" not in begins:
        return None
    if b"moov" not in begins:
        return "is cut off or damaged: its index is missing; copy or record it again"
    if begins[b"moov"] > status_of(path).st_size:
        return "is cut off: a part of its index is missing; copy it again"
    return None


def _boxes(path: str) -> Iterator[tuple[int, int, bytes]]:
    """Yield begin, length and kind of the outermost boxes of an mp4."""
    begin = 0
    with suppress(OSError, OverflowError), open(path, "rb") as file:  # noqa: PTH123 - see status_of
        for _ in range(_MOST_BOXES):
            file.seek(begin)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4]), head[4:8]
            length = int.from_bytes(head[8:]) if length == 1 else length
            if len(kind) < 4 or length < 8:
                return
            yield begin, length, kind
            begin += length
