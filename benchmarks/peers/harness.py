"""What every runner shares: its arguments, the timed passes, and the one line of JSON it prints.

It uses the standard library alone, because it is imported inside each peer's own environment,
where nothing but that peer may be relied upon.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

WARM_UP_PHOTOS = 3

Pipeline = Callable[[Sequence[str]], Iterable[int | None]]
"""Paths in; for each photo the number of faces that got an embedding, or None if it failed."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One timed walk over all photos."""

    seconds: float
    faces: int
    failed: int


def one_by_one(count_faces: Callable[[str], int]) -> Pipeline:
    """Make a pipeline of a peer that takes one photo at a time.

    A photo that a peer cannot process counts as failed instead of ending the run: which
    exception says so differs from peer to peer, hence the broad catch.
    """

    def pipeline(paths: Sequence[str]) -> Iterator[int | None]:
        for path in paths:
            try:
                yield count_faces(path)
            except Exception as error:  # noqa: BLE001
                report_failure(path, error)
                yield None

    return pipeline


def report_failure(path: str, error: object) -> None:
    """Say on standard error why a photo failed; the figures only count it."""
    print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)


def main(engine: str, load: Callable[[], Pipeline], libraries: Sequence[str]) -> None:
    """Run one engine as the orchestrator asks and print its figures.

    ``libraries`` are distribution names, the engine's own first; the versions of those that
    are installed are reported, because a peer's speed is as much that of the runtime below it.
    """
    photos, repeat = _arguments(engine)
    pipeline = load()
    warm_up = photos[:WARM_UP_PHOTOS]
    if _timed_pass(pipeline, warm_up).failed == len(warm_up):
        sys.exit(1)  # The last photo's error is on standard error: a set-up that cannot work.
    passes = [_timed_pass(pipeline, photos) for _ in range(repeat)]
    versions = _versions(libraries)
    figures = {
        "engine": engine,
        "version": versions.get(libraries[0], "not installed"),
        "libraries": versions,
        "photos": len(photos),
        "faces": passes[-1].faces,
        "seconds": [one.seconds for one in passes],
        "failed": passes[-1].failed,
        "peak_mib": round(_peak_mib(), 1),
    }
    print(json.dumps(figures), flush=True)


def _arguments(engine: str) -> tuple[list[str], int]:
    parser = argparse.ArgumentParser(description=f"Time {engine} over a list of photos.")
    parser.add_argument("--photos", type=Path, required=True, help="a file with a path a line")
    parser.add_argument("--repeat", type=int, default=1, help="passes to time")
    given = parser.parse_args()
    try:
        photos = given.photos.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        parser.error(f"cannot read {given.photos}: {error.strerror}")
    if not photos:
        parser.error(f"{given.photos} lists no photos")
    if given.repeat < 1:
        parser.error("--repeat must be 1 or more")
    return photos, given.repeat


def _versions(libraries: Sequence[str]) -> dict[str, str]:
    versions = {}
    for name in libraries:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions


def _timed_pass(pipeline: Pipeline, photos: Sequence[str]) -> Pass:
    started = time.perf_counter()
    counts = list(pipeline(photos))
    seconds = time.perf_counter() - started
    if len(counts) != len(photos):
        raise RuntimeError(f"{len(counts)} answers for {len(photos)} photos")
    found = [count for count in counts if count is not None]
    return Pass(seconds, sum(found), len(counts) - len(found))


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024) if sys.platform == "darwin" else peak / 1024
