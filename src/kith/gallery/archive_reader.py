"""Reading an archive without trusting it.

Sizes are bounded before anything is unpacked, and one photo at a time is in memory.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING, BinaryIO, Self

from kith.errors import GalleryUnreadable, InvalidName, printable
from kith.gallery import rows
from kith.gallery.archive_json import EMBEDDINGS, PHOTOS, Manifest, Unsound, parse_photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.gallery.records import NewPhoto
    from kith.types import Face

MANIFEST = "manifest.json"
MEMBERS = (MANIFEST, PHOTOS, EMBEDDINGS)

LARGEST_MANIFEST = 64 * 1024
LARGEST_DIRECTORY = 4 * 1024
LONGEST_LINE = 1024 * 1024
MOST_BYTES_PER_PHOTO = 32 * 1024
MOST_BYTES_PER_FACE = 1024
MOST_BYTES_PER_PERSON = 12 * 1024  # a picture in base64
HIGHEST_RATIO = 200
"""Names and coordinates shrink to a fifth; what shrinks more than this was made to fill a disk."""

_END = struct.Struct("<4s4H2LH")  # the zip's end record, without a comment


class Archive:
    """An archive that is read.

    Raises:
        GalleryUnreadable: not an archive, damaged, or made to do harm; any method may.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with refusing(path), ExitStack() as stack:
            file = stack.enter_context(path.open("rb"))
            _check_end(file)
            self._zip = stack.enter_context(zipfile.ZipFile(file))
            self.manifest = _manifest(self._zip)
            _check_sizes(self._zip, self.manifest)
            self._open = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def photos(self) -> Iterator[tuple[str, NewPhoto]]:
        """Yield every photo with its person's name, checked, by name and digest.

        Whether the members are the ones the manifest names is known at the end only: what is
        done with the photos before has to be undone when this raises.
        """
        with refusing(self._path), ExitStack() as stack:
            lines = _Hashed(stack.enter_context(self._zip.open(PHOTOS)))
            vectors = _Hashed(stack.enter_context(self._zip.open(EMBEDDINGS)))
            yield from _photos(lines, vectors, self.manifest)
            if lines.read(1) or vectors.read(1):
                raise Unsound("it holds more than its manifest says")
            for name, member in ((PHOTOS, lines), (EMBEDDINGS, vectors)):
                if member.sha256() != self.manifest.sha256[name]:
                    raise Unsound(f"{name} is not the one its manifest names")


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn whatever a damaged archive makes its readers raise into one line."""
    shown = printable(str(path))
    try:
        yield
    except FileNotFoundError as error:
        raise GalleryUnreadable(f"no archive at {shown}") from error
    except OSError as error:
        raise GalleryUnreadable(f"{shown} cannot be read: {error.strerror or error}") from error
    except Unsound as error:
        raise GalleryUnreadable(f"{shown} is not a sound kith archive: {error}") from error
    # RuntimeError: an encrypted member.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise GalleryUnreadable(f"{shown} is not a sound kith archive: damaged zip") from error


class _Hashed:
    """A member that is hashed as it is read."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member
        self._hash = hashlib.sha256()

    def read(self, count: int) -> bytes:
        data = self._member.read(count)
        self._hash.update(data)
        return data

    def line(self, limit: int) -> bytes:
        data = self._member.readline(limit)
        self._hash.update(data)
        return data

    def sha256(self) -> str:
        return self._hash.hexdigest()


def _check_end(file: BinaryIO) -> None:
    """Look at the zip's last bytes before its directory, as long as it likes, is read."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END.size))
    end = file.read(_END.size)
    if len(end) < _END.size:
        raise Unsound("it is too short")
    magic, _, _, _, members, directory, _, _ = _END.unpack(end)
    if magic != b"PK\5\6" or members != 3 or directory > LARGEST_DIRECTORY:
        raise Unsound(f"it is not a zip of {', '.join(MEMBERS)}")


def _manifest(container: zipfile.ZipFile) -> Manifest:
    if sorted(container.namelist()) != sorted(MEMBERS):
        raise Unsound(f"it is not a zip of {', '.join(MEMBERS)}")
    for member in container.infolist():
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unsound(f"{member.filename} is compressed in another way than kith's")
    if container.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise Unsound(f"its {MANIFEST} is too large")
    return Manifest.parse(container.read(MANIFEST))


def _check_sizes(container: zipfile.ZipFile, manifest: Manifest) -> None:
    photos, embeddings = container.getinfo(PHOTOS), container.getinfo(EMBEDDINGS)
    row = manifest.contract.dimension * rows.FLOAT32.itemsize
    if embeddings.compress_type != zipfile.ZIP_STORED:
        raise Unsound(f"its {EMBEDDINGS} is compressed")
    if embeddings.file_size != manifest.faces * row:
        raise Unsound(f"its {EMBEDDINGS} has not the size its manifest names")
    most = (
        manifest.people * MOST_BYTES_PER_PERSON
        + manifest.photos * MOST_BYTES_PER_PHOTO
        + manifest.faces * MOST_BYTES_PER_FACE
    )
    if photos.file_size > min(most, HIGHEST_RATIO * photos.compress_size):
        raise Unsound(f"its {PHOTOS} is too large")


def _photos(lines: _Hashed, vectors: _Hashed, manifest: Manifest) -> Iterator[tuple[str, NewPhoto]]:
    last = ("", "")
    people = faces = 0
    for number in range(1, manifest.photos + 1):
        line = lines.line(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise Unsound(f"line {number} of {PHOTOS} is cut off or too long")
        try:
            name, bare = parse_photo(line)
            photo = _with_vectors(bare, vectors, manifest.contract.dimension)
        except (Unsound, InvalidName) as error:
            raise Unsound(f"line {number} of {PHOTOS}: {error}") from error
        if (name, photo.digest) <= last:
            raise Unsound(f"line {number} of {PHOTOS} is a duplicate or out of order")
        people += name != last[0]
        faces += len(photo.faces)
        last = (name, photo.digest)
        yield name, photo
    if (people, faces) != (manifest.people, manifest.faces):
        raise Unsound("its counts are not those of its manifest")


def _with_vectors(photo: NewPhoto, vectors: _Hashed, dimension: int) -> NewPhoto:
    size = dimension * rows.FLOAT32.itemsize
    faces: list[Face] = []
    for face in photo.faces:
        blob = vectors.read(size)
        if len(blob) != size:
            raise Unsound("its embeddings are missing")
        embedding = rows.vectors([blob], dimension)
        if rows.not_unit(embedding):
            raise Unsound("an embedding is not a unit vector")
        faces.append(replace(face, embedding=embedding[0]))
    return replace(photo, faces=tuple(faces))
