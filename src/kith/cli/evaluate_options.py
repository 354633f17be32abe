"""Options that the commands of ``kith evaluate`` share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from kith.cli import options
from kith.cli.options import filled


def split(values: list[str] | None) -> list[str]:
    """Return what was given several times, or with commas between, one by one and each once."""
    parts = [part.strip() for value in values or [] for part in value.split(",")]
    return list(dict.fromkeys(filled(parts)))


def rates(values: list[str] | None) -> list[str]:
    """Return rates as they were given, one by one.

    Raises:
        typer.BadParameter: a value is not a number above 0 and at most 1.
    """
    parts = split(values)
    for part in parts:
        if not 0 < _number(part) <= 1:
            raise typer.BadParameter(f"{part} is no rate: give a number above 0 and at most 1")
    return parts


def distances(values: list[str] | None) -> list[str]:
    """Return cosine distances as they were given, one by one.

    Raises:
        typer.BadParameter: a value is not a number from 0 to 2.
    """
    parts = split(values)
    for part in parts:
        if not 0 <= _number(part) <= 2:
            raise typer.BadParameter(
                f"{part} is no cosine distance (1 − similarity): give a number from 0 to 2"
            )
    return parts


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


Detectors = Annotated[
    list[str] | None,
    typer.Option(
        "--detector",
        "--detectors",
        metavar="ID",
        callback=split,
        help="Network that finds faces; several, or ID,ID, are compared. Default: yunet.",
    ),
]
Embedders = Annotated[
    list[str] | None,
    typer.Option(
        "--embedder",
        "--embedders",
        metavar="ID",
        callback=split,
        help="Network that describes faces; several, or ID,ID, are compared. Default: sface.",
    ),
]
Fars = Annotated[
    list[str] | None,
    typer.Option(
        "--far",
        metavar="RATE",
        callback=rates,
        help="False match rate to say the true match rate at; several, or RATE,RATE. "
        "Default: 1e-2,1e-3,1e-4.",
    ),
]
Rounds = Annotated[
    int,
    typer.Option(
        "--rounds", metavar="N", min=0, max=100_000, help="Of the bootstrap; 0: no intervals."
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of everything drawn.")]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report", metavar="DIR", parser=options.folder, help="Write figures and examples here."
    ),
]
Calibrated = Annotated[
    Path | None,
    typer.Option(
        "--gallery",
        metavar="FILE",
        parser=options.folder,
        help="Measure at the threshold of this gallery's calibration, too.",
    ),
]
