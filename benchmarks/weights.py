"""Show what it gains to weigh a person's photos with their quality.

Of people with four photos or more, one photo as it is looks for the template of the others, of
which a share was damaged in one of the ways of `damage.py`. Photos too poor to tell are left out
as enrolment leaves them out. Printed are the similarity to the own template, its fifth percentile,
and the share of misses at the threshold that one pair of two people in a thousand reaches.

    python benchmarks/weights.py DATA/lfw_dev/images
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from copies import WHOLE, Copies, describe
from kith.gallery import templates
from kith.quality import UNUSABLE

SHARES = (0.0, 0.3, 0.6, 0.9)
ROUNDS = 20
LEAST = 4


def draw(
    copies: Copies, damaged: float, random: np.random.Generator
) -> tuple[list[npt.NDArray[np.intp]], list[int]]:
    """Return which faces each person is enrolled with, and which one looks for them."""
    enrolled, probes = [], []
    for person in np.unique(copies.person):
        own = copies.person == person
        photos = np.unique(copies.photo[own])
        if len(photos) < LEAST:
            continue
        probe, *rest = random.permutation(photos)
        chosen = [
            random.choice(np.flatnonzero(own & (copies.photo == photo) & wanted))
            for photo in rest
            for wanted in [(copies.kind != WHOLE) == (random.random() < damaged)]
            if np.any(own & (copies.photo == photo) & wanted)
        ]
        scores = np.array([copies.faces[place].quality.score for place in chosen])
        if np.any(scores >= UNUSABLE):
            enrolled.append(np.array(chosen)[scores >= UNUSABLE])
            probes.append(int(np.flatnonzero((copies.photo == probe) & (copies.kind == WHOLE))[0]))
    return enrolled, probes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="a folder of photos for each person")
    parser.add_argument("--embedder", default="sface")
    parser.add_argument("--kinds", type=int, default=6, help="of damage, for each photo")
    asked = parser.parse_args()
    with kith.Recognizer(embedder=asked.embedder, accept_license=True) as recognizer:
        copies = describe(asked.root, recognizer, kinds=asked.kinds)
    score = copies.column("score")
    ways = {"all alike": None, "0.5": 0.5, "0.25": 0.25, "0.1": 0.1, "0.02": 0.02}
    for damaged in SHARES:
        print(f"\n{damaged:.0%} of the enrolled photos damaged; least weight:")
        own: dict[str, list] = {way: [] for way in ways}
        other: dict[str, list] = {way: [] for way in ways}
        for number in range(ROUNDS):
            enrolled, probes = draw(copies, damaged, np.random.default_rng(number))
            for way, least in ways.items():
                templates.LEAST_WEIGHT = least or 1.0
                made = [templates.template(copies.rows[p], score[p]).vector for p in enrolled]
                alike = copies.rows[probes] @ np.array(made).T
                own[way].append(np.diag(alike))
                other[way].append(alike[~np.eye(len(alike), dtype=bool)])
        for way in ways:
            mates, strangers = np.concatenate(own[way]), np.concatenate(other[way])
            threshold = np.quantile(strangers, 1 - 1e-3)
            print(
                f"{way:10} similarity {mates.mean():.4f}, fifth percentile "
                f"{np.quantile(mates, 0.05):.3f}; missed {np.mean(mates < threshold):.2%} of "
                f"{len(mates):,} at {threshold:.3f}"
            )


if __name__ == "__main__":
    main()
