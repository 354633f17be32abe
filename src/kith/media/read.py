"""Reading the bytes of a photo from disk, without hanging on what only looks like a file."""

from __future__ import annotations

import errno
import os
import stat

from kith.errors import PhotoNotFound, PhotoTooLarge, PhotoUnreadable
from kith.media.limits import MEBIBYTE, Limits

# A FIFO that takes the place of a checked file must not block; on Windows files open as text.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_photo(path: str, limits: Limits) -> bytes:
    """Read a whole file.

    Raises:
        PhotoNotFound: there is no such file.
        PhotoTooLarge: over ``limits.max_bytes``.
        PhotoUnreadable: a folder, pipe or device, or not permitted.
    """
    # Looked at before it is opened: opening a device can have effects of its own.
    _check(path, status_of(path), limits)
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            _check(path, status, limits)
            data = file.read(status.st_size + 1)
            if len(data) > status.st_size:  # it grew meanwhile, or does not know its size (/proc)
                data += file.read(limits.max_bytes + 1 - len(data))
    except OSError as error:
        raise photo_error(path, error) from error
    check_bytes(path, len(data), limits)
    return data


def status_of(path: str) -> os.stat_result:
    """Look at what a path leads to, links followed.

    Raises:
        PhotoNotFound: nothing.
        PhotoUnreadable: not permitted to look.
    """
    try:
        return os.stat(path)  # noqa: PTH116 - Path("") would be the current folder
    except OSError as error:
        raise photo_error(path, error) from error
    except ValueError:  # a NUL character
        raise PhotoNotFound(path, "there is no such file or folder") from None


def check_bytes(source: str, size: int, limits: Limits) -> None:
    """Refuse an encoded photo of too many bytes.

    Raises:
        PhotoTooLarge: over ``limits.max_bytes``.
    """
    if size > limits.max_bytes:
        raise PhotoTooLarge(
            source,
            f"has {size / MEBIBYTE:,.1f} MiB, over the limit of "
            f"{limits.max_bytes / MEBIBYTE:,.1f} MiB; make it smaller or raise Limits.max_bytes",
        )


def _check(path: str, status: os.stat_result, limits: Limits) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise PhotoUnreadable(path, "is a folder; name the photos in it")
    if not stat.S_ISREG(status.st_mode):
        raise PhotoUnreadable(path, "is a pipe, socket or device; copy the photo to a file")
    check_bytes(path, status.st_size, limits)


def photo_error(path: str, error: OSError) -> PhotoNotFound | PhotoUnreadable:
    """Say in one line why a path cannot be read."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return PhotoNotFound(path, "there is no such file or folder")
    if error.errno in (errno.EACCES, errno.EPERM):
        return PhotoUnreadable(path, "permission denied; let this user read it")
    return PhotoUnreadable(path, f"cannot be read: {error.strerror or error}")
