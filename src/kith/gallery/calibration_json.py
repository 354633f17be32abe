"""A calibration as JSON, written and read; reading trusts nothing.

A file may have been damaged or made by somebody else, and a threshold that lets everybody in would
be the worst thing in it: every value is checked.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kith.decision.calibration import (
    HIGHEST_MASKED,
    MASKED,
    Calibration,
    Measured,
    PairCalibration,
)

if TYPE_CHECKING:
    from kith.decision.curves import Points
    from kith.types import EmbeddingContract

LONGEST = 64 * 1024
"""Characters; some 4,000 are usual, and as many more for each pair with masks."""
MOST_POINTS = 256
_HIGHEST = 1.0 + 1e-3
"""A cosine that was rounded, and what lies just above it."""
SOURCES = frozenset({"gallery", "photos", "pairs"})

_MEASURED = ("measured_fmr", "measured_fnmr", "measured_fpir", "measured_fnir")
_POINTS = ("tail", "pair_odds", "person_odds")
_COUNTS = ("seed", "people", "photos", "pairs", "searched")
_PAIR_MEASURED = ("measured_fmr", "measured_fnmr", "held_fmr", "held_fnmr")
_PAIR_COUNTS = ("people", "photos", "painted", "pairs")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_SPACE = re.compile(r"([0-9a-f]{64})?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Unbelievable(Exception):
    """What is wrong with a calibration, in a few words."""


def plain(calibration: Calibration) -> dict[str, Any]:
    """Return a calibration as values for JSON, without its contract.

    Without masks it is what it was before there were any, so that an older kith reads it too.
    """
    values = asdict(calibration)
    del values["contract"]
    if not calibration.masked:
        del values["masked"]
    return values


def parsed(values: dict[str, Any], contract: EmbeddingContract) -> Calibration:
    """Return what `plain` made, checked.

    Raises:
        Unbelievable: a value is missing, of another kind or not possible.
    """
    wanted = {field.name for field in fields(Calibration)} - {"contract"}
    if values.keys() | {"masked"} != wanted:
        raise Unbelievable("values are missing or unknown")
    taken = _checked(values, _COUNTS, _MEASURED, _HIGHEST)
    for name in ("fmr", "fpir"):
        taken[name] = _number(values[name], name, 0.0, 1.0)
        if not 0.0 < taken[name] < 1.0:
            raise Unbelievable(f"its {name} is not possible")
    taken["odds_error"] = _number(values["odds_error"], "odds_error", 0.0, 1.0)
    taken["masked"] = _masked(values.get("masked", []))
    _check_texts(values)
    return Calibration(contract=contract, **taken)


def _masked(values: Any) -> tuple[PairCalibration, ...]:
    """Return what was measured behind masks; each pair stands there once at most."""
    if not isinstance(values, list | tuple) or len(values) > len(MASKED):
        raise Unbelievable("its masked is not possible")
    found = tuple(_pair(each) for each in values)
    if len({one.pair for one in found}) < len(found):
        raise Unbelievable("its masked is not possible")
    return found


def _pair(values: Any) -> PairCalibration:
    wanted = {field.name for field in fields(PairCalibration)}
    if not isinstance(values, dict) or values.keys() != wanted:
        raise Unbelievable("values are missing or unknown")
    if type(values["pair"]) is not str or values["pair"] not in MASKED:
        raise Unbelievable("its pair is not possible")
    if type(values["space"]) is not str or not _SPACE.fullmatch(values["space"]):
        raise Unbelievable("its space is not possible")
    return PairCalibration(**_checked(values, _PAIR_COUNTS, _PAIR_MEASURED, HIGHEST_MASKED))


def _checked(
    values: dict[str, Any], counts: tuple[str, ...], measured: tuple[str, ...], highest: float
) -> dict[str, Any]:
    """Return all values; those that a calibration shares with one of masked pairs are checked."""
    taken = dict(values)
    taken["threshold"] = _number(values["threshold"], "threshold", -1.0, highest)
    taken["scale"] = _number(values["scale"], "scale", 0.0, 10.0)
    if type(values["rough"]) is not bool:
        raise Unbelievable("its rough is not possible")
    taken |= {name: _count(values[name], name) for name in counts}
    taken |= {name: _measured(values[name], name) for name in measured}
    taken |= {name: _points(values[name], name) for name in _POINTS}
    _check_curves(taken, highest)
    return taken


def parsed_object(text: Any) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        Unbelievable: not one.
    """
    if type(text) is not str or len(text) > LONGEST:
        raise Unbelievable("it is no text, or too long")
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unbelievable("it is not JSON") from error
    if not isinstance(values, dict):
        raise Unbelievable("it is not a JSON object")
    return values


def _check_texts(values: dict[str, Any]) -> None:
    if type(values["source"]) is not str or values["source"] not in SOURCES:
        raise Unbelievable("its source is not possible")
    for name, form in (("created", _TIME), ("fingerprint", _SHA256)):
        if type(values[name]) is not str or not form.fullmatch(values[name]):
            raise Unbelievable(f"its {name} is not possible")
    for name in ("detector", "kith"):
        value = values[name]
        if type(value) is not str or not 0 < len(value) <= 200 or not value.isprintable():
            raise Unbelievable(f"its {name} is not possible")


def _check_curves(values: dict[str, Any], highest: float) -> None:
    """Hold the curves to the one direction they go."""
    tail: Points = values["tail"]
    if not all(0.0 < rate < 1.0 and abs(at) <= highest for rate, at in tail):
        raise Unbelievable("its tail is not possible")
    if not all(a[0] > b[0] and a[1] <= b[1] for a, b in pairwise(tail)):
        raise Unbelievable("its tail is not in order")
    for name in ("pair_odds", "person_odds"):
        odds: Points = values[name]
        if not all(0.0 < p < 1.0 and abs(at) <= highest for at, p in odds):
            raise Unbelievable("its probabilities are not possible")
        if not all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(odds)):
            raise Unbelievable("its probabilities are not in order")


def _measured(value: Any, name: str) -> Measured:
    if not isinstance(value, dict) or value.keys() != {"value", "low", "high", "trials"}:
        raise Unbelievable(f"its {name} is not possible")
    shares = {part: _number(value[part], name, 0.0, 1.0) for part in ("value", "low", "high")}
    if not shares["low"] <= shares["value"] <= shares["high"]:
        raise Unbelievable(f"its {name} is not possible")
    return Measured(**shares, trials=_count(value["trials"], name))


def _points(value: Any, name: str) -> Points:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_POINTS:
        raise Unbelievable(f"its {name} is not possible")
    if not all(isinstance(point, list | tuple) and len(point) == 2 for point in value):
        raise Unbelievable(f"its {name} is not possible")
    return tuple((_number(x, name, -2.0, 2.0), _number(y, name, -2.0, 2.0)) for x, y in value)


def _number(value: Any, name: str, low: float, high: float) -> float:
    if type(value) not in (int, float) or not low <= value <= high:  # nor NaN
        raise Unbelievable(f"its {name} is not possible")
    return float(value)


def _count(value: Any, name: str) -> int:
    if type(value) is not int or not 0 <= value < 2**48:
        raise Unbelievable(f"its {name} is not possible")
    return value
