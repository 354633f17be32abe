"""Writing pictures: whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from kith.errors import KithError, OptionError, OutputError, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kith.types import Pixels

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_REASONS = {
    errno.ENOSPC: "no space left on the disk; free some",
    errno.EFBIG: "the disk, or a limit of this user, takes no file this large; name another folder",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EACCES: "permission denied; name another folder",
    errno.EPERM: "permission denied; name another folder",
    errno.EROFS: "the disk is read-only; name another folder",
    errno.EISDIR: "there is a folder of this name; name a file",
    errno.EEXIST: "a file stands where a folder is needed; name another folder",
    errno.ENOTDIR: "a file stands where a folder is needed; name another folder",
}


def save_picture(pixels: Pixels, path: str | os.PathLike[str], quality: int = 92) -> None:
    """Write a picture; its folder is made where it is missing.

    The file appears complete or, on an error, not at all: what stood there before stays.

    Args:
        pixels: RGB, uint8, H × W × 3.
        path: ends in .png, .jpg, .jpeg or .webp, which decides the format.
        quality: 1–100, of JPEG and WebP.

    Raises:
        OptionError: another suffix, or a quality out of range.
        KithError: the disk is full, not permitted, or the picture is too large for the format.
    """
    target = Path(path)
    kind = _FORMATS.get(target.suffix.lower())
    if kind is None:
        raise OptionError(f"{_shown(target)}: a picture's name ends in .png, .jpg, .jpeg or .webp")
    if not 1 <= quality <= 100:
        raise OptionError(f"the quality is {quality}; it must be 1–100")
    save_files({target: _encode(Image.fromarray(pixels), kind, quality, target)})


def save_files(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together; their folders are made where they are missing.

    None appears before all are on the disk, and each appears complete; they take their places in
    the order given.

    Raises:
        OutputError: the disk is full, or it is not permitted.
    """
    parts = {path: path.with_name(f".kith-{secrets.token_hex(6)}.part") for path in files}
    at = next(iter(files), Path())
    try:
        for at, part in parts.items():
            at.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(files[at])
        for at, part in parts.items():
            part.replace(at)
    except OSError as error:
        raise cannot_write(at, error) from error
    finally:
        for part in parts.values():
            with suppress(OSError):  # gone where all went well
                part.unlink()


def check_writable(path: Path) -> None:
    """Refuse a place before an hour's work is done for it, as far as that can be told.

    Raises:
        OutputError: a file stands where its folder is needed or a folder where the file is, or it
            is not permitted.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder")
        folder = next(one for one in path.absolute().parents if one.exists())
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "not permitted")
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Say in one line why a file cannot be written, and how to mend it."""
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    return OutputError(f"{_shown(path)}: cannot be written: {reason}")


def _encode(image: Image.Image, kind: str, quality: int, target: Path) -> bytes:
    # Colours at full resolution: half of it would smear coloured letters and lines.
    options: dict[str, dict[str, Any]] = {
        "PNG": {"compress_level": 4},
        "JPEG": {"quality": quality, "subsampling": "4:4:4"},
        "WEBP": {"quality": quality},
    }
    file = io.BytesIO()
    try:
        image.save(file, kind, **options[kind])
    except (OSError, ValueError) as error:
        size = f"{image.width} × {image.height} pixels"
        raise KithError(f"{_shown(target)}: {size} do not fit into a {kind}; use .png") from error
    return file.getvalue()


def _shown(path: Path) -> str:
    return printable(os.fspath(path))
