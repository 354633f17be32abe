"""The page of open sets, its figures and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.evaluation.report import comparing, draw, searched, texts, words
from kith.evaluation.report.figures import svg
from kith.evaluation.report.render import Data, detector_weights, each_once, render
from kith.evaluation.report.search_figures import ranks, tradeoff
from kith.evaluation.report.shown import FAILURES, Failed, Row, failed
from kith.evaluation.shapes import open_set_shape, threshold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from kith.evaluation.openset import OpenSetResult
    from kith.evaluation.records import OperatingPoint
    from kith.evaluation.report.head import Head
    from kith.evaluation.report.pictures import Pictures
    from kith.evaluation.report.searched import Searched


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One system, as the templates take it."""

    found: Searched
    shared: OperatingPoint | None
    rows: list[Row]
    failures: list[Failed]
    failure_text: str
    not_enrolled: str
    cached: int
    detector_weights: list[tuple[str, str]]

    @property
    def result(self) -> OpenSetResult:
        """The evaluation's own figures."""
        return self.found.result


def page(found: Sequence[Searched], pictures: Pictures, head: Head) -> tuple[str, dict[str, bytes]]:
    """Return the page as HTML, and its figures as PNG by name."""
    drawn = {"fnir": tradeoff(found), "cmc": ranks(found)}
    files = {f"{name}.png": draw.png(figure, head.mark) for name, figure in drawn.items()}
    asked = comparing.shared([one.result.points for one in found])
    text = render(
        "openset.html.jinja",
        head,
        fingerprint=found[0].result.fingerprint,
        sentences=searched.sentences(found),
        figures=searched.figures(found[0]),
        shared=asked,
        systems=[_shown(one, asked, pictures) for one in found],
        notes=each_once(note for one in found for note in one.result.notes),
        fnir=svg(drawn["fnir"], "fnir", "People missed over strangers named", _in_words(found)),
        cmc=svg(drawn["cmc"], "cmc", "Cumulative match characteristic", _in_ranks(found)),
        data=_data(found),
        files=list(files),
        calibration=None,
    )
    return text, files


def report_shape(found: Sequence[Searched], head: Head) -> dict[str, Any]:
    """Return what stands in report.json: what the command says of each system."""
    return head.shape([_system(one) for one in found])


def _system(one: Searched) -> dict[str, Any]:
    use = one.use
    chosen = use and {"threshold": threshold(use.threshold), "origin": use.origin}
    return {"name": one.name, **open_set_shape(one.result), "threshold_in_use": chosen}


def _shown(found: Searched, asked: float | None, pictures: Pictures) -> System:
    result = found.result
    return System(
        found=found,
        shared=comparing.at(result.points, asked),
        rows=_rows(found),
        failures=failed(result.failures, {}, pictures),
        failure_text=texts.failures(result.failures, result.photos, None, FAILURES),
        not_enrolled=searched.not_enrolled(result),
        cached=result.cached,
        detector_weights=detector_weights(result.system.detector),
    )


def _rows(found: Searched) -> list[Row]:
    rows = [
        Row(f"FPIR {words.asked(point.asked)}", words.one_in(point.asked), point, False)
        for point in found.result.points
    ]
    if found.result.default is not None:
        rows.append(Row("own threshold", "of the model card", found.result.default, False))
    used = found.use and found.use.point
    return [row._replace(used=row.point is used) for row in rows]


def _data(found: Sequence[Searched]) -> list[Data]:
    each = {one.result.fingerprint: one.result for one in found}
    return [
        Data(
            result.protocol,
            f"{words.count(result.people, 'person')}, {words.count(result.probes, 'probe')}, "
            f"{words.count(result.unknown, 'photo')} of strangers",
            fingerprint,
        )
        for fingerprint, result in each.items()
    ]


def _in_words(found: Sequence[Searched]) -> str:
    said = []
    for one in found:
        rates = [
            f"FNIR {words.rate(point.fnmr)} at FPIR {words.asked(point.asked)}"
            for point in one.result.points
            if point.threshold is not None
        ]
        said.append(f"{one.name}: {words.joined(rates) if rates else 'no supported point'}.")
    return " ".join(said)


def _in_ranks(found: Sequence[Searched]) -> str:
    return " ".join(
        f"{one.name}: {words.percent(one.result.cmc[0])} first, "
        f"{words.percent(one.result.cmc[-1])} among the first {len(one.result.cmc)}."
        for one in found
        if one.result.cmc
    )
