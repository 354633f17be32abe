"""All figures of a report, once for the page and once as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from kith.evaluation.report import curves, draw, words
from kith.evaluation.report.lines import Curve
from kith.evaluation.report.scores import scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from kith.evaluation.report.findings import Findings


@dataclass(frozen=True, slots=True)
class Drawn:
    """Figures, ready to be put into a page and into files.

    Attributes:
        det, roc: SVG.
        scores: SVG for each system, by its slug.
        files: PNG by name.
    """

    det: Markup
    roc: Markup
    scores: dict[str, Markup]
    files: dict[str, bytes]

    @property
    def names(self) -> list[str]:
        """Of the files."""
        return list(self.files)


def drawn(found: Sequence[Findings], mark: str) -> Drawn:
    """Draw every figure.

    Args:
        found: the systems, in the order of their colours.
        mark: written into each PNG as who made it.
    """
    lines = [_curve(one) for one in found]
    pages: dict[str, Markup] = {}
    files: dict[str, bytes] = {}
    for name, figure, title in (
        ("det", curves.det(lines), "Detection error trade-off"),
        ("roc", curves.roc(lines), "Receiver operating characteristic"),
    ):
        pages[name] = svg(figure, name, title, _in_words(found))
        files[f"{name}.png"] = draw.png(figure, mark)
    histograms = {}
    for one in found:
        figure = scores(one.scores, _marks(one))
        name = "scores" if len(found) == 1 else f"scores-{one.slug}"
        histograms[one.slug] = svg(figure, name, f"Scores of {one.name}", _of_scores(one))
        files[f"{name}.png"] = draw.png(figure, mark)
    return Drawn(pages["det"], pages["roc"], histograms, files)


def svg(figure: Figure, name: str, title: str, text: str) -> Markup:
    """Return a figure for a page; see `draw.svg`."""
    return Markup(draw.svg(figure, f"figure-{name}", title, text))  # noqa: S704 - drawn and escaped there


def _curve(one: Findings) -> Curve:
    point = None if one.use is None else one.use.point
    rates = None
    if point is not None and point.fmr.value is not None and point.fnmr.value is not None:
        rates = point.fmr.value, point.fnmr.value
    return Curve(one.name, one.result.band, one.result.genuine, rates)


def _marks(one: Findings) -> list[tuple[float, str]]:
    """Thresholds with their names: the one in use, then those asked for, the strictest first."""
    marks = []
    if one.use is not None:
        marks.append((one.use.threshold, f"threshold {words.score(one.use.threshold)}"))
    for point in reversed(one.result.points):
        if point.threshold is not None and (not marks or point.threshold != marks[0][0]):
            marks.append((point.threshold, f"FMR {words.asked(point.asked)}"))
    return marks


def _in_words(found: Sequence[Findings]) -> str:
    """What the curves show, for those who cannot see them: the rates asked for."""
    said = []
    for one in found:
        rates = [
            f"FNMR {words.rate(point.fnmr)} at FMR {words.asked(point.asked)}"
            for point in one.result.points
            if point.threshold is not None
        ]
        if rates:
            said.append(f"{one.name}: {words.joined(rates)}.")
    return " ".join(said)


def _of_scores(one: Findings) -> str:
    said = []
    for kind, counts in (("one person", one.scores.genuine), ("two people", one.scores.impostor)):
        if counts.sum():
            middle = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))
            low, high = one.scores.edges[middle : middle + 2]
            said.append(f"Half of the pairs of {kind} lie below {(low + high) / 2:.2f}.")
    return " ".join(said)
