"""Open sets: what a report says of searches in a gallery, strangers among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.evaluation.report import comparing, words
from kith.evaluation.report.names import named
from kith.evaluation.report.summary import Figure
from kith.evaluation.report.threshold import InUse, in_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.openset import OpenSetResult

_NAMES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """One system.

    Attributes:
        name, slug: that no other system of the report has.
        use: the threshold in use; None where the system has none and the data support none.
    """

    name: str
    slug: str
    result: OpenSetResult
    use: InUse | None

    @property
    def supported(self) -> float:
        """The FPIR from which on the photos of strangers support a statement (rule of 3)."""
        return min(1.0, 3 / max(1, self.result.unknown))


def find(results: Sequence[OpenSetResult]) -> list[Searched]:
    """Name the systems and choose the threshold of each."""
    names = named(one.system for one in results)
    return [
        Searched(name.shown, name.slug, one, in_use(one.points, one.default, "FPIR"))
        for one, name in zip(results, names, strict=True)
    ]


def sentences(found: Sequence[Searched]) -> list[str]:
    """Say what was measured, what came out, what the data cannot say, and what failed."""
    first = found[0]
    each = [(one.name, one.result.points) for one in found]
    best = comparing.best_of(each, "FPIR", "photos of people in the gallery")
    strangers = f"{words.count(first.result.unknown, 'photo')} of strangers"
    said = [
        _data(found),
        _headline(first) if len(found) == 1 else best,
        _ranked(first) if len(found) == 1 else "",
        comparing.reach(strangers, first.supported, "FPIR", first.result.points),
        _failures(found),
    ]
    return [sentence for sentence in said if sentence]


def figures(one: Searched) -> list[Figure]:
    """Return the figures of a system that stand out, as far as there are any."""
    result = one.result
    shown = []
    point = comparing.strictest(result.points)
    if point is not None:
        label = f"FNIR at FPIR {words.asked(point.asked)}"
        shown.append(Figure(label, words.rate(point.fnmr), words.sure(point.fnmr)))
    if one.use is not None and one.use.point is not None and one.use.point is not point:
        threshold = words.score(one.use.threshold)
        for name, rate in (("FNIR", one.use.point.fnmr), ("FPIR", one.use.point.fmr)):
            label = f"{name} at threshold {threshold}"
            shown.append(Figure(label, words.rate(rate), words.sure(rate)))
    rank = result.rank1
    shown.append(Figure("Right person first", words.rate(rank), words.sure(rank)))
    share = len(result.failures) / max(1, result.photos)
    of = f"{len(result.failures):,} of {words.count(result.photos, 'photo')}"
    shown.append(Figure("Failures to acquire", words.percent(share), of))
    return shown


def not_enrolled(result: OpenSetResult) -> str:
    """Say who could not be enrolled; nothing where everybody was."""
    if not result.not_enrolled:
        return ""
    names = [words.person(name) for name in result.not_enrolled[:_NAMES]]
    more = len(result.not_enrolled) - len(names)
    who = words.joined([*names, *([f"{more:,} more"] if more else [])])
    return (
        f"{words.count(len(result.not_enrolled), 'person')} of {result.people:,} could not be "
        f"enrolled, for want of a usable photo, and count as missed: {who}."
    )


def _data(found: Sequence[Searched]) -> str:
    result = found[0].result
    who = found[0].name if len(found) == 1 else words.count(len(found), "system")
    said = (
        f"{who} searched a gallery of {words.count(result.people, 'person')} for "
        f"{words.count(result.probes, 'photo')} of {result.probe_people:,} of them and "
        f"{words.count(result.unknown, 'photo')} of "
        f"{words.count(result.unknown_people, 'stranger')}."
    )
    if len({one.result.fingerprint for one in found}) > 1:
        said += " The systems did not all see the same data: their figures do not compare."
    return said


def _headline(one: Searched) -> str:
    if one.use is None or one.use.point is None:
        return "There is no threshold to speak of: the data support none."
    point = one.use.point
    return (
        f"At the threshold {words.score(one.use.threshold)} {one.use.origin}, it missed "
        f"{words.with_bounds(point.fnmr)} of the photos of people in the gallery (FNIR) and named "
        f"{words.with_bounds(point.fmr)} of those of strangers (FPIR)."
    )


def _ranked(one: Searched) -> str:
    return (
        "Whatever the threshold, the right person is the most similar in "
        f"{words.with_bounds(one.result.rank1)} of their photos."
    )


def _failures(found: Sequence[Searched]) -> str:
    each = [len(one.result.failures) for one in found]
    if not any(each):
        return ""
    if len(found) == 1:
        failed = words.count(each[0], "photo")
    else:
        named = zip(each, found, strict=True)
        failed = words.joined([f"{words.count(n, 'photo')} with {one.name}" for n, one in named])
    return f"{failed} could not be acquired: of people in the gallery they count as missed."
