"""Tables of figures, one row for each system, as wide as the terminal is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.cli.output import Column, Table, console

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kith.evaluation.records import System

_FIGURES_IN_ROW = 6
"""At most, beside the system's name; fewer on a narrow terminal."""
_GAP = 2
"""Letters between two columns."""


def print_figures(rows: dict[System, dict[str, str]], title: str = "") -> None:
    """Print figures by system, in several tables where they are many."""
    names = {system: f"{system.detector} +\n{system.embedder}" for system in rows}
    figures = {name: _width(name, *(row[name] for row in rows.values())) for name in _keys(rows)}
    room = console().width - _width(title, *names.values())
    for shown in _parts(figures, room):
        columns = [Column(name, "number") for name in shown]
        with Table(Column(title, "name"), *columns) as table:
            for system, row in rows.items():
                table.add(names[system], *(row[one] for one in shown))


def _keys(rows: dict[System, dict[str, str]]) -> Iterable[str]:
    return next(iter(rows.values()))


def _parts(widths: dict[str, int], room: int) -> Iterator[list[str]]:
    """Yield as many columns as fit side by side, by their widths, and one at least."""
    part: list[str] = []
    for name, width in widths.items():
        used = sum(widths[one] for one in part) + width
        if part and (len(part) == _FIGURES_IN_ROW or used > room):
            yield part
            part = []
        part.append(name)
    yield part


def _width(*cells: str) -> int:
    """Return the letters that a column takes, with its gap."""
    return _GAP + max(len(line) for cell in cells for line in cell.split("\n"))
