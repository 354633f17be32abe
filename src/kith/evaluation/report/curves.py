"""The two curves of a report: DET and ROC, one line for each system, with their 95 % bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import NullLocator

from kith.evaluation.report import axes as scales
from kith.evaluation.report import draw
from kith.evaluation.report.lines import Curve, legend, lines, unsupported
from kith.evaluation.report.palette import MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_HEIGHT = 344
_ENTRY = 14


def det(curves: Sequence[Curve], *, bands: bool = True) -> Figure:
    """Draw FNMR over FMR, both on the normal-deviate scale (see `axes.deviate`).

    Args:
        curves: one for each line.
        bands: draw their intervals, too; many on each other hide the lines.
    """
    left, right = _span(curves)
    low, high = _errors(curves, left)
    with draw.drawing():
        figure = draw.blank(_HEIGHT + _ENTRY * len(curves))
        plot = figure.add_subplot()
        draw.plain(plot)
        place = _Deviates(left, right, low, high)
        _frame(plot, place, left, right, low, high)
        equal = place.x(np.geomspace(max(left, low), min(right, high), 30))
        plot.plot(equal, equal, color=MUTED.light, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        floor = max(3 / max(1, min(curve.genuine for curve in curves)), low)
        unsupported(plot, place, (left, _supported(curves)), (low, min(floor, high)))
        lines(plot, place, curves, bands=bands)
        plot.set_xlabel("false match rate (FMR)")
        plot.set_ylabel("false non-match rate (FNMR)")
        legend(figure, [curve.name for curve in curves], "band" if bands else "points")
    return figure


def roc(curves: Sequence[Curve]) -> Figure:
    """Draw the true match rate, 1 − FNMR, over the FMR on a logarithmic scale."""
    left, _ = _span(curves)
    lowest = _least_match(curves)
    with draw.drawing():
        figure = draw.blank(_HEIGHT + _ENTRY * len(curves))
        plot = figure.add_subplot()
        draw.plain(plot)
        plot.set_xscale("log")
        plot.set_xlim(left, 1)
        ceiling = 1 + (1 - lowest) * 0.02
        plot.set_ylim(lowest, ceiling)
        plot.set_xticks(scales.log_ticks(left))
        plot.xaxis.set_major_formatter(lambda rate, _: scales.tick_label(rate))
        plot.xaxis.set_minor_locator(NullLocator())
        plot.yaxis.set_major_formatter(lambda rate, _: scales.tick_label(round(rate, 6)))
        place = _Matches(lowest)
        unsupported(plot, place, (left, _supported(curves)), None)
        lines(plot, place, curves)
        plot.set_xlabel("false match rate (FMR)")
        plot.set_ylabel("true match rate (1 − FNMR)")
        legend(figure, [curve.name for curve in curves])
    return figure


class _Deviates:
    """Where rates lie on the axes of a DET curve."""

    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self._x, self._y = (left, right), (low, high)

    def x(self, fmr: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return scales.deviates(fmr, *self._x)

    def y(self, fnmr: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return scales.deviates(fnmr, *self._y)


class _Matches:
    """Where rates lie on the axes of a ROC curve."""

    def __init__(self, lowest: float) -> None:
        self._lowest = lowest

    def x(self, fmr: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return fmr

    def y(self, fnmr: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.maximum(1 - fnmr, self._lowest)


def _span(curves: Sequence[Curve]) -> tuple[float, float]:
    """The FMR axis: from a little below what is supported and the thresholds in use."""
    supported = min(curve.band.supported for curve in curves)
    met = [curve.point[0] for curve in curves if curve.point is not None and curve.point[0] > 0]
    return scales.tick_below(max(min(supported / 2, 0.05, *met), supported / 30)), 0.4


def _supported(curves: Sequence[Curve]) -> float:
    return max(curve.band.supported for curve in curves)


def _errors(curves: Sequence[Curve], left: float) -> tuple[float, float]:
    """The FNMR axis of a DET curve."""
    parts = [
        rates[curve.band.fmr >= left]
        for curve in curves
        for rates in (curve.band.fnmr, curve.band.high)
    ]
    top = max((float(np.nanmax(part)) for part in parts if np.isfinite(part).any()), default=0.4)
    least = 1 / max(1, max(curve.genuine for curve in curves))
    low = scales.tick_below(min(least, 0.05))
    return low, max(scales.tick_above(min(top, 0.999)), scales.tick_above(10 * low))


def _least_match(curves: Sequence[Curve]) -> float:
    """Where the axis of a ROC curve begins, so that lines and bands are seen and fill it."""
    worst = 0.0
    for curve in curves:
        band = curve.band
        shown = band.fmr >= band.supported
        for rates in (band.fnmr[shown], band.high[shown]):
            worst = max(worst, float(np.nanmax(rates)) if np.isfinite(rates).any() else 0.0)
    steps = (0.99, 0.98, 0.95, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0)
    return next(step for step in steps if step <= max(0.0, 1 - worst * 1.15))


def _frame(
    plot: Axes, place: _Deviates, left: float, right: float, low: float, high: float
) -> None:
    for axis, limit, (start, end), put in (
        (plot.xaxis, plot.set_xlim, (left, right), place.x),
        (plot.yaxis, plot.set_ylim, (low, high), place.y),
    ):
        ticks = scales.deviate_ticks(start, end, upright=axis is plot.yaxis)
        axis.set_ticks(put(np.array(ticks)).tolist(), [scales.tick_label(t) for t in ticks])
        limit(scales.deviate(start), scales.deviate(end))
