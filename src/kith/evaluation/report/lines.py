"""What is drawn into the axes of a curve: lines with their bands, unsupported ground, names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from kith.evaluation.report.palette import DASHES, HATCH, INK, LINES, MUTED, SURFACE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kith.evaluation.records import Band

MARK: dict[str, Any] = {
    "marker": "o",
    "markersize": 7.5,
    "markerfacecolor": SURFACE.light,
    "color": SURFACE.light,
    "markeredgewidth": 2,
}


class Place(Protocol):
    """Where rates lie on two axes; what is outside them is moved to their ends."""

    def x(self, fmr: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return where false match rates lie; float64, K."""

    def y(self, fnmr: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return where false non-match rates lie; float64, K."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One system's line.

    Attributes:
        name: in the legend.
        band: FNMR over FMR.
        genuine: pairs of one person: what the FNMR was measured on.
        point: FMR and FNMR at the threshold in use; None where there is none.
    """

    name: str
    band: Band
    genuine: int
    point: tuple[float, float] | None


def unsupported(
    plot: Axes, place: Place, fmr: tuple[float, float], fnmr: tuple[float, float] | None
) -> None:
    """Hatch the ground of rates that the data do not support.

    Args:
        plot: where.
        place: of rates on it.
        fmr: from the end of the axis to the least rate that is supported.
        fnmr: the same; None: not shown.
    """
    start, end = place.x(np.array(fmr)).tolist()
    plot.axvspan(start, end, **ground())
    if fnmr is not None:
        low, high = place.y(np.array(fnmr)).tolist()
        if high > low:
            plot.axhspan(low, high, **ground())


def ground() -> dict[str, Any]:
    """Return the look of what the data do not support."""
    return {
        "facecolor": "none",
        "edgecolor": HATCH.light,
        "hatch": "////",
        "linewidth": 0,
        "zorder": 0.5,
    }


def lines(plot: Axes, place: Place, curves: Sequence[Curve], *, bands: bool = True) -> None:
    """Draw every curve, with its band if wanted; faint where the data do not support it."""
    for number, curve in enumerate(curves):
        _line(plot, place, curve, number)
        if bands:
            _band(plot, place, curve, number, 0.16 if len(curves) == 1 else 0.07)
        if curve.point is not None:
            fmr, fnmr = (np.array([rate]) for rate in curve.point)
            left = plot.get_xlim()[0]
            plot.plot(
                np.maximum(place.x(fmr), left),
                place.y(fnmr),
                **MARK,
                markeredgecolor=LINES[number].light,
                zorder=4,
                clip_on=False,
            )


def _line(plot: Axes, place: Place, curve: Curve, number: int) -> None:
    band = curve.band
    known = band.fmr >= band.supported
    first = np.zeros_like(known)
    first[np.flatnonzero(known)[:1]] = True  # the faint line reaches the strong one
    for part, strength in ((known, 1.0), (~known | first, 0.4)):
        x, y = place.x(band.fmr[part]), place.y(band.fnmr[part])
        look: dict[str, Any] = {"color": LINES[number].light, "linestyle": DASHES[number]}
        plot.plot(x, y, **look, linewidth=1.8, alpha=strength, zorder=3)


def _band(plot: Axes, place: Place, curve: Curve, number: int, opacity: float) -> None:
    band, colour = curve.band, LINES[number].light
    inside = (band.fmr >= band.supported) & np.isfinite(band.low) & np.isfinite(band.high)
    x = place.x(band.fmr[inside])
    low, high = place.y(band.low[inside]), place.y(band.high[inside])
    plot.fill_between(x, low, high, color=colour, alpha=opacity, linewidth=0, zorder=2)
    for edge in (low, high):  # where bands lie on each other their edges tell them apart
        look: dict[str, Any] = {"color": colour, "linestyle": DASHES[number]}
        plot.plot(x, edge, **look, linewidth=0.6, alpha=0.45, zorder=2)


def legend(
    figure: Figure,
    names: Sequence[str],
    interval: Literal["band", "bars", "points", "none"] = "band",
) -> None:
    """Name the lines above the axes, and below them what else is drawn.

    Args:
        figure: with one pair of axes.
        names: of the lines, in the order of their colours.
        interval: how intervals are drawn; of points alone there are none, and without even those
            nothing is named below.
    """
    handles = [
        Line2D([], [], color=LINES[number].light, linestyle=DASHES[number], linewidth=2)
        for number in range(len(names))
    ]
    look: dict[str, Any] = {
        "frameon": False,
        "labelcolor": INK.light,
        "borderaxespad": 0.2,
        "borderpad": 0.1,
    }
    above = {"fontsize": 9.5, "handlelength": 2.6, "labelspacing": 0.35}
    figure.legend(handles, list(names), loc="outside upper left", **above, **look)
    if interval == "none":
        return
    band = Patch(facecolor=MUTED.light, alpha=0.22, linewidth=0)
    bar = Line2D([], [], linestyle="", marker="|", markersize=11, color=MUTED.light)
    others = {} if interval == "points" else {"95 % interval": band if interval == "band" else bar}
    others |= {
        "threshold in use": Line2D([], [], linestyle="", **MARK, markeredgecolor=MUTED.light),
        "not supported": Patch(facecolor="none", edgecolor=HATCH.light, hatch="/////", linewidth=0),
    }
    figure.legend(
        list(others.values()),
        list(others),
        loc="outside lower center",
        ncols=len(others),
        fontsize=9,
        handlelength=1.8,
        columnspacing=1.4,
        **look,
    )
