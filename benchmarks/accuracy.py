"""Measure each embedder on labelled photos and derive the thresholds that the cards hold.

The photos lie in a folder per person (``PERSON/PERSON_0001.jpg``), with pairs in LFW's format
beside it. This is ``kith evaluate folder DATA/images --far 1e-3`` and ``kith evaluate pairs
DATA/pairs.txt --root DATA/images``, for all embedders in a row: of all pairs of photos, the
threshold at a false match rate of 1 in 1,000, with the 95 % interval of that rate among other
people, and the share of genuine pairs that reach it; of the listed pairs, the ten-fold accuracy.
Intervals are by a bootstrap over people.

    python benchmarks/accuracy.py DATA/lfw_dev
"""

from __future__ import annotations

import argparse
from pathlib import Path

import kith
from kith.evaluation.pairs import evaluate_pairs
from kith.evaluation.protocols import folder_pairs, read_pairs
from kith.evaluation.records import Rate
from kith.recognizer.cache import FaceCache

EMBEDDERS = (
    *("sface", "sface+mirror", "retail-0095", "retail-0095+mirror"),
    *("sface-retail", "sface-retail+mirror", "arcface-mbf", "arcface-mbf+mirror"),
    *("edgeface-s", "edgeface-s+mirror"),
    *("facenet-vggface2", "facenet-128", "openface", "dlib-resnet"),
)
FMR = 1e-3


def between(rate: Rate, *, turned: bool = False) -> str:
    """Return a rate's interval; turned: of what is left of it."""
    assert rate.interval is not None
    low, high = rate.interval.low, rate.interval.high
    return f"{1 - high:.4f}–{1 - low:.4f}" if turned else f"{low:.1e}–{high:.1e}"


def report(name: str, root: Path, detector: str) -> None:
    images = root / "images"
    with kith.Recognizer(detector, name, accept_license=True) as recognizer, FaceCache() as cache:
        every = evaluate_pairs(folder_pairs(images), recognizer, rates=[FMR], cache=cache).result
        listed = evaluate_pairs(
            read_pairs(root / "pairs.txt", images), recognizer, rounds=0, cache=cache
        ).result
    (point,) = every.points
    assert point.threshold is not None
    assert point.fnmr.value is not None
    assert listed.accuracy_mean is not None
    assert listed.accuracy_std is not None
    print(
        f"{name:20} threshold {point.threshold:.3f} at FMR {FMR:g} ({between(point.fmr)}, "
        f"{every.impostor:,} impostor pairs), TAR {1 - point.fnmr.value:.4f} "
        f"({between(point.fnmr, turned=True)}, {every.genuine:,} genuine pairs); pairs "
        f"{100 * listed.accuracy_mean:.2f} ± {100 * listed.accuracy_std:.2f} %; "
        f"{len(every.failures)} of {every.photos:,} photos not acquired",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder with images/ and pairs.txt")
    parser.add_argument("--embedder", action="append", help=f"default: {', '.join(EMBEDDERS)}")
    parser.add_argument("--detector", default="yunet")
    arguments = parser.parse_args()
    for name in arguments.embedder or EMBEDDERS:
        report(name, arguments.root, arguments.detector)


if __name__ == "__main__":
    main()
