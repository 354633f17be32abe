"""How long a head takes to learn, beside plain scikit-learn on the same numbers.

    python benchmarks/head.py [--people 500] [--photos 20] [--dimension 128] [--plain]

Made embeddings, so that it runs anywhere: people around directions of their own, photos around
them as far apart as two photos of one person are in SFace (a cosine of about 0.5). A head's time is
everything after the photos are described: fitting it to all photos and to all but a part, the
calibration of its probabilities, the choice of the reject threshold, intervals by bootstrap, the
ONNX graph and its proof. The plain reference is one fit of scikit-learn's estimator as it comes,
to all photos, without any of that; ``--plain`` runs it (LinearSVC takes a minute).
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np

from kith.models.catalogue import card
from kith.training.head.graph import build, prove
from kith.training.head.judge import Data, judge
from kith.training.head.records import KINDS, HeadSettings, References


def made(people: int, photos: int, dimension: int, seed: int = 0) -> References:
    """Return unit vectors of people with so many photos each."""
    random = np.random.default_rng(seed)
    centres = _unit(random.normal(size=(people, dimension)))
    person = np.repeat(np.arange(people, dtype=np.int32), photos)
    noise = random.normal(size=(len(person), dimension)) / dimension**0.5
    count = len(person)
    return References(
        _unit(centres[person] + noise).astype(np.float32),
        person,
        tuple(f"Person {number}" for number in range(people)),
        tuple(f"{number}.jpg" for number in range(count)),
        ("",) * count,
        np.ones(count),
        (None,) * count,
    )


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def plain(kind: str, references: References) -> float:
    """Return the seconds of one fit of scikit-learn's estimator with its defaults."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import NearestCentroid
    from sklearn.svm import LinearSVC

    estimator = {"softmax": LogisticRegression, "centroid": NearestCentroid, "svm": LinearSVC}
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator[kind]().fit(references.vectors, references.person)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--photos", type=int, default=20, help="of each person")
    parser.add_argument("--dimension", type=int, default=128)
    parser.add_argument("--plain", action="store_true", help="scikit-learn's defaults, too")
    asked = parser.parse_args()
    references = made(asked.people, asked.photos, asked.dimension)
    threshold = card("sface").threshold
    print(
        f"{len(references.photos):,} embeddings of {asked.people} people, {asked.dimension} numbers"
    )
    import sklearn.linear_model
    import sklearn.svm  # noqa: F401 - loading it is not learning

    for kind in KINDS:
        began = time.perf_counter()
        settings = HeadSettings("made", kind)
        judged = judge(Data(references), settings, threshold)
        graph = build(judged.tried.fitted, judged.calibrated.sharpness)
        away = prove(graph, judged.tried.fitted, judged.calibrated.sharpness, references.vectors)
        seconds = time.perf_counter() - began
        found = judged.figures
        words = (
            f"{kind:9s} {seconds:6.2f} s; {judged.tried.folds[1]} of {judged.tried.folds[0]} parts "
            f"judged; right {found.accuracy.value:.4f}, "
            f"template {found.template_accuracy.value:.4f}, ECE {judged.calibrated.error:.4f}, "
            f"ONNX away by {away:.1e}"
        )
        if asked.plain:
            reference = plain(kind, references)
            words += f"; one plain fit {reference:.2f} s, ratio {seconds / reference:.2f}"
        print(words, flush=True)


if __name__ == "__main__":
    main()
