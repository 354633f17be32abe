"""Rows of the tables of a study of masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.evaluation.masked.records import Measured
    from kith.evaluation.masked.results import MaskedResult
    from kith.evaluation.records import OperatingPoint


class Row(NamedTuple):
    """Pairs at a threshold: without masks, one masked, or both.

    Attributes:
        name: of the row.
        held: at the threshold of pairs without masks.
        fixed: at its own; None in the row of pairs without masks.
    """

    name: str
    held: OperatingPoint | None
    fixed: OperatingPoint | None


class Points(NamedTuple):
    """A false match rate that was asked for.

    Attributes:
        asked: the rate.
        reason: why nothing can be said; empty where something can.
        rows: no rows where nothing can.
    """

    asked: float
    reason: str
    rows: list[Row]


class Decided(NamedTuple):
    """Accuracies at given thresholds, one for each."""

    name: str
    measured: Measured | None


class PersonRow(NamedTuple):
    """One person, without masks and behind each kind: similarity and right names."""

    name: str
    photos: int
    cells: list[tuple[float | None, int, int] | None]


def measured_of(result: MaskedResult) -> Iterator[tuple[str, Measured | None]]:
    """Yield what was measured, by who wears a mask."""
    yield "no mask", result.bare
    for kind in result.kinds:
        yield kind.kind.name, kind.probe
        yield f"{kind.kind.name}, both masked", kind.both


def points_of(result: MaskedResult) -> list[Points]:
    """Return what happens at each false match rate that was asked for."""
    found = []
    for at, point in enumerate(result.bare.held):
        rows = []
        if point.threshold is not None:
            for number, (name, one) in enumerate(measured_of(result)):
                held = None if one is None else one.held[at]
                fixed = None if one is None or number == 0 else one.fixed[at]
                rows.append(Row(name, held, fixed))
        found.append(Points(point.asked or 0.0, point.fnmr.unsupported or "", rows))
    return found


def people_of(result: MaskedResult) -> list[PersonRow]:
    """Return everybody, those whose similarity falls most behind any mask first."""
    everybody = [{person.name: person for person in kind.people} for kind in result.kinds]
    rows = []
    for name in dict.fromkeys(name for each in everybody for name in each):
        known = [each.get(name) for each in everybody]
        [first, *_] = [one for one in known if one is not None]
        cells: list[tuple[float | None, int, int] | None] = [
            (first.bare, first.right[0], first.photos)
        ]
        cells += [None if one is None else (one.masked, one.right[1], one.photos) for one in known]
        rows.append(PersonRow(name, first.photos, cells))
    return sorted(rows, key=_least_right)


def _least_right(row: PersonRow) -> tuple[float, float]:
    """Order people by right names, then by similarity, each at the worst."""
    shares = [cell[1] / cell[2] for cell in row.cells[1:] if cell is not None]
    similar = [-1.0 if cell is None or cell[0] is None else cell[0] for cell in row.cells[1:]]
    return min(shares, default=1.0), min(similar, default=1.0)
