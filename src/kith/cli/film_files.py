"""The files that ``kith identify`` makes of a film, and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kith.cli.films import FilmOptions
    from kith.cli.media_batch import MediaBatch
    from kith.cli.places import OutputFolder
    from kith.live.annotate_trails import Trails
    from kith.live.timeline_records import Timeline

_VTT, _CSV, _FILM, _FACES = ".vtt", ".csv", ".mp4", "-faces.png"


def film_files(source: str, wanted: FilmOptions) -> dict[str, Path]:
    """Return where each kind of result goes; in one folder all of a film's have one name.

    Raises:
        KithError: they cannot go there; told before the film is looked at.
    """
    from kith.media.save import check_writable

    endings: dict[OutputFolder, list[str]] = {}
    for folder, kinds in (
        (wanted.vtt, [_VTT]),
        (wanted.csv, [_CSV]),
        (wanted.draw, [_FILM, _FACES]),
    ):
        if folder is not None:
            endings.setdefault(folder, []).extend(kinds)
    files: dict[str, Path] = {}
    for folder, kinds in endings.items():
        files |= zip(kinds, folder.places(source, *kinds), strict=True)
    for place in files.values():
        check_writable(place)
    return files


def write(files: dict[str, Path], seen: Timeline, trails: Trails, batch: MediaBatch) -> None:
    """Write what is wanted of a film.

    Args:
        files: as `film_files` says.
        seen: who appears when.
        trails: where they are.
        batch: shows how far it is.

    Raises:
        KithError: it cannot be written.
    """
    from kith.live.subtitles import csv_table, webvtt
    from kith.media.save import save_files

    for kind, text in ((_VTT, webvtt), (_CSV, csv_table)):
        if kind in files:
            save_files({files[kind]: text(seen).encode()})
    if _FILM in files:
        from kith.live.annotate import annotate
        from kith.live.strip import strip
        from kith.media import save_picture

        save_picture(strip(seen), files[_FACES])
        with batch.bars.film("drawing", seen.source) as on_progress:
            annotate(seen, trails, files[_FILM], on_progress=on_progress)
