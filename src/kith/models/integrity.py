"""Are these the bytes the card names?"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kith.models.card import Weights

# Files found right in this process: path, changed when, size, the sha256 they have. Another
# process may change a file behind our back, and then its time or size changes too.
_SEEN: set[tuple[str, int, int, str]] = set()


def sha256(path: Path) -> str:
    """Return the sha256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def joint(digests: Iterable[str]) -> str:
    """Return what stands for several sha256: a single one itself, else the sha256 of the list."""
    lines = list(digests)
    return lines[0] if len(lines) == 1 else hashlib.sha256("\n".join(lines).encode()).hexdigest()


def matches(path: Path, weights: Weights) -> bool:
    """Tell whether the file is the one that the weights name; hashed once per process.

    Weights without a sha256 name any file.
    """
    stat = path.stat()
    if not weights.sha256:
        return True
    if stat.st_size != weights.size:
        return False
    key = (str(path), stat.st_mtime_ns, stat.st_size, weights.sha256)
    if key in _SEEN:
        return True
    if sha256(path) != weights.sha256:
        return False
    _SEEN.add(key)
    return True


def looks_like_page(path: Path) -> bool:
    """Tell whether a file is a web page: what proxies and portals send instead of a file."""
    with path.open("rb") as file:
        start = file.read(512).lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html"))


_MAGIC = {".h5": b"\x89HDF\r\n\x1a\n", ".npy": b"\x93NUMPY"}


def has_magic(path: Path, name: str) -> bool:
    """Tell whether a file begins as its name's ending promises; True for endings without a rule."""
    magic = next((m for ending, m in _MAGIC.items() if name.endswith(ending)), b"")
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def looks_like_weights(path: Path) -> bool:
    """Tell whether a file is HDF5 or a zip, whatever its name says."""
    with path.open("rb") as file:
        return file.read(8).startswith((_MAGIC[".h5"], b"PK\x03\x04"))
