"""Show that memory does not grow with the number of photos.

Runs the pipeline over a folder again and again and prints the resident memory as it goes.

    python benchmarks/memory.py FOLDER --photos 100000
"""

from __future__ import annotations

import argparse
import time
from itertools import cycle, islice
from pathlib import Path

import kith
from kith.media import find_photos


def resident_mib() -> float:
    """Return this process's resident memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--gallery", type=Path, help="identify against this gallery, too")
    arguments = parser.parse_args()
    paths = list(find_photos([arguments.folder]))
    endless = islice(cycle(paths), arguments.photos)
    if arguments.gallery:
        stream = kith.Gallery(arguments.gallery).identify_stream(endless)
    else:
        stream = kith.Recognizer().stream(endless)
    began = time.perf_counter()
    for number, _ in enumerate(stream, 1):
        if number in (100, 1_000, 2_000, 5_000) or number % 10_000 == 0:
            rate = number / (time.perf_counter() - began)
            print(
                f"{number:8,} photos  {resident_mib():7.1f} MiB  {rate:6.1f} photos/s", flush=True
            )


if __name__ == "__main__":
    main()
