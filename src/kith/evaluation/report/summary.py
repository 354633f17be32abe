"""What was measured, in a few plain sentences, and the figures that stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kith.evaluation.report import comparing, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.report.findings import Findings


class Figure(NamedTuple):
    """A number that stands out: what it is, its value, and how sure or of how many."""

    label: str
    value: str
    note: str


def sentences(found: Sequence[Findings]) -> list[str]:
    """Say what was measured, what came out, what the data cannot say, and what failed."""
    result = found[0].result
    each = [(one.name, one.result.points) for one in found]
    said = [
        _data(found),
        _headline(found[0])
        if len(found) == 1
        else comparing.best_of(each, "FMR", "pairs of one person"),
        comparing.reach(
            f"{words.count(result.impostor, 'pair')} of two people",
            result.band.supported,
            "FMR",
            result.points,
        ),
    ]
    return [*said, _failures(found)] if any(one.result.failures for one in found) else said


def figures(one: Findings) -> list[Figure]:
    """Return the figures of a system that stand out, as far as there are any."""
    result = one.result
    shown = []
    point = comparing.strictest(result.points)
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


def _failures(found: Sequence[Findings]) -> str:
    if len(found) == 1:
        result = found[0].result
        number = words.count(len(result.failures), "photo")
        pairs = words.count(result.failed_pairs, "pair")
        return f"{number} could not be acquired; {pairs} with them count as not matched."
    each = [f"{words.count(len(one.result.failures), 'photo')} with {one.name}" for one in found]
    return f"{words.joined(each)} could not be acquired; their pairs count as not matched."
