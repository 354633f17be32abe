"""The page of pairs: what was found, poured into its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.evaluation.report import comparing, summary, words
from kith.evaluation.report.render import Data, each_once, render
from kith.evaluation.report.shown import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.decision.calibration import Calibration
    from kith.evaluation.report.figures import Drawn
    from kith.evaluation.report.findings import Findings
    from kith.evaluation.report.head import Head
    from kith.evaluation.report.pictures import Pictures


def page(
    found: Sequence[Findings],
    drawn: Drawn,
    pictures: Pictures,
    head: Head,
    calibration: Calibration | None = None,
    opening: Sequence[str] = (),
) -> str:
    """Return the page as HTML; figures are drawn already, and `opening` begins the summary."""
    asked = comparing.shared([one.result.points for one in found])
    systems = [shown(one, drawn, pictures, comparing.at(one.result.points, asked)) for one in found]
    return render(
        "pairs.html.jinja",
        head,
        fingerprint=found[0].result.fingerprint,
        sentences=[*opening, *summary.sentences(found)],
        figures=summary.figures(found[0]),
        shared=asked,
        systems=systems,
        notes=each_once(note for one in found for note in one.result.notes),
        det=drawn.det,
        roc=drawn.roc,
        data=_data(found),
        files=drawn.names,
        calibration=calibration,
    )


def _data(found: Sequence[Findings]) -> list[Data]:
    each = {one.result.fingerprint: one.result for one in found}
    return [
        Data(
            result.protocol,
            f"{words.count(result.pairs, 'pair')}, {words.count(result.photos, 'photo')}, "
            f"{words.count(result.people, 'person')}",
            fingerprint,
        )
        for fingerprint, result in each.items()
    ]
