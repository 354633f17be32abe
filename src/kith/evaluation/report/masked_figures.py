"""Figures of a study of masks: error rates and similarities, without and behind masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from kith.evaluation.masked.records import EDGES
from kith.evaluation.report import curves, draw
from kith.evaluation.report.lines import Curve
from kith.evaluation.report.masked_found import in_use
from kith.evaluation.report.palette import GENUINE, IMPOSTOR, INK, LINES

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kith.evaluation.masked.records import Measured, Spread
    from kith.evaluation.masked.results import MaskedResult
    from kith.evaluation.report.masked_found import Studied

MOST = len(LINES) - 1
"""Kinds of masks in a figure, beside the line without masks."""

_MANY = 30
"""People from whom on intervals are narrow enough to be drawn."""

_PANEL, _FRAME = 104, 74
"""Height of a kind's panel, and of what stands around all of them, in points."""


def det(one: Studied) -> Figure:
    """Draw a DET curve without masks, and one for each kind of mask on one of the two faces."""
    result = one.result
    lines = [_curve("no mask", result, result.bare)]
    lines += [
        _curve(kind.kind.name, result, kind.probe)
        for kind in result.kinds[:MOST]
        if kind.probe is not None
    ]
    bands = len(lines) <= 2 and result.people >= _MANY
    return curves.det(lines, bands=bands)


def spreads(one: Studied) -> Figure:
    """Draw how similarities lie: a panel for each kind of mask, behind it those without masks."""
    result = one.result
    kinds = [kind for kind in result.kinds[:MOST] if kind.probe is not None]
    low, high = _range([result.bare, *(kind.probe for kind in kinds if kind.probe is not None)])
    with draw.drawing():
        figure = draw.blank(_FRAME + _PANEL * len(kinds))
        panels = figure.subplots(len(kinds), 1, sharex=True, squeeze=False)[:, 0]
        for plot, kind in zip(panels, kinds, strict=True):
            assert kind.probe is not None
            draw.plain(plot)
            plot.grid(visible=False, axis="x")
            _bare(plot, result.bare.spread)
            _masked(plot, kind.probe.spread)
            plot.set_xlim(low, high)
            plot.set_ylim(0, plot.get_ylim()[1] * 1.18)
            plot.yaxis.set_major_locator(MaxNLocator(3))
            plot.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
            plot.annotate(
                kind.kind.name,
                (0, 1),
                (4, -3),
                xycoords="axes fraction",
                textcoords="offset points",
                va="top",
                fontsize=9.5,
                color=INK.light,
                parse_math=False,
            )
            if result.threshold is not None:
                plot.axvline(result.threshold.pair, linewidth=1.3, color=INK.light, zorder=4)
        panels[-1].set_xlabel("similarity")
        panels[len(panels) // 2].set_ylabel("share of pairs")
        _legend(figure)
    return figure


def _curve(name: str, result: MaskedResult, measured: Measured) -> Curve:
    point = in_use(result, measured)
    rates = None
    if point is not None and point.fmr.value is not None and point.fnmr.value is not None:
        rates = point.fmr.value, point.fnmr.value
    return Curve(name, measured.band, measured.genuine, rates)


def _range(measured: list[Measured]) -> tuple[float, float]:
    """Return where similarities lie."""
    total = np.sum([one.spread.genuine + one.spread.impostor for one in measured], axis=0)
    known = np.flatnonzero(total)
    if not len(known):
        return 0.0, 1.0
    return float(EDGES[known[0]]) - 0.02, float(EDGES[known[-1] + 1]) + 0.02


def _shares(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return shares in bins of twice the width, where the scores are few."""
    pairs = counts.reshape(-1, 2).sum(axis=1)
    return np.asarray(pairs / max(1, int(pairs.sum())))


def _bare(plot: Axes, spread: Spread) -> None:
    for counts, shade in ((spread.impostor, IMPOSTOR), (spread.genuine, GENUINE)):
        plot.stairs(_shares(counts), EDGES[::2], fill=True, color=shade.light, alpha=0.22)


def _masked(plot: Axes, spread: Spread) -> None:
    for counts, shade in ((spread.impostor, IMPOSTOR), (spread.genuine, GENUINE)):
        plot.stairs(_shares(counts), EDGES[::2], color=shade.light, linewidth=1.6)


def _legend(figure: Figure) -> None:
    def area(colour: str) -> Patch:
        return Patch(facecolor=colour, alpha=0.3, linewidth=0)

    def line(colour: str) -> Line2D:
        return Line2D([], [], color=colour, linewidth=2)

    handles: dict[str, Any] = {
        "one person, no mask": area(GENUINE.light),
        "one masked": line(GENUINE.light),
        "two people, no mask": area(IMPOSTOR.light),
        "one masked ": line(IMPOSTOR.light),
    }
    figure.legend(
        list(handles.values()),
        [name.strip() for name in handles],
        loc="outside upper left",
        ncols=2,
        frameon=False,
        fontsize=9.5,
        labelcolor=INK.light,
        handlelength=1.6,
        borderaxespad=0.2,
    )
