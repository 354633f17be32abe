"""From a figure to a picture: SVG that takes its colours and fonts from the page, and PNG."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from kith.evaluation.report.palette import GRID, INK, MUTED, SHADES, SURFACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

WIDTH = 360
"""Of every figure, in points: about a phone's screen, so that letters are legible there."""

_DPI = 220
_FONT = "DejaVu Sans"
_PAGE_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_COMMON = {
    "font.family": [_FONT],
    "font.size": 10.0,
    "svg.fonttype": "none",
    "path.simplify": True,
    "hatch.linewidth": 0.7,
}


@contextmanager
def drawing(salt: str = "kith") -> Iterator[None]:
    """Draw by Matplotlib's own settings, whatever a user's file of settings says.

    Args:
        salt: from which the names of clip paths in an SVG are made, so that they are the same in
            every run.
    """
    ours: dict[Any, Any] = {
        key: value
        for key, value in mpl.rcParamsDefault.items()
        if not key.startswith(("backend", "interactive", "toolbar", "timezone", "webagg"))
    }
    ours |= {**_COMMON, "svg.hashsalt": salt}
    with mpl.rc_context(ours):
        yield


def blank(height: float, *, width: float = WIDTH) -> Figure:
    """Return an empty figure; sizes in points."""
    return Figure(figsize=(width / 72, height / 72), facecolor=SURFACE.light, layout="constrained")


def plain(axes: Axes) -> None:
    """Give axes the page's quiet look."""
    axes.set_facecolor("none")
    axes.grid(visible=True, color=GRID.light, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", length=0, labelcolor=MUTED.light, labelsize=9.5, pad=5)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(MUTED.light)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_color(INK.light)
        axis.label.set_fontsize(10.5)


def png(figure: Figure, software: str) -> bytes:
    """Return the figure as PNG; `software` is written into it as who made it."""
    file = io.BytesIO()
    with drawing():
        figure.savefig(file, format="png", dpi=_DPI, metadata={"Software": software})
    return file.getvalue()


def svg(figure: Figure, name: str, title: str, description: str) -> str:
    """Return the figure as an SVG element for a page.

    Letters stay letters, so that they can be found, read aloud and set in the reader's font; the
    colours are the page's custom properties, so that dark pages have dark figures.

    Args:
        figure: to draw.
        name: begins every id in the element: letters and digits.
        title: what it is, for those who cannot see it.
        description: what it shows.
    """
    file = io.BytesIO()
    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with drawing(name):
        figure.savefig(file, format="svg", metadata=metadata)
    drawn = file.getvalue().decode()
    drawn = drawn[drawn.index("<svg") :]
    # A style sheet in a figure would hold for the whole page: what it says is said below.
    dropped = r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>"
    drawn = re.sub(dropped, "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn)
    drawn = re.sub(r"(url\(#|href=\"#)", rf"\g<1>{name}-", drawn)
    for shade in SHADES:
        drawn = drawn.replace(shade.light, f"var(--{shade.name})")
    drawn = drawn.replace(f"'{_FONT}'", _PAGE_FONT)
    box = re.search(r'viewBox="[^"]+"', drawn)
    assert box is not None
    head = (
        f'<svg {box[0]} role="img" aria-labelledby="{name}-title {name}-text" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'style="stroke-linejoin: round; stroke-linecap: butt">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-text">{escape(description)}</desc>'
    )
    return head + re.sub(r"^<svg[^>]*>", "", drawn)
