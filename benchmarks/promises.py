"""Show whether a calibrated threshold keeps its promise for people who were not there.

The people of a folder are shuffled again and again; on some a threshold is calibrated, on the
rest, whom nothing was chosen or measured on, it is tested.

one to one      FMR promised, the plain threshold (the least with that FMR on the choosing part)
                beside the one that is taken: how often the others' FMR is at most the promise, and
                how often it lies in the interval that the calibration reported.
templates       similarity that a share of strangers reaches, to single photos and to templates.
one to many     FPIR promised, galleries of the others' people with strangers among them: what the
                thresholds come to that are read off single photos, off templates as measured, and
                off templates so that they hold for others (what is taken).
probability     logistic (J. Platt 1999, targets of H.-T. Lin et al. 2007, both kinds weighing the
                same) beside isotonic: calibration error and Brier score on the others.

    python benchmarks/promises.py DATA/lfw_dev/images
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from kith.decision.calibration import Calibration
from kith.decision.curves import Points
from kith.evaluation.calibrate.material import Material, from_folder
from kith.evaluation.calibrate.measure import measure
from kith.evaluation.calibrate.probability import brier, calibration_error, odds_of
from kith.evaluation.calibrate.similarities import (
    Impostors,
    impostors_of,
    own_templates,
    photo_pairs,
    searches,
)
from kith.evaluation.calibrate.split import Part, parts_of
from kith.evaluation.calibrate.tail import tail_of
from kith.evaluation.calibrate.task import Task
from kith.evaluation.metrics import false_match_rate, false_non_match_rate, threshold_at_fmr
from kith.evaluation.records import Scores
from kith.recognizer.cache import FaceCache

Floats = npt.NDArray[np.float64]
RATES = (1e-2, 1e-3, 1e-4, 1e-5)


def some(material: Material, people: npt.NDArray[np.intp]) -> Material:
    """Return the photos of some people."""
    at = np.flatnonzero(np.isin(material.person, people))
    names, person = np.unique(material.person[at], return_inverse=True)
    return Material(
        material.source,
        person.reshape(len(at)).astype(np.int32),
        tuple(material.people[name] for name in names),
        tuple(material.digests[number] for number in at),
        material.acquired[at],
        material.quality[at],
        lambda wanted: material.vectors(at[wanted]),
        (None,) * len(at),  # all photos count as if nobody wore a mask
    )


def shuffles(material: Material, people: int, rounds: int) -> Iterator[tuple[Material, Part, int]]:
    """Yield photos to calibrate on, the others as one part, and a seed."""
    for seed in range(rounds):
        order = np.random.default_rng(seed).permutation(len(material.people))
        yield some(material, order[:people]), whole(some(material, order[people:])), seed


def whole(material: Material) -> Part:
    """Return everybody as one part."""
    order = np.argsort(material.person, kind="stable")
    return Part(
        material.person[order],
        material.people,
        material.acquired[order],
        material.quality[order],
        material.vectors(order),
        tuple(material.digests[number] for number in order),
        tuple(material.states[number] for number in order),
    )


def one_to_one(material: Material, task: Task, people: int, rounds: int) -> None:
    rows = []
    for chosen, others, seed in shuffles(material, people, rounds):
        found = measure(chosen, Task(task.contract, task.detector, task.fmr, task.fpir, seed))
        held = photo_pairs(others)
        part = parts_of(chosen, seed)[0]
        plain = threshold_at_fmr(impostors_of(part, photo_pairs(part)).scores, task.fmr)
        row = []
        for threshold in (plain, found.calibration.threshold):
            rate = false_match_rate(held.impostor, threshold)
            row += [rate, rate <= task.fmr, false_non_match_rate(held.genuine, threshold)]
        said = found.calibration.measured_fmr
        rows.append([*row, said.low <= row[3] <= said.high])
    values = np.array(rows)
    plain_fmr, plain_kept, _, fmr, kept, _, within = values.mean(axis=0)
    plain_fnmr, fnmr = np.median(values[:, [2, 5]], axis=0)
    print(
        f"{people} people, FMR {task.fmr:g}: plain: FMR {plain_fmr:.2e}, kept {plain_kept:.0%}, "
        f"FNMR {plain_fnmr:.2%} | taken: FMR {fmr:.2e}, kept {kept:.0%}, FNMR {fnmr:.2%}, "
        f"in the reported interval {within:.0%}"
    )


def templates(material: Material, photos: int) -> None:
    everybody = whole(material)
    pairs = photo_pairs(everybody).impostor
    print("similarity reached by   " + "   ".join(f"{rate:g}" for rate in RATES))
    print("photo and photo        ", *(f"{np.quantile(pairs, 1 - r):.3f}  " for r in RATES))
    enough = np.flatnonzero(everybody.faces >= photos)
    for size in range(1, photos + 1):
        rows = np.stack([everybody.template(first(everybody, p, size)) for p in enough])
        scores = everybody.vectors @ rows.T
        others = scores[everybody.person[:, None] != enough]
        shown = (f"{np.quantile(others, 1 - rate):.3f}  " for rate in RATES)
        print(f"photo, template of {size}   ", *shown)


def first(part: Part, person: int, size: int) -> npt.NDArray[np.intp]:
    return np.flatnonzero((part.person == person) & part.acquired)[:size]


def as_measured(impostors: Impostors, task: Task) -> tuple[Points, float]:
    """Return the tail without allowance for other people."""
    rates = [rate for rate, _ in tail_of(impostors, task.fpir).knots]
    points = tuple((rate, threshold_at_fmr(impostors.scores, rate)) for rate in rates)
    at = np.array([similarity for _, similarity in points])
    spread = at - at.mean()
    return points, float(-(spread @ spread) / (spread @ np.log(rates)))


def one_to_many(material: Material, task: Task, people: int, rounds: int) -> None:
    named = defaultdict(list)
    for chosen, others, seed in shuffles(material, people, rounds):
        found = measure(chosen, Task(task.contract, task.detector, task.fmr, task.fpir, seed))
        part = parts_of(chosen, seed)[0]
        tails = {
            "photos": as_measured(impostors_of(part, photo_pairs(part)), task),
            "templates": as_measured(searches(part), task),
            "taken": (found.calibration.tail, found.calibration.scale),
        }
        for size in (10, 100):
            for fpir in (3e-3, 3e-2):
                limits = {
                    name: limit(found.calibration, points, scale, fpir, size)
                    for name, (points, scale) in tails.items()
                }
                rates = strangers_named(others, size, list(limits.values()), seed)
                own = own_templates(others)
                for (name, at), rate in zip(limits.items(), rates, strict=True):
                    missed = false_non_match_rate(own, at)
                    named[size, fpir, name].append((at, rate, rate <= fpir, missed))
    for (size, fpir, name), values in named.items():
        at, rate, kept, _ = np.mean(np.array(values), axis=0)
        missed = float(np.median([one[3] for one in values]))
        print(
            f"{people} people, gallery of {size}, FPIR {fpir:g}, {name}: threshold {at:.3f}, "
            f"FPIR {rate:.4f}, kept {kept:.0%}, missed {missed:.1%}"
        )


def limit(found: Calibration, points: Points, scale: float, fpir: float, size: int) -> float:
    values = {name: getattr(found, name) for name in found.__dataclass_fields__}
    changed = {"tail": points, "scale": scale, "fpir": fpir, "threshold": -1.0}
    return Calibration(**(values | changed)).threshold_for(size)


def strangers_named(
    part: Part, size: int, thresholds: list[float], seed: int, galleries: int = 100
) -> Floats:
    """Return the share of strangers who are named, each person's photos weighing one in all."""
    random = np.random.default_rng(seed)
    several = np.flatnonzero(part.faces > 1)
    known = {int(p): part.template(first(part, int(p), 99)) for p in several}
    found = np.zeros(len(thresholds))
    for _ in range(galleries):
        chosen = random.choice(several, min(size, len(several)), replace=False)
        away = ~np.isin(part.person, chosen) & part.acquired
        best = (part.vectors[away] @ np.stack([known[int(p)] for p in chosen]).T).max(axis=1)
        weight = 1.0 / part.faces[part.person[away]]
        found += [weight[best >= at].sum() / weight.sum() for at in thresholds]
    return found / galleries


