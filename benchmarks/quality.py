"""Show how well quality foretells which comparisons fail, on photos and on damaged copies.

The error versus discard characteristic (P. Grother, E. Tabassi, *Performance of biometric quality
measures*, PAMI 29, 2007; ISO/IEC 29794-1): the share of genuine pairs that fail at a fixed
threshold, when the worst photos in the eyes of a measure are discarded. A good measure falls like
the oracle, which discards what fails most; a useless one stays like chance.

Photos lie in a folder for each person. Copies of them, damaged in all the ways of `damage.py`, are
compared with the person's other photos as they are. kith's own bounds were fitted on one half of
LFW's people (by the checksum of their names); the tables of copies are of the other half.

    python benchmarks/quality.py DATA/lfw_dev/images
    python benchmarks/quality.py PEOPLE --kinds 0 --threshold 0.368
"""

from __future__ import annotations

import argparse
import timeit
from collections import Counter
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import kith
from copies import WHOLE, Copies, describe, residual
from damage import KINDS
from kith.alignment import ARCFACE
from kith.evaluation.metrics import threshold_at_fmr
from kith.quality import POOR, UNUSABLE, measure, reason

DISCARDED = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
FMRS = (1e-3, 1e-5)
Numbers = npt.NDArray[np.float64]


def former(copies: Copies) -> Numbers:
    """Return the score as it was before: size, sharpness and yaw alone."""
    parts = (("size", 3, 16), ("sharpness", 0.11, 0.24), ("yaw", -1.1, -0.5))
    score = np.ones(len(copies.faces))
    for name, worst, good in parts:
        value = copies.column(name) if name != "yaw" else -np.abs(copies.column(name))
        score *= np.clip((value - worst) / (good - worst), 0, 1)
    return score


def signals(copies: Copies) -> dict[str, Numbers]:
    """Return measures by name: the higher, the better the face."""
    found = {name: copies.column(name) for name in ("size", "sharpness", "contrast")}
    found["frontal pose"] = -np.abs(copies.column("yaw"))
    for name in ("glare", "unevenness", "grain", "cut"):
        found[f"little {name}"] = -copies.column(name)
    found["landmarks fit"] = -np.array([residual(face) for face in copies.faces])
    if copies.steady is not None:
        found["like its mirror image"] = copies.steady
    found["former score"] = former(copies)
    found["detector's score"] = np.array([face.score for face in copies.faces])
    lengths = [face.length for face in copies.faces]
    if None not in lengths:
        found["vector's length"] = np.array(lengths, np.float64)
    found["kith's score"] = copies.column("score")
    return found


def row(name: str, values: list[float]) -> str:
    return f"{name:22}" + "".join(f"{100 * value:8.2f}" for value in values)


def head(title: str) -> None:
    print(f"\n{title}\n{'FNMR % with discarded':22}" + "".join(f"{d:8.0%}" for d in DISCARDED))


def whole_photos(copies: Copies, threshold: float, title: str) -> None:
    """Discard photos among photos that nothing was done to; a pair goes with either of its two."""
    whole = copies.whole
    person, rows = copies.person[whole], copies.rows[whole]
    first, second = np.triu_indices(len(whole), 1)
    same = person[first] == person[second]
    first, second = first[same], second[same]
    failed = np.einsum("ij,ij->i", rows[first], rows[second]) < threshold
    head(f"{title}: {len(failed):,} genuine pairs, {failed.sum()} fail")

    def curve(values: Numbers) -> list[float]:
        place = np.argsort(np.argsort(values, kind="stable"))
        steps = [int(share * len(whole)) for share in DISCARDED]
        kept = [(place[first] >= step) & (place[second] >= step) for step in steps]
        return [float(np.mean(failed[pairs])) for pairs in kept]

    chance = [curve(np.random.default_rng(seed).random(len(whole))) for seed in range(50)]
    print(row("chance", np.mean(chance, axis=0).tolist()))
    for name, values in signals(copies).items():
        print(row(name, curve(values[whole])))
    oracle = -np.bincount(np.concatenate([first, second])[np.tile(failed, 2)], minlength=len(whole))
    print(row("oracle", curve(oracle.astype(float))))


