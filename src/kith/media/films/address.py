"""What the text that names a source means: a file, a folder, a camera or an address."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from kith.errors import OptionError, PhotoNotFound, printable

Kind: TypeAlias = Literal["camera", "film", "folder", "stream"]

SCHEMES = ("rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "udp", "tcp")
"""Of addresses that a stream may come from."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_HIGHEST_CAMERA = 99


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """Where frames come from.

    Attributes:
        kind: of source.
        text: what is opened: a path, the number or device of a camera, a whole address.
        name: the same to be shown: an address without its password and its query.
    """

    kind: Kind
    text: str
    name: str


def parse_source(text: str | os.PathLike[str]) -> SourceAddress:
    """Say what a text names: ``0`` (a camera), a path, or an address such as ``rtsp://door/1``.

    A file or folder called ``0`` is named ``./0``.

    Raises:
        OptionError: nothing, or an address of a kind that cannot be read.
        PhotoNotFound: a path that leads nowhere.
    """
    given = os.fsdecode(text)
    if not given.strip():
        raise OptionError("no source is named; name a film, a folder, a camera (0) or an address")
    if isinstance(text, str) and given.isascii() and given.isdigit():
        return _camera(given)
    if found := _SCHEME.match(given):
        return _stream(given, found[1].lower())
    return _on_disk(given)


def _camera(text: str) -> SourceAddress:
    number = int(text[:9])
    if number > _HIGHEST_CAMERA:
        raise OptionError(f"there is no camera {text[:9]}; they are numbered from 0")
    return SourceAddress("camera", str(number), f"camera {number}")


def _stream(text: str, scheme: str) -> SourceAddress:
    if scheme not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise OptionError(f"{scheme}:// is no address that can be read; it must be one of {known}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise OptionError(f"{scheme}://… is no valid address: {error}") from None
    if not parts.hostname and scheme not in ("udp", "tcp"):
        raise OptionError(f"{scheme}://… names no host; write {scheme}://host/path")
    if any(not character.isprintable() or character.isspace() for character in text):
        raise OptionError(f"{scheme}://… holds a blank or an unprintable character")
    return SourceAddress("stream", text, _shown(parts, port))


def _shown(parts: SplitResult, port: int | None) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    where = f"{host}:{port}" if port is not None else host
    return printable(f"{parts.scheme}://{where}{parts.path}" + ("?…" if parts.query else ""))


def _on_disk(path: str) -> SourceAddress:
    try:
        mode = Path(path).stat().st_mode
    except PermissionError:
        return SourceAddress("film", path, path)  # opening it says so
    except (OSError, ValueError):
        raise PhotoNotFound(path, "there is no such file or folder") from None
    if stat.S_ISDIR(mode):
        return SourceAddress("folder", path, path)
    if stat.S_ISCHR(mode):  # /dev/video0
        return SourceAddress("camera", path, path)
    return SourceAddress("film", path, path)
