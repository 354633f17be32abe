"""What ``kith calibrate`` says."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kith.cli.calibrated import percent
from kith.cli.calibrating_masked import limit_shape, masked_shape, print_masked, rate
from kith.cli.output import Column, Table, count, say
from kith.errors import printable
from kith.shapes import number

if TYPE_CHECKING:
    from kith.decision.calibration import Calibration
    from kith.evaluation.calibrate import CalibrationReport
    from kith.evaluation.calibrate.traditional import Tried
    from kith.evaluation.records import Rate

WORDS = {"own": "the network's own", "cosine": "cosine distance", "euclidean": "Euclidean distance"}
DATA = {"gallery": "the gallery's own photos", "photos": "photos", "pairs": "photos of pairs"}


def print_report(report: CalibrationReport, people: int, *, traditional: bool) -> None:
    """Print a new calibration, and what was noticed on the way.

    Args:
        report: of the calibration.
        people: in the gallery now.
        traditional: also what tutorials' distances would do.
    """
    print_calibration(report.calibration, people)
    if traditional:
        _print_tried(report)
    for one in report.alike:
        a, b = printable(one.a, 60), printable(one.b, 60)
        say(
            f"alike: {a} and {b}, {one.similarity:.2f}, as photos of one person are: if they are "
            "one, or a photo lies under the wrong name, put that right and calibrate again"
        )
    for note in report.notes:
        say(f"note: {note}")


def print_calibration(found: Calibration, people: int) -> None:
    """Print what a calibration is, and what it means for so many people."""
    say(
        f"{found.detector} + {found.contract.model}, {found.created[:10]}: "
        f"{count(found.people, 'person')}, {count(found.photos, 'photo')} ({DATA[found.source]})"
    )
    rough = " (rough: more people would lower it)" if found.rough else ""
    say(
        f"two photos: a match needs {found.threshold:.3f} for an FMR of at most "
        f"{percent(found.fmr)}{rough}"
    )
    say(
        f"  on people it was not chosen on: FMR {rate(found.measured_fmr)}, "
        f"FNMR {rate(found.measured_fnmr)}"
    )
    for size in dict.fromkeys((people, found.searched)):
        if size:
            say(f"a search among {size:,}: {_search(found, size)}")
    say(
        f"  tried among {found.searched:,}: FPIR {rate(found.measured_fpir)}, "
        f"FNIR {rate(found.measured_fnir)}"
    )
    say(
        f"probabilities: off by {percent(found.odds_error)} on average, at even odds before looking"
    )
    say("in brackets the 95 % interval, by bootstrap over people")
    print_masked(found)


def report_shape(report: CalibrationReport, people: int, *, traditional: bool) -> dict[str, Any]:
    """Return the JSON of a new calibration."""
    shape = calibration_shape(report.calibration, people)
    if traditional:
        shape["traditional"] = [_tried_shape(one) for one in report.tried]
    alike = [{"a": a, "b": b, "similarity": number(at)} for a, b, at in report.alike]
    return shape | {"alike": alike, "notes": list(report.notes)}


def calibration_shape(found: Calibration, people: int) -> dict[str, Any]:
    """Return the JSON of a calibration, for a gallery of so many people."""
    return {
        "calibrated": True,
        "threshold": number(found.threshold),
        "fmr": {"asked": found.fmr} | asdict(found.measured_fmr),
        "fnmr": asdict(found.measured_fnmr),
        "rough": found.rough,
        "gallery": limit_shape(found, people),
        "search": limit_shape(found, found.searched)
        | {
            "fpir": {"asked": found.fpir} | asdict(found.measured_fpir),
            "fnir": asdict(found.measured_fnir),
        },
        "masked": masked_shape(found, people),
        "probability_error": number(found.odds_error),
        "detector": found.detector,
        "embedder": found.contract.model,
        "source": found.source,
        "people": found.people,
        "photos": found.photos,
        "pairs": found.pairs,
        "seed": found.seed,
        "fingerprint": found.fingerprint,
        "created": found.created,
        "kith": found.kith,
    }


def _search(found: Calibration, people: int) -> str:
    beyond = ", extrapolated" if found.promise(people).extrapolated else ""
    return (
        f"a name needs {found.threshold_for(people):.3f} for an FPIR of at most "
        f"{percent(found.fpir)}{beyond}"
    )


def _print_tried(report: CalibrationReport) -> None:
    columns = (Column("similarity", "number"), Column("FMR", "number"), Column("FNMR", "number"))
    with Table("a match needs", *columns) as table:
        at = f"{report.calibration.threshold:.3f}"
        table.add("calibrated", at, _share(report.point.fmr), _share(report.point.fnmr))
        for habit, point in report.tried:
            name = f"{WORDS[habit.metric]} ≤ {habit.distance:.3g}"
            at = f"{habit.similarity:.3f}"
            table.add(name, at, _share(point.fmr), _share(point.fnmr))


def _share(rate: Rate) -> str:
    if rate.value is None or rate.interval is None:
        return rate.unsupported or ""
    low, high = rate.interval.low, rate.interval.high
    return f"{percent(rate.value)} ({100 * low:.2g}–{100 * high:.2g})"


def _tried_shape(one: Tried) -> dict[str, Any]:
    habit, point = one
    return {
        "metric": habit.metric,
        "distance": number(habit.distance),
        "similarity": number(habit.similarity),
        "fmr": _rate_shape(point.fmr),
        "fnmr": _rate_shape(point.fnmr),
    }


def _rate_shape(rate: Rate) -> dict[str, Any]:
    ends = rate.interval
    return {
        "value": rate.value,
        "low": ends and ends.low,
        "high": ends and ends.high,
        "trials": rate.trials,
    }
