"""The figure of the scores: as shares, and below it every single pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.ticker import MaxNLocator, NullLocator

from kith.evaluation.report import draw
from kith.evaluation.report.palette import GENUINE, IMPOSTOR, INK, MUTED, SURFACE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kith.evaluation.report.histogram import Histogram

_HEIGHT = 310
_HEADROOM = 1.22
_NAME = 0.14
"""Room that the name of a threshold takes, as a part of the axis."""


def scores(counted: Histogram, marks: Sequence[tuple[float, str]]) -> Figure:
    """Draw the scores of both kinds of pairs, and the thresholds.

    The upper axes show shares, in which the two kinds compare whatever their numbers; the lower
    ones count pairs on a logarithmic scale, on which one pair is seen beside a million.

    Args:
        counted: the scores.
        marks: thresholds and what to call them; the first is the one in use.
    """
    with draw.drawing():
        figure = draw.blank(_HEIGHT)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        for plot in (upper, lower):
            draw.plain(plot)
            plot.grid(visible=False, axis="x")
        _shares(upper, counted)
        _counts(lower, counted)
        upper.set_xlim(counted.edges[0], counted.edges[-1])
        _thresholds((upper, lower), marks)
        upper.set_ylabel("share of pairs")
        lower.set_ylabel("pairs")
        lower.set_xlabel("similarity (cosine)")
        _legend(figure, upper)
    return figure


def _shares(plot: Axes, counted: Histogram) -> None:
    for counts, shade, words in (
        (counted.impostor, IMPOSTOR, "two people"),
        (counted.genuine, GENUINE, "one person"),
    ):
        total = int(counts.sum())
        shares = counts / max(1, total)
        label = f"{words}: {total:,} pairs"
        _steps(plot, counted.edges, shares, shade.light, 0.0, label)
    plot.set_ylim(0, plot.get_ylim()[1] * _HEADROOM)
    plot.yaxis.set_major_locator(MaxNLocator(5))
    plot.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")


def _counts(plot: Axes, counted: Histogram) -> None:
    plot.set_yscale("log")
    for counts, shade in ((counted.impostor, IMPOSTOR), (counted.genuine, GENUINE)):
        _steps(plot, counted.edges, np.maximum(counts, 0.5), shade.light, 0.5)
    most = max(int(counted.impostor.max()), int(counted.genuine.max()), 1)
    plot.set_ylim(0.5, most * 1.8)
    powers = range(int(np.log10(most)) + 1)
    plot.set_yticks([10.0**power for power in powers[:: len(powers) // 4 + 1]])
    plot.yaxis.set_major_formatter(lambda count, _: f"{count:,.0f}")
    plot.yaxis.set_minor_locator(NullLocator())


def _steps(
    plot: Axes,
    edges: npt.NDArray[np.float64],
    heights: npt.NDArray[np.float64],
    colour: str,
    floor: float,
    label: str | None = None,
) -> None:
    plot.stairs(heights, edges, baseline=floor, fill=True, color=colour, alpha=0.28, label=label)
    plot.stairs(heights, edges, baseline=floor, color=colour, linewidth=1.4)


def _thresholds(axes: tuple[Axes, Axes], marks: Sequence[tuple[float, str]]) -> None:
    """Draw a line for each threshold; the one in use is named at its side, others above."""
    upper, lower = axes
    low, high = upper.get_xlim()
    named: list[float] = []
    offset: float
    side: Literal["left", "right"]
    for number, (threshold, words) in enumerate(marks):
        if not low <= threshold <= high:
            continue
        if number == 0:
            _named(axes, threshold, words, right=threshold < low + 0.62 * (high - low))
            continue
        for plot in (upper, lower):
            plot.axvline(threshold, linewidth=1, color=MUTED.light, linestyle=(0, (3, 2)), zorder=4)
        if all(abs(threshold - other) > _NAME * (high - low) for other in named):
            named.append(threshold)
            right = threshold > marks[0][0]
            offset, side = (3, "left") if right else (-3, "right")
            _write(upper, words, threshold, (offset, -2), side, MUTED.light)


def _named(axes: tuple[Axes, Axes], threshold: float, words: str, *, right: bool) -> None:
    for plot in axes:
        plot.axvline(threshold, linewidth=1.5, color=INK.light, zorder=4)
    side = 5 if right else -5
    _write(axes[0], words, threshold, (side, -15), "left" if right else "right", INK.light)


def _write(
    plot: Axes,
    words: str,
    x: float,
    offset: tuple[float, float],
    side: Literal["left", "right"],
    colour: str,
) -> None:
    plot.annotate(
        words,
        (x, 1),
        offset,
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha=side,
        va="top",
        fontsize=8.5,
        color=colour,
        zorder=5,
        parse_math=False,
        bbox={"facecolor": SURFACE.light, "edgecolor": "none", "pad": 1.2},
    )


def _legend(figure: Figure, plot: Axes) -> None:
    handles, labels = plot.get_legend_handles_labels()
    figure.legend(
        handles[::-1],
        labels[::-1],
        loc="outside upper left",
        ncols=2,
        frameon=False,
        fontsize=9.5,
        labelcolor=INK.light,
        handlelength=1.4,
        borderaxespad=0.2,
    )
