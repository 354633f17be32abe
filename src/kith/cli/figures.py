"""Tables of figures, one row for each system, as wide as the terminal is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.cli.output import Column, Table, console

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.evaluation.records import System

_FIGURES_IN_ROW = 6
"""At most, beside the system's name; fewer on a narrow terminal."""
_GAP = 2
"""Letters between two columns."""


def print_figures(rows: dict[System, dict[str, str]], title: str = "") -> None:
    """Print figures by system, in several tables where they are many."""
    named = [(f"{system.detector} +\n{system.embedder}", row) for system, row in rows.items()]
    print_rows(named, title)


def print_rows(
    rows: Sequence[tuple[str, dict[str, str]]], title: str = "", most: int = _FIGURES_IN_ROW
) -> None:
    """Print rows of figures with their names, in several tables where they are many.

    Args:
        rows: names, and figures by their headings, the same in each row.
        title: above the names.
        most: figures in one table, where the terminal is wide enough.
    """
    headings = rows[0][1]
    figures = {name: _width(name, *(row[name] for _, row in rows)) for name in headings}
    room = console().width - _width(title, *(name for name, _ in rows))
    for shown in _parts(figures, room, most):
        columns = [Column(name, "number") for name in shown]
        with Table(Column(title, "name"), *columns) as table:
            for name, row in rows:
                table.add(name, *(row[one] for one in shown))


def _parts(widths: dict[str, int], room: int, most: int) -> Iterator[list[str]]:
    """Yield as many columns as fit side by side, by their widths, and one at least."""
    part: list[str] = []
    for name, width in widths.items():
        used = sum(widths[one] for one in part) + width
        if part and (len(part) == most or used > room):
            yield part
            part = []
        part.append(name)
    yield part


def _width(*cells: str) -> int:
    """Return the letters that a column takes, with its gap."""
    return _GAP + max(len(line) for cell in cells for line in cell.split("\n"))