def logistic(genuine: Scores, impostor: Scores, people: int, pairs: int) -> Points:
    """Fit by Newton's method; returned as points, which the log-odds between are exact for."""
    x = np.append(genuine, impostor).astype(np.float64)
    right = np.arange(len(x)) < len(genuine)
    target = np.where(right, (people + 1) / (people + 2), 1 / (pairs + 2))
    weight = np.where(right, 0.5 / len(genuine), 0.5 / len(impostor))
    rows, line = np.stack([x, np.ones_like(x)], axis=1), np.zeros(2)
    for _ in range(100):
        said = 1 / (1 + np.exp(-rows @ line))
        slope = rows.T @ (weight * (said - target))
        curve = (rows * (weight * said * (1 - said))[:, None]).T @ rows
        line -= np.linalg.solve(curve + 1e-12 * np.eye(2), slope)
    ends = np.array([-1.0, 1.0])
    odds = np.clip(ends * line[0] + line[1], -30, 30)
    return tuple(zip(ends.tolist(), (1 / (1 + np.exp(-odds))).tolist(), strict=True))


def probability(material: Material, people: int, rounds: int) -> None:
    rows = defaultdict(list)
    for chosen, others, _seed in shuffles(material, people, rounds):
        part = whole(chosen)
        seen, held = photo_pairs(part), photo_pairs(others)
        several, there = int((part.faces > 1).sum()), len(part.names)
        kinds = {
            "two faces": ((seen.genuine, seen.impostor), (held.genuine, held.impostor)),
            "template": (
                (own_templates(part), searches(part).scores),
                (own_templates(others), searches(others).scores),
            ),
        }
        for kind, (learnt, tested) in kinds.items():
            for name, fit in (("logistic", logistic), ("isotonic", odds_of)):
                odds = fit(*learnt, several, there * (there - 1) // 2)
                rows[kind, name].append([calibration_error(odds, *tested), brier(odds, *tested)])
    for (kind, name), values in rows.items():
        error, score = np.mean(np.array(values), axis=0)
        print(f"{people} people, {kind}, {name}: calibration error {error:.4f}, Brier {score:.5f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="a folder with a folder for each person")
    parser.add_argument("--embedder", default="sface")
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    with kith.Recognizer(embedder=arguments.embedder) as recognizer, FaceCache() as cache:
        material = from_folder(arguments.root, recognizer, cache=cache)
        contract = recognizer.contract
    half = len(material.people) // 2
    for people, fmr in ((160, 1e-3), (240, 1e-3), (half, 1e-3), (60, 1e-2), (half, 1e-2)):
        one_to_one(material, Task(contract, "yunet", fmr, 3e-3, 0), people, arguments.rounds)
    templates(material, 5)
    for people in (160, half):
        one_to_many(material, Task(contract, "yunet", 1e-3, 3e-3, 0), people, arguments.rounds)
    for people in (80, half):
        probability(material, people, arguments.rounds)


if __name__ == "__main__":
    main()
