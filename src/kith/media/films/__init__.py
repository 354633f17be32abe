"""Films, cameras and streams on their way in; films on their way out.

In: `open_film` reads a film file, `open_source` whatever an address leads to: a film, a folder of
frames, a camera, a stream. Each hands out `Frame`s with the second they were taken at. Every file
and every stream is taken for hostile: sizes are checked before anything is decoded, a file never
makes kith open another file or an address, and everything that waits has a time limit.

Out: `FilmWriter` writes H.264 in an mp4, whole or not at all.

PyAV is loaded when it is first used: `is_film` needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kith.media.folder import FILM_SUFFIXES, is_film

if TYPE_CHECKING:
    from kith.media.films.address import SourceAddress, parse_source
    from kith.media.films.film import Film, FilmInfo, open_film
    from kith.media.films.frame import Frame
    from kith.media.films.source import Source
    from kith.media.films.sources import open_source
    from kith.media.films.writer import FilmWriter

_LATE = {
    "Film": "film",
    "FilmInfo": "film",
    "FilmWriter": "writer",
    "Frame": "frame",
    "Source": "source",
    "SourceAddress": "address",
    "open_film": "film",
    "open_source": "sources",
    "parse_source": "address",
}

__all__ = [
    "FILM_SUFFIXES",
    "Film",
    "FilmInfo",
    "FilmWriter",
    "Frame",
    "Source",
    "SourceAddress",
    "is_film",
    "open_film",
    "open_source",
    "parse_source",
]


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module 'kith.media.films' has no attribute {name!r}")
    return getattr(import_module(f"kith.media.films.{_LATE[name]}"), name)
