"""Panels drawn: all of them as one picture, and each as SVG for the page."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from matplotlib.font_manager import findfont, get_font
from matplotlib.ticker import MaxNLocator, NullFormatter

from kith.errors import printable
from kith.evaluation.report import draw, words
from kith.evaluation.report.lines import MARK
from kith.evaluation.report.palette import DASHES, INK, LINES, MUTED
from kith.training.watch.panels import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from kith.training.watch.panels import Line, Panel

_WIDTH, _HEIGHT = 330, 215
_HEAD = 34
_DPI = 130
_MARKS = ("o", "s", "^")


def picture(panels: Sequence[Panel], title: str, software: str) -> bytes:
    """Return all panels as one PNG.

    Args:
        panels: in their order, two in a row.
        title: above them.
        software: written into the picture as who made it.
    """
    rows = max(1, (len(panels) + 1) // 2)
    with draw.drawing():
        figure = draw.blank(rows * _HEIGHT + _HEAD, width=2 * _WIDTH)
        figure.suptitle(
            _plain(title), x=0.01, ha="left", fontsize=12, color=INK.light, fontweight="bold"
        )
        for number, panel in enumerate(panels):
            axes = figure.add_subplot(rows, 2, number + 1)
            _draw(axes, panel)
            axes.set_title(
                panel.title,
                loc="left",
                fontsize=11,
                color=INK.light,
                pad=22 if len(panel.lines) > 1 else 8,
            )
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=_DPI, metadata={"Software": software})
    return file.getvalue()


def drawn(panel: Panel) -> Markup:
    """Return a panel as SVG that takes its colours from the page."""
    with draw.drawing():
        figure = draw.blank(_HEIGHT)
        _draw(figure.add_subplot(), panel)
    text = draw.svg(figure, f"figure-{panel.slug}", panel.title, _in_words(panel))
    return Markup(text)  # noqa: S704 - drawn and escaped there


def _draw(axes: Axes, panel: Panel) -> None:
    draw.plain(axes)
    for number, line in enumerate(panel.lines):
        _line(axes, line, number)
    if panel.best is not None:
        axes.plot(*panel.best, **MARK, markeredgecolor=INK.light, zorder=5, clip_on=False)
        said = f"epoch {panel.best[0]:g}: {words.accuracy(panel.best[1])}"
        axes.annotate(
            said,
            panel.best,
            (0, -13),
            textcoords="offset points",
            ha="right" if panel.best[0] > axes.dataLim.intervalx.mean() else "left",
            va="top",
            fontsize=9,
            color=INK.light,
        )
    axes.margins(0.04, 0.12)
    if panel.grounded:
        top = max((value for line in panel.lines for _, value in line.points), default=0)
        axes.set_ylim(0, 1.1 * top if top > 0 else 1)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("epoch")
    if panel.unit == "share":
        axes.yaxis.set_major_formatter(lambda share, _: percent(round(share, 6)))
    if len(panel.lines) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 0.98),
            ncols=len(panel.lines),
            frameon=False,
            fontsize=9,
            handlelength=2.4,
            columnspacing=1.4,
            labelcolor=INK.light,
            borderaxespad=0,
        )


def _line(axes: Axes, line: Line, number: int) -> None:
    x, y = [at for at, _ in line.points], [value for _, value in line.points]
    if line.faint:
        axes.plot(x, y, color=MUTED.light, linewidth=0.7, alpha=0.55, zorder=2, label=line.name)
        return
    look: dict[str, Any] = {"color": LINES[number].light, "linestyle": DASHES[number]}
    axes.plot(
        x,
        y,
        **look,
        linewidth=1.8,
        marker=_MARKS[number % len(_MARKS)],
        markersize=4 if len(x) <= 40 else 0,
        zorder=4 - number / 10,
        label=line.name,
    )


def _in_words(panel: Panel) -> str:
    """What a panel shows, for those who cannot see it: the last of each line."""
    said = []
    for line in panel.lines:
        if line.points and not line.faint:
            at, value = line.points[-1]
            shown = percent(round(value, 4)) if panel.unit == "share" else f"{value:.4g}"
            said.append(f"{line.name} {shown} after epoch {at:g}")
    return ", ".join(said) + "." if said else ""


def _plain(title: str) -> str:
    """Return a title in letters that Matplotlib's font has, in which it finds no formulas."""
    font = get_font(findfont("DejaVu Sans"))
    known = (letter if font.get_char_index(ord(letter)) else "?" for letter in printable(title))
    return "".join(known).replace("$", r"\$")
