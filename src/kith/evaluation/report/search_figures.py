"""Figures of open sets: what is missed over who is named wrongly, and ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import NullLocator

from kith.evaluation.report import axes as scales
from kith.evaluation.report import draw
from kith.evaluation.report.lines import MARK, ground, legend
from kith.evaluation.report.palette import DASHES, LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kith.evaluation.records import OperatingPoint
    from kith.evaluation.report.searched import Searched

_HEIGHT = 344
_ENTRY = 14
_STEPS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 1.0)


def tradeoff(found: Sequence[Searched]) -> Figure:
    """Draw FNIR over FPIR, on a logarithmic scale, at the points that were measured."""
    with draw.drawing():
        figure = draw.blank(_HEIGHT + _ENTRY * len(found))
        plot = figure.add_subplot()
        draw.plain(plot)
        supported = max(one.supported for one in found)
        left = min([supported / 2, *(rate for one in found for rate in _rates(one))])
        plot.set_xscale("log")
        plot.set_xlim(left, 1)
        plot.set_xticks(scales.log_ticks(left))
        plot.xaxis.set_minor_locator(NullLocator())
        plot.xaxis.set_major_formatter(lambda rate, _: scales.tick_label(rate))
        plot.yaxis.set_major_formatter(lambda rate, _: scales.tick_label(round(rate, 6)))
        top = max(_top(one) for one in found)
        high = next(step for step in _STEPS if step >= min(1.0, top))
        plot.set_ylim(-0.015 * high, high)
        plot.axvspan(left, supported, **ground())
        for number, one in enumerate(found):
            _points(plot, one, number)
        plot.set_xlabel("strangers who are named (FPIR)")
        plot.set_ylabel("people who are missed (FNIR)")
        legend(figure, [one.name for one in found], "bars")
    return figure


def ranks(found: Sequence[Searched]) -> Figure:
    """Draw the share of probes whose own person is among the first so many, without threshold."""
    with draw.drawing():
        figure = draw.blank(_HEIGHT + _ENTRY * len(found))
        plot = figure.add_subplot()
        draw.plain(plot)
        least = min(min(one.result.cmc, default=0.0) for one in found)
        low = next(step for step in (0.98, 0.95, 0.9, 0.8, 0.6, 0.4, 0.0) if step <= least)
        plot.set_ylim(low, 1 + 0.02 * (1 - low))
        last = max(len(one.result.cmc) for one in found)
        plot.set_xticks([1, *range(5, last + 1, 5)] if last > 5 else range(1, last + 1))
        plot.yaxis.set_major_formatter(lambda rate, _: scales.tick_label(round(rate, 6)))
        for number, one in enumerate(found):
            places = np.arange(1, len(one.result.cmc) + 1)
            look: dict[str, Any] = {"color": LINES[number].light, "linestyle": DASHES[number]}
            plot.plot(places, one.result.cmc, **look, marker=".", linewidth=1.8, clip_on=False)
        plot.set_xlabel("the right person is among the first …")
        plot.set_ylabel("share of their photos")
        legend(figure, [one.name for one in found], "none")
    return figure


def _points(plot: Axes, one: Searched, number: int) -> None:
    colour = LINES[number].light
    known = [point for point in one.result.points if point.threshold is not None]
    x = [point.fmr.value or plot.get_xlim()[0] for point in known]
    y = [point.fnmr.value or 0.0 for point in known]
    look: dict[str, Any] = {"color": colour, "linestyle": DASHES[number]}
    plot.plot(x, y, **look, marker="o", markersize=4, linewidth=1.8, zorder=3, clip_on=False)
    for at, point in zip(x, known, strict=True):
        if point.fnmr.interval is not None:
            ends = [point.fnmr.interval.low, point.fnmr.interval.high]
            # Several systems are measured at the same rates: their bars stand side by side.
            plot.plot([at * 1.04**number] * 2, ends, color=colour, linewidth=1.2, alpha=0.7)
    if one.use is not None and one.use.point is not None:
        rates = one.use.point.fmr.value, one.use.point.fnmr.value
        fpir, fnir = (rate or 0.0 for rate in rates)
        place = [max(fpir, plot.get_xlim()[0])], [fnir]
        plot.plot(*place, **MARK, markeredgecolor=colour, zorder=4, clip_on=False)


def _shown(one: Searched) -> list[OperatingPoint]:
    points = [point for point in one.result.points if point.threshold is not None]
    return [*points, *([one.use.point] if one.use and one.use.point else [])]


def _rates(one: Searched) -> list[float]:
    return [point.fmr.value * 0.8 for point in _shown(one) if point.fmr.value]


def _top(one: Searched) -> float:
    tops = [0.0]
    for point in _shown(one):
        tops.append(point.fnmr.value or 0.0)
        if point.fnmr.interval is not None:
            tops.append(point.fnmr.interval.high)
    return max(tops)
