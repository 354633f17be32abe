"""What was measured, in a few plain sentences, and the figures that stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kith.evaluation.report import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import OperatingPoint, PairsResult
    from kith.evaluation.report.findings import Findings


class Figure(NamedTuple):
    """A number that stands out: what it is, its value, and how sure or of how many."""

    label: str
    value: str
    note: str


def sentences(found: Sequence[Findings]) -> list[str]:
    """Say what was measured, what came out, what the data cannot say, and what failed."""
    first = found[0].result
    said = [_data(found)]
    said.append(_headline(found[0]) if len(found) == 1 else _comparison(found))
    said.append(_limits(first))
    failed = sum(len(one.result.failures) for one in found)
    if failed:
        said.append(_failures(found))
    return said


def figures(one: Findings) -> list[Figure]:
    """Return the figures of a system that stand out, as far as there are any."""
    result = one.result
    shown = []
    point = strictest(result)
    if point is not None:
        label = f"FNMR at FMR {words.asked(point.asked)}"
        shown.append(Figure(label, words.rate(point.fnmr), words.sure(point.fnmr)))
    if one.use is not None and one.use.point is not None and one.use.point is not point:
        threshold = words.score(one.use.threshold)
        for name, rate in (("FNMR", one.use.point.fnmr), ("FMR", one.use.point.fmr)):
            label = f"{name} at threshold {threshold}"
            shown.append(Figure(label, words.rate(rate), words.sure(rate)))
    if result.eer.value is not None:
        shown.append(Figure("Equal error rate", words.rate(result.eer), words.sure(result.eer)))
    if result.auc.value is not None:
        ends = result.auc.interval
        sure = f"95\u202f%: {ends.low:.4f}–{ends.high:.4f}" if ends else ""
        shown.append(Figure("Area under ROC", f"{result.auc.value:.4f}", sure))
    if result.accuracy_mean is not None:
        spread = f"± {100 * (result.accuracy_std or 0):.2f} over {result.folds} folds"
        shown.append(Figure("Accuracy", words.accuracy(result.accuracy_mean), spread))
    share = len(result.failures) / max(1, result.photos)
    of = f"{len(result.failures):,} of {words.count(result.photos, 'photo')}"
    shown.append(Figure("Failures to acquire", words.percent(share), of))
    return shown


def strictest(result: PairsResult) -> OperatingPoint | None:
    """Return the point of the lowest FMR that the data support."""
    supported = [point for point in result.points if point.threshold is not None]
    return min(supported, key=lambda point: point.asked or 0.0, default=None)


def shared(found: Sequence[Findings]) -> float | None:
    """Return the lowest FMR that was asked for and is supported in every system."""
    rates = [
        {point.asked for point in one.result.points if point.fnmr.value is not None}
        for one in found
    ]
    return min((rate for rate in set.intersection(*rates) if rate), default=None)


def at(result: PairsResult, asked: float | None) -> OperatingPoint | None:
    """Return the point that was asked for at this rate."""
    return next((one for one in result.points if one.asked == asked), None)


def same_data(found: Sequence[Findings]) -> bool:
    """Tell whether all systems saw the same pairs of the same photos."""
    return len({one.result.fingerprint for one in found}) == 1


def _data(found: Sequence[Findings]) -> str:
    result = found[0].result
    who = found[0].name if len(found) == 1 else words.count(len(found), "system")
    what = (
        f"{who} compared {words.count(result.pairs, 'pair')} of photos of "
        f"{words.photo(result.protocol)}: "
        f"{result.genuine:,} of one person and {result.impostor:,} of two, from "
        f"{words.count(result.photos, 'photo')} of {words.count(result.people, 'person')}."
    )
    if not same_data(found):
        what += " The systems did not all see the same data: their figures do not compare."
    return what


def _headline(one: Findings) -> str:
    if one.use is None:
        return "There is no threshold to speak of: nothing was compared."
    where = f"At the threshold {words.score(one.use.threshold)} {one.use.origin}"
    point = one.use.point
    if point is None:
        return (
            f"{where} both kinds of error happen in {words.with_bounds(one.result.eer)} of pairs."
        )
    return (
        f"{where}, it missed {words.with_bounds(point.fnmr)} of the pairs of one person (FNMR) and "
        f"took two people for one in {words.with_bounds(point.fmr)} of the others (FMR)."
    )


def _comparison(found: Sequence[Findings]) -> str:
    asked = shared(found)
    if asked is None:
        return "There is no false match rate at which the data support a figure for every system."
    points = [(one.name, at(one.result, asked)) for one in found]
    rated = [
        (point.fnmr.value, name, point)
        for name, point in points
        if point is not None and point.fnmr.value is not None
    ]
    _, name, best = min(rated, key=lambda one: one[:2])
    said = (
        f"At FMR {words.asked(asked)}, {name} missed the fewest pairs of one person: "
        f"{words.with_bounds(best.fnmr)}"
    )
    ends = best.fnmr.interval
    close = [
        other
        for _, other, point in rated
        if other != name and ends and point.fnmr.interval and point.fnmr.interval.low <= ends.high
    ]
    if not ends:
        return f"{said}. Without intervals nobody can say whether that is chance."
    if not close:
        return said + "."
    return said + (
        f"; the intervals of {words.joined(close)} overlap with it, so these data alone do not "
        "settle the order."
    )


def _limits(result: PairsResult) -> str:
    least = words.percent(min(1.0, result.band.supported))
    missing = [words.asked(point.asked) for point in result.points if point.threshold is None]
    reach = (
        f"{words.count(result.impostor, 'pair')} of two people support statements down to an FMR "
        f"of {least} (rule of 3)"
    )
    if not missing:
        return f"{reach}; what happens at lower rates these data cannot say."
    return f"{reach}; at {words.joined(missing)}, which was asked for, nothing can be said."


def _failures(found: Sequence[Findings]) -> str:
    if len(found) == 1:
        result = found[0].result
        number = words.count(len(result.failures), "photo")
        pairs = words.count(result.failed_pairs, "pair")
        return f"{number} could not be acquired; {pairs} with them count as not matched."
    each = [f"{words.count(len(one.result.failures), 'photo')} with {one.name}" for one in found]
    return f"{words.joined(each)} could not be acquired; their pairs count as not matched."
