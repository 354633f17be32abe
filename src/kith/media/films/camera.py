"""Cameras of this machine, through libavdevice."""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error

from kith.errors import FilmUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer

_WISHES: dict[str, tuple[dict[str, str], ...]] = {
    # Over USB 2 only JPEGs come at 720p in full rate; then whatever the camera gives by itself.
    "v4l2": ({"input_format": "mjpeg", "video_size": "1280x720", "framerate": "30"}, {}),
    "avfoundation": (
        {"video_size": "1280x720", "framerate": "30", "pixel_format": "nv12"},
        {"framerate": "30", "pixel_format": "nv12"},
        {},
    ),
    "dshow": ({"vcodec": "mjpeg", "video_size": "1280x720", "framerate": "30"}, {}),
}
"""What is asked of a camera, by system, in this order until it agrees."""


@dataclass(frozen=True, slots=True)
class Device:
    """A camera as libavdevice names it.

    Attributes:
        format: libavdevice's name for this system's cameras.
        name: of the camera, there.
    """

    format: str
    name: str


def device_of(text: str, platform: str = sys.platform) -> Device:
    """Return what a camera's number, or its device file, is called on a system.

    Raises:
        FilmUnreadable: Windows has no camera of this number.
    """
    if platform == "darwin":
        return Device("avfoundation", f"{text}:none")
    if platform == "win32":
        return Device("dshow", f"video={_nth_of_windows(text)}")
    return Device("v4l2", f"/dev/video{text}" if text.isdigit() else text)


def open_camera(text: str, timeout: float) -> InputContainer:
    """Open a camera by its number or its device file.

    Raises:
        FilmUnreadable: not there, in use, or not permitted.
    """
    device = device_of(text)
    shown = f"camera {text}" if text.isdigit() else text
    problem: Exception | None = None
    for wish in _WISHES[device.format]:
        try:
            return av.open(
                device.name,
                format=device.format,
                options=wish,
                timeout=timeout,
                metadata_errors="replace",
            )
        except (av.error.FFmpegError, ValueError) as error:
            problem = error
            if _is_final(error):
                break
    raise FilmUnreadable(shown, _reason(problem, device)) from problem


def _is_final(error: Exception) -> bool:
    """Whether asking for less would not help."""
    kinds = av.error.FileNotFoundError, av.error.PermissionError
    return isinstance(error, kinds) or getattr(error, "errno", None) == errno.EBUSY


def _reason(error: Exception | None, device: Device) -> str:
    code = getattr(error, "errno", None)
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return f"there is no such camera; {_others(device)}"
    if code == errno.EBUSY:
        return "is in use by another program; close that one"
    if code in (errno.EACCES, errno.EPERM):
        return "permission denied; let this user use cameras (on Linux: the group “video”)"
    if code in (errno.ENOTTY, errno.EINVAL) and device.format == "v4l2":
        return f"is no camera; {_others(device)}"
    return f"cannot be opened: {getattr(error, 'strerror', None) or error}"


def _others(device: Device) -> str:
    if device.format != "v4l2":
        return "name another number, or plug it in"
    there = sorted(_numbers())
    if not there:
        return "none is plugged in"
    return f"there is {', '.join(map(str, there))}"


def _numbers() -> Iterator[int]:
    for path in Path("/dev").glob("video*"):
        number = path.name.removeprefix("video")
        if number.isdigit():
            yield int(number)


def _nth_of_windows(text: str) -> str:
    from av.device import enumerate_input_devices

    cameras = [d.name for d in enumerate_input_devices("dshow") if "video" in d.media_types]
    if not text.isdigit():
        return text
    if int(text) >= len(cameras):
        known = f"there are {len(cameras)}" if cameras else "none is plugged in"
        raise FilmUnreadable(f"camera {text}", f"there is no such camera; {known}")
    return cameras[int(text)]
