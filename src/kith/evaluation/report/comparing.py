"""Operating points of one system and of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.evaluation.report import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import OperatingPoint

    Points = Sequence[OperatingPoint]


def strictest(points: Points) -> OperatingPoint | None:
    """Return the point of the lowest rate that the data support."""
    supported = [point for point in points if point.threshold is not None]
    return min(supported, key=lambda point: point.asked or 0.0, default=None)


def shared(systems: Sequence[Points]) -> float | None:
    """Return the lowest rate that was asked for and is supported in every system."""
    rates = [{point.asked for point in points if point.threshold is not None} for points in systems]
    return min((rate for rate in set.intersection(*rates) if rate), default=None)


def at(points: Points, asked: float | None) -> OperatingPoint | None:
    """Return the point that was asked for at this rate."""
    return next((one for one in points if one.asked == asked), None)


def best_of(systems: Sequence[tuple[str, Points]], rate: str, missed: str) -> str:
    """Say which system misses least, and whether the others are told apart from it.

    Args:
        systems: by name.
        rate: what is held equal, such as "FMR".
        missed: what is missed, such as "pairs of one person".
    """
    asked = shared([points for _, points in systems])
    if asked is None:
        return f"There is no {rate} at which the data support a figure for every system."
    points = [(name, point) for name, each in systems if (point := at(each, asked)) is not None]
    best = min((point for _, point in points), key=lambda point: point.fnmr.value or 0.0)
    first = [name for name, point in points if point.fnmr.value == best.fnmr.value]
    how = "the fewest" if len(first) == 1 else "equally few"
    said = (
        f"At {rate} {words.asked(asked)}, {words.joined(first)} missed {how} {missed}: "
        f"{words.with_bounds(best.fnmr)}"
    )
    ends = best.fnmr.interval
    if ends is None:
        return f"{said}. Without intervals nobody can say whether that is chance."
    close = [
        other
        for other, point in points
        if other not in first and point.fnmr.interval and point.fnmr.interval.low <= ends.high
    ]
    if not close:
        return f"{said}."
    which = "interval" if len(close) == 1 else "intervals"
    overlap = "overlaps" if len(close) == 1 else "overlap"
    return (
        f"{said}; the {which} of {words.joined(close)} {overlap} with it, so these data alone do "
        "not settle the order."
    )


def reach(trials: str, least: float, rate: str, points: Points) -> str:
    """Say how low a rate the data support, and what was asked for in vain.

    Args:
        trials: how many of what there are, such as "600 pairs of two people".
        least: the lowest rate they support (rule of 3).
        rate: its name.
        points: at the rates that were asked for.
    """
    missing = [words.asked(point.asked) for point in points if point.threshold is None]
    said = f"{trials} support statements down to an {rate} of {words.percent(min(1.0, least))}"
    if not missing:
        return f"{said} (rule of 3); what happens at lower rates these data cannot say."
    return (
        f"{said} (rule of 3); at {words.joined(missing)}, which was asked for, nothing can be said."
    )
