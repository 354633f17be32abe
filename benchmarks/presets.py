"""Photos per second, from a path on disk to embeddings, with each preset; they take turns.

python benchmarks/presets.py PHOTO_OR_FOLDER...
"""

from __future__ import annotations

import argparse
import statistics
import time

import kith
from kith.media import find_photos

EMBEDDERS = ("sface", "best", "fast")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    paths = list(find_photos(arguments.paths))[: arguments.photos]
    recognizers = {name: kith.Recognizer(embedder=name) for name in EMBEDDERS}
    rates: dict[str, list[float]] = {name: [] for name in EMBEDDERS}
    for number in range(arguments.rounds + 1):
        for name, recognizer in recognizers.items():
            began = time.perf_counter()
            for _ in recognizer.stream(paths):
                pass
            if number:  # the first round warms up
                rates[name].append(len(paths) / (time.perf_counter() - began))
    usual = statistics.median(rates["sface"])
    for name, found in rates.items():
        rate = statistics.median(found)
        print(f"{name:6} {rate:5.0f} photos/s, {rate / usual:.2f} of sface")


if __name__ == "__main__":
    main()