def failing(copies: Copies, threshold: float) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return the share of each face's comparisons with whole photos that fail, and who has any."""
    whole = copies.whole
    genuine = copies.person[:, None] == copies.person[whole]
    genuine &= copies.photo[:, None] != copies.photo[whole]
    failed = genuine & (copies.rows @ copies.rows[whole].T < threshold)
    total = genuine.sum(axis=1)
    return failed.sum(axis=1) / np.maximum(total, 1), total > 0


def damaged(copies: Copies, share: Numbers, wanted: npt.NDArray[np.bool_]) -> None:
    """Discard damaged copies that are compared with whole photos."""
    head(f"damaged copies: {wanted.sum():,} on which a face was found")
    print(row("chance", [float(share[wanted].mean())] * len(DISCARDED)))
    found = {name: values[wanted] for name, values in signals(copies).items()}
    for name, values in (found | {"oracle": -share[wanted]}).items():
        left = share[wanted][np.argsort(values, kind="stable")]
        print(row(name, [float(left[int(step * len(left)) :].mean()) for step in DISCARDED]))


def bounds(copies: Copies, share: Numbers, wanted: npt.NDArray[np.bool_]) -> None:
    """Print what lies under the bounds, and whether it fails."""
    score, whole = copies.column("score"), copies.kind == WHOLE
    for bound in (UNUSABLE, 0.2, 0.3, 0.4, POOR, 0.6, 0.7, 0.8):
        under = wanted & (score < bound)
        near = under & (score >= bound - 0.1)
        print(
            f"score under {bound:.1f}: {np.sum(whole & (score < bound))} of {whole.sum():,} whole "
            f"photos, {np.mean(under[wanted]):.1%} of copies; of their comparisons succeed "
            f"{1 - share[under].mean():.1%}, of those just under {1 - share[near].mean():.1%}; "
            f"{share[under].sum() / share[wanted].sum():.1%} of what fails"
        )


def reasons(copies: Copies, wanted: npt.NDArray[np.bool_]) -> None:
    """Print what poor copies are told to be."""
    poor = wanted & (copies.column("score") < POOR)
    for kind in KINDS:
        words = Counter(
            reason(copies.faces[place].quality)  # type: ignore[arg-type]
            for place in np.flatnonzero(poor & (copies.kind == kind))
        )
        shown = ", ".join(f"{word} {number}" for word, number in words.most_common(4))
        print(f"{kind:11} no face in {copies.lost[kind]:4}, poor {words.total():4}: {shown}")


def took() -> float:
    """Return the milliseconds of one measurement on one thread, the best of many rounds."""
    crop = np.random.default_rng(0).integers(0, 256, (112, 112, 3)).astype(np.uint8)
    cv2.setNumThreads(1)
    once = partial(measure, crop, ARCFACE.template, sureness=0.9, strength=0.9, frame=(112, 112))
    return 10 * min(timeit.repeat(once, number=100, repeat=50))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="a folder of photos for each person")
    parser.add_argument("--detector", default="yunet")
    parser.add_argument("--embedder", default="sface")
    parser.add_argument("--kinds", type=int, default=len(KINDS), help="of damage, for each photo")
    parser.add_argument("--limit", type=int, default=0, help="so many people")
    parser.add_argument("--threshold", type=float, help="where few impostors are: take this one")
    parser.add_argument("--mirror", action="store_true", help="compare mirror images too")
    asked = parser.parse_args()
    with kith.Recognizer(asked.detector, asked.embedder, accept_license=True) as recognizer:
        copies = describe(
            asked.root, recognizer, kinds=asked.kinds, limit=asked.limit, mirror=asked.mirror
        )
    whole = copies.whole
    alike = copies.rows[whole] @ copies.rows[whole].T
    others = copies.person[whole][:, None] < copies.person[whole]
    levels = {f"FMR {fmr:g}": threshold_at_fmr(alike[others], fmr) for fmr in FMRS}
    if asked.threshold is not None:
        levels = {"given": asked.threshold}
    for name, threshold in levels.items():
        whole_photos(copies, threshold, f"whole photos, threshold {threshold:.3f} ({name})")
    if asked.kinds:
        share, mates = failing(copies, next(iter(levels.values())))
        wanted = mates & copies.held & (copies.kind != WHOLE)
        damaged(copies, share, wanted)
        print()
        bounds(copies, share, wanted)
        print()
        reasons(copies, copies.kind != WHOLE)
    print(f"\nmeasuring a face takes {took():.2f} ms")


if __name__ == "__main__":
    main()
