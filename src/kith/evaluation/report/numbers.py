"""report.json: every figure of a report, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kith.evaluation.shapes import number, pairs_shape, threshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.records import Band, Evaluated
    from kith.evaluation.report.examples import Examples
    from kith.evaluation.report.findings import Findings
    from kith.evaluation.report.head import Head
    from kith.evaluation.report.histogram import Histogram
    from kith.evaluation.report.people import Hardest

Shape = dict[str, Any]


def report_shape(found: Sequence[Findings], head: Head) -> Shape:
    """Return what stands in report.json; its keys are a contract and only grow.

    Each system has what `kith evaluate --json` says, and besides the curve, the counted scores,
    the pairs that are shown and the people.
    """
    return head.shape([_system(one) for one in found])


def as_json(shape: Shape) -> bytes:
    """Return a shape as a file; ASCII, so that names of any bytes can be written."""
    return (json.dumps(shape, indent=1, allow_nan=False) + "\n").encode()


def _system(one: Findings) -> Shape:
    result = pairs_shape(one.result, one.evaluated.described.cached)
    use = one.use
    return {
        "name": one.name,
        **result,
        "threshold_in_use": None
        if use is None
        else {"threshold": threshold(use.threshold), "origin": use.origin},
        "accuracies": [
            {"fold": fold.number, "pairs": fold.pairs, "accuracy": number(fold.accuracy)}
            for fold in one.folds
        ],
        "det": curve_shape(one.result.band),
        "scores": _scores(one.scores),
        "false_matches": _examples(one.evaluated, one.false_matches),
        "false_non_matches": _examples(one.evaluated, one.false_non_matches),
        "doubtful_labels": [
            {
                "source": one.evaluated.protocol.photos[doubt.photo],
                "matches": one.evaluated.protocol.photos[doubt.other],
                "similarity": number(doubt.similarity),
                "matched": doubt.matched,
                "compared": doubt.compared,
                "own": doubt.own,
            }
            for doubt in one.suspects
        ],
        "missed_people": _people(one.evaluated, one.goats),
        "matched_people": _people(one.evaluated, one.lambs),
    }


def curve_shape(band: Band) -> Shape:
    """Return a curve with its interval."""
    return {
        "fmr": _numbers(band.fmr),
        "fnmr": _numbers(band.fnmr),
        "low": _numbers(band.low),
        "high": _numbers(band.high),
        "supported": number(band.supported),
    }


def _scores(counted: Histogram) -> Shape:
    return {
        "edges": _numbers(counted.edges),
        "genuine": counted.genuine.tolist(),
        "impostor": counted.impostor.tolist(),
        "without_score": [counted.failed_genuine, counted.failed_impostor],
    }


def _examples(evaluated: Evaluated, examples: Examples | None) -> Shape | None:
    if examples is None:
        return None
    protocol = evaluated.protocol

    def photo(at: int) -> Shape:
        person = int(protocol.person[at])
        return {"source": protocol.photos[at], "name": protocol.people[person]}

    return {
        "mistakes": examples.mistakes,
        "pairs": [
            {"similarity": number(one.similarity), "a": photo(one.first), "b": photo(one.second)}
            for one in examples.pairs
        ],
    }


def _people(evaluated: Evaluated, hardest: Hardest | None) -> Shape | None:
    if hardest is None:
        return None
    return {
        "affected": hardest.affected,
        "measured": hardest.measured,
        "half_of_mistakes": hardest.half,
        "people": [
            {
                "name": evaluated.protocol.people[one.person],
                "errors": one.errors,
                "pairs": one.pairs,
            }
            for one in hardest.people
        ],
    }


def _numbers(values: npt.NDArray[Any]) -> list[float | None]:
    return [number(value) for value in values.tolist()]
