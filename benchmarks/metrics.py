"""Metrics and bootstrap of many scores, beside scikit-learn on the same scores.

    python benchmarks/metrics.py [--scores 1e7] [--people 3000] [--genuine 0.02] [--rounds 1000]

Each step runs in a process of its own, which prints its time and its peak memory, the scores and
all libraries included. scikit-learn has no bootstrap over people: its side is one weighted ROC
curve per round, timed over a few rounds, which gives EER, area and every FNMR at an FMR.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation import metrics
from kith.evaluation.metrics.draws import draws
from kith.evaluation.records import Comparisons

if TYPE_CHECKING:
    from collections.abc import Callable

RATES = (1e-1, 1e-2, 1e-3, 1e-4)
THRESHOLD = 2.0
PEER_ROUNDS = 2


def made(scores: int, people: int, genuine: float) -> Comparisons:
    """Random pairs; every person adds something of their own to all their scores."""
    rng = np.random.default_rng(0)
    a = rng.integers(0, people, scores, dtype=np.int32)
    same = rng.random(scores, dtype=np.float32) < genuine
    b = (a + rng.integers(1, people, scores, dtype=np.int32) * ~same) % people
    habit = rng.standard_normal(people, dtype=np.float32) * np.float32(0.4)
    similarity = rng.standard_normal(scores, dtype=np.float32)
    similarity += habit[a]
    similarity += habit[b]
    similarity += np.float32(3) * same
    return Comparisons(similarity, same, a, b.astype(np.int32), people)


def kith_metrics(data: Comparisons, _rounds: int) -> dict[str, float]:
    found = metrics.summary(data, RATES, THRESHOLD, rounds=0)
    fnmr = {f"FNMR at FMR {point.asked:g}": point.fnmr.value for point in found.points}
    return {"EER": found.eer.value, "area": found.auc.value, **fnmr}


def kith_det(data: Comparisons, _rounds: int) -> dict[str, float]:
    det = metrics.det_curve(data.genuine, data.impostor)
    return {"points": len(det.threshold)}


def kith_bootstrap(data: Comparisons, rounds: int) -> dict[str, float]:
    found = metrics.summary(data, RATES, THRESHOLD, rounds=rounds)
    return {
        "EER from": found.eer.interval.low,
        "to": found.eer.interval.high,
        "area from": found.auc.interval.low,
        "to ": found.auc.interval.high,
    }


def read_off(fmr: np.ndarray, tmr: np.ndarray) -> dict[str, float]:
    """What `kith_metrics` finds, from a ROC curve."""
    nearest = np.argmin(np.abs(1 - tmr - fmr))
    places = np.searchsorted(fmr, RATES, "right") - 1
    fnmr = dict(zip((f"FNMR at FMR {rate:g}" for rate in RATES), 1 - tmr[places], strict=True))
    area = float(np.trapezoid(tmr, fmr))
    return {"EER": float(fmr[nearest] + 1 - tmr[nearest]) / 2, "area": area, **fnmr}


def peer_metrics(data: Comparisons, _rounds: int) -> dict[str, float]:
    from sklearn.metrics import roc_curve

    fmr, tmr, _ = roc_curve(data.same, data.similarity)
    return read_off(fmr, tmr)


def peer_det(data: Comparisons, _rounds: int) -> dict[str, float]:
    from sklearn.metrics import det_curve

    fmr, _, _ = det_curve(data.same, data.similarity, drop_intermediate=False)
    return {"points": len(fmr)}


def peer_bootstrap(data: Comparisons, _rounds: int) -> dict[str, float]:
    from sklearn.metrics import roc_curve

    eer = []
    for block in draws(data.people, PEER_ROUNDS, 0):
        for drawn in block:
            weights = drawn[data.a].astype(np.float64)
            weights[~data.same] *= drawn[data.b[~data.same]]
            fmr, tmr, _ = roc_curve(data.same, data.similarity, sample_weight=weights)
            eer.append(read_off(fmr, tmr)["EER"])
    return {"EER of a round": eer[0], "of the next": eer[-1]}


STEPS: dict[str, tuple[Callable[[Comparisons, int], dict[str, float]], ...]] = {
    "EER, area, FNMR at four FMRs": (kith_metrics, peer_metrics),
    "DET, every point": (kith_det, peer_det),
    "bootstrap": (kith_bootstrap, peer_bootstrap),
}


def run_alone(name: str, size: list[str]) -> None:
    step = next(call for pair in STEPS.values() for call in pair if call.__name__ == name)
    scores, people, genuine, rounds = size
    data = made(int(float(scores)), int(people), float(genuine))
    began = time.perf_counter()
    found = step(data, int(rounds))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "found": found}))


def measured(call: Callable[..., object], size: list[str]) -> dict[str, object]:
    command = [sys.executable, __file__, "--alone", call.__name__, *size]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scores", default="1e7")
    parser.add_argument("--people", default="3000")
    parser.add_argument("--genuine", default="0.02")
    parser.add_argument("--rounds", default="1000")
    parser.add_argument("--alone", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        run_alone(given.alone[0], given.alone[1:])
        return
    size = [given.scores, given.people, given.genuine, given.rounds]
    print(f"{float(given.scores):,.0f} scores, {given.people} people, {given.genuine} genuine")
    for title, (ours, peers) in STEPS.items():
        mine, theirs = measured(ours, size), measured(peers, size)
        seconds = theirs["seconds"]
        if ours is kith_bootstrap:
            seconds *= int(given.rounds) / PEER_ROUNDS
            title = f"{title}, {given.rounds} rounds (scikit-learn: {PEER_ROUNDS}, multiplied)"
        print(
            f"\n{title}\n"
            f"  kith          {mine['seconds']:8.2f} s  peak {mine['peak']:6,.0f} MiB\n"
            f"  scikit-learn  {seconds:8.2f} s  peak {theirs['peak']:6,.0f} MiB\n"
            f"  ratio         {seconds / mine['seconds']:8.1f}"
        )
        for name, one in (("kith", mine), ("scikit-learn", theirs)):
            values = ", ".join(f"{key} {value:.8g}" for key, value in one["found"].items())
            print(f"  {name + ':':13} {values}")


if __name__ == "__main__":
    main()
