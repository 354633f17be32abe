"""A study of masks as JSON: plain dictionaries whose keys are a contract and only grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith._version import __version__
from kith.evaluation.masked.records import ANSWERS
from kith.evaluation.shapes import (
    Shape,
    at_threshold,
    ends,
    failures,
    number,
    rate_key,
    rough,
    system_shape,
    threshold,
    unsupported,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.evaluation.masked.records import At, Drop, Looked, Measured, Named
    from kith.evaluation.masked.results import KindResult, MaskedEvaluated, Told
    from kith.evaluation.records import OperatingPoint, Rate


def masked_shape(evaluated: MaskedEvaluated, *, photos: bool = False) -> Shape:
    """Return what `kith evaluate masked` says of a system and a way to compare.

    Args:
        evaluated: of the system.
        photos: also say what became of every photo.
    """
    result = evaluated.result
    least = result.threshold
    return {
        "photos": result.photos,
        "people": result.people,
        "pairs": result.bare.pairs,
        "genuine": result.bare.genuine,
        "impostor": result.bare.impostor,
        "comparison": result.comparison,
        **system_shape(result.system),
        "failures_to_acquire": len(result.failures),
        "threshold_in_use": None
        if least is None
        else {
            "pair": threshold(least.pair),
            "masked_pair": threshold(least.masked),
            "both_masked": threshold(least.both),
            "search": threshold(least.search),
            "masked_search": threshold(least.masked_search),
            "origin": least.origin,
        },
        "bare": _measured(result.bare),
        "told": _told(result.told),
        "masked": [_kind(one) for one in result.kinds],
        **({"of_photos": list(_photos(evaluated))} if photos else {}),
        "failures": failures(result.failures),
        "protocol": result.protocol,
        "fingerprint": result.fingerprint,
        "notes": list(result.notes),
        "seed": result.seed,
        "kith": __version__,
        "seconds": round(result.seconds, 3),
        "cached": result.cached,
    }


def _kind(one: KindResult) -> Shape:
    return {
        "style": one.kind.style,
        "coverage": one.kind.coverage,
        "painted": one.painted,
        "not_painted": len(one.not_painted),
        "lost": len(one.lost),
        "lost_share": _rate(one.lost_share),
        "similarity": _drop(one.drop),
        "names": {"bare": _named(one.bare), "masked": _named(one.masked)},
        "told": _told(one.told),
        "masked_probe": None if one.probe is None else _measured(one.probe),
        "both_masked": None if one.both is None else _measured(one.both),
        "of_people": [
            {
                "name": person.name,
                "photos": person.photos,
                "similarity": {"bare": number(person.bare), "masked": number(person.masked)},
                "right": _two(person.right),
                "wrong": _two(person.wrong),
                "unknown": _two(person.unknown),
            }
            for person in one.people
        ],
        "failures": {"not_painted": failures(one.not_painted), "lost": failures(one.lost)},
    }


def _measured(one: Measured) -> Shape:
    held = [(rate_key(point.asked or 0.0), point) for point in one.held]
    fixed = [(rate_key(point.asked or 0.0), point) for point in one.fixed]
    return {
        "pairs": one.pairs,
        "genuine": one.genuine,
        "impostor": one.impostor,
        "failed_pairs": one.failed,
        "median_similarity": {
            "genuine": number(one.median_genuine),
            "impostor": number(one.median_impostor),
        },
        "auc": number(one.auc.value),
        "eer": number(one.eer.value),
        "threshold_held": {key: _point(point) for key, point in held},
        "threshold_fixed_anew": {key: _point(point) for key, point in fixed},
        "not_supported": unsupported((key, point.fnmr) for key, point in held),
        "at": [_at(each) for each in one.at],
    }


def _point(point: OperatingPoint) -> Shape | None:
    return None if point.threshold is None else at_threshold(point, "fmr", "fnmr")


def _at(one: At) -> Shape:
    least = one.point.threshold
    return {
        "name": one.name,
        "distance": None if least is None else number(1.0 - least),
        **(at_threshold(one.point, "fmr", "fnmr") or {}),
        "accuracy": number(one.accuracy),
        "balanced_accuracy": number(one.balanced),
    }


def _drop(one: Drop | None) -> Shape | None:
    if one is None:
        return None
    odds = one.probability
    return {
        "photos": one.photos,
        "bare": number(one.bare),
        "masked": number(one.masked),
        "drop": number(one.drop),
        "middle_half": [number(one.low), number(one.high)],
        "probability": None if odds is None else {"bare": odds[0], "masked": odds[1]},
    }


def _named(one: Named | None) -> Shape | None:
    if one is None:
        return None
    return {
        "photos": one.right.trials,
        "right": _rate(one.right),
        "wrong": _rate(one.wrong),
        "unknown": _rate(one.unknown),
        "own_person_first": _rate(one.first),
    }


def _told(one: Told | None) -> Shape | None:
    if one is None:
        return None
    return {
        "faces": one.looked,
        "none": one.none,
        "worn": one.worn,
        "wrong": one.wrong,
        "right": _rate(one.right),
    }


def _rate(one: Rate | None) -> Shape | None:
    if one is None:
        return None
    return {
        "share": number(one.value),
        "interval": ends(one.interval),
        "rough": bool(rough(("share", one))),
    }


def _two(counts: tuple[int, int]) -> Shape:
    return {"bare": counts[0], "masked": counts[1]}


def _photos(evaluated: MaskedEvaluated) -> Iterator[Shape]:
    """Yield what became of every photo: without a mask, and behind each."""
    protocol, described = evaluated.protocol, evaluated.portrayed.described
    people = protocol.people
    bare = evaluated.result.looked
    copies = evaluated.portrayed.copies
    for at in np.flatnonzero(evaluated.result.used).tolist():
        yield {
            "source": protocol.photos[at],
            "name": people[int(protocol.person[at])],
            "bare": _answer(bare, at, people) | {"reason": described.reasons[at]},
            "masked": [
                {
                    "style": one.kind.style,
                    "coverage": one.kind.coverage,
                    "painted": bool(copy.painted[at]),
                    **_answer(one.looked, at, people),
                    "reason": copy.reasons[at],
                }
                for one, copy in zip(evaluated.result.kinds, copies, strict=True)
            ],
        }


def _answer(looked: Looked, at: int, people: Sequence[str]) -> Shape:
    who = int(looked.name[at])
    return {
        "similarity": number(float(looked.own[at])),
        "answer": ANSWERS[int(looked.answer[at])],
        "closest": None if who < 0 else people[who],
        "closest_similarity": number(float(looked.similarity[at])),
    }
