"""One way to open whatever frames can come from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kith.errors import OptionError
from kith.media.films.address import SourceAddress, parse_source
from kith.media.films.live import LiveSource
from kith.media.films.stored import FilmSource, FolderSource

if TYPE_CHECKING:
    import os

    from kith.media.films.source import OnState, Source


def open_source(
    source: str | os.PathLike[str] | SourceAddress,
    *,
    on_state: OnState | None = None,
    reconnect: bool = True,
    timeout: float = 10.0,
    every: int = 1,
    per_second: float | None = None,
) -> Source:
    """Open a film, a folder of frames, a camera or a stream.

    Args:
        source: as `parse_source` takes it: a path, ``0``, ``rtsp://…``, ``http://…``.
        on_state: told when a live source is being connected, is there, is lost, has ended.
        reconnect: whether a live source that was lost is connected again, until it is closed.
        timeout: seconds that a live source may send nothing before it counts as lost.
        every: only every so manieth frame.
        per_second: at most so many frames of each second; of a folder, how many photos make a
            second.

    Raises:
        OptionError: no such kind of source, or an option out of range.
        PhotoNotFound: a path that leads nowhere.
        FilmUnreadable: it cannot be opened; of a live source, not within the timeout.
        NoPhotos: a folder without photos.
    """
    address = source if isinstance(source, SourceAddress) else parse_source(source)
    if every < 1:
        raise OptionError(f"every is {every}; it must be at least 1")
    if per_second is not None and not per_second > 0:
        raise OptionError(f"per_second is {per_second}; it must be above 0")
    if not 0 < timeout < math.inf:
        raise OptionError(f"the timeout is {timeout} seconds; it must be above 0")
    if address.kind == "film":
        return FilmSource(address, every, per_second)
    if address.kind == "folder":
        return FolderSource(address, every, per_second)
    return LiveSource(
        address,
        on_state=on_state,
        reconnect=reconnect,
        timeout=timeout,
        every=every,
        per_second=per_second,
    )
