"""What the templates show of one system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kith.evaluation.report import texts, words
from kith.evaluation.report.render import detector_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from kith.evaluation.records import Evaluated, Failure, OperatingPoint, PairsResult
    from kith.evaluation.report.examples import Example
    from kith.evaluation.report.figures import Drawn
    from kith.evaluation.report.findings import Findings
    from kith.evaluation.report.labels import Suspect
    from kith.evaluation.report.pictures import Pictures

FAILURES = 24


class Photo(NamedTuple):
    """A photo with a picture of it; None where there is none."""

    picture: str | None
    person: str
    photo: str


class Failed(NamedTuple):
    """A photo that could not be acquired."""

    picture: str | None
    photo: str
    reason: str


class Pair(NamedTuple):
    """Two photos that were compared."""

    first: Photo
    second: Photo
    similarity: float
    mistake: bool


class Kind(NamedTuple):
    """Mistakes of one kind."""

    title: str
    text: str
    pairs: list[Pair]


class Doubt(NamedTuple):
    """A photo whose label may be wrong, and the photo that it is most like."""

    photo: Photo
    other: Photo
    text: str


class Row(NamedTuple):
    """An operating point in its table."""

    label: str
    note: str
    point: OperatingPoint
    used: bool


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One system, as the templates take it."""

    found: Findings
    scores: Markup
    shared: OperatingPoint | None
    rows: list[Row]
    mistakes: list[Kind]
    suspects: list[Doubt]
    failures: list[Failed]
    failure_text: str
    goats_text: str
    lambs_text: str
    unscored: str
    cached: int
    names: tuple[str, ...]
    detector_weights: list[tuple[str, str]]

    @property
    def result(self) -> PairsResult:
        """The evaluation's own figures."""
        return self.found.result


def shown(
    found: Findings, drawn: Drawn, pictures: Pictures, shared: OperatingPoint | None
) -> System:
    """Put together what is shown of one system.

    Args:
        found: what there is to tell.
        drawn: the figures.
        pictures: makes pictures as long as the page has room.
        shared: the point at which systems are compared.
    """
    result, seen = found.result, found.evaluated
    digests = dict(zip(seen.protocol.photos, seen.described.digests, strict=True))
    lost = found.scores.failed_genuine + found.scores.failed_impostor
    return System(
        found=found,
        scores=drawn.scores[found.slug],
        shared=shared,
        rows=_rows(found),
        mistakes=_mistakes(found, pictures),
        suspects=[_doubt(found.evaluated, one, pictures) for one in found.suspects],
        failures=failed(result.failures, digests, pictures),
        failure_text=texts.failures(result.failures, result.photos, result.failed_pairs, FAILURES),
        goats_text=texts.people(found.goats, "missed at least once"),
        lambs_text=texts.people(found.lambs, "taken for somebody else at least once"),
        unscored=words.count(lost, "pair") if lost else "",
        cached=found.evaluated.described.cached,
        names=found.evaluated.protocol.people,
        detector_weights=detector_weights(result.system.detector),
    )


def _rows(found: Findings) -> list[Row]:
    use = found.use
    rows = [
        Row(f"FMR {words.asked(point.asked)}", words.one_in(point.asked), point, False)
        for point in found.result.points
    ]
    own = found.result.default
    if own is not None:
        rows.append(Row("own threshold", "of the model card", own, False))
    if (
        use is not None
        and use.point is not None
        and all(row.point is not use.point for row in rows)
    ):
        rows.append(Row("calibrated", "of the calibration", use.point, False))
    return [row._replace(used=use is not None and row.point is use.point) for row in rows]


def _mistakes(found: Findings, pictures: Pictures) -> list[Kind]:
    kinds = []
    for examples, title, text in (
        (found.false_matches, "False matches", texts.false_matches),
        (found.false_non_matches, "False non-matches", texts.false_non_matches),
    ):
        if examples is not None:
            pairs = [
                _pair(found.evaluated, one, pictures, mistake=number < examples.mistakes)
                for number, one in enumerate(examples.pairs)
            ]
            kinds.append(Kind(title, text(examples), pairs))
    return kinds


def _pair(evaluated: Evaluated, one: Example, pictures: Pictures, *, mistake: bool) -> Pair:
    first, second = (_face(evaluated, at, pictures) for at in (one.first, one.second))
    return Pair(first, second, one.similarity, mistake)


def _face(evaluated: Evaluated, photo: int, pictures: Pictures) -> Photo:
    protocol = evaluated.protocol
    name = protocol.people[int(protocol.person[photo])]
    path, face = protocol.photos[photo], evaluated.described.faces[photo]
    assert face is not None  # only compared photos are shown
    return Photo(pictures.face(path, face, evaluated.described.digests[photo]), name, path)


def _doubt(evaluated: Evaluated, one: Suspect, pictures: Pictures) -> Doubt:
    photo, other = (_face(evaluated, at, pictures) for at in (one.photo, one.other))
    text = (
        f"matches {one.matched:,} of {words.count(one.compared, 'photo')} of "
        f"{words.person(other.person)}, none of {one.own:,} of its own"
    )
    return Doubt(photo, other, text)


def failed(
    failures: tuple[Failure, ...], digests: Mapping[str, str], pictures: Pictures
) -> list[Failed]:
    """Return as many photos that could not be acquired as a page shows.

    Args:
        failures: all of them.
        digests: sha256 of photos by path, as far as they are known.
        pictures: makes pictures as long as the page has room.
    """
    return [
        Failed(pictures.whole(one.source, digests.get(one.source, "")), one.source, one.reason)
        for one in failures[:FAILURES]
    ]
