"""The page of a study of masks, its figures and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.evaluation.masked.records import EDGES
from kith.evaluation.masked.shapes import masked_shape
from kith.evaluation.report import draw, masked_figures, masked_found, masked_strips, texts, words
from kith.evaluation.report.figures import svg
from kith.evaluation.report.masked_rows import (
    Decided,
    PersonRow,
    Points,
    measured_of,
    people_of,
    points_of,
)
from kith.evaluation.report.numbers import curve_shape
from kith.evaluation.report.render import Data, detector_weights, each_once, render
from kith.evaluation.report.shown import FAILURES, Failed, failed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from markupsafe import Markup

    from kith.decision.calibration import Calibration
    from kith.evaluation.masked.results import MaskedResult
    from kith.evaluation.report.head import Head
    from kith.evaluation.report.masked_found import Studied
    from kith.evaluation.report.masked_strips import Strips
    from kith.evaluation.report.pictures import Pictures

PEOPLE = 30


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """One study, as the templates take it."""

    found: Studied
    det: Markup
    spreads: Markup
    points: list[Points]
    decided: list[Decided]
    strips: list[Strips]
    people: list[PersonRow]
    more_people: int
    failures: list[Failed]
    failure_text: str
    not_painted: list[Failed]
    not_painted_text: str
    cached: int
    detector_weights: list[tuple[str, str]]

    @property
    def result(self) -> MaskedResult:
        """The study's own figures."""
        return self.found.result


def page(
    found: Sequence[Studied], pictures: Pictures, head: Head, calibration: Calibration | None
) -> tuple[str, dict[str, bytes]]:
    """Return the page as HTML, and its figures as PNG by name."""
    files: dict[str, bytes] = {}
    studies = [_study(one, pictures, head, files, len(found)) for one in found]
    once = {id(one.result.system): one for one in studies}
    text = render(
        "masked.html.jinja",
        head,
        fingerprint=found[0].result.fingerprint,
        sentences=masked_found.sentences(found),
        figures=masked_found.figures(masked_found.leading(found)),
        beside=masked_found.beside(found) if len(found) > 1 else [],
        studies=studies,
        systems=list(once.values()),
        notes=each_once(note for one in found for note in one.result.notes),
        most=masked_figures.MOST,
        data=_data(found),
        files=list(files),
        calibration=calibration,
    )
    return text, files


def report_shape(found: Sequence[Studied], head: Head) -> dict[str, Any]:
    """Return what stands in report.json: what the command says, every photo, and the curves."""
    return head.shape([_shape(one) for one in found])


def _shape(one: Studied) -> dict[str, Any]:
    return {
        "name": one.name,
        **masked_shape(one.evaluated, photos=True),
        "edges": [round(edge, 2) for edge in EDGES.tolist()],
        "curves": [
            {
                "name": name,
                "det": curve_shape(measured.band),
                "scores": {
                    "genuine": measured.spread.genuine.tolist(),
                    "impostor": measured.spread.impostor.tolist(),
                },
            }
            for name, measured in measured_of(one.result)
            if measured is not None
        ],
    }


def _study(
    one: Studied, pictures: Pictures, head: Head, files: dict[str, bytes], studies: int
) -> Study:
    result, mark = one.result, f"-{one.slug}" if studies > 1 else ""
    drawn = {}
    for name, figure, title in (
        ("det", masked_figures.det(one), "Detection error trade-off"),
        ("scores", masked_figures.spreads(one), "Similarities"),
    ):
        files[f"{name}{mark}.png"] = draw.png(figure, head.mark)
        drawn[name] = svg(figure, f"{name}{mark}", f"{title} of {one.name}", _in_words(one))
    described = one.evaluated.portrayed.described
    digests = dict(zip(one.evaluated.protocol.photos, described.digests, strict=True))
    unpainted = {each.source: each for kind in result.kinds for each in kind.not_painted}
    shown = tuple(unpainted.values())
    people = people_of(result)
    return Study(
        found=one,
        det=drawn["det"],
        spreads=drawn["scores"],
        points=points_of(result),
        decided=[Decided(name, measured) for name, measured in measured_of(result)],
        strips=masked_strips.shown(one.evaluated, pictures, studies),
        people=people[:PEOPLE],
        more_people=max(0, len(people) - PEOPLE),
        failures=failed(result.failures, digests, pictures),
        failure_text=texts.failures(result.failures, result.photos, result.bare.failed, FAILURES),
        not_painted=failed(shown, digests, pictures),
        not_painted_text=texts.failures(shown, result.photos, None, FAILURES),
        cached=result.cached,
        detector_weights=detector_weights(result.system.detector),
    )


def _data(found: Sequence[Studied]) -> list[Data]:
    each = {one.result.fingerprint: one.result for one in found}
    return [
        Data(
            result.protocol,
            f"{words.count(result.bare.pairs, 'pair')}, {words.count(result.photos, 'photo')}, "
            f"{words.count(result.people, 'person')}; masks drawn by seed {result.seed}",
            fingerprint,
        )
        for fingerprint, result in each.items()
    ]


def _in_words(one: Studied) -> str:
    said = []
    for name, measured in measured_of(one.result):
        point = masked_found.in_use(one.result, measured)
        if measured is not None and point is not None:
            said.append(
                f"{name}: FNMR {words.rate(point.fnmr)}, FMR {words.rate(point.fmr)} at the "
                f"threshold in use; median similarity of one person "
                f"{words.score(measured.median_genuine)}."
            )
    return " ".join(said)
