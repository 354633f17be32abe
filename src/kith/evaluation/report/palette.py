"""Colours of figures and page: told apart by people who do not see all of them, in light and dark.

The lines begin with blue and vermilion of Okabe and Ito's set (*Color universal design*, 2008);
the lighter ones of that set are darkened until they stand out from white paper. Every system has a
dash pattern of its own as well, so that no line is known by its colour alone.
"""

from __future__ import annotations

from typing import NamedTuple


class Shade(NamedTuple):
    """A colour by its role: on paper and light screens, and on dark ones; hexadecimal."""

    name: str
    light: str
    dark: str


SURFACE = Shade("surface", "#ffffff", "#171b21")
INK = Shade("ink", "#1b1f24", "#e8ebf0")
MUTED = Shade("muted", "#57606a", "#a3adb8")
GRID = Shade("grid", "#dde2e8", "#323943")
HATCH = Shade("hatch", "#b4bcc6", "#4a535f")
GENUINE = Shade("genuine", "#0b6fae", "#58b4ea")
IMPOSTOR = Shade("impostor", "#cf5b02", "#ff9a57")

LINES = (
    Shade("line-1", "#0072b2", "#56b4e9"),
    Shade("line-2", "#d55e00", "#ff9b5a"),
    Shade("line-3", "#00845f", "#4fd1a5"),
    Shade("line-4", "#43207f", "#8a6bff"),
    Shade("line-5", "#8c1f28", "#f0e442"),
    Shade("line-6", "#6f7cf0", "#4f8f92"),
    Shade("line-7", "#a08c5b", "#d1543f"),
    Shade("line-8", "#3a4048", "#d5effa"),
)
"""One for each system."""

DASHES: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0, ()),
    (0, (6, 2)),
    (0, (2, 1.4)),
    (0, (7, 2, 2, 2)),
    (0, (11, 3)),
    (0, (4, 1.5, 1.2, 1.5, 1.2, 1.5)),
    (0, (1, 1.2)),
    (0, (9, 2, 1, 2)),
)

SHADES = (SURFACE, INK, MUTED, GRID, HATCH, GENUINE, IMPOSTOR, *LINES)


def variables(*, dark: bool) -> str:
    """Return the colours as custom properties of CSS."""
    return " ".join(f"--{one.name}: {one.dark if dark else one.light};" for one in SHADES)
