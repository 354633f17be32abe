"""How long a head takes to learn, beside plain scikit-learn on the same numbers.

    python benchmarks/head.py [--people 500] [--photos 20] [--dimension 128] [--plain]
    python benchmarks/head.py --real ROOT [--embedder sface]

Made embeddings, so that it runs anywhere: people around directions of their own, photos around
them as far apart as two photos of one person are in SFace (a cosine of about 0.5). A head's time is
everything after the photos are described: fitting it to all photos and to all but a part, the
calibration of its probabilities, the choice of the reject threshold, intervals by bootstrap, the
ONNX graph and its proof. The plain reference is one fit of scikit-learn's estimator as it comes,
to all photos, without any of that; ``--plain`` runs it (LinearSVC takes a minute).

``--real`` measures on photos instead, a folder for each person: how the kinds do beside a template,
and which share of strangers gets a name where the embedder's own threshold is raised for so many
people with so many photos each, as it is where nobody has photos of strangers.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from kith.models.card import Threshold
from kith.models.catalogue import card
from kith.training.head.graph import build, prove
from kith.training.head.judge import Data, judge
from kith.training.head.records import KINDS, HeadSettings, References
from kith.training.head.reject import raised

DRAWS = 60


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


def real(root: str, embedder: str) -> None:
    """Measure on photos."""
    from kith import Recognizer
    from kith.recognizer.cache import FaceCache
    from kith.training.head.gather import gather, look

    with Recognizer(embedder=embedder) as recognizer, FaceCache() as cache:
        found = gather(look(recognizer, root, quietly, cache), recognizer, root)
    references, threshold = found.references, card(embedder).threshold
    print(f"{len(references.photos):,} photos of {len(references.people):,} people, {embedder}")
    for kind in KINDS:
        figures = judge(Data(references), HeadSettings("real", kind), threshold).figures
        assert figures.fpir is not None
        print(
            f"{kind:9s} right {figures.accuracy.value:.4f}, found {figures.found.value:.4f} at an "
            f"FPIR of {figures.fpir.value:.4f}; template {figures.template_accuracy.value:.4f}, "
            f"{figures.template_found.value:.4f}",
            flush=True,
        )
    if threshold is not None:
        raised_thresholds(references, threshold)


@contextmanager
def quietly(_what: str, _total: int) -> Iterator[Callable[[], None]]:
    yield lambda: None


def raised_thresholds(references: References, threshold: Threshold, rate: float = 0.01) -> None:
    """Draw galleries from the people, and ask for everybody else."""
    random = np.random.default_rng(0)
    counts = np.bincount(references.person)
    print(f"strangers named at the raised threshold, mean of {DRAWS} galleries; promised {rate:g}")
    for photos in (1, 2, 3, 5):
        enough = np.flatnonzero(counts >= photos)
        for people in (2, 5, 20, 100):
            if len(enough) < people:
                continue
            limit = raised(people, rate, threshold, photos)
            assert limit is not None
            named = []
            for _ in range(DRAWS):
                chosen = random.permutation(enough)[:people]
                rows = [np.flatnonzero(references.person == one)[:photos] for one in chosen]
                templates = _unit(np.stack([references.vectors[own].mean(axis=0) for own in rows]))
                others = references.vectors[~np.isin(references.person, chosen)]
                named.append(((others @ templates.T).max(axis=1) >= limit).mean())
            print(f"{people:4d} people, {photos} photos: {limit:.3f}, FPIR {np.mean(named):.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--photos", type=int, default=20, help="of each person")
    parser.add_argument("--dimension", type=int, default=128)
    parser.add_argument("--plain", action="store_true", help="scikit-learn's defaults, too")
    parser.add_argument("--real", metavar="ROOT", help="a folder with a folder for each person")
    parser.add_argument("--embedder", default="sface", help="for --real")
    asked = parser.parse_args()
    if asked.real:
        real(asked.real, asked.embedder)
    else:
        made_ones(asked)


def made_ones(asked: argparse.Namespace) -> None:
    """Measure speed on made embeddings."""
    references = made(asked.people, asked.photos, asked.dimension)
    threshold = card("sface").threshold
    print(
        f"{len(references.photos):,} embeddings of {asked.people} people, {asked.dimension} numbers"
    )
    import sklearn.linear_model
    import sklearn.svm  # noqa: F401 - loading it is not learning

    for kind in KINDS:
        began, busy = time.perf_counter(), time.process_time()
        settings = HeadSettings("made", kind)
        judged = judge(Data(references), settings, threshold)
        graph = build(judged.tried.fitted, judged.calibrated.sharpness)
        away = prove(graph, judged.tried.fitted, judged.calibrated.sharpness, references.vectors)
        seconds = time.perf_counter() - began
        busy = time.process_time() - busy
        found = judged.figures
        parts, tested = judged.tried.folds
        words = (
            f"{kind:9s} {seconds:6.2f} s, {busy:.2f} of all cores; {tested} of {parts} parts "
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
